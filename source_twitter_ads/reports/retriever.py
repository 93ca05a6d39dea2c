# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Window → jobs → result files → pages of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime

import orjson
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.api.answers import BadBody, gunzip
from source_twitter_ads.api.errors import ApiFailure, Where
from source_twitter_ads.api.transport import Transport
from source_twitter_ads.reading.page import Page
from source_twitter_ads.reports.catalog import ReportDefinition
from source_twitter_ads.reports.files import FILES_AHEAD, ResultFiles
from source_twitter_ads.reports.job import Job
from source_twitter_ads.reports.job_request import JobRequest, job_requests
from source_twitter_ads.reports.jobs import JobBoard
from source_twitter_ads.reports.pending import PendingJobs
from source_twitter_ads.reports.planning import PlannedWindow
from source_twitter_ads.reports.progress import Progress
from source_twitter_ads.reports.rows import MalformedResult, rows
from source_twitter_ads.reports.unserved import Unserved
from source_twitter_ads.reports.window_jobs import WindowJobs


class ReportRetriever:
    """Reads the windows of one report.

    Args:
        definition: the report.
        transport: fetches result files.
        now: the moment of the sync, aware; hours and days that begin later are not emitted.
        progress: is told of each window.
        pending: is told of each job, and knows those of an interrupted sync.
        countries, platforms: targeting values that jobs must name, `(None,)` where the report needs none.
        files: the room that all reports of a sync have for result files; left out, the report has its own.
    """

    def __init__(
        self,
        definition: ReportDefinition,
        transport: Transport,
        now: datetime,
        progress: Progress,
        pending: PendingJobs,
        countries: Iterable[str | None] = (None,),
        platforms: Iterable[str | None] = (None,),
        files: ResultFiles | None = None,
    ) -> None:
        self._definition = definition
        self._transport = transport
        self._now = now
        self._progress = progress
        self._pending = pending
        self._countries = tuple(countries)
        self._platforms = tuple(platforms)
        self._files = files or ResultFiles()
        self._unserved = Unserved(definition)

    def read_window(
        self, board: JobBoard, account_id: str, planned: PlannedWindow, stream_slice: StreamSlice
    ) -> Iterator[Page]:
        """Yield the rows of a window, file by file as X finishes them.

        Args:
            board: the account's job board.
            account_id: the ad account.
            planned: the window and its entities.
            stream_slice: the window's slice.

        Raises:
            ApiFailure: when a part of the window cannot be had, after the rest of it; the message names it.
        """
        requests = self._requests(planned)
        window = planned.window
        where = Where(self._definition.name, account_id, f"window {window.request_start} to {window.request_end}")
        position, count = stream_slice.extra_fields["position"], stream_slice.extra_fields["windows"]
        self._progress.opened(account_id, self._definition.name, f"{position + 1} of {count}", len(requests))
        jobs = WindowJobs(board, self._pending, self._progress, self._unserved, where, position, requests)
        try:
            while jobs.open:
                jobs.create()
                yield from self._read_jobs(jobs, jobs.wait(), account_id, stream_slice)
            jobs.close()
        except BaseException:
            self._pending.close(account_id, position)
            raise
        finally:
            jobs.leave()

    def settle(self, board: JobBoard, account_id: str, windows: Iterable[PlannedWindow]) -> None:
        """Cancel the jobs that a killed sync left behind and that none of the account's windows asks for."""
        if self._pending.since(account_id) is not None:
            requests = (request for planned in windows for request in self._requests(planned))
            board.cancel(self._pending.unwanted(account_id, requests), Where(self._definition.name, account_id))

    def _requests(self, planned: PlannedWindow) -> list[JobRequest]:
        return list(job_requests(self._definition, planned.window, planned.entities, self._countries, self._platforms))

    def _read_jobs(
        self, jobs: WindowJobs, ended: Sequence[Job], account_id: str, stream_slice: StreamSlice
    ) -> Iterator[Page]:
        """Yield the rows of jobs that have ended; those without any are put back."""
        for first in range(0, len(ended), FILES_AHEAD):
            # X works on the next jobs while these files are read; to wait for it, no room for files may be held.
            jobs.create()
            jobs.step_aside()
            for job, file in self._files.fetched(self._transport, ended[first : first + FILES_AHEAD]):
                yield from self._read_job(jobs, job, file, account_id, stream_slice)

    def _read_job(
        self, jobs: WindowJobs, job: Job, file: Future[bytes] | None, account_id: str, stream_slice: StreamSlice
    ) -> Iterator[Page]:
        reason, outage = str(job.broken), False
        if file is not None:
            try:
                yield from self._pages(file.result(), job.request, account_id, stream_slice)
                jobs.succeeded()
                return
            except ApiFailure as failure:
                reason, outage = str(failure), failure.failure_type is FailureType.transient_error
            except (BadBody, MalformedResult) as error:
                reason = str(error)
        jobs.failed(job, reason, outage)

    def _pages(self, packed: bytes, request: JobRequest, account_id: str, stream_slice: StreamSlice) -> Iterator[Page]:
        with self._files.unpacking:
            try:
                document = orjson.loads(gunzip(packed))
            except orjson.JSONDecodeError as error:
                raise BadBody(f"a result file that is not JSON: {error}") from error
            blocks = rows(
                document,
                self._definition,
                account_id=account_id,
                placement=request.placement,
                country=request.country,
                platform=request.platform,
                window=request.window,
                now=self._now,
                asked=request.entity_ids,
            )
            for block in blocks:
                yield Page(self._definition.name, block, stream_slice)

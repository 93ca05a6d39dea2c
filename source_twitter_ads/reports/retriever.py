# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Window → jobs → result files → pages of rows."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timezone

import orjson
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.api.answers import BadBody, gunzip
from source_twitter_ads.api.errors import Action, ApiFailure, Rule, Where
from source_twitter_ads.api.transport import Transport
from source_twitter_ads.reading.page import Page
from source_twitter_ads.reports.catalog import ReportDefinition, retired_parts
from source_twitter_ads.reports.files import fetched
from source_twitter_ads.reports.job import Job
from source_twitter_ads.reports.job_request import JobRequest, job_requests
from source_twitter_ads.reports.jobs import JobBoard
from source_twitter_ads.reports.pending import PendingJobs
from source_twitter_ads.reports.planning import PlannedWindow
from source_twitter_ads.reports.progress import Progress
from source_twitter_ads.reports.rows import MalformedResult, rows

# How often a request may fail before its window does; each time it is asked again with half the entities.
MOST_TRIES = 3
# Jobs of a window that are asked for at the same time.
CREATED_AT_ONCE = 8
# Result files that are unpacked at the same time: each may take some 100 MB, and the interpreter works on one anyway.
_UNPACKING = threading.BoundedSemaphore(2)

_GIVE_UP = Rule(
    Action.FAIL,
    FailureType.transient_error,
    "The window stays unread and is asked for again by the next sync; all other windows are not affected.",
)


class ReportRetriever:
    """Reads the windows of one report.

    Args:
        definition: the report.
        transport: fetches result files.
        now: the moment of the sync, aware; hours and days that begin later are not emitted.
        progress: is told of each window.
        pending: is told of each job, and knows those of an interrupted sync.
        countries, platforms: targeting values that jobs must name, `(None,)` where the report needs none.
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
    ) -> None:
        self._definition = definition
        self._transport = transport
        self._now = now
        self._progress = progress
        self._pending = pending
        self._countries = tuple(countries)
        self._platforms = tuple(platforms)

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
            ApiFailure: when a part of the window cannot be had; the message names it.
        """
        requests = self._requests(planned)
        window = planned.window
        where = Where(self._definition.name, account_id, f"window {window.request_start} to {window.request_end}")
        number = f"{stream_slice.extra_fields['position'] + 1} of {stream_slice.extra_fields['windows']}"
        self._progress.opened(account_id, self._definition.name, number, len(requests))
        position = stream_slice.extra_fields["position"]
        waiting, running = self._inherit(board, requests, position, where)
        try:
            while waiting or running:
                self._create(board, waiting, running, position, where)
                self._pending.flush()
                ended = board.wait(running, bool(waiting), where)
                for job in ended:
                    running.remove(job)
                for job, file in fetched(self._transport, ended):
                    # X works on the next jobs while this one's file is read.
                    self._create(board, waiting, running, position, where)
                    yield from self._read_job(job, file, account_id, stream_slice, waiting)
        except BaseException:
            self._pending.close(account_id, position)
            raise
        finally:
            board.leave(running, where)
            self._progress.queued(account_id, -len(waiting))

    def settle(self, board: JobBoard, account_id: str, windows: Iterable[PlannedWindow]) -> None:
        """Cancel the jobs that a killed sync left behind and that none of the account's windows asks for."""
        if self._pending.since(account_id) is not None:
            requests = (request for planned in windows for request in self._requests(planned))
            board.cancel(self._pending.unwanted(account_id, requests), Where(self._definition.name, account_id))

    def _requests(self, planned: PlannedWindow) -> list[JobRequest]:
        return list(job_requests(self._definition, planned.window, planned.entities, self._countries, self._platforms))

    def _inherit(
        self, board: JobBoard, requests: Iterable[JobRequest], position: int, where: Where
    ) -> tuple[deque[JobRequest], list[Job]]:
        """Divide a window's requests into those to be created and the jobs that an interrupted sync left behind."""
        waiting, running = deque[JobRequest](), list[Job]()
        for request in requests:
            job_id = self._pending.inherit(str(where.account_id), position, request)
            if job_id is None:
                waiting.append(request)
            else:
                running.append(board.adopt(request, job_id, where))
        return waiting, running

    def _create(
        self, board: JobBoard, waiting: deque[JobRequest], running: list[Job], position: int, where: Where
    ) -> None:
        while waiting:
            asked_at = datetime.now(timezone.utc)
            batch = [waiting.popleft() for _ in range(min(len(waiting), CREATED_AT_ONCE))]
            with ThreadPoolExecutor(len(batch), thread_name_prefix="job") as pool:
                attempts = [(request, pool.submit(board.try_create, request, where)) for request in batch]
            made = [attempt.result() for _, attempt in attempts if attempt.exception() is None]
            for job in filter(None, made):
                running.append(job)
                self._pending.add(str(where.account_id), position, job.request, job.job_id, asked_at)
            unmade = [request for request, attempt in attempts if attempt.exception() or attempt.result() is None]
            waiting.extendleft(reversed(unmade))
            for _, attempt in attempts:
                failure = attempt.exception()
                if isinstance(failure, ApiFailure):
                    raise self._explained(failure, where) from failure
                if failure is not None:
                    raise failure
            if unmade:
                return
        board.satisfied(where)

    def _explained(self, failure: ApiFailure, where: Where) -> ApiFailure:
        """Say of a refused job what of its report X has likely refused."""
        retired = retired_parts(self._definition)
        if not retired or failure.refusal is None or failure.refusal.status != 400:
            return failure
        advice = f"X has retired {' and '.join(retired)}: take it out of the report."
        rule = Rule(Action.FAIL, FailureType.config_error, advice)
        return ApiFailure(rule, where, f"X refused to make the report with {failure.refusal}", failure.refusal)

    def _read_job(
        self,
        job: Job,
        file: Future[bytes] | None,
        account_id: str,
        stream_slice: StreamSlice,
        waiting: deque[JobRequest],
    ) -> Iterator[Page]:
        """Yield the rows of a job that has ended, or put it back in smaller parts."""
        reason = job.broken
        position = stream_slice.extra_fields["position"]
        if file is not None:
            try:
                yield from self._pages(file.result(), job.request, account_id, stream_slice)
                return
            except (ApiFailure, BadBody, MalformedResult) as error:
                reason = str(error)
        self._pending.drop(account_id, position, job.job_id)
        if job.adopted:
            # What an earlier sync left behind may be gone: that is no failure of this one.
            waiting.append(job.request)
            self._progress.queued(account_id, 1)
            return
        if job.request.tries + 1 >= MOST_TRIES:
            raise ApiFailure(
                _GIVE_UP, job.where, f"X's analytics job {job.job_id} gave no result, {MOST_TRIES} times: {reason}"
            )
        halves = job.request.halves()
        self._progress.queued(account_id, len(halves))
        waiting.extend(halves)

    def _pages(self, packed: bytes, request: JobRequest, account_id: str, stream_slice: StreamSlice) -> Iterator[Page]:
        with _UNPACKING:
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

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Drains a report: result files become pages of rows, closed windows move the bookmark (docs/x-ads-api.md §7.3)."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from queue import Empty

from airbyte_cdk.models import (
    AirbyteEstimateTraceMessage,
    AirbyteMessage,
    AirbyteTraceMessage,
    EstimateType,
    TraceType,
    Type,
)
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.api.bodies import InvalidBody
from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import PieceFailure
from source_twitter_ads.reports.context import ReportContext
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.report_run import (
    Ended,
    FileReady,
    JobsChanged,
    PieceFailed,
    Planned,
    Progress,
    ReportRun,
    WindowClosed,
)
from source_twitter_ads.reports.result_file import read_rows
from source_twitter_ads.reports.rows import MalformedResult, WrongResult
from source_twitter_ads.reports.scheduler import Scheduler

logger = logging.getLogger("airbyte")

# A row of a report as JSON, roughly; only for the estimate that a platform draws its bar from.
BYTES_PER_ROW = 600
SECONDS_BETWEEN_ESTIMATES = 10.0


class ReportRetriever:
    """Reads one report of all accounts: what the scheduler has ready becomes pages, states and failures.

    Args:
        repository: where estimates go.
    """

    def __init__(
        self,
        definition: ReportDefinition,
        context: ReportContext,
        cursor: ReportCursor,
        repository: MessageRepository,
    ) -> None:
        self._definition = definition
        self._context = context
        self._cursor = cursor
        self._repository = repository
        self._rows = 0
        self._estimated_at = 0.0

    def read_records(self, stream_slice: StreamSlice) -> Iterator[Page | PieceFailure]:
        """Yield the rows of all windows of all accounts as they come, and what failed of them.

        Raises:
            ApiFailure: when accounts, countries or platforms cannot be listed, so that nothing can be read.
        """
        accounts = self._context.services.accounts
        account_ids = accounts.ids()
        # Time zones are needed to plan; the scheduler's own thread must not wait for them.
        accounts.records()
        tweets: dict[str, list[str]] = {}
        if self._definition.entity == "ORGANIC_TWEET":
            for account_id in account_ids:
                try:
                    tweets[account_id] = self._context.organic_tweets(self._definition, account_id)
                except ApiFailure as failure:
                    if not accounts.skips(failure):
                        yield PieceFailure(failure)
            account_ids = list(tweets)
        scheduler = self._context.scheduler()
        try:
            run = self._context.run(self._definition, self._cursor, tweets)
        except ApiFailure:
            scheduler.forgo(self._definition.name)
            raise
        scheduler.read(run, account_ids)
        try:
            yield from self._drain(run, scheduler, stream_slice)
        finally:
            scheduler.leave(run)

    def _drain(self, run: ReportRun, scheduler: Scheduler, stream_slice: StreamSlice) -> Iterator[Page | PieceFailure]:
        while True:
            try:
                event = run.events.get(timeout=self._cursor.due_in)
            except Empty:
                self._cursor.emit()
                continue
            match event:
                case Planned():
                    self._cursor.begin(event.account_id, event.reach, event.before_start)
                    self._estimate(event.rows)
                case FileReady():
                    yield from self._pages(event, scheduler, stream_slice)
                case WindowClosed():
                    if event.held:
                        self._cursor.hold(event.account_id, event.position)
                    self._cursor.close_window(event.account_id, event.position)
                case PieceFailed():
                    yield PieceFailure(event.failure)
                case JobsChanged():
                    # First: jobs that are created from now on are told of again.
                    run.jobs_noted = False
                    self._cursor.emit()
                case Progress():
                    run.line_noted = False
                    logger.info(event.line)
                case Ended():
                    if event.failure is not None:
                        raise event.failure
                    return

    def _pages(self, event: FileReady, scheduler: Scheduler, stream_slice: StreamSlice) -> Iterator[Page]:
        try:
            with self._context.unpacking:
                blocks = read_rows(event.packed, event.job.request, event.window.account_id, self._context.now)
                for block in blocks:
                    yield Page(self._definition.name, block, stream_slice)
        except (InvalidBody, WrongResult) as error:
            scheduler.file_damaged(event, str(error))
        except MalformedResult as error:
            scheduler.file_not_understood(event, str(error))
        else:
            scheduler.rows_read(event)

    def _estimate(self, rows: int) -> None:
        """Tell the platform how many rows the stream will have, as far as it is planned."""
        self._rows += rows
        if time.monotonic() - self._estimated_at < SECONDS_BETWEEN_ESTIMATES:
            return
        self._estimated_at = time.monotonic()
        estimate = AirbyteEstimateTraceMessage(
            name=self._definition.name,
            type=EstimateType.STREAM,
            row_estimate=self._rows,
            byte_estimate=self._rows * BYTES_PER_ROW,
        )
        emitted_at = datetime.now(timezone.utc).timestamp() * 1000
        trace = AirbyteTraceMessage(type=TraceType.ESTIMATE, emitted_at=emitted_at, estimate=estimate)
        self._repository.emit_message(AirbyteMessage(type=Type.TRACE, trace=trace))

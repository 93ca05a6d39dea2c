# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the reports of one sync share, each part made when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from typing import TypeVar

from airbyte_cdk.models import (
    AirbyteEstimateTraceMessage,
    AirbyteMessage,
    AirbyteTraceMessage,
    EstimateType,
    TraceType,
    Type,
)
from airbyte_cdk.sources.message import MessageRepository

from source_twitter_ads.api.errors import BY_CODE, BY_STATUS, ApiFailure, Where
from source_twitter_ads.api.services import Services
from source_twitter_ads.reports.activity import ActivityFeeds
from source_twitter_ads.reports.catalog import ReportDefinition
from source_twitter_ads.reports.files import ResultFiles
from source_twitter_ads.reports.jobs import JobBoard
from source_twitter_ads.reports.pending import PendingJobs
from source_twitter_ads.reports.planning import PlannedWindow, Planner
from source_twitter_ads.reports.progress import Progress
from source_twitter_ads.reports.retriever import ReportRetriever
from source_twitter_ads.reports.sizing import expected_rows
from source_twitter_ads.reports.targeting import TargetingValues
from source_twitter_ads.reports.windows import AccountCalendar

# A row of a report as JSON, roughly; only for the estimate that a platform draws its bar from.
BYTES_PER_ROW = 1500

Made = TypeVar("Made")


class SharedReports:
    """Job boards, activity and calendars by account, and the countries and platforms that jobs must name.

    Attributes:
        services: the shared parts of the sync.
        now: the moment of the sync, aware.
        feeds: the activity of the accounts that are being planned.

    Args:
        services: the shared parts of the sync.
        repository: where estimates go.
    """

    def __init__(self, services: Services, repository: MessageRepository) -> None:
        self.services = services
        self.now = datetime.now(timezone.utc)
        self.feeds = ActivityFeeds(services.transport, float(services.settings.outage_timeout))
        self._repository = repository
        self._progress = Progress()
        self._files = ResultFiles()
        self._lock = threading.Lock()
        self._boards: dict[str, JobBoard] = {}
        self._targeting = TargetingValues(services.transport, services.settings.country_codes)
        self._estimates: dict[str, int] = {}
        self._estimating = threading.Lock()

    def board(self, account_id: str) -> JobBoard:
        """Return the one job board of an account."""
        services = self.services
        return self._once(
            self._boards,
            account_id,
            lambda: JobBoard(services.transport, services.settings, account_id, self._progress, self._busy_accounts),
        )

    def _busy_accounts(self) -> int:
        return sum(board.busy for board in list(self._boards.values()))

    def planner(self, definition: ReportDefinition, account_id: str) -> Planner:
        """Return the planner of a report in an account.

        Raises:
            ApiFailure: when X does not show the account, or shows a time zone that nobody knows.
        """
        record = self.services.accounts.records().get(account_id)
        if record is None:
            where = Where(definition.name, account_id)
            raise ApiFailure(BY_CODE["ACCOUNT_NOT_FOUND"], where, "X does not show this ad account")
        try:
            calendar = AccountCalendar(str(record.get("timezone")), record.get("timezone_switch_at"))
            calendar.local_date(self.now)
        except ValueError as error:
            raise ApiFailure(BY_STATUS[400], Where(definition.name, account_id), str(error)) from error
        feed = self.feeds.of(account_id)
        return Planner(definition, self.services.settings, account_id, calendar, feed, self.now)

    def retriever(self, definition: ReportDefinition, pending: PendingJobs) -> ReportRetriever:
        """Return the retriever of a report, with the countries or platforms that its jobs must name.

        Args:
            definition: the report.
            pending: the jobs of its windows that are not read yet.

        Raises:
            ApiFailure: when they cannot be looked up.
        """
        return ReportRetriever(
            definition,
            self.services.transport,
            self.now,
            self._progress,
            pending,
            self._targeting.countries(definition),
            self._targeting.platforms(definition),
            self._files,
        )

    def estimate(self, definition: ReportDefinition, windows: Iterable[PlannedWindow]) -> None:
        """Tell the platform how many rows the stream will have, as far as it is planned."""
        added = sum(expected_rows(definition, planned.window, planned.entities) for planned in windows)
        # Accounts are planned side by side: the message that is written last must hold all of them.
        with self._estimating:
            total = self._estimates[definition.name] = self._estimates.get(definition.name, 0) + added
            estimate = AirbyteEstimateTraceMessage(
                name=definition.name, type=EstimateType.STREAM, row_estimate=total, byte_estimate=total * BYTES_PER_ROW
            )
            emitted_at = datetime.now(timezone.utc).timestamp() * 1000
            trace = AirbyteTraceMessage(type=TraceType.ESTIMATE, emitted_at=emitted_at, estimate=estimate)
            self._repository.emit_message(AirbyteMessage(type=Type.TRACE, trace=trace))

    def _once(self, made: dict[str, Made], key: str, make: Callable[[], Made]) -> Made:
        with self._lock:
            if key not in made:
                made[key] = make()
            return made[key]

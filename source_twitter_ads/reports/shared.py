# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the reports of one sync share, each part made when it is first needed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, TypeVar

from airbyte_cdk.models import (
    AirbyteEstimateTraceMessage,
    AirbyteMessage,
    AirbyteTraceMessage,
    EstimateType,
    FailureType,
    TraceType,
    Type,
)
from airbyte_cdk.sources.message import MessageRepository

from source_twitter_ads.api.answers import text_of
from source_twitter_ads.api.errors import BY_CODE, BY_STATUS, Action, ApiFailure, Rule, Where
from source_twitter_ads.api.paging import pages
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
from source_twitter_ads.reports.windows import AccountCalendar

# The pages of the locations list: small, since it is filtered to countries.
LOCATIONS_PER_PAGE = 1000
# A row of a report as JSON, roughly; only for the estimate that a platform draws its bar from.
BYTES_PER_ROW = 1500

_NO_COUNTRY = Rule(
    Action.FAIL,
    FailureType.config_error,
    "Name countries in which X sells ads in country_codes, for instance US, or take the report out.",
)

logger = logging.getLogger("airbyte")

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
        self.feeds = ActivityFeeds(services.transport)
        self._repository = repository
        self._progress = Progress()
        self._files = ResultFiles()
        self._lock = threading.Lock()
        self._boards: dict[str, JobBoard] = {}
        self._countries: list[str] | None = None
        self._platforms: list[str] | None = None
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
        countries: Iterable[str | None] = self._country_values(definition) if definition.needs_country else (None,)
        platforms: Iterable[str | None] = self._platform_values(definition) if definition.needs_platform else (None,)
        return ReportRetriever(
            definition,
            self.services.transport,
            self.now,
            self._progress,
            pending,
            countries,
            platforms,
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

    def _country_values(self, definition: ReportDefinition) -> list[str]:
        """Targeting values of the configured countries (x-ads-api.md §7.6), looked up once per sync.

        Raises:
            ApiFailure: when X has none for any of them, since the report would come out empty and look complete.
        """
        where = Where(definition.name)
        codes = self.services.settings.country_codes
        with self._lock:
            if self._countries is None:
                self._countries = [value for code in codes for value in self._country_value(code, where)]
        if not self._countries:
            happened = f"X lists no targeting value for {', '.join(codes)}, and {definition.segmentation} needs one"
            raise ApiFailure(_NO_COUNTRY, where, happened)
        return self._countries

    def _country_value(self, code: str, where: Where) -> list[str]:
        query = {"country_code": code, "location_type": "COUNTRIES"}
        transport = self.services.transport
        path, count = "targeting_criteria/locations", LOCATIONS_PER_PAGE
        listing = pages(transport, path, query, where, count=count, read=_targeting_value)
        values = [value for page in listing for value in page]
        if not values:
            logger.warning(
                "X lists no targeting value for country code %s, so reports that are made country by country have no "
                "rows of it. Take it out of country_codes, or correct it.",
                code,
            )
        return values

    def _platform_values(self, definition: ReportDefinition) -> list[str]:
        """Targeting values of all platforms (x-ads-api.md §7.6), looked up once per sync."""
        with self._lock:
            if self._platforms is None:
                path, where = "targeting_criteria/platforms", Where(definition.name)
                transport, count = self.services.transport, LOCATIONS_PER_PAGE
                listing = pages(transport, path, {}, where, count=count, read=_targeting_value)
                self._platforms = [platform for page in listing for platform in page]
            return self._platforms


def _targeting_value(record: Mapping[str, Any]) -> str:
    return text_of(record, "targeting_value")

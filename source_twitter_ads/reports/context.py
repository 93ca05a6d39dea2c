# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the reports of one sync share: the scheduler, the moment of the sync, and looked-up targeting values."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from itertools import chain
from typing import Any

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.bodies import text_of
from source_twitter_ads.api.errors import BY_CODE, BY_STATUS, Action, ApiFailure, RequestContext, Rule
from source_twitter_ads.api.pagination import MAX_PAGE_SIZE, pages
from source_twitter_ads.api.services import Services
from source_twitter_ads.reports.calendar import AccountCalendar
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.planner import Plan, Planner
from source_twitter_ads.reports.report_run import ReportRun
from source_twitter_ads.reports.scheduler import Scheduler

logger = logging.getLogger("airbyte")

_NO_COUNTRY = Rule(
    Action.FAIL,
    FailureType.config_error,
    "Name countries in which X sells ads in country_codes, for instance US, or take the report out.",
)
_NO_PLATFORM = Rule(Action.FAIL, FailureType.transient_error, "Run the sync again; if it stays so, please report it.")


class _TargetingValues:
    """Targeting values that reports have in common, looked up once per sync.

    X may take long for one list: a report that needs none, or another one, does not wait for it.
    """

    def __init__(self, look_up: Callable[[RequestContext], list[str]]) -> None:
        self._look_up = look_up
        self._lock = threading.Lock()
        self._values: list[str] | None = None

    def of(self, definition: ReportDefinition, rule: Rule, lacking: str) -> Sequence[str]:
        """Return the values.

        Raises:
            ApiFailure: when X has none, since the report would come out empty and look complete.
        """
        context = RequestContext(definition.name)
        with self._lock:
            if self._values is None:
                self._values = self._look_up(context)
        if not self._values:
            raise ApiFailure(rule, context, f"X lists no {lacking}, and {definition.segmentation} needs one")
        return self._values


# Files that are unpacked at a time, of all reports: each takes some 50 MB, and the interpreter works on one anyway.
FILES_UNPACKED = 2


class ReportContext:
    """The shared parts of the reports of one sync.

    Attributes:
        now: the moment of the sync, aware.
        unpacking: to be held while a result file is unpacked and read.

    Args:
        services: the shared parts of the sync.
        reports: names of all reports of the sync.
    """

    def __init__(self, services: Services, reports: Iterable[str]) -> None:
        self.services = services
        self.now = datetime.now(timezone.utc)
        self.unpacking = threading.BoundedSemaphore(FILES_UNPACKED)
        self._reports = list(reports)
        self._country_values = _TargetingValues(self._look_up_countries)
        self._platform_values = _TargetingValues(self._look_up_platforms)
        self._lock = threading.Lock()
        self._scheduler: Scheduler | None = None

    def scheduler(self) -> Scheduler:
        """Return the one scheduler of the sync, at work."""
        with self._lock:
            if self._scheduler is None:
                self._scheduler = Scheduler(self.services, self._reports)
                self.services.on_close(self._scheduler.close)
                self._scheduler.start()
            return self._scheduler

    def run(self, definition: ReportDefinition, cursor: ReportCursor, tweets: Mapping[str, Sequence[str]]) -> ReportRun:
        """Return a report that is ready to be read, with the countries or platforms that its jobs must name.

        `tweets` are the ids of organic Tweets by account, where the report is about them.

        Raises:
            ApiFailure: when countries or platforms cannot be looked up.
        """
        countries: Sequence[str | None] = (None,)
        platforms: Sequence[str | None] = (None,)
        if definition.needs_country:
            codes = ", ".join(self.services.settings.country_codes)
            countries = self._country_values.of(definition, _NO_COUNTRY, f"targeting value for {codes}")
        if definition.needs_platform:
            platforms = self._platform_values.of(definition, _NO_PLATFORM, "platform")
        return ReportRun(
            definition,
            cursor,
            lambda account_id: self._plan(definition, cursor, account_id, tweets.get(account_id, ())),
            countries,
            platforms,
        )

    def organic_tweets(self, definition: ReportDefinition, account_id: str) -> list[str]:
        """Return the ids of all organic Tweets of an account: X lists no activity of them, and an old one may be seen.

        Raises:
            ApiFailure: when X refuses.
        """
        query = {"tweet_type": "PUBLISHED", "timeline_type": "ORGANIC", "trim_user": "true"}
        context = RequestContext(definition.name, account_id)
        return self._listed(f"accounts/{account_id}/tweets", query, context, _tweet_id)

    def _look_up_countries(self, context: RequestContext) -> list[str]:
        found: list[str] = []
        for code in self.services.settings.country_codes:
            query = {"country_code": code, "location_type": "COUNTRIES"}
            values = self._listed("targeting_criteria/locations", query, context, _targeting_value)
            if not values:
                logger.warning(
                    "X lists no targeting value for country code %s, so reports that are made country by country have "
                    "no rows of it. Take it out of country_codes, or correct it.",
                    code,
                )
            found.extend(values)
        return found

    def _look_up_platforms(self, context: RequestContext) -> list[str]:
        return self._listed("targeting_criteria/platforms", {}, context, _targeting_value)

    def _listed(
        self, path: str, query: Mapping[str, str], context: RequestContext, read: Callable[[Mapping[str, Any]], str]
    ) -> list[str]:
        listing = pages(self.services.client, path, query, context, count=MAX_PAGE_SIZE, read=read)
        return list(chain.from_iterable(listing))

    def _plan(self, definition: ReportDefinition, cursor: ReportCursor, account_id: str, tweets: Sequence[str]) -> Plan:
        """Begin the plan of a report in an account.

        Raises:
            ApiFailure: when X does not show the account, or shows an unknown time zone.
        """
        record = self.services.accounts.records().get(account_id)
        context = RequestContext(definition.name, account_id)
        if record is None:
            raise ApiFailure(BY_CODE["ACCOUNT_NOT_FOUND"], context, "X does not show this ad account")
        try:
            calendar = AccountCalendar(str(record.get("timezone")), record.get("timezone_switch_at"))
            calendar.local_date(self.now)
        except ValueError as error:
            raise ApiFailure(BY_STATUS[400], context, str(error)) from error
        planner = Planner(definition, self.services.settings, account_id, calendar, self.now, tweets)
        return planner.plan(cursor.bookmark(account_id), cursor.read_from(account_id))


def _targeting_value(record: Mapping[str, object]) -> str:
    return text_of(record, "targeting_value")


def _tweet_id(tweet: Mapping[str, object]) -> str:
    return text_of(tweet, next((name for name in ("tweet_id", "id_str") if tweet.get(name)), "id"))

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the reports of one sync share: the scheduler, the moment of the sync, and looked-up targeting values."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.bodies import text_of
from source_twitter_ads.api.client import ApiClient
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


class TargetingValues:
    """Targeting values that reports have in common, each list looked up once per sync.

    Args:
        client: sends the requests.
        country_codes: the configured countries.
    """

    def __init__(self, client: ApiClient, country_codes: Sequence[str]) -> None:
        self._client = client
        self._codes = country_codes
        # Of their own, and one each: X may take long for one list, and nothing else has to wait for it.
        self._asking_countries, self._asking_platforms = threading.Lock(), threading.Lock()
        self._countries: list[str] | None = None
        self._platforms: list[str] | None = None

    def countries(self, definition: ReportDefinition) -> Sequence[str | None]:
        """Return the countries that each job of a report is made for, one after another; (None,) where none is needed.

        Raises:
            ApiFailure: when X has none for any of them, since the report would come out empty and look complete.
        """
        if not definition.needs_country:
            return (None,)
        context = RequestContext(definition.name)
        with self._asking_countries:
            if self._countries is None:
                self._countries = [value for code in self._codes for value in self._country(code, context)]
        if not self._countries:
            happened = (
                f"X lists no targeting value for {', '.join(self._codes)}, and {definition.segmentation} needs one"
            )
            raise ApiFailure(_NO_COUNTRY, context, happened)
        return self._countries

    def platforms(self, definition: ReportDefinition) -> Sequence[str | None]:
        """Return the platforms, as `countries` does.

        Raises:
            ApiFailure: when X lists none, for the same reason.
        """
        if not definition.needs_platform:
            return (None,)
        context = RequestContext(definition.name)
        with self._asking_platforms:
            if self._platforms is None:
                self._platforms = self._list("targeting_criteria/platforms", {}, context)
        if not self._platforms:
            raise ApiFailure(_NO_PLATFORM, context, f"X lists no platform, and {definition.segmentation} needs one")
        return self._platforms

    def _country(self, code: str, context: RequestContext) -> list[str]:
        query = {"country_code": code, "location_type": "COUNTRIES"}
        values = self._list("targeting_criteria/locations", query, context)
        if not values:
            logger.warning(
                "X lists no targeting value for country code %s, so reports that are made country by country have no "
                "rows of it. Take it out of country_codes, or correct it.",
                code,
            )
        return values

    def _list(self, path: str, query: Mapping[str, str], context: RequestContext) -> list[str]:
        listing = pages(self._client, path, query, context, count=MAX_PAGE_SIZE, read=_targeting_value)
        return [value for page in listing for value in page]


def _targeting_value(record: Mapping[str, Any]) -> str:
    return text_of(record, "targeting_value")


# Files that are unpacked at a time, of all reports: each takes some 50 MB, and the interpreter works on one anyway.
FILES_UNPACKED = 2


class ReportContext:
    """The shared parts of the reports of one sync.

    Attributes:
        services: the shared parts of the sync.
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
        self._targeting = TargetingValues(services.client, services.settings.country_codes)
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

        Args:
            definition: the report.
            cursor: its bookmarks.
            tweets: organic Tweets by account, where the report is about them.

        Raises:
            ApiFailure: when countries or platforms cannot be looked up.
        """
        return ReportRun(
            definition,
            cursor,
            lambda account_id: self._plan(definition, cursor, account_id, tweets.get(account_id, ())),
            self._targeting.countries(definition),
            self._targeting.platforms(definition),
        )

    def organic_tweets(self, definition: ReportDefinition, account_id: str) -> list[str]:
        """Return the ids of all organic Tweets of an account: X lists no activity of them, and an old one may be seen.

        Raises:
            ApiFailure: when X refuses.
        """
        query = {"tweet_type": "PUBLISHED", "timeline_type": "ORGANIC", "trim_user": "true"}
        context = RequestContext(definition.name, account_id)
        path = f"accounts/{account_id}/tweets"
        listing = pages(self.services.client, path, query, context, count=MAX_PAGE_SIZE, read=_tweet_id)
        return [tweet_id for page in listing for tweet_id in page]

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
        return planner.plan(cursor.bookmark(account_id))


def _tweet_id(tweet: Mapping[str, object]) -> str:
    return text_of(tweet, next((name for name in ("tweet_id", "id_str") if tweet.get(name)), "id"))

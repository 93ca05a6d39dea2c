# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the reports of one sync share: the scheduler, the moment of the sync, and looked-up targeting values."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone

from source_twitter_ads.api.bodies import text_of
from source_twitter_ads.api.errors import BY_CODE, BY_STATUS, ApiFailure, Where
from source_twitter_ads.api.pagination import MAX_PAGE_SIZE, pages
from source_twitter_ads.api.services import Services
from source_twitter_ads.reports.account_calendar import AccountCalendar
from source_twitter_ads.reports.catalog import ReportDefinition
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.planner import Plan, Planner
from source_twitter_ads.reports.report_run import ReportRun
from source_twitter_ads.reports.scheduler import Scheduler
from source_twitter_ads.reports.targeting import TargetingValues

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
        self._targeting = TargetingValues(services.transport, services.settings.country_codes)
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
        where = Where(definition.name, account_id)
        path = f"accounts/{account_id}/tweets"
        listing = pages(self.services.transport, path, query, where, count=MAX_PAGE_SIZE, read=_tweet_id)
        return [tweet_id for page in listing for tweet_id in page]

    def _plan(self, definition: ReportDefinition, cursor: ReportCursor, account_id: str, tweets: Sequence[str]) -> Plan:
        """Begin the plan of a report in an account.

        Raises:
            ApiFailure: when X does not show the account, or shows a time zone that nobody knows.
        """
        record = self.services.accounts.records().get(account_id)
        where = Where(definition.name, account_id)
        if record is None:
            raise ApiFailure(BY_CODE["ACCOUNT_NOT_FOUND"], where, "X does not show this ad account")
        try:
            calendar = AccountCalendar(str(record.get("timezone")), record.get("timezone_switch_at"))
            calendar.local_date(self.now)
        except ValueError as error:
            raise ApiFailure(BY_STATUS[400], where, str(error)) from error
        planner = Planner(definition, self.services.settings, account_id, calendar, self.now, tweets)
        return planner.plan(cursor.bookmark(account_id))


def _tweet_id(tweet: Mapping[str, object]) -> str:
    return text_of(tweet, next((name for name in ("tweet_id", "id_str") if tweet.get(name)), "id"))

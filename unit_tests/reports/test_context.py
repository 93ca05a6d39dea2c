# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the reports of a sync share: countries and platforms, organic Tweets, calendars, the scheduler.

Source: docs/x-ads-api.md §7.6.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.message import NoopMessageRepository

from source_twitter_ads.api.bodies import ApiResponse
from source_twitter_ads.api.errors import ApiFailure, RequestContext
from source_twitter_ads.reports.context import ReportContext
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.report_run import ReportRun
from unit_tests.reports.builders import report
from unit_tests.reports.fakes import FakeFeed, Read, settings

METROS = report(segment="METROS")


class FakeX:
    """X, which knows the targeting values of some countries, and the services of a sync that asks it.

    Attributes:
        asked: the codes that it was asked for.
        began, asking: set once it is asked; it answers when it may.
        accounts_shown: the accounts by id.
        pages: the pages of organic Tweets.
        closers: what is to be ended with the sync.
    """

    def __init__(self, codes: str = "US", known: str = "") -> None:
        self.settings = settings(country_codes=tuple(codes.split()))
        self.client = self.accounts = self
        self.asked: list[str] = []
        self._known = known.split()
        self.began, self.asking = threading.Event(), threading.Event()
        self.asking.set()
        self.accounts_shown: dict[str, Mapping[str, Any]] = {"1a": {"timezone": "Etc/UTC"}}
        self.pages: list[list[dict[str, Any]]] = []
        self.closers: list[Callable[[], None]] = []

    def records(self) -> Mapping[str, Mapping[str, Any]]:
        """The accounts as X shows them."""
        return self.accounts_shown

    def on_close(self, closer: Callable[[], None]) -> None:
        """Note what is to be ended."""
        self.closers.append(closer)

    def get(self, path: str, params: Mapping[str, str], context: RequestContext, read: Read) -> ApiResponse:
        """The places of a country, no platforms; or a page of Tweets."""
        self.began.set()
        self.asking.wait(5)
        if path.endswith("/tweets"):
            page = self.pages.pop(0)
            return ApiResponse(
                200, {}, {"data": [read(one) for one in page], "next_cursor": "more" if self.pages else None}
            )
        self.asked.append(params.get("country_code", ""))
        places = [{"targeting_value": f"value of {code}"} for code in self._known if code == self.asked[-1]]
        return ApiResponse(200, {}, {"data": [read(place) for place in places], "next_cursor": None})


def context_of(x: Any) -> ReportContext:
    return ReportContext(x, ["spend"])


def run(context: ReportContext, definition: ReportDefinition, **tweets: list[str]) -> ReportRun:
    cursor = ReportCursor(definition.name, "date", {}, NoopMessageRepository())
    return context.run(definition, cursor, tweets)


class TestTargeting:
    """What X does not know is told, never passed over."""

    def test_given_a_code_that_x_does_not_know_when_looked_up_then_one_warning(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        x = FakeX("US AQ", known="US")
        context = context_of(x)
        assert [run(context, METROS).countries for _ in range(2)] == [["value of US"]] * 2
        (text,) = (record.getMessage() for record in caplog.records)
        assert "country code AQ" in text
        assert text.endswith("Take it out of country_codes, or correct it.")
        assert x.asked == ["US", "AQ"]

    def test_given_only_codes_that_x_does_not_know_when_looked_up_then_each_report_fails(self) -> None:
        context = context_of(FakeX("AQ BV", known=""))
        for _ in range(2):
            with pytest.raises(
                ApiFailure, match="X lists no targeting value for AQ, BV, and METROS needs one"
            ) as caught:
                run(context, METROS)
            assert caught.value.failure_type is FailureType.config_error
            assert "country_codes" in str(caught.value.message)

    def test_given_no_platform_in_xs_list_when_looked_up_then_the_report_fails(self) -> None:
        context = context_of(FakeX("US", known=""))
        for _ in range(2):
            with pytest.raises(ApiFailure, match="X lists no platform") as caught:
                run(context, report(segment="DEVICES"))
            assert caught.value.failure_type is FailureType.transient_error

    def test_given_a_report_that_needs_neither_when_begun_then_x_is_not_asked(self) -> None:
        x = FakeX("US", known="US")
        one = run(context_of(x), report())
        assert (one.countries, one.platforms, x.asked) == ((None,), (None,), [])

    def test_given_a_list_that_takes_long_when_asked_for_then_other_reports_do_not_wait(self) -> None:
        x = FakeX("US", known="US")
        context = context_of(x)
        x.asking.clear()
        slow = threading.Thread(target=run, args=(context, METROS))
        slow.start()
        x.began.wait(5)
        assert run(context, report()).countries == (None,)
        x.asking.set()
        slow.join(5)
        assert not slow.is_alive()


class TestPlans:
    def plan_of(self, x: FakeX, definition: ReportDefinition, **tweets: list[str]) -> list[Any]:
        return FakeFeed().drive(run(context_of(x), definition, **tweets).plan("1a"))

    def test_given_an_account_that_x_does_not_show_when_planned_then_it_says_so(self) -> None:
        x = FakeX()
        x.accounts_shown = {}
        with pytest.raises(ApiFailure, match=r"X does not show this ad account \(stream spend, account 1a\)"):
            self.plan_of(x, report())

    @pytest.mark.parametrize("zone", ["Nowhere/At_All", None, ""])
    def test_given_an_unknown_time_zone_when_planned_then_it_is_named(self, zone: str | None) -> None:
        x = FakeX()
        x.accounts_shown = {"1a": {"timezone": zone}}
        with pytest.raises(ApiFailure, match="is not the name of a time zone"):
            self.plan_of(x, report())

    def test_given_organic_tweets_when_planned_then_these_are_read(self) -> None:
        planned = self.plan_of(FakeX(), report(entity="ORGANIC_TWEET"), **{"1a": ["t1", "t2"]})
        assert planned[-1].entities == {"ALL_ON_TWITTER": {"t1", "t2"}}

    @pytest.mark.parametrize(
        "tweet", [{"tweet_id": "7"}, {"id_str": "7", "id": 8}, {"id": 7}, {"tweet_id": None, "id_str": "7"}], ids=str
    )
    def test_given_tweets_in_any_style_when_listed_then_their_ids_as_text(self, tweet: dict[str, Any]) -> None:
        x = FakeX()
        x.pages = [[tweet], [{"tweet_id": "9"}]]
        assert context_of(x).organic_tweets(report(entity="ORGANIC_TWEET"), "1a") == ["7", "9"]


class TestScheduler:
    def test_given_many_reports_when_read_then_one_scheduler_that_ends_with_the_sync(self) -> None:
        x = FakeX()
        context = context_of(x)
        before = threading.active_count()
        assert context.scheduler() is context.scheduler()
        assert threading.active_count() == before + 1
        (close,) = x.closers
        close()
        context.scheduler()._loop.join(5)
        assert threading.active_count() == before

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which windows are read for which entities, and what X is asked for it (design "Reports" 1–3; x-ads-api.md §7.7)."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from source_twitter_ads.api.errors import BY_CODE, ApiFailure, Skipped
from source_twitter_ads.reports.activity import Activity
from source_twitter_ads.reports.planning import PlannedWindow, Planner
from source_twitter_ads.reports.windows import AccountCalendar
from unit_tests.reports.builders import NOW, UTC, report
from unit_tests.reports.fakes import WHERE, FakeFeed, refusal, settings

DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shown(entity_id: str, start: str, end: str, *placements: str, recorded: str = "") -> tuple[datetime, Activity]:
    """Activity of an entity; recorded when it began unless told otherwise."""
    activity = Activity(entity_id, placements or ("ALL_ON_TWITTER",), at(start), at(end))
    return at(recorded or start), activity


def plan(
    feed: FakeFeed,
    bookmark: str | None = None,
    zone: str = "UTC",
    changes: dict[str, Any] | None = None,
    **entry: Any,
) -> list[PlannedWindow]:
    given = settings(**{"start_date": "2026-09-01", **(changes or {})})
    planner = Planner(report(**entry), given, "1a", AccountCalendar(zone, None), feed, NOW)  # type: ignore[arg-type]
    return planner.plan(at(bookmark) if bookmark else None)


class CrowdedFeed(FakeFeed):
    """Answers once so many questions are there together.

    Attributes:
        most: how many were there together.
    """

    def __init__(self, expected: int) -> None:
        super().__init__()
        self.most = 0
        self._there = 0
        self._expected = expected
        self._changed = threading.Condition()

    def changes(self, *arguments: Any) -> list[Activity]:
        """Nothing, after a while."""
        with self._changed:
            self._there += 1
            self.most = max(self.most, self._there)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.most >= self._expected, 2)
            self._there -= 1
        return super().changes(*arguments)


class RefusingFeed(FakeFeed):
    """Refuses every question."""

    def __init__(self, failure: ApiFailure | None = None) -> None:
        super().__init__()
        self._failure = failure or refusal(400, "INVALID_PARAMETER")

    def changes(self, *_: Any) -> list[Activity]:
        """Never anything."""
        raise self._failure


def sent(planned: list[PlannedWindow]) -> list[tuple[str, str]]:
    return [(one.window.request_start, one.window.request_end) for one in planned]


class TestFirstSync:
    @pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kolkata", "America/Sao_Paulo"])
    def test_given_no_bookmark_when_planned_then_x_is_asked_once_per_window_without_a_gap(self, zone: str) -> None:
        feed = FakeFeed()
        planned = plan(feed, zone=zone)
        asked = sorted(feed.asked)
        assert len(asked) == len(planned) == 3
        assert asked[0][0] <= planned[0].window.start_utc
        assert asked[-1][1] == NOW
        assert all(earlier[1] >= later[0] for earlier, later in pairwise(asked))

    def test_given_many_windows_when_planned_then_x_is_asked_about_four_at_a_time(self) -> None:
        feed = CrowdedFeed(4)
        plan(feed, changes={"start_date": "2026-01-01"})
        assert len(feed.asked) == 11
        assert feed.most == 4

    @pytest.mark.parametrize(
        ("entry", "advice"),
        [
            (
                {"entity": "MEDIA_CREATIVE"},
                "X has retired entity MEDIA_CREATIVE in June 2026: take it out of the report.",
            ),
            ({"entity": "CAMPAIGN"}, "This is likely a defect of the connector: please report it with this message."),
        ],
    )
    def test_given_an_entity_that_x_refuses_when_planned_then_the_error_says_whether_x_has_retired_it(
        self, entry: dict[str, Any], advice: str
    ) -> None:
        with pytest.raises(ApiFailure) as caught:
            plan(RefusingFeed(), **entry)
        assert str(caught.value.message).endswith(advice)

    def test_given_an_account_without_the_feature_when_planned_then_it_is_skipped_as_ever(self) -> None:
        with pytest.raises(Skipped):
            plan(RefusingFeed(Skipped(BY_CODE["FEATURE_NOT_AVAILABLE"], WHERE, "no")), entity="MEDIA_CREATIVE")

    def test_given_windows_when_planned_then_each_closes_at_its_end_and_the_last_at_the_sync_s_moment(
        self,
    ) -> None:
        ends = [planned.closes_until for planned in plan(FakeFeed())]
        assert ends == [at("2026-10-01"), at("2026-10-31"), NOW]

    def test_given_activity_when_planned_then_entities_are_asked_where_and_when_they_were_shown(self) -> None:
        feed = FakeFeed(
            shown("c1", "2026-09-05", "2026-09-06", "ALL_ON_TWITTER", "TREND"), shown("c2", "2026-10-05", "2026-11-02")
        )
        assert [planned.entities for planned in plan(feed)] == [
            {"ALL_ON_TWITTER": {"c1"}, "TREND": {"c1"}},
            {"ALL_ON_TWITTER": {"c2"}},
            {"ALL_ON_TWITTER": {"c2"}},
        ]

    def test_given_a_change_recorded_in_a_later_window_when_planned_then_the_window_that_it_is_about_is_asked(
        self,
    ) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", recorded="2026-11-20"))
        assert [planned.entities for planned in plan(feed)] == [{"ALL_ON_TWITTER": {"c1"}}, {}, {}]

    def test_given_placements_of_the_report_when_planned_then_others_are_left_out(self) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", "ALL_ON_TWITTER", "TREND"))
        assert plan(feed, placements=["TREND"])[0].entities == {"TREND": {"c1"}}

    def test_given_an_hour_that_x_alone_counts_to_the_first_day_when_planned_then_x_is_asked_for_it(self) -> None:
        # September began at 07:00Z in Los Angeles, or at 08:00Z by the offset in force now; its end is as uncertain.
        feed = FakeFeed(shown("c1", "2026-10-01T07:30:00", "2026-10-01T07:45:00"))
        planned = plan(feed, zone="America/Los_Angeles")
        assert [bool(one.entities) for one in planned] == [True, True, False]

    def test_given_an_end_date_that_has_passed_when_planned_then_x_is_asked_what_it_corrected_since(self) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", recorded="2026-11-20"))
        planned = plan(feed, changes={"end_date": "2026-09-10"})
        assert [one.entities for one in planned] == [{"ALL_ON_TWITTER": {"c1"}}]
        assert feed.asked[-1] == (at("2026-09-11"), NOW)

    def test_given_an_account_report_when_planned_then_x_is_not_asked_and_every_placement_is_read(self) -> None:
        feed = FakeFeed()
        placements = {"ALL_ON_TWITTER", "SPOTLIGHT", "TREND"}
        assert [set(one.entities) for one in plan(feed, entity="ACCOUNT")] == [placements] * 3
        assert feed.asked == []


class TestLaterSync:
    def test_given_a_bookmark_when_planned_then_one_question_from_the_attribution_window_before_it(self) -> None:
        feed = FakeFeed()
        assert sent(plan(feed, "2026-11-22T09:00:00")) == [("2026-11-08", "2026-11-23")]
        assert feed.asked == [(at("2026-11-08"), NOW)]

    def test_given_a_bookmark_in_the_future_when_planned_then_nothing(self) -> None:
        assert plan(FakeFeed(), "2999-01-01") == []

    def test_given_an_attribution_window_of_zero_when_planned_then_the_bookmark_s_own_day_is_read_again(self) -> None:
        planned = plan(FakeFeed(), "2026-11-21T09:00:00", changes={"attribution_window": 0})
        assert sent(planned) == [("2026-11-21", "2026-11-23")]


class TestCorrections:
    BOOKMARK = "2026-11-22T09:20:00"
    NOW = "2026-11-22T10:00:00"

    def test_given_a_corrected_old_day_when_planned_then_it_comes_first_and_closes_nothing(self) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05T03:00:00", "2026-09-06T05:00:00", recorded=self.NOW))
        older, current = plan(feed, self.BOOKMARK)
        assert sent([older]) == [("2026-09-05", "2026-09-07")]
        assert (older.entities, older.closes_until) == ({"ALL_ON_TWITTER": {"c1"}}, None)
        assert current.entities == {}

    def test_given_a_correction_that_an_earlier_sync_has_read_when_planned_then_it_is_not_read_again(self) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", recorded="2026-11-20"))
        assert sent(plan(feed, self.BOOKMARK)) == [("2026-11-08", "2026-11-23")]
        assert feed.asked[-1] == (at(self.BOOKMARK), NOW)

    def test_given_nothing_old_corrected_when_planned_then_there_is_no_second_question(self) -> None:
        feed = FakeFeed(shown("c1", "2026-11-10", "2026-11-20"))
        plan(feed, self.BOOKMARK)
        assert len(feed.asked) == 1

    def test_given_corrections_of_many_entities_when_planned_then_they_share_a_window(self) -> None:
        recorded = [
            shown(f"c{n}", f"2026-09-{5 + n:02}", f"2026-09-{8 + n:02}T12:00:00", recorded=self.NOW) for n in range(9)
        ]
        older = plan(FakeFeed(*recorded), self.BOOKMARK)[:-1]
        assert sent(older) == [("2026-09-05", "2026-09-17")]
        assert older[0].entities["ALL_ON_TWITTER"] == {f"c{n}" for n in range(9)}

    def test_given_corrections_that_lie_far_apart_when_planned_then_what_lies_between_is_not_read(self) -> None:
        feed = FakeFeed(
            shown("c1", "2026-09-02", "2026-09-02T05:00:00", recorded=self.NOW),
            shown("c2", "2026-11-03", "2026-11-03T05:00:00", recorded=self.NOW),
        )
        older = plan(feed, self.BOOKMARK)[:-1]
        assert sent(older) == [("2026-09-02", "2026-09-03"), ("2026-11-03", "2026-11-04")]
        assert [one.entities for one in older] == [{"ALL_ON_TWITTER": {"c1"}}, {"ALL_ON_TWITTER": {"c2"}}]

    def test_given_a_correction_up_to_the_present_when_planned_then_it_ends_where_the_windows_begin(self) -> None:
        feed = FakeFeed(shown("c1", "2026-11-02", "2026-11-22T09:30:00", recorded=self.NOW))
        older, current = plan(feed, self.BOOKMARK)
        assert sent([older, current]) == [("2026-11-02", "2026-11-08"), ("2026-11-08", "2026-11-23")]
        assert older.entities == current.entities == {"ALL_ON_TWITTER": {"c1"}}

    @pytest.mark.parametrize("entry", [{"segment": "AGE"}, {"granularity": "TOTAL"}])
    def test_given_a_segmented_or_total_report_when_planned_then_whole_windows_of_the_start_date_s_grid(
        self, entry: dict[str, Any]
    ) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", recorded=self.NOW))
        assert sent(plan(feed, self.BOOKMARK, **entry))[0] == ("2026-09-01", "2026-10-01")

    def test_given_hours_of_a_half_hour_zone_when_planned_then_whole_hours_that_hold_the_correction(self) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05T18:30:07", "2026-09-05T19:29:55", recorded=self.NOW))
        older = plan(feed, self.BOOKMARK, zone="Asia/Kolkata", granularity="HOUR")[0]
        assert sent([older]) == [("2026-09-05T18:00:00Z", "2026-09-05T20:00:00Z")]

    def test_given_an_hour_that_x_may_count_to_the_day_before_when_corrected_then_both_days_are_read(self) -> None:
        # 07:30Z is 00:30 of 5 September in Los Angeles, and 23:30 of the 4th by the offset in force now.
        feed = FakeFeed(shown("c1", "2026-09-05T07:30:00", "2026-09-05T07:40:00", recorded=self.NOW))
        older = plan(feed, self.BOOKMARK, zone="America/Los_Angeles")[0]
        assert sent([older]) == [("2026-09-04", "2026-09-06")]

    def test_given_a_correction_before_the_start_date_when_planned_then_it_is_left_alone(self) -> None:
        feed = FakeFeed(shown("c1", "2026-08-05", "2026-08-06", recorded=self.NOW))
        assert sent(plan(feed, self.BOOKMARK)) == [("2026-11-08", "2026-11-23")]

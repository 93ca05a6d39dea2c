# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which windows are read for which entities, what X is asked for it, and how little of that is kept.

Source: docs/x-ads-api.md §7.7.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from sys import getsizeof
from typing import Any

import pytest

from source_twitter_ads.reports.calendar import iso
from source_twitter_ads.reports.options import PLACEMENTS
from source_twitter_ads.reports.planner import (
    LONGEST_QUESTION,
    Activity,
    PlannedWindow,
    Planner,
    Question,
    questions,
    read_activity,
)
from source_twitter_ads.reports.windows import AccountCalendar
from unit_tests.reports.builders import NOW, UTC, report
from unit_tests.reports.fakes import FakeFeed, settings

# X is asked by whole hours.
NEXT_HOUR = NOW.replace(hour=11, minute=0)


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
    entity_ids: tuple[str, ...] = (),
    moved_at: str | None = None,
    **entry: Any,
) -> list[PlannedWindow]:
    given = settings(**{"start_date": "2026-09-01", **(changes or {})})
    planner = Planner(report(**entry), given, "1a", AccountCalendar(zone, moved_at), NOW, entity_ids)
    return feed.drive(planner.plan(at(bookmark) if bookmark else None))


def sent(planned: list[PlannedWindow]) -> list[tuple[str, str]]:
    return [(one.window.request_start, one.window.request_end) for one in planned]


class TestFirstSync:
    @pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kolkata", "America/Sao_Paulo"])
    def test_given_no_bookmark_when_planned_then_one_question_per_window_without_a_gap(self, zone: str) -> None:
        feed = FakeFeed()
        planned = plan(feed, zone=zone)
        asked = sorted(feed.asked)
        assert len(asked) == len(planned) == 3
        assert asked[0][0] <= planned[0].window.start_utc
        assert asked[-1][1] == NEXT_HOUR
        assert all(earlier[1] >= later[0] for earlier, later in pairwise(asked))

    def test_given_many_windows_when_planned_then_all_questions_are_there_at_once(self) -> None:
        feed = FakeFeed()
        plan(feed, changes={"start_date": "2026-01-01"})
        assert feed.rounds == [11]

    def test_given_a_window_when_planned_then_one_question_covers_both_readings_of_it(self) -> None:
        feed = FakeFeed()
        plan(feed, zone="America/Los_Angeles", changes={"start_date": "2026-10-24"})
        ((start, end),) = feed.asked
        assert end - start <= LONGEST_QUESTION

    def test_given_windows_when_planned_then_each_closes_at_its_end(
        self,
    ) -> None:
        ends = [planned.closes_until for planned in plan(FakeFeed())]
        assert ends == [at("2026-10-01"), at("2026-10-31"), NOW]

    def test_given_activity_when_planned_then_entities_are_asked_where_and_when_shown(self) -> None:
        feed = FakeFeed(
            shown("c1", "2026-09-05", "2026-09-06", "ALL_ON_TWITTER", "TREND"), shown("c2", "2026-10-05", "2026-11-02")
        )
        assert [planned.entities for planned in plan(feed)] == [
            {"ALL_ON_TWITTER": {"c1"}, "TREND": {"c1"}},
            {"ALL_ON_TWITTER": {"c2"}},
            {"ALL_ON_TWITTER": {"c2"}},
        ]

    def test_given_a_change_recorded_later_when_planned_then_its_own_window_is_asked(
        self,
    ) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", recorded="2026-11-20"))
        assert [planned.entities for planned in plan(feed)] == [{"ALL_ON_TWITTER": {"c1"}}, {}, {}]

    def test_given_placements_of_the_report_when_planned_then_others_are_left_out(self) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", "ALL_ON_TWITTER", "TREND"))
        assert plan(feed, placements=["TREND"])[0].entities == {"TREND": {"c1"}}

    def test_given_the_retired_placement_when_planned_then_not_asked(self) -> None:
        ended = shown("c1", "2026-09-05", "2026-09-06", "PUBLISHER_NETWORK", "TREND")
        alone = shown("c2", "2026-09-05", "2026-09-06", "PUBLISHER_NETWORK")
        new = shown("c3", "2026-09-05", "2026-09-06", "LIVE_VIDEO")
        assert plan(FakeFeed(ended, alone, new))[0].entities == {"TREND": {"c1"}, "LIVE_VIDEO": {"c3"}}

    def test_given_the_retired_placement_by_name_when_planned_then_asked(self) -> None:
        named = ["PUBLISHER_NETWORK"]
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", "PUBLISHER_NETWORK", "TREND"))
        assert plan(feed, placements=named)[0].entities == {"PUBLISHER_NETWORK": {"c1"}}

    @pytest.mark.parametrize("named", [["PUBLISHER_NETWORK"], None])
    def test_given_no_placements_when_planned_then_those_of_the_report(self, named: list[str] | None) -> None:
        feed = FakeFeed((at("2026-11-20"), read_activity(entry(placements=None))))
        assert set(plan(feed, placements=named)[-1].entities) == set(named or PLACEMENTS)

    def test_given_an_hour_of_x_s_first_day_alone_when_planned_then_x_is_asked_for_it(self) -> None:
        # September began at 07:00Z in Los Angeles, or at 08:00Z by the offset in force now; its end is as uncertain.
        feed = FakeFeed(shown("c1", "2026-10-01T07:30:00", "2026-10-01T07:45:00"))
        planned = plan(feed, zone="America/Los_Angeles")
        assert [bool(one.entities) for one in planned] == [True, True, False]

    def test_given_an_end_date_in_the_past_when_planned_then_x_is_asked_for_corrections(self) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", recorded="2026-11-20"))
        planned = plan(feed, changes={"end_date": "2026-09-10"})
        assert [one.entities for one in planned] == [{"ALL_ON_TWITTER": {"c1"}}]
        assert at("2026-09-11") in [start for start, _ in feed.asked]
        assert feed.asked[-1][1] == NEXT_HOUR

    def test_given_organic_tweets_when_planned_then_each_is_read_in_every_window(self) -> None:
        feed = FakeFeed()
        planned = plan(feed, entity="ORGANIC_TWEET", entity_ids=("t1", "t2"))
        assert [one.entities for one in planned] == [{"ALL_ON_TWITTER": {"t1", "t2"}}] * 3
        assert feed.asked == []


class TestRunningDay:
    """30 days and today are one window, so that a first sync of a month takes one job per 20 entities."""

    def test_given_thirty_days_and_today_when_planned_then_one_window(self) -> None:
        assert sent(plan(FakeFeed(), changes={"start_date": "2026-10-23"})) == [("2026-10-23", "2026-11-23")]

    def test_given_thirty_one_days_and_today_when_planned_then_two_windows(self) -> None:
        planned = plan(FakeFeed(), changes={"start_date": "2026-10-22"})
        assert sent(planned) == [("2026-10-22", "2026-11-21"), ("2026-11-21", "2026-11-23")]

    def test_given_hours_of_thirty_days_and_today_when_planned_then_one_window(self) -> None:
        planned = plan(FakeFeed(), changes={"start_date": "2026-10-23"}, granularity="HOUR")
        assert sent(planned) == [("2026-10-23T00:00:00Z", "2026-11-22T11:00:00Z")]

    def test_given_totals_when_planned_then_today_is_a_window_of_its_own_on_the_grid(self) -> None:
        planned = plan(FakeFeed(), changes={"start_date": "2026-10-23"}, granularity="TOTAL")
        assert sent(planned) == [("2026-10-23", "2026-11-22"), ("2026-11-22", "2026-11-23")]

    @pytest.mark.parametrize("granularity", ["DAY", "HOUR"])
    def test_given_an_account_that_moved_today_when_planned_then_no_window_spans_it(self, granularity: str) -> None:
        moved, month = at("2026-11-22T08:00:00"), {"start_date": "2026-10-23"}
        planned = plan(FakeFeed(), moved_at=iso(moved), changes=month, granularity=granularity)
        assert planned[-1].window.start_utc == moved
        assert planned[-2].window.end_utc == moved

    def test_given_a_window_with_today_when_planned_then_it_closes_at_the_sync_s_moment(self) -> None:
        (planned,) = plan(FakeFeed(), changes={"start_date": "2026-10-23"})
        assert planned.closes_until == NOW


class TestAccountReport:
    """X lists no activity of accounts: an account has numbers only where something in it has."""

    KINDS = ("CAMPAIGN", "FUNDING_INSTRUMENT", "LINE_ITEM", "PROMOTED_ACCOUNT", "PROMOTED_TWEET")
    MONTH: dict[str, Any] = {"start_date": "2026-10-23"}  # noqa: RUF012

    def test_given_an_account_report_when_planned_then_x_is_asked_for_each_kind(self) -> None:
        feed = FakeFeed()
        plan(feed, entity="ACCOUNT", changes=self.MONTH)
        assert sorted(feed.kinds) == sorted(self.KINDS)
        assert feed.rounds == [5]

    def test_given_nothing_active_when_planned_then_no_window_asks_for_the_account(self) -> None:
        assert [one.entities for one in plan(FakeFeed(), entity="ACCOUNT")] == [{}] * 3

    @pytest.mark.parametrize("kind", KINDS)
    def test_given_activity_of_any_kind_when_planned_then_the_account_is_read_there(self, kind: str) -> None:
        feed = FakeFeed(shown("x9", "2026-10-05", "2026-10-06", "ALL_ON_TWITTER", "TREND"), kind=kind)
        assert [one.entities for one in plan(feed, entity="ACCOUNT")] == [
            {},
            {"ALL_ON_TWITTER": {"1a"}, "TREND": {"1a"}},
            {},
        ]

    def test_given_placements_of_the_report_when_planned_then_the_account_under_these(self) -> None:
        feed = FakeFeed(shown("x9", "2026-11-05", "2026-11-06", "ALL_ON_TWITTER", "TREND"))
        (planned,) = plan(feed, entity="ACCOUNT", placements=["TREND"], changes=self.MONTH)
        assert planned.entities == {"TREND": {"1a"}}

    def test_given_a_corrected_line_item_when_planned_then_the_account_is_read_again(self) -> None:
        change = shown("l1", "2026-09-05T03:00:00", "2026-09-06T05:00:00", recorded="2026-11-22T10:00:00")
        older, current = plan(FakeFeed(change, kind="LINE_ITEM"), "2026-11-22T09:20:00", entity="ACCOUNT")
        assert (sent([older]), older.entities) == ([("2026-09-05", "2026-09-07")], {"ALL_ON_TWITTER": {"1a"}})
        assert current.entities == {}


class TestLaterSync:
    def test_given_a_bookmark_when_planned_then_one_question_with_the_attribution_window(self) -> None:
        feed = FakeFeed()
        assert sent(plan(feed, "2026-11-22T09:00:00")) == [("2026-11-08", "2026-11-23")]
        assert feed.asked == [(at("2026-11-08"), NEXT_HOUR)]

    def test_given_a_bookmark_in_the_future_when_planned_then_nothing(self) -> None:
        assert plan(FakeFeed(), "2999-01-01") == []

    def test_given_no_attribution_when_planned_then_the_bookmark_s_day_is_read_again(self) -> None:
        planned = plan(FakeFeed(), "2026-11-21T09:00:00", changes={"attribution_window": 0})
        assert sent(planned) == [("2026-11-21", "2026-11-23")]


class TestCorrections:
    BOOKMARK = "2026-11-22T09:20:00"
    NOW = "2026-11-22T10:00:00"

    def test_given_a_corrected_old_day_when_planned_then_it_is_first_and_closes_nothing(self) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05T03:00:00", "2026-09-06T05:00:00", recorded=self.NOW))
        older, current = plan(feed, self.BOOKMARK)
        assert sent([older]) == [("2026-09-05", "2026-09-07")]
        assert (older.entities, older.closes_until) == ({"ALL_ON_TWITTER": {"c1"}}, None)
        assert current.entities == {}

    def test_given_a_correction_of_an_earlier_sync_when_planned_then_not_read_again(self) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", recorded="2026-11-20"))
        assert sent(plan(feed, self.BOOKMARK)) == [("2026-11-08", "2026-11-23")]
        assert feed.asked[-1] == (at("2026-11-22T09:00:00"), NEXT_HOUR)

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

    def test_given_corrections_far_apart_when_planned_then_nothing_between_is_read(self) -> None:
        feed = FakeFeed(
            shown("c1", "2026-09-02", "2026-09-02T05:00:00", recorded=self.NOW),
            shown("c2", "2026-11-03", "2026-11-03T05:00:00", recorded=self.NOW),
        )
        older = plan(feed, self.BOOKMARK)[:-1]
        assert sent(older) == [("2026-09-02", "2026-09-03"), ("2026-11-03", "2026-11-04")]
        assert [one.entities for one in older] == [{"ALL_ON_TWITTER": {"c1"}}, {"ALL_ON_TWITTER": {"c2"}}]

    def test_given_a_correction_up_to_now_when_planned_then_it_ends_where_windows_begin(self) -> None:
        feed = FakeFeed(shown("c1", "2026-11-02", "2026-11-22T09:30:00", recorded=self.NOW))
        older, current = plan(feed, self.BOOKMARK)
        assert sent([older, current]) == [("2026-11-02", "2026-11-08"), ("2026-11-08", "2026-11-23")]
        assert older.entities == current.entities == {"ALL_ON_TWITTER": {"c1"}}

    @pytest.mark.parametrize("entry", [{"segment": "AGE"}, {"granularity": "TOTAL"}])
    def test_given_a_segmented_or_total_report_when_corrected_then_whole_windows(self, entry: dict[str, Any]) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", recorded=self.NOW))
        assert sent(plan(feed, self.BOOKMARK, **entry))[0] == ("2026-09-01", "2026-10-01")

    def test_given_a_half_hour_zone_when_corrected_then_whole_hours_hold_the_correction(self) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05T18:30:07", "2026-09-05T19:29:55", recorded=self.NOW))
        older = plan(feed, self.BOOKMARK, zone="Asia/Kolkata", granularity="HOUR")[0]
        assert sent([older]) == [("2026-09-05T18:00:00Z", "2026-09-05T20:00:00Z")]

    def test_given_an_hour_of_either_day_when_corrected_then_both_days_are_read(self) -> None:
        # 07:30Z is 00:30 of 5 September in Los Angeles, and 23:30 of the 4th by the offset in force now.
        feed = FakeFeed(shown("c1", "2026-09-05T07:30:00", "2026-09-05T07:40:00", recorded=self.NOW))
        older = plan(feed, self.BOOKMARK, zone="America/Los_Angeles")[0]
        assert sent([older]) == [("2026-09-04", "2026-09-06")]

    def test_given_a_correction_before_the_start_date_when_planned_then_it_is_left_alone(self) -> None:
        feed = FakeFeed(shown("c1", "2026-08-05", "2026-08-06", recorded=self.NOW))
        assert sent(plan(feed, self.BOOKMARK)) == [("2026-11-08", "2026-11-23")]

    def test_given_corrections_when_planned_then_x_is_asked_twice_and_no_more(self) -> None:
        feed = FakeFeed(shown("c1", "2026-09-05", "2026-09-06", recorded=self.NOW))
        plan(feed, self.BOOKMARK)
        assert feed.rounds == [1, 1]


ALL = ("ALL_ON_TWITTER", "SPOTLIGHT", "TREND", "PUBLISHER_NETWORK")


def entry(**changes: Any) -> dict[str, Any]:
    times = {"activity_start_time": "2026-11-20T01:30:07Z", "activity_end_time": "2026-11-21T07:42:55Z"}
    # X's ids and names come out of a parser, each time as new objects.
    entity_id = "".join(("c", "1"))
    return {"entity_id": entity_id, "placements": ["ALL_ON_TWITTER", "TREND"], **times, **changes}


class TestEntries:
    @pytest.mark.parametrize("nothing", [{"placements": one} for one in (None, [], [None], ["TREND", None])], ids=str)
    def test_given_activity_without_placements_when_read_then_all_of_them(self, nothing: dict[str, Any]) -> None:
        assert read_activity(entry(**nothing)).placements == ALL

    def test_given_activity_whose_placements_are_missing_when_read_then_all_of_them(self) -> None:
        without = entry()
        del without["placements"]
        assert read_activity(without).placements == ALL

    def test_given_placements_when_read_then_those_alone(self) -> None:
        found = read_activity(entry(placements=["TREND", "PUBLISHER_NETWORK"]))
        assert found.placements == ("TREND", "PUBLISHER_NETWORK")

    def test_given_times_in_another_offset_when_read_then_the_same_instants(self) -> None:
        found = read_activity(
            entry(activity_start_time="2026-09-04T23:00:00-05:00", activity_end_time="2026-09-05T09:30:00.000+0530")
        )
        assert (found.start, found.end) == (at("2026-09-05T04:00:00"), at("2026-09-05T04:00:00"))

    def test_given_an_id_as_number_when_read_then_it_is_text(self) -> None:
        assert read_activity(entry(entity_id=12)).entity_id == "12"

    @pytest.mark.parametrize(
        "odd",
        [
            {"entity_id": None},
            {"entity_id": ["c1"]},
            {"placements": "TREND"},
            {"placements": [7]},
            {"placements": [["TREND"]]},
            {"activity_start_time": 1788000000},
            {"activity_start_time": ["2026-09-05T00:00:00Z"]},
            {"activity_start_time": "0001-01-01T00:00:00+14:00"},
            {"activity_end_time": "9999-12-31T23:59:59-14:00"},
            {"activity_start_time": "soon"},
            {"activity_end_time": None},
        ],
        ids=str,
    )
    def test_given_an_entry_that_is_none_when_read_then_it_is_a_bad_answer(self, odd: dict[str, Any]) -> None:
        with pytest.raises((KeyError, TypeError, ValueError)):
            read_activity(entry(**odd))


class TestMemory:
    def test_given_one_entity_in_two_answers_when_kept_then_equal_parts_are_shared(self) -> None:
        first, second = read_activity(entry()), read_activity(entry())
        assert first == second
        assert all(
            getattr(first, name) is getattr(second, name) for name in ("entity_id", "placements", "start", "end")
        )

    def test_given_an_activity_when_kept_then_it_takes_less_than_a_hundred_bytes(self) -> None:
        activity = read_activity(entry())
        assert not hasattr(activity, "__dict__")
        assert getsizeof(activity) < 100


class TestQuestions:
    def test_given_a_short_period_when_asked_then_one_question_of_whole_hours(self) -> None:
        (question,) = questions("CAMPAIGN", NOW - timedelta(minutes=40), NOW)
        assert question.parameters() == {
            "entity": "CAMPAIGN",
            "start_time": "2026-11-22T09:00:00Z",
            "end_time": "2026-11-22T11:00:00Z",
        }

    def test_given_a_long_period_when_asked_then_questions_without_gap_that_x_takes(self) -> None:
        asked = list(questions("CAMPAIGN", NOW - timedelta(days=100), NOW))
        assert len(asked) == 4
        assert all(one.end - one.start <= LONGEST_QUESTION < timedelta(days=90) for one in asked)
        assert all(earlier.end == later.start for earlier, later in pairwise(asked))

    def test_given_an_empty_period_when_asked_then_no_question(self) -> None:
        assert list(questions("CAMPAIGN", NOW.replace(minute=0), NOW.replace(minute=0))) == []

    def test_given_two_reports_with_the_same_question_when_compared_then_it_is_one(self) -> None:
        assert len({Question("CAMPAIGN", NOW, NOW), Question("CAMPAIGN", NOW, NOW)}) == 1

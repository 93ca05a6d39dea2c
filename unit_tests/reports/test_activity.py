# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What X says was active, and how little of it is kept (x-ads-api.md §7.7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from sys import getsizeof
from typing import Any

import pytest

from source_twitter_ads.api.answers import Answer
from source_twitter_ads.api.errors import ApiFailure, Where
from source_twitter_ads.reports.account_calendar import floor_hour, iso
from source_twitter_ads.reports.activity import Activity, ActivityFeed
from unit_tests.reports.builders import NOW
from unit_tests.reports.fakes import OTHER, WHERE, Read, refusal

LONG_AGO = iso(floor_hour(NOW - timedelta(days=45)))
ALL = ("ALL_ON_TWITTER", "SPOTLIGHT", "TREND")


class FakeX:
    """Answers every question for activity with the same entries.

    Attributes:
        asked: how many questions there were.
    """

    def __init__(self, *entries: dict[str, Any], failing: Collection[str] = ()) -> None:
        self._entries = entries
        self._failing = failing
        self.asked = 0

    def get(self, path: str, params: Mapping[str, str], where: Where, read: Read) -> Answer:
        """X's answer."""
        self.asked += 1
        if params["start_time"] in self._failing:
            raise refusal(503, "SERVICE_UNAVAILABLE")
        # X's ids and names come out of a parser, each time as new objects.
        return Answer(
            200, {}, {"data": [read({**entry, "entity_id": "".join(entry["entity_id"])}) for entry in self._entries]}
        )


def entry(*entity_id: str, **changes: Any) -> dict[str, Any]:
    times = {"activity_start_time": "2026-11-20T01:30:07Z", "activity_end_time": "2026-11-21T07:42:55Z"}
    return {"entity_id": entity_id or ("c", "1"), "placements": ["ALL_ON_TWITTER", "TREND"], **times, **changes}


def changes(x: FakeX) -> list[Activity]:
    feed = ActivityFeed(x, "1a", 300)  # type: ignore[arg-type]
    return feed.changes("CAMPAIGN", NOW - timedelta(days=45), NOW, WHERE)


@pytest.mark.parametrize("nothing", [{"placements": None}, {"placements": []}])
def test_given_activity_without_placements_when_read_then_the_entity_is_asked_for_in_all_of_them(
    nothing: dict[str, Any],
) -> None:
    assert changes(FakeX(entry(**nothing)))[0].placements == ALL


def test_given_activity_whose_placements_are_missing_when_read_then_the_entity_is_asked_for_in_all_of_them() -> None:
    without = entry()
    del without["placements"]
    assert changes(FakeX(without))[0].placements == ALL


def test_given_placements_when_read_then_those_alone() -> None:
    assert changes(FakeX(entry(placements=["TREND", "PUBLISHER_NETWORK"])))[0].placements == (
        "TREND",
        "PUBLISHER_NETWORK",
    )


def test_given_one_entity_in_two_answers_when_kept_then_what_they_have_in_common_is_there_once() -> None:
    first, second = changes(FakeX(entry()))
    assert first == second
    assert all(getattr(first, name) is getattr(second, name) for name in ("entity_id", "placements", "start", "end"))


def test_given_an_activity_when_kept_then_it_takes_less_than_a_hundred_bytes() -> None:
    (activity, *_) = changes(FakeX(entry()))
    assert not hasattr(activity, "__dict__")
    assert getsizeof(activity) < 100


class TestOutage:
    """One account whose active_entities are down is waited out once, however many reports it has."""

    def feed(self, x: FakeX) -> ActivityFeed:
        return ActivityFeed(x, "1a", 300)  # type: ignore[arg-type]

    def test_given_a_question_that_x_leaves_unanswered_when_another_report_has_it_then_it_is_not_asked_again(
        self,
    ) -> None:
        x = FakeX(entry(), failing={LONG_AGO})
        feed = self.feed(x)
        for where in (WHERE, OTHER):
            with pytest.raises(ApiFailure) as caught:
                feed.changes("CAMPAIGN", NOW - timedelta(days=45), NOW, where)
        assert "What was active is unknown" in str(caught.value.message)
        assert str(OTHER) in str(caught.value.message)
        assert x.asked == 1

    def test_given_one_question_of_many_that_stays_unanswered_when_asked_again_then_the_others_are_answered(
        self,
    ) -> None:
        x = FakeX(entry(), failing={LONG_AGO})
        feed = self.feed(x)
        assert len(feed.changes("CAMPAIGN", NOW - timedelta(days=10), NOW, WHERE)) == 1
        for _ in range(2):
            with pytest.raises(ApiFailure):
                feed.changes("CAMPAIGN", NOW - timedelta(days=45), NOW, OTHER)
        assert len(feed.changes("LINE_ITEM", NOW - timedelta(days=10), NOW, OTHER)) == 1
        assert x.asked == 3

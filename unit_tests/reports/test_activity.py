# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What X says was active, which questions that takes, and how little of it is kept (docs/x-ads-api.md §7.7)."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from sys import getsizeof
from typing import Any

import pytest

from source_twitter_ads.reports.planner import LONGEST_QUESTION, Question, questions, read_activity
from unit_tests.reports.builders import NOW

ALL = ("ALL_ON_TWITTER", "SPOTLIGHT", "TREND")


def entry(**changes: Any) -> dict[str, Any]:
    times = {"activity_start_time": "2026-11-20T01:30:07Z", "activity_end_time": "2026-11-21T07:42:55Z"}
    # X's ids and names come out of a parser, each time as new objects.
    entity_id = "".join(("c", "1"))
    return {"entity_id": entity_id, "placements": ["ALL_ON_TWITTER", "TREND"], **times, **changes}


class TestEntries:
    @pytest.mark.parametrize("nothing", [{"placements": None}, {"placements": []}])
    def test_given_activity_without_placements_when_read_then_all_of_them(self, nothing: dict[str, Any]) -> None:
        assert read_activity(entry(**nothing)).placements == ALL

    def test_given_activity_whose_placements_are_missing_when_read_then_all_of_them(self) -> None:
        without = entry()
        del without["placements"]
        assert read_activity(without).placements == ALL

    def test_given_placements_when_read_then_those_alone(self) -> None:
        found = read_activity(entry(placements=["TREND", "PUBLISHER_NETWORK"]))
        assert found.placements == ("TREND", "PUBLISHER_NETWORK")

    @pytest.mark.parametrize(
        "odd",
        [
            {"entity_id": None},
            {"placements": "TREND"},
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

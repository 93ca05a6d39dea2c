# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""An account of many windows does not starve the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice

from source_twitter_ads.reports.turns import Turns


def windows(account_id: str, count: int) -> list[str]:
    return [f"{account_id}{number}" for number in range(count)]


def taken(items: Iterator[str], count: int) -> list[str]:
    return list(islice(items, count))


def test_given_accounts_of_many_and_of_few_windows_when_handed_out_then_one_of_each_in_turn_oldest_first() -> None:
    turns = Turns[str](3)
    for account_id, count in (("a", 4), ("b", 1), ("c", 2)):
        turns.planned(account_id, windows(account_id, count))
    assert list(turns) == ["a0", "b0", "c0", "a1", "c1", "a2", "a3"]


def test_given_an_account_that_is_not_planned_yet_when_handed_out_then_its_first_window_waits_for_few() -> None:
    turns = Turns[str](2, ahead=3)
    turns.planned("a", windows("a", 200))
    items = iter(turns)
    assert taken(items, 3) == ["a0", "a1", "a2"]
    threading.Timer(0.05, turns.planned, ("b", windows("b", 2))).start()
    assert set(taken(items, 2)) == {"a3", "b0"}
    assert len(list(items)) == 197


def test_given_a_plan_that_takes_long_when_windows_are_read_then_further_ones_are_handed_out() -> None:
    turns = Turns[str](2, ahead=2)
    turns.planned("a", windows("a", 5))
    items = iter(turns)
    found = taken(items, 2)
    for _ in range(3):
        turns.read("a")
        found += taken(items, 1)
    assert found == windows("a", 5)


def test_given_plans_that_came_to_nothing_when_handed_out_then_it_ends() -> None:
    turns = Turns[str](2)
    turns.planned("a", ())
    turns.planned("b", ())
    assert list(turns) == []


def test_given_all_plans_when_nothing_is_read_then_everything_is_handed_out() -> None:
    turns = Turns[str](2, ahead=1)
    turns.planned("a", windows("a", 3))
    turns.planned("b", windows("b", 3))
    assert list(turns) == ["a0", "b0", "a1", "b1", "a2", "b2"]

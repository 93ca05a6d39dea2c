# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How many packed files may be in memory, whatever their size."""

from __future__ import annotations

from typing import Any

import pytest

from source_twitter_ads.reports.downloads import MAX_HELD_BYTES, FileBudget
from source_twitter_ads.reports.report_run import ReportRun
from unit_tests.reports.builders import report

MEGABYTE = 1024 * 1024


def run(name: str = "spend", largest: int | None = None) -> ReportRun:
    unused: Any = None
    return ReportRun(report(name=name), unused, unused, largest_file=largest)


@pytest.fixture
def budget() -> FileBudget:
    return FileBudget()


def fetch(budget: FileBudget, one: ReportRun, size: int) -> None:
    """Have a file of a report fetched; it is not read yet."""
    assert budget.may_fetch(one)
    budget.arrived(one, budget.begin(one), size)


def fetchable(budget: FileBudget, one: ReportRun) -> int:
    """How many files of a report may be on their way at once."""
    count = 0
    while budget.may_fetch(one):
        budget.begin(one)
        count += 1
    return count


class TestRoom:
    def test_given_a_report_without_a_file_so_far_when_asked_then_one_file_alone(self, budget: FileBudget) -> None:
        assert fetchable(budget, run()) == 1

    def test_given_a_report_of_small_files_when_asked_then_many(self, budget: FileBudget) -> None:
        assert fetchable(budget, run(largest=MEGABYTE // 8)) == 8 * MAX_HELD_BYTES // MEGABYTE

    def test_given_a_file_larger_than_all_may_be_when_nothing_is_held_then_it_is_fetched(
        self, budget: FileBudget
    ) -> None:
        assert fetchable(budget, run(largest=2 * MAX_HELD_BYTES)) == 1

    def test_given_a_first_file_when_it_is_small_then_others_follow(self, budget: FileBudget) -> None:
        one = run()
        fetch(budget, one, MEGABYTE)
        assert one.largest_file == MEGABYTE
        assert fetchable(budget, one) == MAX_HELD_BYTES // MEGABYTE - 1

    def test_given_files_of_different_size_when_asked_then_the_largest_counts(self, budget: FileBudget) -> None:
        one = run()
        for size in (MEGABYTE, 4 * MEGABYTE, MEGABYTE):
            fetch(budget, one, size)
        assert one.largest_file == 4 * MEGABYTE

    def test_given_files_that_wait_to_be_read_when_asked_then_they_count(self, budget: FileBudget) -> None:
        one = run(largest=8 * MEGABYTE)
        for _ in range(4):
            fetch(budget, one, 8 * MEGABYTE)
        assert not budget.may_fetch(one)
        budget.end(one, 8 * MEGABYTE)
        assert budget.may_fetch(one)

    def test_given_a_file_that_could_not_be_fetched_when_asked_then_its_room_is_free(self, budget: FileBudget) -> None:
        one = run()
        budget.end(one, budget.begin(one))
        assert budget.may_fetch(one)


class TestForgotten:
    def test_given_a_report_that_nobody_reads_when_forgotten_then_its_room_is_free(self, budget: FileBudget) -> None:
        left = run()
        fetch(budget, left, MAX_HELD_BYTES)
        budget.forget(left)
        assert budget.may_fetch(run("other"))

    def test_given_a_file_on_its_way_when_its_report_is_forgotten_then_the_count_fits(self, budget: FileBudget) -> None:
        left, other = run(largest=MAX_HELD_BYTES), run("other", largest=MAX_HELD_BYTES)
        expected = budget.begin(left)
        budget.forget(left)
        budget.arrived(left, expected, MEGABYTE)
        budget.end(left, MEGABYTE)
        assert fetchable(budget, other) == 1

    def test_given_a_report_without_files_when_forgotten_then_nothing_happens(self, budget: FileBudget) -> None:
        budget.forget(run())
        assert budget.may_fetch(run())

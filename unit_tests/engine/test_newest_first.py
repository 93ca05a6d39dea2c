# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Where an incremental read stops (docs/x-ads-api.md §9 E5, E6, E7)."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.engine.listing import NewestFirst


def at(*days: int | None) -> list[dict[str, Any]]:
    """Records of those days of June; None for one without a cursor value."""
    return [{"id": n, "updated_at": None if day is None else day_text(day)} for n, day in enumerate(days)]


def day_text(day: int) -> str:
    return f"2026-06-{day:02d}T00:00:00Z"


def reader(since: int | None = None, until: int | None = None, ordered: bool = True, began: int = 30) -> NewestFirst:
    bounds = (None if day is None else day_text(day) for day in (since, until))
    return NewestFirst("campaigns", lambda record: record["updated_at"], *bounds, lambda: day_text(began), ordered)


def cut(bounds: NewestFirst, *days: int | None) -> tuple[list[int | None], int | None, bool]:
    kept, newest, complete = bounds.cut(at(*days))
    return [_day(record["updated_at"]) for record in kept], _day(newest), complete


def _day(text: str | None) -> int | None:
    return None if text is None else int(text[8:10])


class TestStopping:
    def test_given_no_bookmark_when_cut_then_all_is_kept_and_the_read_goes_on(self) -> None:
        assert cut(reader(), 9, 7, 7, 3) == ([9, 7, 7, 3], 9, False)

    def test_given_a_page_of_news_when_cut_then_the_read_goes_on(self) -> None:
        assert cut(reader(since=2), 9, 7, 3) == ([9, 7, 3], 9, False)

    def test_given_an_older_record_when_cut_then_it_is_left_out_and_the_read_ends(self) -> None:
        assert cut(reader(since=5), 9, 7, 3, 1) == ([9, 7], 9, True)

    def test_given_records_equal_to_the_bookmark_when_cut_then_they_are_kept_and_the_read_goes_on(self) -> None:
        assert cut(reader(since=5), 9, 5, 5, 5) == ([9, 5, 5, 5], 9, False)

    def test_given_equal_records_on_the_next_page_when_cut_then_they_are_kept_too(self) -> None:
        bounds = reader(since=5)
        assert cut(bounds, 9, 5) == ([9, 5], 9, False)
        assert cut(bounds, 5, 5, 4) == ([5, 5], 5, True)

    def test_given_only_older_records_when_cut_then_nothing_is_kept_and_the_read_ends(self) -> None:
        assert cut(reader(since=5), 4, 3) == ([], None, True)

    def test_given_an_empty_page_when_cut_then_the_read_goes_on(self) -> None:
        assert cut(reader(since=5)) == ([], None, False)


class TestNoCursorValue:
    def test_given_records_without_a_value_when_cut_then_they_are_kept_and_move_nothing(self) -> None:
        assert cut(reader(since=5), None, None) == ([None, None], None, False)

    def test_given_a_mixed_page_when_cut_then_those_without_a_value_are_kept_beside_the_news(self) -> None:
        assert cut(reader(since=5), 9, None, 4, None) == ([9, None, None], 9, True)

    def test_given_a_first_record_without_a_value_when_cut_then_the_newest_comes_from_the_others(self) -> None:
        assert cut(reader(), None, 9, 8) == ([None, 9, 8], 9, False)


class TestUntil:
    def test_given_an_end_when_cut_then_newer_records_are_left_out_and_move_nothing(self) -> None:
        assert cut(reader(until=6), 9, 7, 6, 3) == ([6, 3], 6, False)

    def test_given_only_newer_records_when_cut_then_nothing_is_kept_and_the_read_goes_on(self) -> None:
        assert cut(reader(since=2, until=6), 9, 8) == ([], None, False)

    def test_given_both_bounds_when_cut_then_only_what_lies_between_is_kept(self) -> None:
        assert cut(reader(since=4, until=6), 9, 6, 5, 4, 3) == ([6, 5, 4], 6, True)

    def test_given_both_bounds_when_a_page_ends_at_the_bookmark_then_the_read_goes_on(self) -> None:
        assert cut(reader(since=5, until=6), 9, 5, 5) == ([5, 5], 5, False)


class TestChangesWhileReading:
    """What was changed after the first page was asked for may be on a page that was already read.

    Source: docs/x-ads-api.md §9 E6.
    """

    def test_given_records_newer_than_the_read_when_cut_then_they_are_kept_and_move_the_bookmark_to_its_beginning(
        self,
    ) -> None:
        assert cut(reader(since=5, began=8), 9, 7) == ([9, 7], 8, False)

    def test_given_records_outside_the_bounds_too_when_cut_then_the_bookmark_still_stops_there(self) -> None:
        assert cut(reader(since=5, began=8), 9, 4) == ([9], 8, True)

    def test_given_no_order_when_a_later_page_holds_a_change_then_the_bookmark_still_stops_there(self) -> None:
        bounds = reader(since=2, ordered=False, began=8)
        assert [cut(bounds, 3, 7)[1], cut(bounds, 4, 9)[1]] == [7, 8]


class TestOrder:
    def test_given_a_page_that_is_not_sorted_when_cut_then_the_read_goes_on_to_the_end(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        bounds = reader(since=5)
        with caplog.at_level(logging.WARNING, "airbyte"):
            assert cut(bounds, 3, 9, 4) == ([9], 9, False)
            assert cut(bounds, 2, 8) == ([8], 8, False)
        assert caplog.text.count("did not sort campaigns newest first") == 1

    def test_given_a_page_that_begins_newer_than_the_last_one_ended_when_cut_then_it_counts_as_unsorted(self) -> None:
        bounds = reader(since=5)
        cut(bounds, 9, 6)
        assert cut(bounds, 7, 4) == ([7], 7, False)

    def test_given_a_listing_without_order_when_cut_then_it_is_read_to_the_end_without_a_warning(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert cut(reader(since=5, ordered=False), 3, 9) == ([9], 9, False)
        assert caplog.text == ""

    @given(
        st.lists(st.lists(st.integers(1, 28) | st.none(), max_size=5), max_size=6),
        st.integers(1, 28),
        st.integers(1, 28),
        st.booleans(),
    )
    def test_given_any_pages_when_read_until_complete_then_a_sorted_listing_loses_nothing(
        self, pages: list[list[int | None]], since: int, until: int, sort: bool
    ) -> None:
        if sort:
            flat = sorted((d for page in pages for d in page if d is not None), reverse=True)
            pages = [flat[i : i + 3] for i in range(0, len(flat), 3)]
        bounds = reader(since=since, until=until)
        kept: list[int | None] = []
        for number, page in enumerate(pages):
            days, newest, complete = cut(bounds, *page)
            kept += days
            assert newest == max((d for d in days if d is not None), default=None)
            if complete:
                assert not sort or all(d is None or d <= since for later in pages[number + 1 :] for d in later)
                break
        if sort:
            assert kept == [d for page in pages for d in page if d is None or since <= d <= until]

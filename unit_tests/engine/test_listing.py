# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One page is read ahead, an incremental read stops at the bookmark, and a refusal may be skipped."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.engine.listing import PAGES_AHEAD, Cut, NewestFirst, Records, _permits, read_ahead, read_pages

SECONDS = 10


class Listing:
    """Pages that note which pages were asked for."""

    def __init__(self, *pages: list[dict[str, Any]] | Exception) -> None:
        self._pages = pages
        self._asked = threading.Condition()
        self.asked = 0

    def __iter__(self) -> Iterator[Records]:
        for page in self._pages:
            with self._asked:
                self.asked += 1
                self._asked.notify_all()
            if isinstance(page, Exception):
                raise page
            yield page

    def wait_until_asked(self, number: int) -> None:
        """Wait until so many pages were asked for."""
        with self._asked:
            assert self._asked.wait_for(lambda: self.asked >= number, SECONDS)


def wait_until_nothing_is_read_ahead() -> None:
    ends = time.monotonic() + SECONDS
    while _permits._value < PAGES_AHEAD:
        assert time.monotonic() < ends
        time.sleep(0.001)


def page(number: int) -> list[dict[str, Any]]:
    return [{"id": number}]


def test_given_pages_when_read_ahead_then_all_come_in_order() -> None:
    listing = Listing(*map(page, range(5)))

    assert [used.records for used in read_ahead(iter(listing))] == [page(number) for number in range(5)]


def test_given_a_page_in_use_when_more_follow_then_exactly_the_next_one_is_fetched() -> None:
    listing = Listing(*map(page, range(5)))
    reading = read_ahead(iter(listing))

    next(reading)
    listing.wait_until_asked(2)

    assert listing.asked == 2


def test_given_a_page_that_completes_the_read_then_none_behind_it_is_asked_for() -> None:
    def first_two(records: Records) -> Cut:
        return Cut(records, complete=records[0]["id"] == 1)

    listing = Listing(*map(page, range(5)))

    kept = [used.records for used in read_ahead(iter(listing), first_two)]

    assert (kept, listing.asked) == ([page(0), page(1)], 2)


def test_given_a_page_that_fails_when_read_ahead_then_the_pages_before_it_came_first() -> None:
    reading = read_ahead(iter(Listing(page(0), ValueError("no answer"))))

    assert next(reading).records == page(0)
    with pytest.raises(ValueError, match="no answer"):
        next(reading)


def test_given_more_listings_than_are_read_ahead_when_read_then_each_comes_whole() -> None:
    listings = [Listing(*map(page, range(3))) for _ in range(3 * PAGES_AHEAD)]
    readings = [read_ahead(iter(listing)) for listing in listings]

    rounds = [[next(reading).records for reading in readings] for _ in range(3)]

    assert rounds == [[page(number)] * len(listings) for number in range(3)]


def test_given_reads_that_were_given_up_when_another_begins_then_it_reads_ahead() -> None:
    for _ in range(2 * PAGES_AHEAD):
        next(read_ahead(iter(Listing(page(0), page(1)))))
        wait_until_nothing_is_read_ahead()
    listing = Listing(page(0), page(1))

    reading = read_ahead(iter(listing))
    next(reading)

    listing.wait_until_asked(2)


def at(*days: int | None) -> list[dict[str, Any]]:
    """Records of those days of June; None for one without a cursor value."""
    return [{"id": n, "updated_at": None if day is None else day_text(day)} for n, day in enumerate(days)]


def day_text(day: int) -> str:
    return f"2026-06-{day:02d}T00:00:00Z"


def reader(since: int | None = None, until: int | None = None, ordered: bool = True, began: int = 30) -> NewestFirst:
    bounds = (None if day is None else day_text(day) for day in (since, until))

    def values_of(records: list[dict[str, Any]]) -> list[str | None]:
        return [record["updated_at"] for record in records]

    return NewestFirst("campaigns", values_of, *bounds, lambda: day_text(began), ordered)


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

    def test_given_records_equal_to_the_bookmark_when_cut_then_the_read_goes_on(self) -> None:
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

    def test_given_a_mixed_page_when_cut_then_those_without_a_value_are_kept(self) -> None:
        assert cut(reader(since=5), 9, None, 4, None) == ([9, None, None], 9, True)

    def test_given_a_first_record_without_a_value_when_cut_then_others_count(self) -> None:
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

    def test_given_records_newer_than_the_read_then_the_bookmark_stops_at_its_start(
        self,
    ) -> None:
        assert cut(reader(since=5, began=8), 9, 7) == ([9, 7], 8, False)

    def test_given_records_outside_the_bounds_then_the_bookmark_still_stops_there(self) -> None:
        assert cut(reader(since=5, began=8), 9, 4) == ([9], 8, True)

    def test_given_no_order_when_a_page_holds_a_change_then_the_bookmark_stops_there(self) -> None:
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
        assert caplog.text.count("campaigns is not sorted newest first") == 1

    def test_given_a_page_newer_than_the_last_one_when_cut_then_it_is_unsorted(self) -> None:
        bounds = reader(since=5)
        cut(bounds, 9, 6)
        assert cut(bounds, 7, 4) == ([7], 7, False)

    def test_given_no_promised_order_when_cut_then_there_is_no_warning(self, caplog: pytest.LogCaptureFixture) -> None:
        assert cut(reader(since=5, ordered=False), 3, 9) == ([9], 9, False)
        assert caplog.text == ""

    @given(
        st.lists(st.lists(st.integers(1, 28) | st.none(), max_size=5), max_size=6),
        st.integers(1, 28),
        st.integers(1, 28),
        st.booleans(),
    )
    def test_given_any_sorted_pages_when_read_until_complete_then_nothing_is_lost(
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


class TestReadPages:
    SLICE = StreamSlice(partition={"shop": "1"}, cursor_slice={})

    def read(self, *pages: Any) -> list[Any]:
        found = read_pages(
            "orders", iter(Listing(*pages)), self.SLICE, lambda error: isinstance(error, KeyError), added={"shop": "1"}
        )
        return [list(one.messages()) for one in found]

    def test_given_pages_when_read_then_empty_ones_are_dropped_and_fields_are_added(self) -> None:
        (messages,) = self.read([], page(7))
        assert [message.record.data for message in messages] == [{"id": 7, "shop": "1"}]

    def test_given_an_error_that_is_skipped_when_it_comes_first_then_nothing_is_read(self) -> None:
        assert self.read(KeyError("gone")) == []

    def test_given_an_error_that_is_skipped_when_a_page_is_out_then_it_is_raised(self) -> None:
        with pytest.raises(KeyError):
            self.read(page(7), KeyError("gone"))

    def test_given_another_error_when_read_then_it_is_raised(self) -> None:
        with pytest.raises(ValueError, match="refused"):
            self.read(ValueError("refused"))

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reading ahead: one page, never behind the last one that is wanted, and nothing is lost when it fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from source_twitter_ads.engine.listing import AHEAD, Cut, Records, _room, read_ahead

SECONDS = 10


class Listing:
    """A listing that notes which pages were asked for."""

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
    while _room._value < AHEAD:
        assert time.monotonic() < ends
        time.sleep(0.001)


def page(number: int) -> list[dict[str, Any]]:
    return [{"id": number}]


def test_given_pages_when_read_ahead_then_all_come_in_order() -> None:
    listing = Listing(*map(page, range(5)))

    assert [kept for kept, _ in read_ahead(iter(listing))] == [page(number) for number in range(5)]


def test_given_a_page_in_use_when_more_follow_then_exactly_the_next_one_is_fetched() -> None:
    listing = Listing(*map(page, range(5)))
    reading = read_ahead(iter(listing))

    next(reading)
    listing.wait_until_asked(2)

    assert listing.asked == 2


def test_given_a_page_that_completes_the_read_when_read_ahead_then_none_behind_it_is_asked_for() -> None:
    def first_two(records: Records) -> Cut:
        return records, None, records[0]["id"] == 1

    listing = Listing(*map(page, range(5)))

    kept = [records for records, _ in read_ahead(iter(listing), first_two)]

    assert (kept, listing.asked) == ([page(0), page(1)], 2)


def test_given_a_page_that_fails_when_read_ahead_then_the_pages_before_it_came_first() -> None:
    reading = read_ahead(iter(Listing(page(0), ValueError("no answer"))))

    assert next(reading) == (page(0), None)
    with pytest.raises(ValueError, match="no answer"):
        next(reading)


def test_given_more_listings_than_are_read_ahead_when_read_then_each_comes_whole() -> None:
    listings = [Listing(*map(page, range(3))) for _ in range(3 * AHEAD)]
    readings = [read_ahead(iter(listing)) for listing in listings]

    rounds = [[next(reading)[0] for reading in readings] for _ in range(3)]

    assert rounds == [[page(number)] * len(listings) for number in range(3)]


def test_given_readings_that_were_given_up_when_another_begins_then_it_still_reads_ahead() -> None:
    for _ in range(2 * AHEAD):
        next(read_ahead(iter(Listing(page(0), page(1)))))
        wait_until_nothing_is_read_ahead()
    listing = Listing(page(0), page(1))

    reading = read_ahead(iter(listing))
    next(reading)

    listing.wait_until_asked(2)

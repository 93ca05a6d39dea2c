# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Memory is bounded: readers stop once the queue is full, however slowly a destination takes the pages."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.concurrency import QUEUED_ITEMS, PagedConcurrentSource
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import _stream

WORKERS, PARTITIONS, PAGES = 3, 6, 100


class Counted(Partition):
    """A partition that counts the pages that were taken from it and its like."""

    made = 0
    _lock = threading.Lock()

    def __init__(self, number: int) -> None:
        self._number = number

    def read(self) -> Iterable[Any]:
        for _ in range(PAGES):
            with self._lock:
                Counted.made += 1
            yield Page("campaigns", [{"id": "1"}], self.to_slice())

    def to_slice(self) -> StreamSlice:
        return StreamSlice(partition={"account_id": str(self._number)}, cursor_slice={})

    def stream_name(self) -> str:
        return "campaigns"

    def __hash__(self) -> int:
        return self._number


class CountedPartitions:
    def generate(self) -> Iterable[Partition]:
        return [Counted(number) for number in range(PARTITIONS)]


def settled_count() -> int:
    """How many pages were made, once no more are."""
    before = -1
    while before != Counted.made:
        before = Counted.made
        time.sleep(0.3)
    return before


@pytest.mark.timeout(60)
def test_given_a_consumer_that_stops_when_pages_wait_then_no_more_are_made_than_queue_and_readers_hold() -> None:
    engine = PagedConcurrentSource(WORKERS, 1, logging.getLogger("airbyte.test"))
    cursor = BookmarkCursor("campaigns", "updated_at", {}, engine.repository)
    partitions: Any = CountedPartitions()
    stream = _stream("campaigns", {"type": "object"}, ["id"], "updated_at", partitions, cursor)
    items = iter(engine.read([stream]))
    taken = 1
    while not isinstance(next(items), Page):
        pass

    held = settled_count() - taken

    # Threads for readers and for one generator, which reads too once its partitions are listed.
    assert QUEUED_ITEMS - 2 <= held <= QUEUED_ITEMS + WORKERS + 1
    assert sum(isinstance(item, Page) for item in items) == PARTITIONS * PAGES - taken

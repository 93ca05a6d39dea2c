# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Python streams under the CDK's pool: one partition per slice, pieces that fail while the rest goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from airbyte_cdk.models import SyncMode
from airbyte_cdk.sources.concurrent_source.stream_thread_exception import StreamThreadException
from airbyte_cdk.sources.message import NoopMessageRepository
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.sources.types import Record, StreamSlice

from source_twitter_ads.engine import streams as module
from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import PagedPartition, PieceFailure, python_stream

SLICE = StreamSlice(partition={"account_id": "1a"}, cursor_slice={})


class Spend(Stream):
    """A Python stream that yields given items."""

    name, primary_key, cursor_field = "spend", ["id"], "date"

    def __init__(self, *items: Any) -> None:
        self._items = items

    def get_json_schema(self) -> dict[str, Any]:
        return {"type": "object"}

    def stream_slices(self, **_: Any) -> Iterable[StreamSlice]:
        return [SLICE]

    def read_records(self, sync_mode: SyncMode, stream_slice: StreamSlice) -> Iterable[Any]:
        assert stream_slice is SLICE
        return self._items


def under_the_pool(**options: Any) -> Any:
    stream: Any = Spend()
    return python_stream(stream, BookmarkCursor("spend", "date", {}, NoopMessageRepository()), **options)


def a_partition(*items: Any) -> PagedPartition:
    """A partition that yields given items, and raises the last one if it is an error."""

    def read() -> Iterable[Any]:
        for item in items:
            if isinstance(item, Exception):
                raise item
            yield item

    return PagedPartition("spend", SLICE, read, "date")


def test_given_a_piece_that_failed_when_read_then_the_pages_around_it_come() -> None:
    before, after = (Page("spend", [{"id": number}], SLICE) for number in "12")
    lost = ValueError("lost")
    items = list(a_partition(before, PieceFailure(lost), after).read())
    assert items[0] is before
    assert items[2] is after
    assert isinstance(items[1], StreamThreadException)
    assert (items[1].exception, items[1].stream_name) == (lost, "spend")


class TestRecordsOfStockRetrievers:
    @pytest.fixture(autouse=True)
    def _small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "RECORDS_PER_PAGE", 2)

    def records(self, *dates: int | None) -> list[Record]:
        return [Record({"date": date}, "spend", SLICE) for date in dates]

    def test_given_records_when_read_then_they_come_as_pages_with_a_cursor_value(self) -> None:
        pages = list(a_partition(*self.records(1, 3, None, 2, None)).read())
        assert [(page.size, page.cursor_value) for page in pages] == [(2, "3"), (2, "2"), (1, None)]

    def test_given_an_error_when_read_then_the_records_before_it_come_first(self) -> None:
        reading = iter(a_partition(*self.records(1), ValueError("lost")).read())
        assert next(reading).size == 1
        with pytest.raises(ValueError, match="lost"):
            next(reading)

    def test_given_a_plain_mapping_when_read_then_it_is_a_record(self) -> None:
        (page,) = a_partition({"date": "2026"}).read()
        assert [message.record.data for message in page.messages()] == [{"date": "2026"}]


def test_given_a_stream_when_put_under_the_pool_then_it_has_one_partition_per_slice() -> None:
    (partition,) = under_the_pool().generate_partitions()
    assert partition.to_slice() is SLICE


def test_given_a_stream_when_put_under_the_pool_then_it_may_read_all_the_time() -> None:
    assert not under_the_pool().reads_all_the_time
    assert under_the_pool(reads_all_the_time=True).reads_all_the_time

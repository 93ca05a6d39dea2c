# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Python streams under the CDK's pool: one partition per slice, pieces that fail while the rest goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from airbyte_cdk.models import SyncMode
from airbyte_cdk.sources.concurrent_source.stream_thread_exception import StreamThreadException
from airbyte_cdk.sources.message import NoopMessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import PieceFailure, SlicePartition, http_stream

SLICE = StreamSlice(partition={"account_id": "1a"}, cursor_slice={})


class Spend:
    """What is used of a Python stream: it yields given items."""

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


class AllTheTime(Spend):
    reads_all_the_time = True


def under_the_pool(stream: Any) -> Any:
    return http_stream(stream, BookmarkCursor("spend", "date", {}, NoopMessageRepository()), lines=False)


def test_given_a_piece_that_failed_when_read_then_the_engine_gets_its_error_and_the_pages_around_it() -> None:
    before, after = (Page("spend", [{"id": number}], SLICE) for number in "12")
    lost = ValueError("lost")
    items = list(SlicePartition(Spend(before, PieceFailure(lost), after), SLICE).read())  # type: ignore[arg-type]
    assert items[0] is before
    assert items[2] is after
    assert isinstance(items[1], StreamThreadException)
    assert (items[1].exception, items[1].stream_name) == (lost, "spend")


def test_given_something_else_than_pages_when_read_then_it_is_not_passed_on() -> None:
    with pytest.raises(AssertionError):
        list(SlicePartition(Spend({"id": "1"}), SLICE).read())  # type: ignore[arg-type]


def test_given_a_stream_when_put_under_the_pool_then_it_has_one_partition_per_slice() -> None:
    (partition,) = under_the_pool(Spend()).generate_partitions()
    assert partition.to_slice() is SLICE


@pytest.mark.parametrize(("stream", "expected"), [(Spend(), False), (AllTheTime(), True)], ids=["ordinary", "report"])
def test_given_a_stream_when_put_under_the_pool_then_it_says_whether_it_reads_all_the_time(
    stream: Spend, expected: bool
) -> None:
    assert under_the_pool(stream).reads_all_the_time is expected

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Python streams under the CDK's pool: one partition per slice, pieces that fail while the rest goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStream, SyncMode
from airbyte_cdk.sources.concurrent_source.stream_thread_exception import StreamThreadException
from airbyte_cdk.sources.message import NoopMessageRepository
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.sources.types import Record, StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_twitter_ads.engine import streams as module
from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.inputs import InputProblem
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import FieldWatch, PagedPartition, PieceFailure, python_stream

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

    return PagedPartition("spend", SLICE, read, "date", FieldWatch(described("id", "date")))


def described(*fields: str) -> AirbyteStream:
    """The stream, with these fields in its schema."""
    schema = {"type": "object", "properties": {name: {} for name in fields}} if fields else {}
    return AirbyteStream(name="spend", json_schema=schema, supported_sync_modes=[])


def test_given_a_piece_that_failed_when_read_then_the_pages_around_it_come() -> None:
    before, after = (Page("spend", [{"id": number}], SLICE) for number in "12")
    lost = InputProblem("lost")
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
        reading = iter(a_partition(*self.records(1), InputProblem("lost")).read())
        assert next(reading).size == 1
        with pytest.raises(InputProblem, match="lost"):
            next(reading)

    def test_given_dates_of_mixed_types_when_read_then_one_sentence_names_the_partition(self) -> None:
        mixed: list[Any] = [1, "2026-01-01"]
        with pytest.raises(AirbyteTracedException) as caught:
            list(a_partition(*self.records(*mixed)).read())
        assert str(caught.value) == (
            "date is int and str in records of one page, so that no bookmark can move (stream spend, account_id 1a): "
            "please report it."
        )

    def test_given_a_plain_mapping_when_read_then_it_is_a_record(self) -> None:
        (page,) = a_partition({"date": "2026"}).read()
        assert [message.record.data for message in page.messages()] == [{"date": "2026"}]


@pytest.mark.parametrize("as_piece", [True, False])
def test_given_an_unforeseen_error_when_read_then_it_names_the_partition(as_piece: bool) -> None:
    error = IndexError("unforeseen")
    try:
        (failed,) = a_partition(PieceFailure(error) if as_piece else error).read()
        found = failed.exception
    except AirbyteTracedException as raised:
        found = raised
    assert str(found) == (
        "Reading stream spend (account_id 1a) failed unexpectedly with IndexError: please report it, with the log."
    )


class TestNewFields:
    """Fields that the API sends and the schema does not declare."""

    def warnings(self, caplog: pytest.LogCaptureFixture, *pages: list[dict[str, Any]], declared: str = "id") -> Any:
        watch = FieldWatch(described(*declared.split()))
        for records in pages:
            watch.look(Page("spend", records, SLICE))
        return caplog.messages

    def test_given_new_fields_when_looked_at_then_they_are_logged_once(self, caplog: pytest.LogCaptureFixture) -> None:
        page = [{"id": 1, "b": 2}, {"id": 2}, {"id": 3, "a": None}]
        assert self.warnings(caplog, page, page) == [
            "spend: the schema lacks a, b, which records have. Typed destinations drop them: update the connector and "
            "refresh the schema to keep them."
        ]

    def test_given_another_new_field_when_looked_at_then_it_alone_is_logged(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        _, second = self.warnings(caplog, [{"a": 1}], [{"a": 1, "b": 2}])
        assert "lacks b," in second

    @pytest.mark.parametrize("declared", ["id", ""])
    def test_given_declared_fields_when_looked_at_then_nothing_is_logged(
        self, caplog: pytest.LogCaptureFixture, declared: str
    ) -> None:
        assert self.warnings(caplog, [{"id": 1}, {}], declared=declared) == []

    def test_given_a_partition_when_read_then_its_pages_are_looked_at(self, caplog: pytest.LogCaptureFixture) -> None:
        list(a_partition(Page("spend", [{"id": 1, "new": 2}], SLICE)).read())
        assert [message for message in caplog.messages if "lacks new," in message] != []


def test_given_a_stream_when_put_under_the_pool_then_it_has_one_partition_per_slice() -> None:
    (partition,) = under_the_pool().generate_partitions()
    assert partition.to_slice() is SLICE


def test_given_a_stream_when_put_under_the_pool_then_it_may_read_all_the_time() -> None:
    assert not under_the_pool().reads_all_the_time
    assert under_the_pool(reads_all_the_time=True).reads_all_the_time

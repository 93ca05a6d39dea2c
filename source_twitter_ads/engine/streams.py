# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Makes one kind of stream of the manifest's streams and of Python ones, so that all run under one pool."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from airbyte_cdk.models import AirbyteStream, SyncMode
from airbyte_cdk.sources.concurrent_source.stream_thread_exception import StreamThreadException
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor, CursorField
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator
from airbyte_cdk.sources.types import Record, StreamSlice
from airbyte_cdk.utils.slice_hasher import SliceHasher
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.failures import explained, listed
from source_twitter_ads.engine.page import Page

logger = logging.getLogger("airbyte")

# Records of a stock retriever that make a page.
RECORDS_PER_PAGE = 1000


class PieceFailure:
    """A piece of a partition that failed while the rest of the partition goes on; a stream yields it."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class PagedStream(DefaultStream):
    """A stream whose partitions yield pages.

    With `reads_all_the_time` it has one slice that takes as long as the sync, so that it has to begin first.
    """

    def __init__(
        self,
        described: AirbyteStream,
        cursor_field: str | None,
        partition_generator: PartitionGenerator,
        cursor: Cursor,
        reads_all_the_time: bool = False,
    ) -> None:
        super().__init__(
            partition_generator=partition_generator,
            name=described.name,
            json_schema=described.json_schema,
            primary_key=[path[0] for path in described.source_defined_primary_key or []],
            cursor_field=CursorField(cursor_field) if cursor_field else None,
            logger=logging.getLogger(f"airbyte.{described.name}"),
            cursor=cursor,
        )
        self.reads_all_the_time = reads_all_the_time


class FieldWatch:
    """Logs the fields of records that the schema of their stream does not declare, each of them once."""

    def __init__(self, described: AirbyteStream) -> None:
        self._stream_name = described.name
        properties = described.json_schema.get("properties")
        # A schema without properties declares nothing.
        self._declared: set[str] | None = set(properties) if properties else None

    def look(self, page: Page) -> None:
        """Look at a page; two threads that look at once may both log a field."""
        if self._declared is None or not (found := page.undeclared(self._declared)):
            return
        self._declared = self._declared | found
        logger.warning(
            f"{self._stream_name}: the schema lacks {listed(sorted(found))}, which records have. Typed destinations "
            "drop them: update the connector and refresh the schema to keep them."
        )


def declared_stream(stream: AbstractStream, cursor: Cursor) -> PagedStream:
    """Read a manifest's stream as pages, whether its retriever yields pages or records, and with another cursor."""
    described = stream.as_airbyte_stream()
    watch = FieldWatch(described)

    def partitions() -> Iterator[PagedPartition]:
        for partition in stream.generate_partitions():
            stream_slice = partition.to_slice()
            assert isinstance(stream_slice, StreamSlice)
            yield PagedPartition(stream.name, stream_slice, partition.read, stream.cursor_field, watch)

    generator = _Partitions(partitions, cursor)
    paged = PagedStream(described, stream.cursor_field, generator, cursor)
    if isinstance(stream, DefaultStream):
        paged.block_simultaneous_read = stream.block_simultaneous_read
    return paged


def python_stream(stream: Stream, cursor: Cursor, reads_all_the_time: bool = False) -> PagedStream:
    """Run a Python stream under the same pool: one partition per `StreamSlice`, read by its own `read_records`.

    That may yield pages, records and failed pieces. For `reads_all_the_time` see `PagedStream`.
    """
    cursor_field = stream.cursor_field if isinstance(stream.cursor_field, str) else None
    described = stream.as_airbyte_stream()
    watch = FieldWatch(described)

    def partitions() -> Iterator[PagedPartition]:
        for stream_slice in stream.stream_slices(sync_mode=SyncMode.incremental):
            assert isinstance(stream_slice, StreamSlice)
            read = partial(stream.read_records, SyncMode.incremental, stream_slice=stream_slice)
            yield PagedPartition(stream.name, stream_slice, read, cursor_field, watch)

    generator = _Partitions(partitions, cursor)
    return PagedStream(described, cursor_field, generator, cursor, reads_all_the_time)


class PagedPartition(Partition):
    """One slice of a stream; `read` yields what is read of it: pages, records, failed pieces and messages.

    Values of the cursor field, which move the bookmark, must compare as text.
    """

    def __init__(
        self,
        stream_name: str,
        stream_slice: StreamSlice,
        read: Callable[[], Iterable[Any]],
        cursor_field: str | None,
        watch: FieldWatch,
    ) -> None:
        self._stream_name = stream_name
        self._slice = stream_slice
        self._read = read
        self._cursor_field = cursor_field
        self._watch = watch
        self._hash = SliceHasher.hash(stream_name, stream_slice)

    def read(self) -> Iterable[Any]:
        """Yield the pages of the slice; a failed piece becomes the queue item that the engine knows errors by.

        An error that the stream raises comes after the records before it, with a sentence that names the partition.
        """
        place = f"Reading stream {self._stream_name} ({_named(self._slice.partition)})"
        try:
            for item in self._pages():
                if isinstance(item, PieceFailure):
                    yield StreamThreadException(explained(item.error, place), self._stream_name)
                    continue
                if isinstance(item, Page):
                    self._watch.look(item)
                yield item
        except Exception as error:
            raise explained(error, place) from error

    def _pages(self) -> Iterator[Any]:
        records: list[Mapping[str, Any]] = []
        try:
            for item in self._read():
                if isinstance(item, Page) or not isinstance(item, Mapping):
                    yield item
                else:
                    records.append(item.data if isinstance(item, Record) else item)
                    if len(records) == RECORDS_PER_PAGE:
                        yield self._page(records)
                        records = []
        except Exception:
            if records:
                yield self._page(records)
            raise
        if records:
            yield self._page(records)

    def _page(self, records: list[Mapping[str, Any]]) -> Page:
        values = [record.get(self._cursor_field) for record in records] if self._cursor_field else []
        kinds = {type(value) for value in values} - {type(None)}
        if not (kinds <= {str} or kinds <= {int, float}):
            found = " and ".join(sorted(kind.__name__ for kind in kinds))
            text = (
                f"{self._cursor_field} is {found} in records of one page, so that no bookmark can move (stream "
                f"{self._stream_name}, {_named(self._slice.partition)}): please report it."
            )
            raise AirbyteTracedException(internal_message=text, message=text)
        greatest = max((value for value in values if value is not None), default=None)
        return Page(self._stream_name, records, self._slice, None if greatest is None else str(greatest))

    def to_slice(self) -> StreamSlice:
        """Return the slice."""
        return self._slice

    def stream_name(self) -> str:
        """Return the stream's name."""
        return self._stream_name

    def __hash__(self) -> int:
        return self._hash


def _named(partition: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in partition.items()) or "its only partition"


class _Partitions(PartitionGenerator):
    def __init__(self, source: Callable[[], Iterable[PagedPartition]], cursor: Cursor) -> None:
        self._source = source
        self._cursor = cursor

    def generate(self) -> Iterable[Partition]:
        for partition in self._source():
            if isinstance(self._cursor, BookmarkCursor):
                self._cursor.open_partition(partition.to_slice().partition)
            yield partition

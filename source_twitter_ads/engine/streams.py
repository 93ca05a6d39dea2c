# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Makes one kind of stream out of the manifest's streams and the Python ones, so that all run under one pool."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from airbyte_cdk.models import SyncMode
from airbyte_cdk.sources.concurrent_source.stream_thread_exception import StreamThreadException
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor, CursorField
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator
from airbyte_cdk.sources.streams.http import HttpStream
from airbyte_cdk.sources.types import Record, StreamSlice
from airbyte_cdk.utils.slice_hasher import SliceHasher

from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.concurrency import as_written


def declared_stream(stream: AbstractStream, cursor: Cursor, lines: bool) -> DefaultStream:
    """Give a stream of the manifest another cursor.

    Args:
        stream: as the CDK built it; it still lists the partitions and reads them.
        cursor: keeps the bookmarks and emits the state.
        lines: whether pages become protocol lines in the thread that reads them.
    """
    described = stream.as_airbyte_stream()
    keys = [path[0] for path in described.source_defined_primary_key or []]
    generator = _Partitions(stream.generate_partitions, cursor, lines)
    return _stream(stream.name, described.json_schema, keys, stream.cursor_field, generator, cursor)


def http_stream(stream: HttpStream, cursor: Cursor, lines: bool) -> DefaultStream:
    """Run a Python stream under the same pool: one partition per slice, read by its own `read_records`."""

    def partitions() -> Iterable[Partition]:
        for stream_slice in stream.stream_slices(sync_mode=SyncMode.incremental):
            assert isinstance(stream_slice, StreamSlice)
            yield SlicePartition(stream, stream_slice)

    key = stream.primary_key
    keys = [key] if isinstance(key, str) else [str(name) for name in key or []]
    cursor_field = stream.cursor_field if isinstance(stream.cursor_field, str) else None
    generator = _Partitions(partitions, cursor, lines)
    first = bool(getattr(stream, "reads_all_the_time", False))
    return _stream(stream.name, stream.get_json_schema(), keys, cursor_field, generator, cursor, first)


def _stream(
    name: str,
    schema: Mapping[str, Any],
    keys: list[str],
    cursor_field: str | None,
    generator: PartitionGenerator,
    cursor: Cursor,
    reads_all_the_time: bool = False,
) -> DefaultStream:
    stream = PagedStream(
        partition_generator=generator,
        name=name,
        json_schema=schema,
        primary_key=keys,
        cursor_field=CursorField(cursor_field) if cursor_field else None,
        logger=logging.getLogger(f"airbyte.{name}"),
        cursor=cursor,
    )
    stream.reads_all_the_time = reads_all_the_time
    return stream


class PagedStream(DefaultStream):
    """A stream of pages.

    Attributes:
        reads_all_the_time: whether it has one partition that takes as long as the sync, so that it has to begin first.
    """

    reads_all_the_time = False


class PieceFailure:
    """A piece of a partition that failed while the rest of the partition goes on.

    Args:
        error: what happened to it.
    """

    def __init__(self, error: Exception) -> None:
        self.error = error


class SlicePartition(Partition):
    """One slice of a Python stream."""

    def __init__(self, stream: HttpStream, stream_slice: StreamSlice) -> None:
        self._stream = stream
        self._slice = stream_slice
        self._hash = SliceHasher.hash(stream.name, stream_slice)

    def read(self) -> Iterable[Any]:
        """Yield the pages of the slice; a failed piece becomes the queue item that the engine knows errors by."""
        for item in self._stream.read_records(SyncMode.incremental, stream_slice=self._slice):
            if isinstance(item, PieceFailure):
                yield StreamThreadException(item.error, self._stream.name)
            else:
                assert isinstance(item, Record)
                yield item

    def to_slice(self) -> StreamSlice:
        """Return the slice."""
        return self._slice

    def stream_name(self) -> str:
        """Return the stream's name."""
        return self._stream.name

    def __hash__(self) -> int:
        return self._hash


class _Partitions(PartitionGenerator):
    def __init__(self, source: Callable[[], Iterable[Partition]], cursor: Cursor, lines: bool) -> None:
        self._source = source
        self._cursor = cursor
        self._lines = lines

    def generate(self) -> Iterable[Partition]:
        for partition in self._source():
            stream_slice = partition.to_slice()
            if isinstance(self._cursor, BookmarkCursor) and isinstance(stream_slice, StreamSlice):
                self._cursor.listed(stream_slice.partition)
            yield as_written(partition) if self._lines else partition

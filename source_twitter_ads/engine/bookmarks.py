# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Bookmarks of entity streams: the newest cursor value of each partition, kept as text.

The CDK's own per-partition cursor is not used for this, because it gives an account that appears later the bookmark of
all others, and so skips its history; because it parses dates for each record; and because it emits state every ten
minutes only (airbyte.md §3.5). The format of the state is the CDK's.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import orjson
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record

from source_twitter_ads.engine.page import Page

RECORDS_PER_STATE = 20
STATE_BYTES_PER_SECOND = 1000.0


def partition_key(partition: Mapping[str, Any]) -> str:
    """Return one text for equal partitions."""
    return json.dumps(partition, sort_keys=True)


def common_bookmark(state: Mapping[str, Any], cursor_field: str) -> str | None:
    """Return the bookmark that a state of another maker has for all partitions alike, None where it has none.

    Args:
        state: flat, `{cursor_field: value}`, or with the CDK's global cursor, `{"state": {cursor_field: value}}`.
        cursor_field: the stream's.
    """
    value = state.get(cursor_field) or (state.get("state") or {}).get(cursor_field)
    return str(value) if value else None


class StateWriter:
    """Emits the state messages of one stream, seldom enough that they stay few beside the records.

    A state message names every partition of its stream. The next one waits until RECORDS_PER_STATE times its bytes have
    gone out as records, or for a second per STATE_BYTES_PER_SECOND.

    Args:
        stream_name: the stream.
        repository: where messages go; in order with the records that the same thread put there before.
    """

    def __init__(self, stream_name: str, repository: MessageRepository) -> None:
        self._stream_name = stream_name
        self._repository = repository
        self._allowed_at = 0.0
        self._allowed_after = 0
        self._records = 0
        self._last: bytes | None = None
        self._pending = False

    def observe(self, page: Page) -> None:
        """Count the bytes of records that have gone out."""
        self._records += page.bytes

    @property
    def due_in(self) -> float | None:
        """Seconds after which a state that was held back may be emitted; None when there is none."""
        return max(self._allowed_at - time.monotonic(), 0.0) if self._pending else None

    def emit(self, state: Callable[[], Mapping[str, Any]], final: bool = False) -> bool:
        """Emit a state message, unless one was sent a moment ago.

        Args:
            state: makes the stream's state; not called when nothing is sent.
            final: send it in any case, unless it is the last one once more and no record has gone out since.

        Returns:
            Whether it was sent.
        """
        if not final and time.monotonic() < self._allowed_at and self._records < self._allowed_after:
            self._pending = True
            return False
        content = state()
        text = orjson.dumps(content)
        size, digest = len(text), hashlib.sha256(text).digest()
        if final and digest == self._last and not self._records:
            return False
        self._allowed_at = time.monotonic() + size / STATE_BYTES_PER_SECOND
        self._allowed_after = size * RECORDS_PER_STATE
        self._records, self._last, self._pending = 0, digest, False
        stream = AirbyteStreamState(
            stream_descriptor=StreamDescriptor(name=self._stream_name), stream_state=AirbyteStateBlob(**content)
        )
        message = AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=stream)
        self._repository.emit_message(AirbyteMessage(type=Type.STATE, state=message))
        return True


class BookmarkCursor(Cursor):
    """Moves the bookmark of a partition once all of its pages are out.

    Args:
        stream_name: the stream.
        cursor_field: the record field that the bookmark is a value of.
        state: the stream's state at the start of the sync.
        repository: where state messages go.
    """

    def __init__(
        self,
        stream_name: str,
        cursor_field: str,
        state: Mapping[str, Any],
        repository: MessageRepository,
    ) -> None:
        self._cursor_field = cursor_field
        self._writer = StateWriter(stream_name, repository)
        self._lock = threading.Lock()
        self._pending: dict[str, str] = {}
        self._common = common_bookmark(state, cursor_field)
        self._closed: dict[str, dict[str, Any]] = {}
        for entry in state.get("states", ()):
            self._closed[partition_key(entry["partition"])] = dict(entry)

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The stream's state, in the CDK's format."""
        return {"use_global_cursor": False, "states": list(self._closed.values())}

    def bookmark(self, partition: Mapping[str, Any]) -> str | None:
        """Return the bookmark of a partition that was listed, None before its first complete read."""
        value = self._closed.get(partition_key(partition), {}).get("cursor", {}).get(self._cursor_field)
        return str(value) if value else None

    def listed(self, partition: Mapping[str, Any]) -> None:
        """Make a bookmark of all partitions one of this partition, so that the next sync knows it too."""
        with self._lock:
            if self._common:
                entry = {"partition": dict(partition), "cursor": {self._cursor_field: self._common}}
                self._closed.setdefault(partition_key(partition), entry)

    def observe(self, record: Record) -> None:
        """Note the newest cursor value of a page; called once per page."""
        if not isinstance(record, Page):
            return
        with self._lock:
            self._writer.observe(record)
            if record.newest and record.associated_slice is not None:
                key = partition_key(record.associated_slice.partition)
                self._pending[key] = max(record.newest, self._pending.get(key, ""))

    def close_partition(self, partition: Partition) -> None:
        """Move the bookmark of a partition that was read to its end, never backwards, and emit the state.

        A partition that brought nothing new says nothing: most of thousands of accounts are like that in most syncs.
        """
        stream_slice: Any = partition.to_slice()
        key = partition_key(stream_slice.partition)
        with self._lock:
            newest = self._pending.pop(key, None)
            before = self._closed.get(key, {}).get("cursor", {}).get(self._cursor_field, "")
            if not newest:
                return
            if newest > before:
                values = dict(stream_slice.partition)
                self._closed[key] = {"partition": values, "cursor": {self._cursor_field: newest}}
            self._writer.emit(lambda: self.state)

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the final state; called once the stream has ended."""
        with self._lock:
            self._writer.emit(lambda: self.state, final=True)

    def should_be_synced(self, record: Record) -> bool:
        """Every record that a retriever lets through is to be emitted."""
        return True

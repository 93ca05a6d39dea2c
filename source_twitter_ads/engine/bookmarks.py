# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Bookmarks of incremental streams: the greatest cursor value of each partition, kept as text.

The CDK's per-partition cursor lists the slices only. As a keeper of bookmarks it gives a partition that appears later
the bookmark of all others, and so skips its history; it parses a date for each record; and it emits its state every ten
minutes. The format of the state is the CDK's.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, MutableMapping
from typing import Any

import orjson
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record

from source_twitter_ads.engine.page import Page

logger = logging.getLogger("airbyte")

# A state waits until so many times its bytes have gone out as records, or for a second per so many of its bytes.
RECORDS_PER_STATE = 20
STATE_BYTES_PER_SECOND = 1000.0
# In a partition's entry of a state: the start that its bookmark was made with, as comparable text.
START = "start_date"


def partition_key(partition: Mapping[str, Any]) -> str:
    """Return one text for equal partitions."""
    return json.dumps(partition, sort_keys=True)


def common_bookmark(state: Mapping[str, Any], cursor_field: str) -> str | None:
    """Return the bookmark that a state keeps for all partitions alike, None where it has none.

    Such a state is flat, `{cursor_field: value}`, or has the CDK's global cursor, `{"state": {cursor_field: value}}`.
    """
    value = state.get(cursor_field) or (state.get("state") or {}).get(cursor_field)
    return str(value) if value else None


def starts_later(entry: Mapping[str, Any], start: str | None) -> bool:
    """Return whether a partition's entry in a state was made with a later start, so that its history has a gap."""
    return bool(start) and str(start) < entry.get(START, "")


def warn_of_gap(stream_name: str, entries: Collection[Mapping[str, Any]], start: str | None) -> None:
    """Log that the start moved back since entries of a state were made, if it did."""
    later = [entry[START] for entry in entries if starts_later(entry, start)]
    if later:
        logger.warning(
            f"start_date moved back to {start}, and {stream_name} was read from {min(later)} on until now: "
            f"what is between is read in this sync, in {len(later)} of {len(entries)} partitions."
        )


def convert_cursor_values(
    state: Mapping[str, Any], cursor_fields: Collection[str], convert: Callable[[str, Any], str]
) -> dict[str, Any]:
    """Return a stream's state with each cursor value converted; other keys are kept.

    Args:
        state: `{"states": [{"partition": {...}, "cursor": {field: value}}]}`, or as for `common_bookmark`.
        cursor_fields: the fields that a flat state may hold.
        convert: takes a field and its value, returns text that compares.

    Raises:
        ValueError: when the state has another form, or `convert` refuses a value.
    """

    def cursor(values: Any) -> dict[str, str]:
        if not isinstance(values, dict):
            raise ValueError(f"a cursor is {values!r}, not an object")
        return {name: convert(name, value) for name, value in values.items()}

    def partition(entry: Any) -> dict[str, Any]:
        if not isinstance(entry, dict) or not isinstance(entry.get("partition"), dict):
            raise ValueError(f"states holds {entry!r}, which has no partition")
        start = {START: convert(START, entry[START])} if START in entry else {}
        return {**entry, "cursor": cursor(entry.get("cursor")), **start}

    converted = {name: convert(name, value) if name in cursor_fields else value for name, value in state.items()}
    if "state" in state:
        converted["state"] = cursor(state["state"])
    if "states" in state:
        if not isinstance(state["states"], list):
            raise ValueError(f"states is {state['states']!r}, not a list")
        converted["states"] = [partition(entry) for entry in state["states"]]
    return converted


class StateWriter:
    """Emits the state messages of one stream, seldom enough that they stay few beside the records.

    A state message names every partition of its stream, so each one delays the next.
    """

    def __init__(
        self, stream_name: str, repository: MessageRepository, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream_name = stream_name
        self._repository = repository
        self._clock = clock
        self._allowed_at = 0.0
        self._allowed_after = 0
        self._record_bytes = 0
        self._last_digest: bytes | None = None
        self._pending = False

    def observe(self, page: Page) -> None:
        """Count the bytes of records that have gone out."""
        self._record_bytes += page.bytes

    @property
    def due_in(self) -> float | None:
        """Seconds after which a state that was held back may be emitted; None when there is none."""
        return max(self._allowed_at - self._clock(), 0.0) if self._pending else None

    def emit(self, state: Callable[[], Mapping[str, Any]], final: bool = False) -> bool:
        """Emit a state message, unless the last one was sent a moment ago; return whether it was sent.

        Args:
            state: makes the stream's state; not called when nothing is sent.
            final: emit it at once; only a repetition without records since is left out.
        """
        if not final and self._clock() < self._allowed_at and self._record_bytes < self._allowed_after:
            self._pending = True
            return False
        content = state()
        text = orjson.dumps(content)
        size, digest = len(text), hashlib.sha256(text).digest()
        if final and digest == self._last_digest and not self._record_bytes:
            return False
        self._allowed_at = self._clock() + size / STATE_BYTES_PER_SECOND
        self._allowed_after = size * RECORDS_PER_STATE
        self._record_bytes, self._last_digest, self._pending = 0, digest, False
        states = ConnectorStateManager()
        states.update_state_for_stream(self._stream_name, None, content)
        self._repository.emit_message(states.create_state_message(self._stream_name, None))
        return True


class BookmarkCursor(Cursor):
    """Moves the bookmark of a partition once all of its pages are out; begins with the state of an earlier sync.

    Args:
        stream_name: the stream.
        cursor_field: the field that the state keeps a bookmark under.
        state: the stream's state at the start of the sync.
        repository: where state messages go.
        clock: returns seconds, for the pace of states.
        start: where partitions without a bookmark begin, as comparable text. A partition that was read from a later
            one has no bookmark until it is read from this one.
    """

    def __init__(
        self,
        stream_name: str,
        cursor_field: str,
        state: Mapping[str, Any],
        repository: MessageRepository,
        clock: Callable[[], float] = time.monotonic,
        start: str | None = None,
    ) -> None:
        self._cursor_field = cursor_field
        self._writer = StateWriter(stream_name, repository, clock)
        self._lock = threading.Lock()
        self._open_slices: Counter[str] = Counter()
        self._reached: dict[str, str] = {}
        self._common = common_bookmark(state, cursor_field)
        self._start = start
        self._entries = {partition_key(entry["partition"]): dict(entry) for entry in state.get("states", ())}
        warn_of_gap(stream_name, self._entries.values(), start)

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The stream's state, in the CDK's format: flat for a stream without partitions."""
        entries = list(self._entries.values())
        if len(entries) == 1 and not entries[0]["partition"]:
            return dict(entries[0]["cursor"])
        return {"use_global_cursor": False, "states": entries}

    def bookmark(self, partition: Mapping[str, Any]) -> str | None:
        """Return the bookmark of a partition, None before its first complete read from the start."""
        entry = self._entries.get(partition_key(partition), {})
        return None if starts_later(entry, self._start) else self._value(entry)

    def _value(self, entry: Mapping[str, Any]) -> str | None:
        value = entry.get("cursor", {}).get(self._cursor_field)
        return str(value) if value else None

    def open_partition(self, partition: Mapping[str, Any]) -> None:
        """Note a slice of a partition that will be read; a common bookmark becomes one of this partition."""
        key = partition_key(partition)
        with self._lock:
            self._open_slices[key] += 1
            if self._common:
                entry = {"partition": dict(partition), "cursor": {self._cursor_field: self._common}}
                self._entries.setdefault(key, entry)

    def observe(self, record: Record) -> None:
        """Note the cursor value of a page."""
        if not isinstance(record, Page):
            return
        with self._lock:
            self._writer.observe(record)
            if record.cursor_value and record.associated_slice is not None:
                key = partition_key(record.associated_slice.partition)
                self._reached[key] = max(record.cursor_value, self._reached.get(key, ""))

    def close_partition(self, partition: Partition) -> None:
        """Move a partition's bookmark after the last of its slices, never backwards, and emit the state.

        A partition without records emits nothing: of thousands of partitions most are like that in most syncs.
        """
        stream_slice: Any = partition.to_slice()
        key = partition_key(stream_slice.partition)
        with self._lock:
            self._open_slices[key] -= 1
            # A slice that failed stays open, and the bookmark does not pass it.
            if self._open_slices[key] > 0:
                return
            entry = self._entries.get(key, {})
            reached = self._reached.pop(key, None)
            if not reached and not starts_later(entry, self._start):
                return
            self._move(key, stream_slice.partition, max(reached or "", self._value(entry) or ""))
            self._writer.emit(lambda: self.state)

    def _move(self, key: str, partition: Mapping[str, Any], value: str) -> None:
        entry = {"partition": dict(partition), "cursor": {self._cursor_field: value}}
        start = min(filter(None, (self._start, self._entries.get(key, {}).get(START))), default=None)
        self._entries[key] = {**entry, START: start} if start else entry

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the final state; called once the stream has ended."""
        with self._lock:
            self._writer.emit(lambda: self.state, final=True)

    def should_be_synced(self, record: Record) -> bool:
        """Return True: retrievers filter by themselves."""
        return True

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The bookmark of a report in each account: how far all windows have been read without a gap."""

from __future__ import annotations

import threading
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record

from source_twitter_ads.configuration.validate import parse_moment
from source_twitter_ads.reading.cursor import StateWriter, common_bookmark, partition_key
from source_twitter_ads.reports.account_calendar import iso
from source_twitter_ads.reports.pending import PendingJobs

# A state of so many entries is written whenever jobs were created, a larger one when its turn has come.
_SMALL_STATE = 500


@dataclass
class _Windows:
    """The windows of an account in this sync, oldest first: the bookmark that each reaches; those read; those held."""

    reach: list[datetime | None]
    read: set[int] = field(default_factory=set)
    held: set[int] = field(default_factory=set)
    next: int = 0


class ReportCursor(Cursor):
    """Moves an account's bookmark after each window that closes the gap before it.

    A window that failed holds the bookmark where it is, so that the next sync reads it again; the windows after it are
    read all the same.

    Attributes:
        jobs: the jobs of windows that are not read yet, which the state names too.

    Args:
        stream_name: the stream.
        cursor_field: the report's cursor field; the state keeps the bookmark, a UTC instant, under this name.
        state: the stream's state at the start of the sync.
        repository: where state messages go.
    """

    def __init__(
        self, stream_name: str, cursor_field: str, state: Mapping[str, Any], repository: MessageRepository
    ) -> None:
        self._cursor_field = cursor_field
        self._writer = StateWriter(stream_name, repository)
        self._lock = threading.Lock()
        self._accounts: dict[str, _Windows] = {}
        self._common = common_bookmark(state, cursor_field)
        self._states = {partition_key(entry["partition"]): dict(entry) for entry in state.get("states", ())}
        self.jobs = PendingJobs(state.get("jobs", ()), self._note_jobs)

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The stream's state, in the CDK's format; `jobs` is there only while windows are being read."""
        jobs = self.jobs.entries()
        return {"use_global_cursor": False, "states": list(self._states.values()), **({"jobs": jobs} if jobs else {})}

    def bookmark(self, account_id: str) -> datetime | None:
        """Return the instant up to which an account has been read; None before its first window."""
        own = self._own(account_id)
        moment = own or parse_moment(self._common)
        return moment.astimezone(timezone.utc) if moment else None

    def _own(self, account_id: str) -> datetime | None:
        entry = self._states.get(partition_key({"account_id": account_id}), {})
        return parse_moment(entry.get("cursor", {}).get(self._cursor_field))

    def begin(self, account_id: str, reach: Sequence[datetime | None]) -> None:
        """Announce an account's windows, oldest first, by the bookmark that each reaches."""
        since = self.jobs.since(account_id)
        bounded = [at if at is None or since is None else min(at, since) for at in reach]
        with self._lock:
            self._accounts[account_id] = _Windows(bounded)
            # A bookmark of all accounts becomes one of this account, so that the next sync knows it too.
            if not self._own(account_id):
                self._move(account_id, self.bookmark(account_id))

    def observe(self, record: Record) -> None:
        """Rows do not move the bookmark: a window without rows is read as well."""

    def hold(self, account_id: str, position: int) -> None:
        """Have a window asked for again by the next sync, although reading it ended without an error."""
        with self._lock:
            self._accounts[account_id].held.add(position)

    def close_partition(self, partition: Partition) -> None:
        """Note that a window was read, and emit the state."""
        stream_slice: Any = partition.to_slice()
        account_id, position = stream_slice["account_id"], stream_slice.extra_fields["position"]
        with self._lock:
            windows = self._accounts[account_id]
            windows.read.update({position} - windows.held)
            self.jobs.close(account_id, position)
            while windows.next in windows.read:
                self._move(account_id, windows.reach[windows.next])
                windows.next += 1
            self._emit()

    def _note_jobs(self) -> bool:
        with self._lock:
            return self._emit(now=len(self._states) + self.jobs.count() <= _SMALL_STATE)

    def _emit(self, now: bool = False) -> bool:
        return self._writer.emit(lambda: self.state, len(self._states) + self.jobs.count(), now)

    def _move(self, account_id: str, reached: datetime | None) -> None:
        before = self._own(account_id)
        if reached is not None and (before is None or reached > before):
            partition = {"account_id": account_id}
            cursor = {self._cursor_field: iso(reached)}
            self._states[partition_key(partition)] = {"partition": partition, "cursor": cursor}

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the final state; called once the stream has ended."""
        self.jobs.end()
        with self._lock:
            self._emit(now=True)

    def should_be_synced(self, record: Record) -> bool:
        """Every row that a window yields is to be emitted."""
        return True

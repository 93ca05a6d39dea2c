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

from source_twitter_ads.configuration.validate import parse_moment
from source_twitter_ads.engine.bookmarks import (
    START,
    StateWriter,
    common_bookmark,
    partition_key,
    starts_later,
    warn_of_gap,
)
from source_twitter_ads.engine.page import Page
from source_twitter_ads.reports.calendar import iso
from source_twitter_ads.reports.pending_jobs import PendingJobs


@dataclass
class _Windows:
    """The windows of an account in this sync, oldest first: the bookmark that each reaches; those read; those held.

    The first of them, so many as `before_start`, lie before the start_date that the state was made with.
    """

    reach: list[datetime | None]
    before_start: int = 0
    read: set[int] = field(default_factory=set)
    held: set[int] = field(default_factory=set)
    next: int = 0


class ReportCursor(Cursor):
    """Moves an account's bookmark after each window that closes the gap before it.

    The report's reader calls it, and the scheduler asks it for bookmarks. The state keeps a bookmark, a UTC instant,
    under the name of the report's cursor field.

    A window that failed holds the bookmark where it is, so that the next sync reads it again; the windows after it are
    read all the same.

    Attributes:
        jobs: the jobs of windows that are not read yet, which the state names too.

    Args:
        start: the configured start_date, as `iso_text` writes it; the state keeps from when on an account was read.
    """

    def __init__(
        self,
        stream_name: str,
        cursor_field: str,
        state: Mapping[str, Any],
        repository: MessageRepository,
        start: str | None = None,
    ) -> None:
        self._cursor_field = cursor_field
        self._start = start
        self._writer = StateWriter(stream_name, repository)
        self._lock = threading.Lock()
        self._accounts: dict[str, _Windows] = {}
        self._common = common_bookmark(state, cursor_field)
        self._states = {partition_key(entry["partition"]): dict(entry) for entry in state.get("states", ())}
        self.jobs = PendingJobs(state.get("jobs", ()))
        warn_of_gap(stream_name, self._states.values(), start)

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The stream's state, in the CDK's format; `jobs` names those of windows that are not read yet."""
        # Jobs first: the scheduler may add some meanwhile; those of windows behind a bookmark are gone by then.
        jobs = self.jobs.entries()
        with self._lock:
            states = list(self._states.values())
        return {"use_global_cursor": False, "states": states, **({"jobs": jobs} if jobs else {})}

    def bookmark(self, account_id: str) -> datetime | None:
        """Return the instant up to which an account has been read; None before its first window."""
        moment = self._own(account_id) or parse_moment(self._common)
        return moment.astimezone(timezone.utc) if moment else None

    def read_from(self, account_id: str) -> datetime | None:
        """Return the start of what was read, where start_date has moved back since; None where it has not."""
        entry = self._entry(account_id)
        return parse_moment(entry[START]) if starts_later(entry, self._start) else None

    def _entry(self, account_id: str) -> Mapping[str, Any]:
        return self._states.get(partition_key({"account_id": account_id}), {})

    def _own(self, account_id: str) -> datetime | None:
        return parse_moment(self._entry(account_id).get("cursor", {}).get(self._cursor_field))

    def begin(self, account_id: str, reach: Sequence[datetime | None], before_start: int = 0) -> None:
        """Announce an account's windows, oldest first, by the bookmark that each reaches.

        The first of them, so many as `before_start`, fill the time since a start_date that has moved back.
        """
        since = self.jobs.since(account_id)
        bounded = [at if at is None or since is None else min(at, since) for at in reach]
        with self._lock:
            self._accounts[account_id] = _Windows(bounded, before_start)
            # A bookmark of all accounts becomes one of this account, so that the next sync knows it too.
            if not self._own(account_id):
                self._move(account_id, self.bookmark(account_id))

    def observe(self, record: object) -> None:
        """Count a page; rows do not move the bookmark, since a window without rows is read as well."""
        if isinstance(record, Page):
            self._writer.observe(record)

    def hold(self, account_id: str, position: int) -> None:
        """Have a window asked for again by the next sync, although reading it ended without an error."""
        with self._lock:
            self._accounts[account_id].held.add(position)

    def close_window(self, account_id: str, position: int) -> None:
        """Note that all rows of a window are out, and emit the state."""
        with self._lock:
            windows = self._accounts[account_id]
            windows.read.update({position} - windows.held)
            self.jobs.close(account_id, position)
            while windows.next in windows.read:
                self._move(account_id, windows.reach[windows.next])
                windows.next += 1
            if 0 < windows.before_start <= windows.next:
                self._states[partition_key({"account_id": account_id})][START] = self._start
        self.emit()

    def close_partition(self, partition: Partition) -> None:
        """Do nothing: a report is one partition, and its bookmarks move window by window."""

    def emit(self) -> None:
        """Emit the state, unless one was sent a moment ago: then it is due in `due_in` seconds."""
        self._writer.emit(lambda: self.state)

    @property
    def due_in(self) -> float | None:
        """Seconds after which a state that was held back may be emitted; None when there is none."""
        return self._writer.due_in

    def _move(self, account_id: str, reached: datetime | None) -> None:
        before = self._own(account_id)
        if reached is not None and (before is None or reached > before):
            partition = {"account_id": account_id}
            start = self._entry(account_id).get(START, self._start)
            entry = {"partition": partition, "cursor": {self._cursor_field: iso(reached)}}
            self._states[partition_key(partition)] = {**entry, START: start} if start else entry

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the final state; called once the stream has ended."""
        self._writer.emit(lambda: self.state, final=True)

    def should_be_synced(self, record: object) -> bool:
        """Every row that a window yields is to be emitted."""
        return True

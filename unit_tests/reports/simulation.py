# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A sync of reports in virtual time: the scheduler is real, its loop, its readers and X are not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessageSerializer
from airbyte_cdk.sources.message import NoopMessageRepository

from source_twitter_ads.api.errors import ApiFailure, Skipped
from source_twitter_ads.components.records import iso_text
from source_twitter_ads.configuration import Settings
from source_twitter_ads.reports.context import ReportContext
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.report_run import (
    Ended,
    Event,
    FileReady,
    JobsChanged,
    PieceFailed,
    Planned,
    Progress,
    ReportRun,
    WindowClosed,
)
from source_twitter_ads.reports.scheduler import Scheduler
from unit_tests.conftest import valid_config
from unit_tests.reports.builders import NOW, report
from unit_tests.reports.simulated_loop import SimulatedLoop
from unit_tests.reports.simulated_x import Account, SimulatedX


class SimulatedReader:
    """Takes the place of a report's event queue, and does at once what its reader does.

    Attributes:
        name: the report's.
        cursor: the report's bookmarks.
        seconds_per_file: how long it takes to write the rows of a file.
        damaged: how many files are yet to be found damaged.
        understands: whether the reader understands files.
        files: those that were read.
        closed, held: windows by account and position.
        failures: what failed.
        lines: what was to be logged.
        ended: the last event, and when it came.
    """

    def __init__(self, sync: SimulatedSync, name: str, cursor: ReportCursor) -> None:
        self._sync = sync
        self._free_at = 0.0
        self._left = self._due = False
        self.name = name
        self.cursor = cursor
        self.seconds_per_file = 0.0
        self.damaged = 0
        self.understands = True
        self.files: list[FileReady] = []
        self.planned: dict[str, Planned] = {}
        self.closed: list[tuple[str, int]] = []
        self.held: list[tuple[str, int]] = []
        self.failures: list[Exception] = []
        self.lines: list[str] = []
        self.ended: Ended | None = None
        self.ended_at = math.inf
        self.account_ended_at: dict[str, float] = {}

    def put(self, event: Event) -> None:
        """Handle an event once those before it are."""
        loop = self._sync.loop
        self._free_at = max(self._free_at, loop.now()) + self.seconds_per_file * isinstance(event, FileReady)
        loop.at(self._free_at, self._handle, event)

    def _handle(self, event: Event) -> None:
        if self._left:
            return
        self._do(event)
        due_in = self.cursor.due_in if self._sync.states_in_time else None
        if due_in is not None and not self._due:
            self._due = True
            self._sync.loop.at(self._sync.loop.now() + due_in + 0.001, self._emit)

    def _emit(self) -> None:
        self._due = False
        if not self.ended:
            self.cursor.emit()

    def _do(self, event: Event) -> None:
        match event:
            case Planned():
                self.planned[event.account_id] = event
                self.cursor.begin(event.account_id, event.reach, event.before_start)
            case FileReady():
                self._read(event)
            case WindowClosed():
                window = event.account_id, event.position
                if event.held:
                    self.held.append(window)
                    self.cursor.hold(*window)
                self.closed.append(window)
                self.cursor.close_window(*window)
                self.account_ended_at[event.account_id] = self._sync.loop.now()
            case PieceFailed():
                self.failures.append(event.failure)
            case JobsChanged():
                self._sync.runs[self.name].jobs_noted = False
                self.cursor.emit()
            case Progress():
                self._sync.runs[self.name].line_noted = False
                self.lines.append(event.line)
            case Ended():
                assert self.ended is None
                self.ended, self.ended_at = event, self._sync.loop.now()
                # As the CDK does it, and the reader.
                self.cursor.ensure_at_least_one_state_emitted()
                self._sync.scheduler.leave(self._sync.runs[self.name])

    def leave(self) -> None:
        """Read nothing any more, as after an error of the reader's own."""
        self._left = True
        self._sync.scheduler.leave(self._sync.runs[self.name])

    def _read(self, event: FileReady) -> None:
        if self.damaged:
            self.damaged -= 1
            self._sync.scheduler.file_damaged(event, "it is damaged")
            return
        if not self.understands:
            self._sync.scheduler.file_not_understood(event, "It has no data.")
            return
        self.files.append(event)
        self._sync.read_pages(self.cursor, event)
        self._sync.scheduler.rows_read(event)

    @property
    def messages(self) -> list[str]:
        """What the user reads of the failures."""
        return [str(getattr(failure, "message", failure)) for failure in self.failures]

    @property
    def entities(self) -> list[str]:
        """The entities whose rows were read, each as often as it was."""
        return sorted(one for event in self.files for one in event.job.request.entity_ids)


class SimulatedAccounts:
    """The ad accounts of a sync, all in one time zone."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._records = {account_id: {"timezone": "Etc/UTC"} for account_id in ids}

    def ids(self) -> list[str]:
        """Return the accounts to read."""
        return list(self._records)

    def records(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the accounts as X shows them."""
        return self._records

    def skips(self, failure: ApiFailure) -> bool:
        """Return whether there is nothing to read."""
        return isinstance(failure, Skipped)


class SimulatedServices:
    """What the reports share of a sync."""

    def __init__(self, settings: Settings, x: SimulatedX) -> None:
        self.settings = settings
        self.client = x
        self.accounts = SimulatedAccounts(x.accounts)
        self.closers: list[Callable[[], None]] = []

    def on_close(self, closer: Callable[[], None]) -> None:
        """Note what is to be ended first."""
        self.closers.append(closer)


class StateRepository(NoopMessageRepository):
    """Keeps the states that were emitted.

    Attributes:
        states: the streams' states, in order.
    """

    def __init__(self) -> None:
        self.states: list[dict[str, Any]] = []

    def emit_message(self, message: AirbyteMessage) -> None:
        """Keep a state."""
        if message.state is not None:
            self.states.append(AirbyteStateMessageSerializer.dump(message.state)["stream"])


class SimulatedSync:
    """One sync of some reports.

    Attributes:
        x: X.
        scheduler, loop: what is tested, and what it runs in.
        readers, runs: by report.
        repository: the states.
        read_pages: is given the cursor and each file that is read.
        states_in_time: whether states that are held back are emitted once they may be, by virtual time.

    Args:
        x: X, with its accounts.
        definitions: the reports.
        now: the moment of the sync.
        states: the state that each report begins with.
    """

    def __init__(
        self,
        x: SimulatedX,
        *definitions: ReportDefinition,
        now: datetime = NOW,
        states: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.x = x
        self.services: Any = SimulatedServices(x._settings, x)
        self.repository = StateRepository()
        names = [definition.name for definition in definitions]
        context = ReportContext(self.services, names)
        context.now = now
        loops: list[SimulatedLoop] = []

        def loop_of(*arguments: Any) -> Any:
            loops.append(SimulatedLoop(*arguments))
            return loops[0]

        self.scheduler = Scheduler(self.services, names, loop_of=loop_of)
        self.loop = loops[0]
        self.readers: dict[str, SimulatedReader] = {}
        self.runs: dict[str, ReportRun] = {}
        self.states_in_time = False
        self.read_pages: Callable[[ReportCursor, FileReady], None] = lambda *_: None
        self.began = self.loop.now()
        for one in definitions:
            state, start = (states or {}).get(one.name, {}), iso_text(x._settings.start_date)
            cursor = ReportCursor(one.name, one.cursor_field, state, self.repository, start)
            reader = self.readers[one.name] = SimulatedReader(self, one.name, cursor)
            self.runs[one.name] = context.run(one, cursor, {})
            self.runs[one.name].events = reader  # type: ignore[assignment]

    def begin(self, *names: str, account_ids: Sequence[str] | None = None) -> None:
        """Have reports read, all of them where none is named."""
        for name in names or self.runs:
            self.scheduler.read(self.runs[name], self.services.accounts.ids() if account_ids is None else account_ids)

    def with_states_in_time(self) -> SimulatedSync:
        """Have the pace of states go by virtual time."""
        for reader in self.readers.values():
            reader.cursor._writer._clock = self.x.clock_of_loop.monotonic
        self.states_in_time = True
        return self

    def run(self) -> SimulatedSync:
        """Read all reports to their end."""
        self.start()
        self.loop.run(lambda: all(reader.ended for reader in self.readers.values()))
        return self

    def start(self) -> None:
        """Begin to read all reports."""
        self.began = self.loop.now()
        self.scheduler.start()
        self.begin()

    def run_for(self, seconds: float) -> None:
        """Let time pass, while the scheduler works."""
        ends = self.loop.now() + seconds
        self.loop.at(ends, lambda: None)
        self.loop.run(lambda: self.loop.now() >= ends)

    @property
    def seconds(self) -> float:
        """How long the last report took."""
        return max(reader.ended_at for reader in self.readers.values()) - self.began

    @property
    def reader(self) -> SimulatedReader:
        """The reader of the only report."""
        (reader,) = self.readers.values()
        return reader


def a_sync(
    *definitions: ReportDefinition,
    accounts: Mapping[str, Account] | None = None,
    latency: float = 0.1,
    states: Mapping[str, Mapping[str, Any]] | None = None,
    now: datetime = NOW,
    **settings: Any,
) -> SimulatedSync:
    """A sync of some reports, by default of campaigns; by default of one account, "1a", with twenty of them."""
    x = SimulatedX(sync_settings(**settings), accounts or {"1a": campaigns(20)}, latency)
    return SimulatedSync(x, *(definitions or (report(),)), states=states, now=now)


def campaigns(count: int, **more: Any) -> Account:
    """An account with so many active campaigns, c0000, c0001 and so on."""
    return Account(active={"CAMPAIGN": [f"c{number:04}" for number in range(count)]}, **more)


def sync_settings(start_date: str = "2026-10-24", **changes: Any) -> Settings:
    """Settings of a user who reads 30 days and today."""
    return replace(Settings.from_config(valid_config(start_date=start_date)), **changes)

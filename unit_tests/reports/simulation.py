# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A sync of reports in virtual time: the scheduler is real, its loop, its readers and X are not."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessageSerializer
from airbyte_cdk.sources.message import NoopMessageRepository

from source_twitter_ads.api.errors import ApiFailure, Skipped
from source_twitter_ads.configuration import Settings
from source_twitter_ads.reports.catalog import ReportDefinition
from source_twitter_ads.reports.context import ReportContext
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.report_run import (
    Ended,
    Event,
    FileReady,
    JobsChanged,
    PieceFailed,
    Planned,
    ReportRun,
    WindowClosed,
)
from source_twitter_ads.reports.request_loop import Handler, Task
from source_twitter_ads.reports.scheduler import Scheduler
from unit_tests.reports.builders import NOW
from unit_tests.reports.simulated_x import EPOCH, Outcome, SimulatedX, VirtualTime

# Of virtual time: a sync that lasts longer will never end.
LONGEST_SYNC = 30 * 24 * 3600.0


class Hangs(AssertionError):
    """Reports are still being read, and nothing will ever happen again."""


class SimulatedLoop:
    """As `RequestLoop`, in one thread and in virtual time; `run` takes the place of its thread.

    Attributes:
        ended: whether it handles nothing any more.
        busy: the most requests that were under way at once.
    """

    def __init__(
        self,
        transport: SimulatedX,
        workers: int,
        next_task: Callable[[], Task | None],
        crashed: Callable[[Exception], None],
    ) -> None:
        self._x = transport
        self._time: VirtualTime = transport.clock_of_loop
        self._workers = self._free = workers
        self._next_task = next_task
        self._crashed = crashed
        self._inbox = deque[tuple[Handler, tuple[Any, ...]]]()
        self._timers: list[tuple[float, int, Handler, tuple[Any, ...]]] = []
        self._number = itertools.count()
        self._again = deque[Task]()
        self._wake_at = math.inf
        self.ended = False
        self.busy = 0

    def start(self) -> None:
        """Do nothing: `run` does it."""

    def join(self, seconds: float) -> None:
        """Work until the loop has ended, so long at most."""
        ends = self.now() + seconds
        self.run(lambda: self.now() >= ends)

    def now(self) -> float:
        """Return the moment."""
        return self._time.monotonic()

    def post(self, handler: Handler, *arguments: Any) -> None:
        """Have a handler called."""
        self._inbox.append((handler, arguments))

    def at(self, when: float, handler: Handler, *arguments: Any) -> None:
        """Have a handler called at a time."""
        heapq.heappush(self._timers, (when, next(self._number), handler, arguments))

    def is_open(self, method: str, path: str) -> bool:
        """Return whether X's limit for all accounts allows a request now."""
        opens = self._x.opens(method, path)
        if opens is not None:
            self._wake_at = min(self._wake_at, max(opens - EPOCH, self.now()))
        return opens is None

    def end(self) -> None:
        """Handle nothing any more."""
        self.ended = True

    def run(self, done: Callable[[], bool] = lambda: False) -> None:
        """Work until something is done, or the loop has ended.

        Raises:
            Hangs: when nothing can happen any more, or nothing but timers for days.
        """
        ends = self.now() + LONGEST_SYNC
        while not self.ended and not done():
            if self._next_event() > ends:
                raise Hangs
            try:
                self._dispatch()
                self._handle()
            except Exception as error:
                self._crashed(error)

    def _dispatch(self) -> None:
        while self._free:
            task = self._again.popleft() if self._again else self._next_task()
            if task is None:
                return
            sent = self._x.send_out(task.call)
            if isinstance(sent, float):
                self.at(self.now() + sent, self._again.append, task)
                continue
            self._free -= 1
            self.busy = max(self.busy, self._workers - self._free)
            self.at(self.now() + self._x.latency(task.call), self._arrived, task, sent)

    def _arrived(self, task: Task, outcome_of: Callable[[], Outcome]) -> None:
        self._free += 1
        outcome = outcome_of()
        if isinstance(outcome, float):
            self.at(self.now() + outcome, self._again.append, task)
        elif isinstance(outcome, Exception):
            task.failed(outcome)
        else:
            task.answered(outcome)

    def _next_event(self) -> float:
        if self._inbox:
            return self.now()
        return min(self._timers[0][0] if self._timers else math.inf, self._wake_at)

    def _handle(self) -> None:
        due = self._next_event()
        if due < math.inf:
            self._time.seconds = max(self.now(), due)
        for _ in range(len(self._inbox)):
            handler, arguments = self._inbox.popleft()
            handler(*arguments)
        if self.now() >= self._wake_at:
            self._wake_at = math.inf
        while self._timers and self._timers[0][0] <= self.now():
            _, _, handler, arguments = heapq.heappop(self._timers)
            handler(*arguments)


class SimulatedReader:
    """Takes the place of a report's event queue, and does at once what its reader does.

    Attributes:
        cursor: the report's bookmarks.
        seconds_per_file: how long it takes to write the rows of a file.
        malformed: how many files are yet to be found damaged.
        files: those that were read.
        closed, held: windows by account and position.
        failures: what failed.
        ended: the last event, and when it came.
    """

    def __init__(self, sync: SimulatedSync, cursor: ReportCursor) -> None:
        self._sync = sync
        self._free_at = 0.0
        self.cursor = cursor
        self.seconds_per_file = 0.0
        self.malformed = 0
        self.files: list[FileReady] = []
        self.planned: dict[str, Planned] = {}
        self.closed: list[tuple[str, int]] = []
        self.held: list[tuple[str, int]] = []
        self.failures: list[Exception] = []
        self.ended: Ended | None = None
        self.ended_at = math.inf
        self.account_ended_at: dict[str, float] = {}

    def put(self, event: Event) -> None:
        """Handle an event once those before it are."""
        loop = self._sync.loop
        self._free_at = max(self._free_at, loop.now()) + self.seconds_per_file * isinstance(event, FileReady)
        loop.at(self._free_at, self._handle, event)

    def _handle(self, event: Event) -> None:
        match event:
            case Planned():
                self.planned[event.account_id] = event
                self.cursor.begin(event.account_id, event.reach)
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
                self._sync.runs[self.cursor_name].jobs_noted = False
                self.cursor.emit()
            case Ended():
                assert self.ended is None
                self.ended, self.ended_at = event, self._sync.loop.now()

    @property
    def cursor_name(self) -> str:
        """The report's name."""
        return next(name for name, reader in self._sync.readers.items() if reader is self)

    def _read(self, event: FileReady) -> None:
        if self.malformed:
            self.malformed -= 1
            self._sync.scheduler.file_malformed(event, "it is damaged")
            return
        self.files.append(event)
        self._sync.read_pages(self.cursor, event)
        self._sync.scheduler.rows_read(event)

    @property
    def messages(self) -> list[str]:
        """What the user reads of the failures."""
        return [str(getattr(failure, "message", failure)) for failure in self.failures]


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
        self.transport = x
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
        self.read_pages: Callable[[ReportCursor, FileReady], None] = lambda *_: None
        for one in definitions:
            cursor = ReportCursor(one.name, one.cursor_field, (states or {}).get(one.name, {}), self.repository)
            reader = self.readers[one.name] = SimulatedReader(self, cursor)
            self.runs[one.name] = context.run(one, cursor, {})
            self.runs[one.name].events = reader  # type: ignore[assignment]

    def begin(self, *names: str, account_ids: Sequence[str] | None = None) -> None:
        """Have reports read, all of them where none is named."""
        for name in names or self.runs:
            self.scheduler.read(self.runs[name], self.services.accounts.ids() if account_ids is None else account_ids)

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


def sync_settings(start_date: str = "2026-10-24", **changes: Any) -> Settings:
    """Settings of a user who reads 30 days and today."""
    return replace(Settings.from_config({"start_date": start_date}), **changes)

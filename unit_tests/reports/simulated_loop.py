# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The scheduler's loop in one thread and in virtual time."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable
from typing import Any

from source_twitter_ads.api.request_loop import Handler, Task
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
        client: SimulatedX,
        workers: int,
        next_task: Callable[[], Task | None],
        crashed: Callable[[Exception], None],
    ) -> None:
        self._x = client
        self._time: VirtualTime = client.clock_of_loop
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
            sent = self._x.send_out(task.request)
            if isinstance(sent, float):
                self.at(self.now() + sent, self._again.append, task)
                continue
            self._free -= 1
            self.busy = max(self.busy, self._workers - self._free)
            self.at(self.now() + self._x.latency(task.request), self._arrived, task, sent)

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

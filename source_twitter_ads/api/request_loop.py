# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One thread that handles events in order, and threads that send the requests it decides on."""

from __future__ import annotations

import heapq
import itertools
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from source_twitter_ads.api.bodies import ApiResponse
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.request import ApiRequest

Handler = Callable[..., None]


@dataclass(eq=False)
class Task:
    """A request and what follows from it, in the loop's own thread.

    Attributes:
        answered: is given the response of a request that succeeded.
        failed: is given what the request failed with, an `ApiFailure` unless it is unforeseen.
    """

    request: ApiRequest
    answered: Callable[[ApiResponse], None]
    failed: Callable[[Exception], None]


class RequestLoop:
    """Runs handlers one after another, so that what they share needs no lock.

    A request that has to be tried again, or that a rate limit holds back, waits here and takes up no thread; the others
    have one of `workers` threads each. In the loop's own thread, `next_task` returns the request that X gets next, None
    when there is none, and `crashed` is told of an error that a handler did not foresee.
    """

    def __init__(
        self,
        client: ApiClient,
        workers: int,
        next_task: Callable[[], Task | None],
        crashed: Callable[[Exception], None],
    ) -> None:
        self._client = client
        self._free = workers
        self._next_task = next_task
        self._crashed = crashed
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="request")
        self._inbox: SimpleQueue[tuple[Handler, tuple[Any, ...]]] = SimpleQueue()
        self._timers: list[tuple[float, int, Handler, tuple[Any, ...]]] = []
        self._number = itertools.count()
        self._again = deque[Task]()
        self._wake_at = math.inf
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Begin to handle events."""
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait for the loop's end, so long at most."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    @staticmethod
    def now() -> float:
        """Return the moment by the clock that `at` goes by, seconds."""
        return time.monotonic()

    def post(self, handler: Handler, *arguments: Any) -> None:
        """Have a handler called in the loop's thread; for any thread."""
        self._inbox.put((handler, arguments))

    def at(self, when: float, handler: Handler, *arguments: Any) -> None:
        """Have a handler called at a time of the monotonic clock; for the loop's thread."""
        heapq.heappush(self._timers, (when, next(self._number), handler, arguments))

    def is_open(self, method: str, path: str) -> bool:
        """Return whether X's limit for all accounts allows a request now; if not, `next_task` is asked again then."""
        opens = self._client.opens(method, path)
        if opens is not None:
            self._wake_at = min(self._wake_at, self.now() + max(opens - time.time(), 0.0))
        return opens is None

    def end(self) -> None:
        """Handle nothing any more; for the loop's thread."""
        self._ended = True

    def _run(self) -> None:
        try:
            while not self._ended:
                try:
                    self._dispatch()
                    self._handle()
                except Exception as error:
                    self._crashed(error)
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _dispatch(self) -> None:
        while self._free:
            task = self._again.popleft() if self._again else self._next_task()
            if task is None:
                return
            self._free -= 1
            self._pool.submit(self._attempt, task)

    def _attempt(self, task: Task) -> None:
        outcome: ApiResponse | float | Exception
        try:
            outcome = self._client.attempt(task.request)
        except Exception as error:
            outcome = error
        self.post(self._attempted, task, outcome)

    def _attempted(self, task: Task, outcome: ApiResponse | float | Exception) -> None:
        self._free += 1
        if isinstance(outcome, ApiResponse):
            task.answered(outcome)
        elif isinstance(outcome, Exception):
            task.failed(outcome)
        else:
            self.at(self.now() + outcome, self._again.append, task)

    def _handle(self) -> None:
        """Wait for the next event or timer, and handle everything that is due."""
        due = min(self._timers[0][0] if self._timers else math.inf, self._wake_at)
        pause = max(due - self.now(), 0.0)
        try:
            handler, arguments = self._inbox.get(timeout=None if pause == math.inf else pause)
            while True:
                handler(*arguments)
                handler, arguments = self._inbox.get_nowait()
        except Empty:
            pass
        now = self.now()
        if now >= self._wake_at:
            self._wake_at = math.inf
        while self._timers and self._timers[0][0] <= now:
            _, _, handler, arguments = heapq.heappop(self._timers)
            handler(*arguments)

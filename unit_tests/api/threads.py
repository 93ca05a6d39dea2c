# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Threads that wait for permission to send, for the tests of rate limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from source_twitter_ads.api.rate_limit_window import WaitTooLong


class Waiting:
    """A thread that waits until it may go on.

    Attributes:
        passed: set once it has gone on.
        error: what it failed with instead.
    """

    def __init__(self, enter: Callable[[], object]) -> None:
        self.passed = threading.Event()
        self.error: Exception | None = None

        def work() -> None:
            try:
                enter()
                self.passed.set()
            except WaitTooLong as error:
                self.error = error

        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()


def passed(threads: list[Waiting], at_least: int = 0) -> int:
    """How many have gone on, after a moment for those that may."""
    ends = time.monotonic() + 3
    while sum(t.passed.is_set() for t in threads) < at_least and time.monotonic() < ends:
        time.sleep(0.005)
    time.sleep(0.05)
    return sum(t.passed.is_set() for t in threads)

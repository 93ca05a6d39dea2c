# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Clocks for tests: time passes when somebody waits, or when a test says so."""

from __future__ import annotations

import threading
import time

from source_twitter_ads.api.clock import SystemTime


class VirtualTime(SystemTime):
    """For one thread: a wait takes no real time, and moves the clocks instead.

    Attributes:
        seconds: the present, epoch seconds.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = self._began = time.time() if seconds is None else seconds

    @property
    def passed(self) -> float:
        """Seconds since the beginning of the test."""
        return self.seconds - self._began

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, signal: threading.Event | threading.Condition, seconds: float) -> None:
        if not (isinstance(signal, threading.Event) and signal.is_set()):
            self.seconds += seconds


class StandingTime(VirtualTime):
    """For several threads: time stands still, and a wait lasts until another thread ends it."""

    def wait(self, signal: threading.Event | threading.Condition, seconds: float) -> None:
        signal.wait(seconds)

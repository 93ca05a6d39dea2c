# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The time of this machine, and how far it is from X's: the times in X's headers are X's (docs/x-ads-api.md §4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

# A difference that has changed by more than this is another one: somebody has set a clock.
SAME = 5.0


class SystemTime:
    """The clocks of this machine; tests hand in others, which move when told to."""

    def now(self) -> float:
        """Return epoch seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds of a clock that only moves forward."""
        return time.monotonic()

    def wait(self, signal: threading.Event | threading.Condition, seconds: float) -> None:
        """Wait until an event is set or a condition is notified, for some seconds at most."""
        signal.wait(seconds)


class Clock:
    """Compares the clock of this machine with the `Date` of each response.

    `Date` has whole seconds, and a response takes a while: both only make this machine's clock look further ahead than
    it is. So the smallest difference is the best one, and a wait that goes by it never ends too early.
    """

    def __init__(self) -> None:
        self._ahead: float | None = None

    @property
    def difference(self) -> float:
        """Seconds by which this machine's clock is ahead of X's, negative if it is behind; 0.0 until that is known."""
        return self._ahead or 0.0

    def at_least(self, now: float) -> str:
        """Return a moment, in epoch seconds of this machine, by X's clock: a little early, `YYYY-MM-DDTHH:MM:SSZ`."""
        early = datetime.fromtimestamp(now - self.difference - SAME, timezone.utc)
        return early.strftime("%Y-%m-%dT%H:%M:%SZ")

    def ahead(self, headers: Mapping[str, str], now: float) -> float:
        """Note the `Date` of a response and return the difference; without a `Date` the last one holds.

        The response must be one of the API and have just arrived, at the epoch second `now` by the clock of this
        machine: a result file may lie in a cache for long.
        """
        try:
            seen = now - parsedate_to_datetime(headers["date"]).timestamp()
        except (KeyError, TypeError, ValueError, OverflowError):
            return self.difference
        if self._ahead is None or seen < self._ahead or seen - self._ahead > SAME:
            self._ahead = seen
        return self._ahead

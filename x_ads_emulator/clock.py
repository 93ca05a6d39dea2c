# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The time of the world, which a test can fix and move."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone


class Clock:
    """World time: the real time, or a fixed instant; both can be moved forward.

    Signatures and rate limits live in real time, since the client signs and waits in real time.

    Args:
        fixed: the instant at which the world stands still, None for the real time.
    """

    def __init__(self, fixed: datetime | None = None) -> None:
        self._fixed = fixed
        self._ahead = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The world's present, aware, UTC."""
        base = self._fixed if self._fixed is not None else datetime.now(timezone.utc)
        return base + self._ahead

    def elapsed(self) -> float:
        """Seconds for measuring durations: real time, also when `now` is fixed, plus what was advanced."""
        return time.monotonic() + self._ahead.total_seconds()

    def advance(self, seconds: float) -> None:
        """Moves the world forward by real or fixed seconds."""
        with self._lock:
            self._ahead += timedelta(seconds=seconds)


def parse_instant(text: str) -> datetime:
    """`2026-11-22T12:00:00Z` as an aware UTC datetime. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def print_instant(instant: datetime) -> str:
    """The API's output form `YYYY-MM-DDTHH:MM:SSZ` (docs/x-ads-api.md §2.5)."""
    return instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

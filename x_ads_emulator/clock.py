# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The clock of the world, which a test can fix and move."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone


class Clock:
    """World time: the real time or a fixed instant, plus `advance`.

    Signatures and rate limits use real time, as their clients do.

    Args:
        fixed: the fixed instant, None for the real time.
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
        """Seconds for measuring durations: real time plus `advance`, also while `now` is fixed."""
        return time.monotonic() + self._ahead.total_seconds()

    def advance(self, seconds: float) -> None:
        """Moves the world forward."""
        with self._lock:
            self._ahead += timedelta(seconds=seconds)


def parse_instant(text: str) -> datetime:
    """`2026-11-22T12:00:00Z` as an aware UTC datetime. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def print_instant(instant: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ`, as the API prints times (docs/x-ads-api.md §2.5)."""
    return instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

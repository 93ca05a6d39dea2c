# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How far the clock of this machine is from X's: the times in X's headers are X's (x-ads-api.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

# Clocks that are closer to each other are as good as the same: an answer takes a while, and `Date` has whole seconds.
SAME = 5.0


class Clock:
    """Compares the clock of this machine with the `Date` of each answer.

    What it has found holds until it is wrong by more than SAME seconds, so that a time that X names again and again
    stays the same time.
    """

    def __init__(self) -> None:
        self._ahead = 0.0

    def at_least(self, now: float) -> str:
        """Return a moment as X writes it, `YYYY-MM-DDTHH:MM:SSZ`, by X's clock: a little early rather than late.

        Args:
            now: the moment, in epoch seconds by the clock of this machine.
        """
        early = datetime.fromtimestamp(now - self._ahead - SAME, timezone.utc)
        return early.strftime("%Y-%m-%dT%H:%M:%SZ")

    def ahead(self, headers: Mapping[str, str], now: float) -> float:
        """Return by how many seconds this machine's clock is ahead of X's; 0.0 for as good as the same.

        Args:
            headers: of an answer that has just arrived; where they name no `Date`, what was found before holds.
            now: epoch seconds by the clock of this machine.
        """
        try:
            seen = now - parsedate_to_datetime(headers["date"]).timestamp()
        except (KeyError, TypeError, ValueError, OverflowError):
            return self._ahead
        if abs(seen - self._ahead) > SAME:
            self._ahead = 0.0 if abs(seen) <= SAME else seen
        return self._ahead

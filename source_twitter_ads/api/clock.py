# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How far the clock of this machine is from X's: the times in X's headers are X's (x-ads-api.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

# A difference that has changed by more than this is another one: somebody has set a clock.
SAME = 5.0


class Clock:
    """Compares the clock of this machine with the `Date` of each answer.

    `Date` has whole seconds, and an answer takes a while: both only make this machine's clock look further ahead than
    it is. So the smallest difference is the best one, and a wait that goes by it never ends too early.
    """

    def __init__(self) -> None:
        self._ahead: float | None = None

    @property
    def difference(self) -> float:
        """Seconds by which this machine's clock is known to be ahead of X's; 0.0 where nothing is known."""
        return self._ahead or 0.0

    def at_least(self, now: float) -> str:
        """Return a moment as X writes it, `YYYY-MM-DDTHH:MM:SSZ`, by X's clock: a little early rather than late.

        Args:
            now: the moment, in epoch seconds by the clock of this machine.
        """
        early = datetime.fromtimestamp(now - self.difference - SAME, timezone.utc)
        return early.strftime("%Y-%m-%dT%H:%M:%SZ")

    def ahead(self, headers: Mapping[str, str], now: float) -> float:
        """Return by how many seconds this machine's clock is ahead of X's, or a little less than that behind it.

        Args:
            headers: of an answer of the API that has just arrived, not of a result file, which may lie in a cache for
                long; where they name no `Date`, what was found before holds.
            now: epoch seconds by the clock of this machine.
        """
        try:
            seen = now - parsedate_to_datetime(headers["date"]).timestamp()
        except (KeyError, TypeError, ValueError, OverflowError):
            return self.difference
        if self._ahead is None or seen < self._ahead or seen - self._ahead > SAME:
            self._ahead = seen
        return self._ahead

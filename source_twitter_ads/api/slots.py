# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How many requests may be in flight, and which of the waiting ones goes first."""

from __future__ import annotations

import threading

# Urgent requests that go before one that is not: many accounts have urgent ones for as long as a sync lasts.
IN_A_ROW = 3


class Slots:
    """A number of slots; urgent requests get a free one before the others, three out of four times.

    Urgent are the requests that make X work: its analytics jobs take minutes, during which everything else can be read.

    Args:
        number: requests that may be in flight at once.
    """

    def __init__(self, number: int) -> None:
        self._condition = threading.Condition()
        self._free = number
        self._waiting = {True: 0, False: 0}
        self._in_a_row = 0

    def acquire(self, urgent: bool = False) -> None:
        """Wait for a slot and take it."""
        with self._condition:
            self._waiting[urgent] += 1
            self._condition.wait_for(lambda: self._free > 0 and self._turn_of(urgent))
            self._waiting[urgent] -= 1
            self._free -= 1
            self._in_a_row = self._in_a_row + 1 if urgent and self._waiting[False] else 0
            self._condition.notify_all()

    def release(self) -> None:
        """Give a slot back."""
        with self._condition:
            self._free += 1
            self._condition.notify_all()

    def _turn_of(self, urgent: bool) -> bool:
        return not self._waiting[not urgent] or urgent == (self._in_a_row < IN_A_ROW)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How many requests may be in flight, and which of the waiting ones goes first."""

from __future__ import annotations

import threading


class Slots:
    """A number of slots; urgent requests get a free one before all others.

    Urgent are the requests that make X work: its analytics jobs take minutes, during which everything else can be read.
    They are few, since an account may have 100 jobs, so the others always get their turn.

    Args:
        number: requests that may be in flight at once.
    """

    def __init__(self, number: int) -> None:
        self._condition = threading.Condition()
        self._free = number
        self._urgent = 0

    def acquire(self, urgent: bool = False) -> None:
        """Wait for a slot and take it."""
        with self._condition:
            if urgent:
                self._urgent += 1
                self._condition.wait_for(lambda: self._free > 0)
                self._urgent -= 1
            else:
                self._condition.wait_for(lambda: self._free > self._urgent)
            self._free -= 1
            self._condition.notify_all()

    def release(self) -> None:
        """Give a slot back."""
        with self._condition:
            self._free += 1
            self._condition.notify_all()

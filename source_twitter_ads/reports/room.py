# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How many more analytics jobs an ad account has room for, and who waits for it (x-ads-api.md §7.2)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from source_twitter_ads.api.errors import Where
from source_twitter_ads.api.headers import number

# x-ads-api.md §7.2.
MOST_JOBS = 100
REMAINING = "x-concurrent-job-limit-remaining"
# Windows that follow those that waited in vain wait on where they stopped; later ones wait from the beginning.
FORGOTTEN_SECONDS = 60.0


class Room:
    """The slots of one account. Not safe for threads: the job board asks under its lock; times are monotonic seconds.

    Attributes:
        being_created: jobs that X is being asked for at this moment.
    """

    def __init__(self) -> None:
        self.being_created = 0
        self._limit = MOST_JOBS
        self._known = False
        # Windows that wait for room, and when they begin.
        self._queue: dict[Where, datetime] = {}
        self._starving: float | None = None
        self._emptied = -math.inf

    def free_for(self, start: datetime | None, running: int) -> bool:
        """Whether a job of a window that begins at `start` may be created while so many jobs are running.

        Until X has said how much room there is, one goes ahead alone. Where room is scarce the oldest windows come
        first: the state moves with them, and a sync that is interrupted has not begun everything and ended nothing.
        """
        if not self._known and self.being_created:
            return False
        if start is not None and any(other < start for other in self._queue.values()):
            return False
        return running + self.being_created < self._limit

    def start_of(self, where: Where) -> datetime | None:
        """When the window begins that waits at this place; None when it does not wait."""
        return self._queue.get(where)

    def enqueue(self, where: Where, start: datetime, now: float) -> None:
        """A window waits for room."""
        if not self._queue and now - self._emptied >= FORGOTTEN_SECONDS:
            self._starving = None
        self._queue[where] = start

    def dequeue(self, where: Where, now: float) -> bool:
        """A window waits no longer; whether it did."""
        waited = self._queue.pop(where, None) is not None
        if waited and not self._queue:
            self._emptied = now
        return waited

    def starved(self, asked: float, now: float) -> float:
        """For how many seconds windows have waited without a job of the account running; 0 while there is hope.

        To be asked only when no job is running.

        Args:
            asked: when X was last asked for the room there is, and answered.
            now: the moment.
        """
        if not self._queue:
            return 0.0
        if self._starving is None:
            self._starving = now
        if self.being_created or asked <= self._starving:
            return 0.0
        return now - self._starving

    def created(self, running: int, headers: Mapping[str, str]) -> None:
        """A job was created and counts as running; what X says of the room left can only narrow it here."""
        self._starving = None
        remaining = number(headers, REMAINING)
        if remaining is not None:
            # X may have counted jobs that are being created at this moment.
            self._limit = min(self._limit, running + self.being_created + int(remaining))
        self._known = True

    def full(self, running: int) -> None:
        """X has no room although it seemed so: wait for what the next status request says."""
        self._limit = min(self._limit, running)
        self._known = True

    def learn(self, open_jobs: int, headers: Mapping[str, str]) -> None:
        """Take in what a status answer says of the room left beside the account's own open jobs."""
        remaining = number(headers, REMAINING)
        self._limit = MOST_JOBS if remaining is None else min(MOST_JOBS, open_jobs + int(remaining))
        self._known = True

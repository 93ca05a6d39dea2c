# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How many more analytics jobs an ad account may have at X (docs/x-ads-api.md §7.2)."""

from __future__ import annotations

from collections.abc import Mapping

from source_twitter_ads.api.rate_limits import number

# docs/x-ads-api.md §7.2.
MOST_JOBS = 100
REMAINING = "x-concurrent-job-limit-remaining"


class JobQuota:
    """The job slots of one account, those of other tools included. Times are monotonic seconds.

    Attributes:
        being_created: jobs that X is being asked for at this moment.
    """

    def __init__(self) -> None:
        self.being_created = 0
        self._limit = MOST_JOBS
        self._known = False
        self._starving_since: float | None = None

    def has_slot(self, running: int) -> bool:
        """Return whether another job may be created while so many are running.

        Until X has said how many slots are left, one job is created alone.
        """
        if not self._known and self.being_created:
            return False
        return running + self.being_created < self._limit

    def created(self, running: int, headers: Mapping[str, str]) -> None:
        """Note a job that counts as running now; what X says of the slots left can only lower the limit here."""
        self._starving_since = None
        remaining = number(headers, REMAINING)
        if remaining is not None:
            # X may have counted jobs that are being created at this moment.
            self._limit = min(self._limit, running + self.being_created + int(remaining))
        self._known = True

    def refused(self, running: int) -> None:
        """Note that X has no slot although it seemed so: the next status response tells how many there are."""
        self._limit = min(self._limit, running)
        self._known = True

    def learn(self, own_jobs: int, headers: Mapping[str, str]) -> None:
        """Take in what a status response says of the slots left beside the account's own open jobs."""
        remaining = number(headers, REMAINING)
        self._limit = MOST_JOBS if remaining is None else min(MOST_JOBS, own_jobs + int(remaining))
        self._known = True

    def note_starving(self, waiting: bool, now: float) -> None:
        """Note, with each status response, whether requests wait while none of the account's jobs runs."""
        if not waiting or self.being_created or self._limit > 0:
            self._starving_since = None
        elif self._starving_since is None:
            self._starving_since = now

    def starved(self, now: float) -> float:
        """Return for how many seconds other tools have held all slots while requests waited."""
        return 0.0 if self._starving_since is None else now - self._starving_since

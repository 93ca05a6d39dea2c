# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The jobs of one ad account over all reports: which one is created next, and when X is asked how they are doing."""

from __future__ import annotations

import math
from bisect import insort
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from source_twitter_ads.api.rate_limits import number
from source_twitter_ads.reports.job import Job, JobRequest
from source_twitter_ads.reports.window_jobs import WindowJobs

# docs/x-ads-api.md §7.2.
MOST_JOBS = 100
REMAINING = "x-concurrent-job-limit-remaining"


class JobQuota:
    """The job slots of one account, those of other tools included. Times are monotonic seconds.

    Attributes:
        being_created: jobs that X is being asked for at this moment.
        being_cancelled: jobs that the account runs no more, but that still have their slots at X.
    """

    def __init__(self) -> None:
        self.being_created = self.being_cancelled = 0
        self._limit = MOST_JOBS
        self._known = False
        self._guessed_wrong = False
        self._starving_since: float | None = None

    def has_slot(self, running: int) -> bool:
        """Return whether another job may be created while so many are running.

        One job is created alone while nothing is known of the slots, and where X refuses jobs without telling how many
        slots there are.
        """
        if self.being_created and (self._guessed_wrong or not self._known):
            return False
        return running + self.being_created + self.being_cancelled < self._limit

    def note_created(self, running: int, headers: Mapping[str, str]) -> None:
        """Note a job that counts as running now; what X says of the slots left can only lower the limit here."""
        self._starving_since = None
        remaining = number(headers, REMAINING)
        if remaining is not None:
            # X may have counted jobs that are being created at this moment.
            self._limit = min(self._limit, running + self.being_created + int(remaining))
        self._known = True

    def note_refused(self, running: int, now: float) -> None:
        """Note that X has no slot although it seemed so: the next status response tells how many there are."""
        self._limit = min(self._limit, running)
        self._known = self._guessed_wrong = True
        if not running and self._starving_since is None:
            self._starving_since = now

    def update(self, own_jobs: int, headers: Mapping[str, str]) -> None:
        """Take in what a status response says of the slots left beside the account's own open jobs."""
        remaining = number(headers, REMAINING)
        self._limit = MOST_JOBS if remaining is None else min(MOST_JOBS, own_jobs + int(remaining))
        self._known = True
        self._guessed_wrong = self._guessed_wrong and remaining is None

    def note_starving(self, waiting: bool, now: float) -> None:
        """Note, with each status response, whether requests wait while none of the account's jobs runs."""
        if not waiting:
            self._starving_since = None
        # A header may show slots that X then refuses to give: only a job that is created ends the wait.
        elif self._starving_since is None and not self.being_created and self._limit <= 0:
            self._starving_since = now

    def starved(self, now: float) -> float:
        """Return for how many seconds other tools have held all slots while requests waited."""
        return 0.0 if self._starving_since is None else now - self._starving_since


# docs/x-ads-api.md §7.2.
JOBS_PER_STATUS_REQUEST = 200
# A job that X does not list is one that it has just taken; after this time it is one that it has lost.
LOST_SECONDS = 300.0
# Jobs are ready after seconds to many minutes: asked about soon at first, then ever more rarely.
FIRST_POLL_AFTER = 1.0
SHORTEST_POLL_INTERVAL = 2.0
LONGEST_POLL_INTERVAL = 15.0
# An account is given up when so many of its jobs have timed out and none has ever ended.
HOPELESS_JOBS = 5


class AccountJobs:
    """What an account has waiting and running. Not safe for threads: the scheduler alone uses it.

    Times are seconds of the monotonic clock.

    Attributes:
        quota: how many jobs it may have.
        running: its jobs at X by id, with their windows.
        polling: whether a status request is under way.
        poll_at: when the next status request is due; infinite where nothing has to be asked.
        last_response_at: when X last answered a request that creates a job.
        windows: its windows that are not over.
        endless: jobs that have not ended in time, or that X has lost.

    Args:
        timeout: seconds that a job may take.
    """

    def __init__(self, account_id: str, timeout: float) -> None:
        self.account_id = account_id
        self.quota = JobQuota()
        self.running: dict[str, tuple[WindowJobs, Job]] = {}
        self.polling = False
        self.poll_at = math.inf
        self.last_response_at = -math.inf
        self.windows: set[WindowJobs] = set()
        self.endless = 0
        self._timeout = timeout
        self._waiting: dict[str, list[WindowJobs]] = {}
        self._turns = deque[str]()
        self._last_poll = self._last_created = -math.inf
        self._ever_ended = False

    def add(self, window: WindowJobs) -> None:
        """Queue a window that has requests waiting, behind the older ones of its report."""
        windows = self._waiting.setdefault(window.report, [])
        if window not in windows:
            insort(windows, window, key=lambda one: one.position)
        if window.report not in self._turns:
            self._turns.append(window.report)

    def remove(self, window: WindowJobs) -> None:
        """Forget a window that is over."""
        self.windows.discard(window)
        windows = self._waiting.get(window.report, [])
        if window in windows:
            windows.remove(window)

    @property
    def has_waiting(self) -> bool:
        """Whether requests wait for a slot."""
        return any(window.waiting for windows in self._waiting.values() for window in windows)

    def next_request(self) -> tuple[WindowJobs, JobRequest] | None:
        """Return what to create next, None when there is nothing or no slot for it.

        Reports take turns; the oldest window of each comes first, since its bookmark moves with it.
        """
        if not self.quota.has_slot(len(self.running)):
            return None
        while self._turns:
            report = self._turns.popleft()
            windows = self._waiting[report]
            while windows and not windows[0].waiting:
                windows.pop(0)
            if windows:
                self._turns.append(report)
                return windows[0], windows[0].waiting.popleft()
        return None

    def note_created(self, window: WindowJobs, job: Job, headers: Mapping[str, str]) -> None:
        """Watch a job that X has just taken."""
        self.watch(window, job)
        self.quota.note_created(len(self.running), headers)
        self.last_response_at = job.created

    def watch(self, window: WindowJobs, job: Job) -> None:
        """Watch a job at X."""
        self.running[job.job_id] = (window, job)
        self._last_created = job.created

    def next_poll_at(self, now: float, fastest: float, slowest: float, scarce: bool) -> float:
        """Return when a status request is worth it.

        An account is asked once its oldest job is as old as the fastest job of this sync was when it ended, and then
        ever more rarely. Where status requests are scarce, it is asked when its youngest job is as old as the slowest.

        Args:
            now: the moment.
            fastest: seconds that the fastest job of this sync took by X's own times.
            slowest: seconds that the slowest one took.
            scarce: whether X's limit leaves few status requests for each account.
        """
        if self.polling:
            return math.inf
        if not self.running:
            wants_slot = self.has_waiting and not self.quota.being_created and not self.quota.has_slot(0)
            return self._last_poll + LONGEST_POLL_INTERVAL if wants_slot else math.inf
        pause = min(LONGEST_POLL_INTERVAL, max(SHORTEST_POLL_INTERVAL, (now - self._last_created) / 10))
        due = max(
            self._last_poll + pause,
            self.oldest_created_at + max(min(FIRST_POLL_AFTER, SHORTEST_POLL_INTERVAL), fastest),
        )
        return max(due, self._last_created + slowest, self._last_poll + LONGEST_POLL_INTERVAL) if scarce else due

    @property
    def oldest_created_at(self) -> float:
        """When its oldest job was created, of those that run."""
        return min(job.created for _, job in self.running.values())

    def to_poll(self) -> list[Job]:
        """Return the jobs to ask about in one request: those that X has not spoken of for longest."""
        jobs = sorted((job for _, job in self.running.values()), key=lambda job: job.seen or 0.0)
        return jobs[:JOBS_PER_STATUS_REQUEST]

    def polled(self, now: float) -> None:
        """Note that a status request is sent."""
        self.polling, self._last_poll = True, now

    def apply_status(
        self,
        jobs: Sequence[Job],
        entries: Mapping[str, Mapping[str, Any]],
        headers: Mapping[str, str],
        now: float,
        utc_now: datetime,
    ) -> list[tuple[WindowJobs, Job]]:
        """Take in a status response; return the jobs that have ended, also those that are given up."""
        lost = min(LOST_SECONDS, self._timeout)
        ended: list[tuple[WindowJobs, Job]] = []
        for job in jobs:
            if job.job_id not in self.running:
                continue
            job.apply_status(entries.get(job.job_id), now, utc_now)
            self._ever_ended = self._ever_ended or job.ended
            if not job.ended and job.give_up(now, self._timeout, lost):
                self.endless += not job.adopted
            if job.ended:
                ended.append(self.running.pop(job.job_id))
        # Jobs created since the request may or may not be counted in what X says of the slots: the safe reading.
        asked = {job.job_id for job in jobs}
        others = sum(job.adopted for job_id, (_, job) in self.running.items() if job_id not in asked)
        self.quota.update(sum(job.job_id in self.running for job in jobs) + others, headers)
        self.quota.note_starving(self.has_waiting and not self.running, now)
        return ended

    @property
    def hopeless(self) -> bool:
        """Whether none of the account's jobs has ever ended, and several have timed out."""
        return self.endless >= HOPELESS_JOBS and not self._ever_ended

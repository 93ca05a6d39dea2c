# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The job board of one ad account, shared by all its reports (x-ads-api.md §7.2).

X allows 100 jobs in progress per account, whoever asked for them, and answers up to 200 of them in one status request.
Windows run in threads of their own; whichever of them finds a status request due makes it for all. None of them
polls for itself, so status requests grow with time and not with jobs.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from source_twitter_ads.api.errors import BY_CODE, Action, ApiFailure, Where, rule_for
from source_twitter_ads.api.transport import Transport
from source_twitter_ads.configuration import Settings
from source_twitter_ads.reports.cancelling import cancel_all
from source_twitter_ads.reports.downtime import CREATION, STATUS, Downtime, elsewhere
from source_twitter_ads.reports.job import Job, job_id_of
from source_twitter_ads.reports.job_request import JobRequest
from source_twitter_ads.reports.polling import first_poll, poll_interval
from source_twitter_ads.reports.progress import Progress
from source_twitter_ads.reports.room import Room

# x-ads-api.md §7.2.
JOBS_PER_STATUS_REQUEST = 200
# A job that X does not list is one that it has just taken; after this time it is one that it has lost.
LOST_SECONDS = 300.0
# How often a waiting thread looks whether the log is due for a line.
TICK_SECONDS = 1.0


class JobBoard:
    """Creates jobs of one account within its limit, and watches them.

    Args:
        transport: sends the requests.
        settings: how long a job may take, and for how long X may be down.
        account_id: the ad account.
        progress: is told what happens, for the log.
        busy_accounts: tells how many accounts have jobs running, which share X's limit for status requests.
    """

    def __init__(
        self,
        transport: Transport,
        settings: Settings,
        account_id: str,
        progress: Progress,
        busy_accounts: Callable[[], int] = lambda: 1,
    ) -> None:
        self._transport = transport
        self._account_id = account_id
        self._progress = progress
        self._busy_accounts = busy_accounts
        self._path = f"stats/jobs/accounts/{account_id}"
        self._timeout = settings.job_timeout * 60.0
        self._condition = threading.Condition()
        self._running: dict[str, Job] = {}
        self._room = Room()
        self._downtime = Downtime(float(settings.outage_timeout))
        self._polling = False
        # When the last status request was sent, when the last one that was answered, and the first job after a pause.
        self._last_poll = self._last_answered = self._busy_since = -math.inf

    @property
    def busy(self) -> bool:
        """Whether jobs are running."""
        return bool(self._running)

    def try_create(self, request: JobRequest, where: Where) -> Job | None:
        """Create a job if the account has room for it.

        Returns:
            The job; None when there is no room now, which `wait` waits for.

        Raises:
            ApiFailure: when X refuses the request, or is known to be down.
        """
        start = request.window.start_utc
        with self._condition:
            now = time.monotonic()
            for endpoint in (CREATION, STATUS):
                self._downtime.check(endpoint, where, now)
            if not self._room.free_for(start, len(self._running)):
                self._room.enqueue(where, start, now)
                return None
            self._room.being_created += 1
        job: Job | None = None
        headers: Mapping[str, str] = {}
        try:
            answer = self._transport.post(self._path, request.parameters(), where, job_id_of)
            headers = answer.headers
            job = Job(request, answer.document["data"][0], where, created=time.monotonic())
        except ApiFailure as failure:
            if self._is_full(failure, request, where):
                return None
            raise
        finally:
            self._created(job, headers)
        self._progress.created(self._account_id)
        return job

    def adopt(self, request: JobRequest, job_id: str, where: Where) -> Job:
        """Watch a job that an interrupted sync has created; should X not know it any more, it ends as broken."""
        job = Job(request, job_id, where, created=time.monotonic(), adopted=True)
        with self._condition:
            self._watch(job)
        self._progress.created(self._account_id)
        return job

    def cancel(self, job_ids: Iterable[str], where: Where) -> None:
        """Cancel jobs that an interrupted sync created and that nobody asks for any more."""
        cancel_all(self._transport, self._path, [(job_id, where) for job_id in job_ids])

    def wait(self, jobs: Iterable[Job], room: bool, where: Where) -> list[Job]:
        """Wait until one of the jobs has ended, or, if `room` is wanted, until another job can be created.

        Args:
            jobs: the caller's own.
            room: whether the caller has more jobs to create.
            where: the caller's place in the sync, for messages.

        Returns:
            The jobs that have ended; empty when there is room.

        Raises:
            ApiFailure: when X refuses the status request, whichever thread made it; when other tools hold all of the
                account's slots for as long as a job may take.
        """
        mine = list(jobs)
        while True:
            self._progress.tick(self._account_id, len(self._running))
            with self._condition:
                ended = [job for job in mine if job.ended]
                if ended or (room and self._room.free_for(self._room.start_of(where), len(self._running))):
                    return ended
                if not self._is_to_poll(mine, room, where):
                    continue
                self._polling = True
            began = time.monotonic()
            try:
                self._poll(where)
                self._last_answered = began
            except BaseException:
                # Those who wait for the same answer learn of the failure before anybody asks again.
                began = time.monotonic()
                raise
            finally:
                with self._condition:
                    self._polling = False
                    self._last_poll = began
                    self._condition.notify_all()

    def _is_to_poll(self, mine: list[Job], room: bool, where: Where) -> bool:
        """Whether the caller is to make a status request for all; where it is not, a moment has passed."""
        now = time.monotonic()
        if room:
            self._downtime.check(CREATION, where, now)
        if not mine:
            self._downtime.check(STATUS, where, now)
        pause = self._next_poll() - now
        if not self._polling:
            if pause <= 0:
                return True
            for job in mine:
                if job.unknown:
                    raise elsewhere(job.unknown, where)
            self._check_patience(where, now)
        self._condition.wait(TICK_SECONDS if self._polling else min(pause, TICK_SECONDS))
        return False

    def _check_patience(self, where: Where, now: float) -> None:
        if self._running:
            return
        waited = self._room.starved(self._last_answered, now)
        if waited >= self._timeout:
            happened = f"No slot for an analytics job was free for {waited:.0f} s"
            raise ApiFailure(BY_CODE["TOO_MANY_JOBS"], where, happened)

    def satisfied(self, where: Where) -> None:
        """A window has no more jobs to create: the next one may."""
        with self._condition:
            if self._room.dequeue(where, time.monotonic()):
                self._condition.notify_all()

    def leave(self, jobs: Iterable[Job], where: Where) -> None:
        """End a window: cancel jobs whose result nobody waits for any more, so that they do not fill the slots."""
        self.satisfied(where)
        left = list(jobs)
        try:
            cancel_all(self._transport, self._path, [(job.job_id, job.where) for job in left if not job.ended])
        finally:
            with self._condition:
                for job in left:
                    self._running.pop(job.job_id, None)
                self._condition.notify_all()

    def _poll(self, where: Where) -> None:
        """Ask X for the status of all running jobs; without any, for the room that other tools leave."""
        with self._condition:
            jobs = list(self._running.values())
        # More than one request may name, only where a killed sync left finished jobs behind besides the running ones.
        for first in range(0, len(jobs) or 1, JOBS_PER_STATUS_REQUEST):
            self._poll_batch(jobs[first : first + JOBS_PER_STATUS_REQUEST], where)

    def _poll_batch(self, jobs: list[Job], where: Where) -> None:
        ids = ",".join(job.job_id for job in jobs)
        # An answer that is filtered by job_ids is never paged, whatever cursor it shows (x-ads-api.md §7.2).
        query = {"job_ids": ids, "count": str(JOBS_PER_STATUS_REQUEST)} if ids else {"count": "1"}
        try:
            answer = self._transport.get(self._path, query, where, lambda entry: (job_id_of(entry), entry))
        except ApiFailure as failure:
            with self._condition:
                lasting = self._downtime.failed(STATUS, failure, time.monotonic())
                # Whoever waits for these jobs would ask the same next, one after the other.
                for job in list(self._running.values()) if lasting else jobs:
                    job.unknown = failure
            raise
        overdue = self._learn(jobs, dict(answer.document["data"]), answer.headers)
        cancel_all(self._transport, self._path, [(job.job_id, job.where) for job in overdue])

    def _learn(
        self, jobs: Iterable[Job], entries: Mapping[str, Mapping[str, Any]], headers: Mapping[str, str]
    ) -> list[Job]:
        """Take in a status answer; return the jobs that are to be cancelled."""
        with self._condition:
            now, lost = time.monotonic(), min(LOST_SECONDS, self._timeout)
            self._downtime.answered(STATUS, now)
            overdue: list[Job] = []
            for job in jobs:
                job.unknown = None
                if job.job_id not in self._running:
                    continue
                job.heard(entries.get(job.job_id), now)
                if not job.ended and job.give_up(now, self._timeout, lost):
                    overdue.append(job)
                if job.ended:
                    self._running.pop(job.job_id)
                    self._progress.ended(self._account_id)
            # Jobs created since the question may or may not be counted in what X says of the room: the safe reading.
            asked = {job.job_id for job in jobs}
            others = sum(job.adopted for job_id, job in self._running.items() if job_id not in asked)
            self._room.learn(sum(job.job_id in self._running for job in jobs) + others, headers)
            return overdue

    def _next_poll(self) -> float:
        """When the next status request is due, by the monotonic clock."""
        now = time.monotonic()
        ages = [now - job.created for job in self._running.values()]
        if not ages and self._room.being_created:
            # The answer to the first job tells of the room, too.
            return math.inf
        due = self._last_poll + poll_interval(min(ages, default=None), self._busy_accounts())
        return max(due, self._busy_since + first_poll()) if ages else due

    def _watch(self, job: Job) -> None:
        if not self._running:
            self._busy_since = job.created
        self._running[job.job_id] = job

    def _created(self, job: Job | None, headers: Mapping[str, str]) -> None:
        """Count a finished attempt to create a job."""
        with self._condition:
            self._room.being_created -= 1
            if job is not None:
                self._downtime.answered(CREATION, job.created)
                self._watch(job)
                self._room.created(len(self._running), headers)
            self._condition.notify_all()

    def _is_full(self, failure: ApiFailure, request: JobRequest, where: Where) -> bool:
        """Take in why a job could not be created; whether X only had no room for it."""
        with self._condition:
            now = time.monotonic()
            if failure.refusal and rule_for(failure.refusal).action is Action.WAIT_FOR_SLOT:
                self._downtime.answered(CREATION, now)
                self._room.full(len(self._running))
                self._room.enqueue(where, request.window.start_utc, now)
                return True
            self._downtime.failed(CREATION, failure, now)
            return False

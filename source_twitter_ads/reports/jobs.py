# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The job board of one ad account, shared by all its reports (x-ads-api.md §7.2).

X allows 100 jobs in progress per account, whoever asked for them, and answers up to 200 of them in one status request.
Windows run in threads of their own; whichever of them finds a status request due makes it for all. None of them
polls for itself, so status requests grow with time and not with jobs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from source_twitter_ads.api.errors import BY_CODE, Action, ApiFailure, Rule, Where, rule_for
from source_twitter_ads.api.headers import number
from source_twitter_ads.api.transport import Transport
from source_twitter_ads.configuration import Settings
from source_twitter_ads.reports.job import Job, job_id_of, result_url
from source_twitter_ads.reports.job_request import JobRequest
from source_twitter_ads.reports.polling import poll_interval
from source_twitter_ads.reports.progress import Progress

# x-ads-api.md §7.2.
MOST_JOBS = 100
JOBS_PER_STATUS_REQUEST = 200
REMAINING = "x-concurrent-job-limit-remaining"
FINISHED = "SUCCESS"
BROKEN = frozenset({"FAILED", "CANCELLED"})

# A job that X does not list is one that it has just taken; after this time it is one that it has lost.
LOST_SECONDS = 300.0
# How often a waiting thread looks whether the log is due for a line.
TICK_SECONDS = 1.0


class JobBoard:
    """Creates jobs of one account within its limit, and watches them.

    Args:
        transport: sends the requests.
        settings: how long a job may take.
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
        # Windows that wait for room, and when they begin.
        self._queue: dict[Where, datetime] = {}
        self._being_created = 0
        self._limit = MOST_JOBS
        self._limit_known = False
        self._polling = False
        self._last_poll = time.monotonic()
        self._last_job = time.monotonic()

    @property
    def busy(self) -> bool:
        """Whether jobs are running."""
        return bool(self._running)

    def try_create(self, request: JobRequest, where: Where) -> Job | None:
        """Create a job if the account has room for it.

        Returns:
            The job; None when there is no room now, which `wait` waits for.

        Raises:
            ApiFailure: when X refuses the request.
        """
        with self._condition:
            if not self._has_room(request.window.start_utc):
                self._queue[where] = request.window.start_utc
                return None
            self._being_created += 1
        job: Job | None = None
        headers: Mapping[str, str] = {}
        try:
            answer = self._transport.post(self._path, request.parameters(), where, job_id_of)
            headers = answer.headers
            job = Job(request, answer.document["data"][0], where, created=time.monotonic())
        except ApiFailure as failure:
            if failure.refusal and rule_for(failure.refusal).action is Action.WAIT_FOR_SLOT:
                self._full()
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
            self._running[job_id] = job
        self._progress.created(self._account_id)
        return job

    def cancel(self, job_ids: Iterable[str], where: Where) -> None:
        """Cancel jobs that an interrupted sync created and that nobody asks for any more."""
        for job_id in job_ids:
            if not self._cancel(job_id, where):
                return

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
                if ended or (room and self._has_room(self._queue.get(where))):
                    return ended
                for job in mine:
                    if job.unknown:
                        raise _elsewhere(job.unknown, where)
                self._check_patience(where)
                pause = self._last_poll + self._poll_interval() - time.monotonic()
                if pause > 0 or self._polling:
                    self._condition.wait(TICK_SECONDS if self._polling else min(pause, TICK_SECONDS))
                    continue
                self._polling = True
            try:
                self._poll(where)
            finally:
                with self._condition:
                    self._polling = False
                    self._last_poll = time.monotonic()
                    self._condition.notify_all()

    def _check_patience(self, where: Where) -> None:
        waited = time.monotonic() - self._last_job
        if not self._running and waited >= self._timeout:
            happened = f"No slot for an analytics job was free for {waited:.0f} s"
            raise ApiFailure(BY_CODE["TOO_MANY_JOBS"], where, happened)

    def satisfied(self, where: Where) -> None:
        """A window has no more jobs to create: the next one may."""
        with self._condition:
            if self._queue.pop(where, None) is not None:
                self._condition.notify_all()

    def leave(self, jobs: Iterable[Job], where: Where) -> None:
        """End a window: cancel jobs whose result nobody waits for any more, so that they do not fill the slots."""
        self.satisfied(where)
        reachable = True
        for job in jobs:
            # While X fails, each attempt may take minutes: then the jobs are left to end by themselves.
            if reachable and not job.ended:
                reachable = self._cancel(job.job_id, job.where)
            with self._condition:
                self._running.pop(job.job_id, None)
                self._condition.notify_all()

    def _cancel(self, job_id: str, where: Where) -> bool:
        """Cancel a job; whether X answered at all."""
        try:
            self._transport.delete(f"{self._path}/{job_id}", where)
        except ApiFailure as failure:
            # Only QUEUED and PROCESSING jobs can be cancelled; a 404 means that it has ended (x-ads-api.md §7.2).
            return failure.refusal is not None and failure.refusal.status == 404
        return True

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
            # Whoever waits for these jobs would ask the same next, one after the other.
            for job in jobs:
                job.unknown = failure
            raise
        overdue = self._learn(jobs, dict(answer.document["data"]), answer.headers)
        for job in overdue:
            if not self._cancel(job.job_id, job.where):
                break

    def _learn(
        self, jobs: Iterable[Job], entries: Mapping[str, Mapping[str, Any]], headers: Mapping[str, str]
    ) -> list[Job]:
        """Take in a status answer; return the jobs that are to be cancelled."""
        with self._condition:
            for job in jobs:
                job.unknown = None
                if job.job_id in entries and job.job_id in self._running:
                    self._read_entry(job, entries[job.job_id])
            overdue = [job for job in jobs if job.job_id in self._running and self._is_overdue(job)]
            # Jobs created since the question may or may not be counted in what X says of the room: the safe reading.
            asked = {job.job_id for job in jobs}
            others = sum(job.adopted for job_id, job in self._running.items() if job_id not in asked)
            open_jobs = sum(job.job_id in self._running for job in jobs) + others
            remaining = number(headers, REMAINING)
            self._limit = MOST_JOBS if remaining is None else min(MOST_JOBS, open_jobs + int(remaining))
            self._limit_known = True
            return overdue

    def _read_entry(self, job: Job, entry: Mapping[str, Any]) -> None:
        job.seen = time.monotonic()
        status = str(entry.get("status"))
        if status in BROKEN:
            self._end(job, broken=f"X ended it as {status}")
        # SUCCESS without a url is a file that X has not put there yet.
        elif status == FINISHED and entry.get("url"):
            self._end(job, url=result_url(str(entry["url"])))

    def _is_overdue(self, job: Job) -> bool:
        """End a job that takes too long, or that X does not list any more; whether it was one."""
        now = time.monotonic()
        if now - job.created >= self._timeout:
            self._end(job, broken=f"it was not ready after {now - job.created:.0f} s")
        elif job.seen is None and job.adopted:
            self._end(job, broken="X does not know it any more")
        elif now - (job.seen or job.created) >= min(LOST_SECONDS, self._timeout):
            self._end(job, broken="X does not list it any more")
        return job.ended

    def _end(self, job: Job, url: str | None = None, broken: str | None = None) -> None:
        job.url, job.broken = url, broken
        self._last_job = time.monotonic()
        self._running.pop(job.job_id, None)
        self._progress.ended(self._account_id)

    def _poll_interval(self) -> float:
        ages = [time.monotonic() - job.created for job in self._running.values()]
        return poll_interval(min(ages, default=None), self._busy_accounts())

    def _has_room(self, start: datetime | None) -> bool:
        """Whether a job of a window that begins at `start` may be created.

        Until X has said how much room there is, one goes ahead alone. Where room is scarce the oldest windows come
        first: the state moves with them, and a sync that is interrupted has not begun everything and ended nothing.
        """
        if not self._limit_known and self._being_created:
            return False
        if start is not None and any(other < start for other in self._queue.values()):
            return False
        return len(self._running) + self._being_created < self._limit

    def _created(self, job: Job | None, headers: Mapping[str, str]) -> None:
        """Count a finished attempt to create a job; what X says of the room left can only narrow it here."""
        with self._condition:
            self._being_created -= 1
            if job is not None:
                self._running[job.job_id] = job
                self._last_job = time.monotonic()
                remaining = number(headers, REMAINING)
                if remaining is not None:
                    # X may have counted jobs that are being created at this moment.
                    known = len(self._running) + self._being_created
                    self._limit = min(self._limit, known + int(remaining))
                self._limit_known = True
            self._condition.notify_all()

    def _full(self) -> None:
        """X has no room although it seemed so: wait for what the next status request says."""
        with self._condition:
            self._limit = min(self._limit, len(self._running))
            self._limit_known = True


def _elsewhere(failure: ApiFailure, where: Where) -> ApiFailure:
    """The failure of a status request, as it concerns another window's jobs."""
    rule = Rule(Action.FAIL, failure.failure_type, "")
    return ApiFailure(rule, where, f"The status of its jobs is unknown. {failure.message}", failure.refusal)

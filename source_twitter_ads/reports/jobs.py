# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The job board of one ad account, shared by all its reports (x-ads-api.md §7.2).

X allows 100 jobs in progress per account, whoever asked for them, and answers up to 200 of them in one status request.
Windows run in threads of their own; whichever of them finds a status request due makes it for all. None of them
polls for itself, so status requests grow with time and not with jobs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from source_twitter_ads.api.errors import Action, ApiFailure, Where, rule_for
from source_twitter_ads.api.limits import number
from source_twitter_ads.api.transport import Transport
from source_twitter_ads.configuration import Settings
from source_twitter_ads.reports.job_request import JobRequest
from source_twitter_ads.reports.progress import Progress

# x-ads-api.md §7.2.
MOST_JOBS = 100
JOBS_PER_STATUS_REQUEST = 200
FINISHED = "SUCCESS"
BROKEN = frozenset({"FAILED", "CANCELLED"})

# Jobs are ready after seconds to many minutes: asked soon at first, then ever more rarely.
SOONEST_POLL = 2.0
LATEST_POLL = 15.0
# A job that X does not list is one that it has just taken; after this time it is one that it has lost.
LOST_SECONDS = 300.0


@dataclass(eq=False)
class Job:
    """A job that X has taken on.

    Attributes:
        request: what it asks for.
        job_id: X's id, as text.
        where: the place in the sync, for messages.
        created: when it was created, by the monotonic clock.
        seen: when X last listed it, by the monotonic clock; None before the first time.
        url: the result file, once it is ready.
        broken: why there will be no file, once that is known.
    """

    request: JobRequest
    job_id: str
    where: Where
    created: float = field(default_factory=time.monotonic)
    seen: float | None = None
    url: str | None = None
    broken: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.url is not None or self.broken is not None


class JobBoard:
    """Creates jobs of one account within its limit, and watches them.

    Args:
        transport: sends the requests.
        settings: how long a job may take.
        account_id: the ad account.
        progress: is told what happens, for the log.
    """

    def __init__(self, transport: Transport, settings: Settings, account_id: str, progress: Progress) -> None:
        self._transport = transport
        self._account_id = account_id
        self._progress = progress
        self._path = f"stats/jobs/accounts/{account_id}"
        self._timeout = settings.job_timeout * 60.0
        self._condition = threading.Condition()
        self._running: dict[str, Job] = {}
        self._being_created = 0
        self._limit = MOST_JOBS
        self._polling = False
        self._last_poll = time.monotonic()

    def try_create(self, request: JobRequest, where: Where) -> Job | None:
        """Create a job if the account has room for it.

        Returns:
            The job; None when there is no room now, which `wait` waits for.

        Raises:
            ApiFailure: when X refuses the request.
        """
        with self._condition:
            if len(self._running) + self._being_created >= self._limit:
                return None
            self._being_created += 1
        try:
            answer = self._transport.post(self._path, request.parameters(), where)
        except ApiFailure as failure:
            self._room(None, created=None)
            if failure.refusal and rule_for(failure.refusal).action is Action.WAIT_FOR_SLOT:
                self._full()
                return None
            raise
        except BaseException:
            self._room(None, created=None)
            raise
        job = Job(request, job_id_of(answer.document["data"]), where)
        self._room(answer.headers, created=job)
        self._progress.created(self._account_id)
        return job

    def wait(self, jobs: Iterable[Job], room: bool) -> list[Job]:
        """Wait until one of the jobs has ended, or, if `room` is wanted, until another job can be created.

        Returns:
            The jobs that have ended; empty when there is room.

        Raises:
            ApiFailure: when X refuses the status request.
        """
        mine = list(jobs)
        while True:
            with self._condition:
                ended = [job for job in mine if job.ended]
                if ended or (room and len(self._running) + self._being_created < self._limit):
                    return ended
                pause = self._last_poll + self._poll_interval() - time.monotonic()
                if pause > 0 or self._polling:
                    self._condition.wait(timeout=max(pause, 0.05) if not self._polling else 1.0)
                    continue
                self._polling = True
            try:
                self._poll()
            finally:
                with self._condition:
                    self._polling = False
                    self._last_poll = time.monotonic()
                    self._condition.notify_all()

    def abandon(self, jobs: Iterable[Job]) -> None:
        """Cancel jobs whose result nobody waits for any more, so that they do not fill the account's slots."""
        for job in jobs:
            with self._condition:
                running = self._running.pop(job.job_id, None)
                self._condition.notify_all()
            if running:
                self._cancel(job)

    def _cancel(self, job: Job) -> None:
        # Only QUEUED and PROCESSING jobs can be cancelled; a refusal means that it has ended (x-ads-api.md §7.2).
        try:
            self._transport.delete(f"{self._path}/{job.job_id}", job.where)
        except ApiFailure:
            return

    def _poll(self) -> None:
        """Ask X for the status of all running jobs; without any, for the room that other tools leave."""
        with self._condition:
            jobs = list(self._running.values())
        ids = [job.job_id for job in jobs]
        where = Where("reports", self._account_id)
        for first in range(0, len(ids) or 1, JOBS_PER_STATUS_REQUEST):
            batch = ids[first : first + JOBS_PER_STATUS_REQUEST]
            # An answer that is filtered by job_ids is never paged, whatever cursor it shows (x-ads-api.md §7.2).
            query = {"job_ids": ",".join(batch), "count": str(JOBS_PER_STATUS_REQUEST)} if batch else {"count": "1"}
            answer = self._transport.get(self._path, query, where)
            self._learn({job_id_of(entry): entry for entry in answer.document["data"]})
            self._set_limit(answer.headers)
        overdue = self._overdue(jobs)
        for job in overdue:
            self._cancel(job)
        self._progress.polled(self._account_id, len(self._running))

    def _learn(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        with self._condition:
            for job_id, entry in entries.items():
                job = self._running.get(job_id)
                if job is None:
                    continue
                job.seen = time.monotonic()
                status = str(entry.get("status"))
                if status in BROKEN:
                    self._end(job, broken=f"X ended it as {status}")
                # SUCCESS without a url is a file that X has not put there yet.
                elif status == FINISHED and entry.get("url"):
                    self._end(job, url=result_url(str(entry["url"])))

    def _overdue(self, jobs: Iterable[Job]) -> list[Job]:
        """End the jobs that take too long, and those that X no longer lists; return those to be cancelled."""
        now = time.monotonic()
        overdue = []
        with self._condition:
            for job in jobs:
                if job.ended or job.job_id not in self._running:
                    continue
                if now - job.created >= self._timeout:
                    self._end(job, broken=f"it was not ready after {now - job.created:.0f} s")
                    overdue.append(job)
                elif now - (job.seen or job.created) >= min(LOST_SECONDS, self._timeout):
                    self._end(job, broken="X does not list it any more")
                    overdue.append(job)
        return overdue

    def _end(self, job: Job, url: str | None = None, broken: str | None = None) -> None:
        job.url, job.broken = url, broken
        self._running.pop(job.job_id, None)
        self._progress.ended(self._account_id)

    def _poll_interval(self) -> float:
        ages = [time.monotonic() - job.created for job in self._running.values()]
        return LATEST_POLL if not ages else min(LATEST_POLL, max(SOONEST_POLL, min(ages) / 3))

    def _room(self, headers: Mapping[str, str] | None, created: Job | None) -> None:
        """Count a finished attempt to create a job; what X says of the room left can only narrow it here."""
        with self._condition:
            self._being_created -= 1
            if created:
                self._running[created.job_id] = created
            remaining = number(headers, "x-concurrent-job-limit-remaining") if headers is not None else None
            if remaining is not None:
                self._limit = min(self._limit, len(self._running) + int(remaining))
            self._condition.notify_all()

    def _set_limit(self, headers: Mapping[str, str]) -> None:
        """Learn how many jobs the account may have, less those of other tools."""
        remaining = number(headers, "x-concurrent-job-limit-remaining")
        with self._condition:
            room = MOST_JOBS if remaining is None else len(self._running) + int(remaining)
            self._limit = min(MOST_JOBS, room)
            self._condition.notify_all()

    def _full(self) -> None:
        """X has no room although it seemed so: wait for what the next status request says."""
        with self._condition:
            self._limit = min(self._limit, len(self._running))


def job_id_of(entry: Mapping[str, Any]) -> str:
    """Read a job's id, which X sends as text, as number, or as both (x-ads-api.md §2.6)."""
    return str(entry.get("id_str") or entry["id"])


def result_url(url: str) -> str:
    """Mend a url that X has glued to another, `https://…https://…`: the last one counts (x-ads-api.md §1)."""
    return url[max(url.rfind("https://"), url.rfind("http://"), 0) :]

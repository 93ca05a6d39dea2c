# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Asynchronous jobs and their life (docs/x-ads-api.md §7.2)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from x_ads_emulator.analytics import faults
from x_ads_emulator.analytics.faults import FaultPlan, JobFault
from x_ads_emulator.analytics.numbers import key_of
from x_ads_emulator.analytics.request import JobRequest
from x_ads_emulator.analytics.switches import Switches, WorldView, elapsed_seconds
from x_ads_emulator.clock import print_instant
from x_ads_emulator.errors import ApiError
from x_ads_emulator.settings import times_of

RESULT_PATH: Final = "/advertiser-api-async-analytics/"
OPEN_STATUSES: Final = frozenset({"QUEUED", "PROCESSING", "UPLOADING"})
CANCELLABLE: Final = frozenset({"QUEUED", "PROCESSING"})

#: Ids look like the documented ones and do not fit a float.
_FIRST_ID: Final = 1_120_829_647_711_653_888
_ID_STEP: Final = 4_194_307
#: Shares of `job_seconds`: QUEUED up to the first, PROCESSING, then UPLOADING for one job in five.
_QUEUED_UNTIL: Final = 0.25
_UPLOADING_FROM: Final = 0.85


@dataclass
class Job:
    """One job.

    Attributes:
        number: its id.
        created_at: world time of POST.
        born: `elapsed_seconds` at POST.
        seconds: how long it takes.
        fault: its fault, None for a job that succeeds.
        cancelled_at: world time of DELETE.
        polls: status responses that could have shown it so far.
        bare_polls: status responses that showed SUCCESS without a url so far.
        fetches: attempts to fetch its file so far.
        token: the long opaque name of the result file (§7.2).
        printed: the part of its record that never changes.
    """

    number: int
    request: JobRequest
    created_at: datetime
    born: float
    seconds: float
    fault: JobFault | None
    cancelled_at: datetime | None = None
    polls: int = 0
    bare_polls: int = 0
    fetches: int = 0
    url_published: bool = False
    token: str = ""
    printed: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.token = hashlib.sha512(f"stats_job_{self.number}".encode()).hexdigest()[:96]
        created = {"account_id": self.request.account_id, "created_at": print_instant(self.created_at)}
        self.printed = {**self.request.fields(), **created}

    @property
    def finished_at(self) -> datetime:
        """World time of the end of the job; the file holds the corrections recorded by then."""
        return self.created_at + timedelta(seconds=self.seconds)

    def expires_at(self, switches: Switches) -> datetime:
        """World time at which the result file expires, a whole second."""
        return (self.finished_at + timedelta(seconds=switches.result_expires_seconds)).replace(microsecond=0)

    def status_at(self, elapsed: float) -> str:
        """The status at a reading of the clock of `born`."""
        if self.cancelled_at is not None:
            return "CANCELLED"
        if self.fault is not None and self.fault.status == faults.HANG:
            return "PROCESSING"
        age = elapsed - self.born
        if age < self.seconds:
            if age < self.seconds * _QUEUED_UNTIL:
                return "QUEUED"
            late = age >= self.seconds * _UPLOADING_FROM
            return "UPLOADING" if late and self.number % 5 == 0 else "PROCESSING"
        if self.fault is not None and self.fault.status in (faults.FAILED, faults.CANCELLED):
            return self.fault.status
        return "SUCCESS"


class JobBoard:
    """All jobs of all accounts. The caller holds the lock (service.py).

    Args:
        world: the emulated world.
        seed: its seed, which decides the time of a job within the range of `job_seconds`.
    """

    def __init__(self, world: WorldView, seed: int) -> None:
        self._world = world
        self._seed = seed
        self._plan = FaultPlan()
        self._jobs: dict[int, Job] = {}
        self._by_account: dict[str, list[Job]] = {}
        self._by_token: dict[str, Job] = {}
        self._open: dict[str, list[Job]] = {}
        self.peak_in_flight: dict[str, int] = {}

    def create(self, request: JobRequest, switches: Switches) -> Job:
        """A new job. Raises ApiError 400 TOO_MANY_JOBS when the account has no slot left (§3, §4)."""
        account_id = request.account_id
        if self.in_flight(account_id) >= switches.job_limit:
            message = f"A maximum of {switches.job_limit} jobs can be in processing state"
            raise ApiError(400, "TOO_MANY_JOBS", message)
        fault = self._plan.fault_for(switches.job_faults, request)
        number = _FIRST_ID + len(self._jobs) * _ID_STEP
        seconds = _seconds(switches, self._seed, number)
        job = Job(number, request, self._world.now(), elapsed_seconds(self._world), seconds, fault)
        self._jobs[job.number] = job
        self._by_token[job.token] = job
        self._by_account.setdefault(account_id, []).append(job)
        self._open.setdefault(account_id, []).append(job)
        self.peak_in_flight[account_id] = max(self.peak_in_flight.get(account_id, 0), self.in_flight(account_id))
        return job

    def status(self, job: Job) -> str:
        """The status of a job now."""
        return job.status_at(elapsed_seconds(self._world))

    def in_flight(self, account_id: str) -> int:
        """Jobs of an account that hold a slot: queued, processing or uploading."""
        elapsed = elapsed_seconds(self._world)
        still_open = [job for job in self._open.get(account_id, []) if job.status_at(elapsed) in OPEN_STATUSES]
        self._open[account_id] = still_open
        return len(still_open)

    def find(self, account_id: str, number: int) -> Job | None:
        """A job of an account by its id."""
        job = self._jobs.get(number)
        return job if job is not None and job.request.account_id == account_id else None

    def of_account(self, account_id: str) -> list[Job]:
        """All jobs of an account, newest first."""
        return self._by_account.get(account_id, [])[::-1]

    def all(self) -> Iterable[Job]:
        """All jobs, oldest first."""
        return self._jobs.values()

    def by_token(self, token: str) -> Job | None:
        """The job that a result file belongs to."""
        return self._by_token.get(token)

    def cancel(self, account_id: str, number: int) -> Job:
        """Cancels a QUEUED or PROCESSING job. Raises ApiError 404 NOT_FOUND for any other (§7.2)."""
        job = self.find(account_id, number)
        if job is None or self.status(job) not in CANCELLABLE:
            raise ApiError(
                404, "NOT_FOUND", f"Job {number} was not found or cannot be cancelled", "job_id", str(number)
            )
        job.cancelled_at = self._world.now()
        return job

    def poll(self, job: Job, switches: Switches) -> dict[str, Any] | None:
        """The job as a status response shows it, None if it is missing there."""
        job.polls += 1
        if job.polls <= switches.job_empty_polls:
            return None
        if job.fault is not None and job.fault.status == faults.EMPTY:
            silent = job.fault.polls
            if silent is None or job.polls <= switches.job_empty_polls + silent:
                return None
        if self.status(job) == "SUCCESS" and not job.url_published:
            job.url_published = job.bare_polls >= switches.job_url_late_polls
            job.bare_polls += not job.url_published
        return self.record(job, switches)

    def record(self, job: Job, switches: Switches, *, just_created: bool = False) -> dict[str, Any]:
        """The job as X prints it."""
        status = self._first_status(job) if just_created else self.status(job)
        done = status == "SUCCESS"
        record: dict[str, Any] = {
            **job.printed,
            "url": _url(job, switches) if done and job.url_published else None,
            "expires_at": print_instant(job.expires_at(switches)) if done else None,
            "status": status,
            "updated_at": print_instant(self._updated_at(job, status)),
        }
        return {**record, **printed_id(job.number, switches.job_id_style)}

    def _first_status(self, job: Job) -> str:
        """The response to POST shows an unfinished job, however fast it is."""
        return "QUEUED" if job.seconds > 0 else "PROCESSING"

    def _updated_at(self, job: Job, status: str) -> datetime:
        if job.cancelled_at is not None:
            return job.cancelled_at
        return job.created_at if status in OPEN_STATUSES else job.finished_at

    def is_expired(self, job: Job, switches: Switches) -> bool:
        """Whether the file of a finished job has expired."""
        if job.fault is not None and job.fault.status == faults.EXPIRED:
            return True
        lifetime = (job.expires_at(switches) - job.finished_at).total_seconds()
        return elapsed_seconds(self._world) - job.born - job.seconds >= lifetime

    def counts_by_status(self) -> dict[str, int]:
        """The number of jobs by status."""
        return dict(Counter(self.status(job) for job in self._jobs.values()))


def _seconds(switches: Switches, seed: int, number: int) -> float:
    """How long a job takes."""
    low, high = times_of(switches.job_seconds)
    return low + (high - low) * key_of(seed, "job seconds", number) / float(1 << 64)


def printed_id(number: int, style: str) -> dict[str, Any]:
    """`id` and `id_str` in the style of the settings (§2.6, §7.2)."""
    if style == "both":
        return {"id": number, "id_str": str(number)}
    return {"id": str(number) if style == "string" else number}


def _url(job: Job, switches: Switches) -> str:
    url = f"{switches.base_url}{RESULT_PATH}{job.token}.json.gz"
    return url + url if switches.double_url else url

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""X's analytics in virtual time: active entities, jobs, result files, quotas and rate limits.

Source: docs/x-ads-api.md §4, §7.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import orjson

from source_twitter_ads.api.bodies import ApiResponse
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.clock import SystemTime
from source_twitter_ads.api.errors import Action, ApiFailure, Refusal, Skipped, rule_for
from source_twitter_ads.api.rate_limit_window import NotYet
from source_twitter_ads.api.rate_limits import Permit, RateLimits
from source_twitter_ads.api.request import ApiRequest
from source_twitter_ads.configuration import Settings
from source_twitter_ads.reports.calendar import iso

# The epoch second at which the virtual clock shows nought.
EPOCH = 1_795_000_000.0
JOBS_AT_ONCE = 100
EMPTY_FILE = b'{"data": []}'
KINDS = {"GET": "status", "POST": "create", "DELETE": "cancel"}

Outcome = ApiResponse | float | Exception


class VirtualTime(SystemTime):
    """A clock that moves when told to.

    Attributes:
        seconds: what its monotonic clock shows.
    """

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        """Return the moment; by this name it stands in for the module `time`."""
        return self.seconds

    def now(self) -> float:
        """Return the moment in epoch seconds."""
        return EPOCH + self.seconds

    time = now

    def written(self, seconds: float) -> str:
        """Return a moment of the monotonic clock as X writes it."""
        return iso(datetime.fromtimestamp(math.floor(EPOCH + seconds), timezone.utc))


@dataclass
class Account:
    """What an ad account has.

    Attributes:
        active: ids of the entities that were active in every period, by kind; also under other placements.
        placements: where they were.
        other_jobs: jobs in progress of other tools.
    """

    active: Mapping[str, Sequence[str]] = field(default_factory=dict)
    placements: Sequence[str] = ("ALL_ON_TWITTER",)
    other_jobs: int = 0


@dataclass(eq=False)
class XJob:
    """A job as X knows it: what was asked for, when it began and when it will have ended."""

    job_id: str
    account_id: str
    asked: Mapping[str, str]
    began: float
    ends: float
    cancelled: bool = False

    @property
    def entity_ids(self) -> list[str]:
        """The entities that were asked for."""
        return self.asked["entity_ids"].split(",")


class SimulatedX(ApiClient):
    """A client whose requests an X of this process answers; its rate limits are real and go by virtual time.

    Attributes:
        clock_of_loop: the virtual time.
        accounts: the ad accounts by id.
        latency: seconds of a request.
        job_seconds: how long a job takes; infinite for one that never ends.
        refuse: what a request fails with, or after how many seconds it is tried again; None to answer it.
        tell: what X says of a job at an age in seconds; None to list it as its time says, {} not to list it.
        file: the result file of a job.
        feed_page: entries of a page of active_entities; None for all of them, without a cursor.
        counts_jobs: whether X tells how many more jobs an account may have.
        status_limit: status requests that X allows in 900 seconds, of all accounts; None for any number.
        asked: how many requests of each kind there were, by kind: active_entities, create, status, cancel, file.
        requests: the moment, kind and account of each request.
        jobs: all jobs that were created.
        most_jobs: the most jobs that each account had in progress at once.
        limited: requests that X refused as too many.
    """

    def __init__(self, settings: Settings, accounts: Mapping[str, Account], latency: float = 0.1) -> None:
        super().__init__(settings)
        self.clock_of_loop = VirtualTime()
        self._limits = RateLimits(settings.num_workers, self.clock_of_loop)
        self.accounts = dict(accounts)
        self.latency: Callable[[ApiRequest], float] = lambda _: latency
        self.job_seconds: Callable[[XJob], float] = lambda _: 10.0
        self.refuse: Callable[[ApiRequest], Exception | float | None] = lambda _: None
        self.tell: Callable[[XJob, float], dict[str, Any] | None] = lambda *_: None
        self.file: Callable[[XJob], bytes] = lambda _: EMPTY_FILE
        self.counts_jobs = True
        self.feed_page: int | None = None
        self.status_limit: int | None = None
        self.asked: Counter[str] = Counter()
        self.requests: list[tuple[float, str, str | None]] = []
        self.status_requests: list[tuple[float, str, list[str]]] = []
        self.jobs: dict[str, XJob] = {}
        self.most_jobs: Counter[str] = Counter()
        self.limited = 0
        self._running: dict[str, dict[str, XJob]] = defaultdict(dict)
        self._window_began, self._window_used = -math.inf, 0

    def send_out(self, request: ApiRequest) -> Callable[[], Outcome] | float:
        """Send a request; return what gives its outcome after its latency, or the seconds to wait for a limit."""
        deadline = self.clock_of_loop.time() + request.longest_wait
        entered = self._limits.permit(request.endpoint, request.account_id, deadline, wait=False)
        try:
            permit = entered.__enter__()
        except NotYet as held:
            return max(held.until - self.clock_of_loop.time(), 0.0)
        kind = _kind(request)
        self.asked[kind] += 1
        self.requests.append((self.clock_of_loop.seconds, kind, request.account_id))
        outcome, headers = self._outcome(request, kind, permit)
        return lambda: self._arrived(entered, permit, outcome, headers)

    def _arrived(
        self, entered: AbstractContextManager[Permit], permit: Permit, outcome: Outcome, headers: dict[str, str]
    ) -> Outcome:
        said = outcome.refusal if isinstance(outcome, ApiFailure) else None
        decided = said is not None and said.status < 500 and said.status != 429
        permit.responded(headers, decided or isinstance(outcome, ApiResponse))
        entered.__exit__(None, None, None)
        return outcome

    def _outcome(self, request: ApiRequest, kind: str, permit: Permit) -> tuple[Outcome, dict[str, str]]:
        headers = self._limit_headers(kind)
        if int(headers.get("x-rate-limit-remaining", 0)) < 0:
            self.limited += 1
            permit.close(float(headers["x-rate-limit-reset"]), "X's limit", user_level=True)
            return 0.0, {}
        failure = self.refuse(request)
        if failure is not None:
            return failure, headers
        try:
            body, more = getattr(self, f"_{kind}")(request)
        except ApiFailure as refused:
            return refused, headers
        headers.update(more)
        return ApiResponse(200, headers, self._document(request, body)), headers

    def _limit_headers(self, kind: str) -> dict[str, str]:
        if self.status_limit is None or kind != "status":
            return {}
        now = self.clock_of_loop.seconds
        if now >= self._window_began + 900:
            self._window_began, self._window_used = now, 0
        self._window_used += 1
        return {
            "x-rate-limit-remaining": str(self.status_limit - self._window_used),
            "x-rate-limit-reset": str(math.ceil(EPOCH + self._window_began + 900)),
        }

    def _active_entities(self, request: ApiRequest) -> tuple[bytes, dict[str, str]]:
        assert request.params is not None
        account = self.accounts[str(request.account_id)]
        times = {"activity_start_time": request.params["start_time"], "activity_end_time": request.params["end_time"]}
        entries = [
            {"entity_id": entity_id, "placements": list(account.placements), **times}
            for entity_id in account.active.get(request.params["entity"], ())
        ]
        if self.feed_page is None:
            return orjson.dumps({"data": entries}), {}
        first = int(request.params.get("cursor", "0"))
        following = first + self.feed_page if first + self.feed_page < len(entries) else None
        return orjson.dumps({"data": entries[first : first + self.feed_page], "next_cursor": following}), {}

    def _create(self, request: ApiRequest) -> tuple[bytes, dict[str, str]]:
        account_id, now = str(request.account_id), self.clock_of_loop.seconds
        assert request.form is not None
        if self._in_progress(account_id) >= JOBS_AT_ONCE:
            raise refused_with(400, "TOO_MANY_JOBS", request)
        job = XJob(f"j{len(self.jobs) + 1}", account_id, dict(request.form), now, math.inf)
        job.ends = now + self.job_seconds(job)
        self.jobs[job.job_id] = self._running[account_id][job.job_id] = job
        self.most_jobs[account_id] = max(self.most_jobs[account_id], self._in_progress(account_id))
        return orjson.dumps({"data": {"id_str": job.job_id}}), self._slots_left(account_id)

    def _status(self, request: ApiRequest) -> tuple[bytes, dict[str, str]]:
        assert request.params is not None
        account_id = str(request.account_id)
        ids = request.params["job_ids"].split(",") if "job_ids" in request.params else []
        self.status_requests.append((self.clock_of_loop.seconds, account_id, ids))
        entries = [self._entry(self.jobs[job_id]) for job_id in ids if job_id in self.jobs]
        return orjson.dumps({"data": [entry for entry in entries if entry]}), self._slots_left(account_id)

    def _entry(self, job: XJob) -> dict[str, Any]:
        now, written = self.clock_of_loop.seconds, self.clock_of_loop.written
        told = self.tell(job, now - job.began)
        if told is None:
            told = {"status": "CANCELLED" if job.cancelled else "PROCESSING"}
            if now >= job.ends and not job.cancelled:
                url = f"https://ton.twimg.com/{job.job_id}"
                told = {"status": "SUCCESS", "url": url, "updated_at": written(job.ends)}
        return {"id_str": job.job_id, "created_at": written(job.began), **told} if told else {}

    def _cancel(self, request: ApiRequest) -> tuple[bytes, dict[str, str]]:
        job = self.jobs.get(request.url.rsplit("/", 1)[1])
        if job:
            job.cancelled = True
            self._running[job.account_id].pop(job.job_id, None)
        return b'{"data": {}}', {}

    def _file(self, request: ApiRequest) -> tuple[bytes, dict[str, str]]:
        return self.file(self.jobs[request.url.rsplit("/", 1)[1]]), {}

    def _in_progress(self, account_id: str) -> int:
        running, now = self._running[account_id], self.clock_of_loop.seconds
        for job_id in [job_id for job_id, job in running.items() if job.ends <= now]:
            del running[job_id]
        return len(running) + self.accounts[account_id].other_jobs

    def _slots_left(self, account_id: str) -> dict[str, str]:
        left = max(JOBS_AT_ONCE - self._in_progress(account_id), 0)
        return {"x-concurrent-job-limit-remaining": str(left)} if self.counts_jobs else {}

    @property
    def cancelled(self) -> list[str]:
        """The ids of the jobs that were cancelled."""
        return [job.job_id for job in self.jobs.values() if job.cancelled]


def refused_with(status: int, code: str, request: ApiRequest, parameter: str = "") -> ApiFailure:
    """Return the failure of a request that X refuses."""
    said = Refusal(status, code, "no", parameter)
    rule = rule_for(said)
    failure = Skipped if rule.action is Action.SKIP else ApiFailure
    return failure(rule, request.context, f"X refused {request} with {said}", said)


def _kind(request: ApiRequest) -> str:
    if request.result:
        return "file"
    return "active_entities" if request.url.endswith("/active_entities") else KINDS[request.method]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The analytics service behind the routes (docs/x-ads-api.md §7)."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from x_ads_emulator.analytics.active import ActiveEntities
from x_ads_emulator.analytics.corrections import Correction, CorrectionBook
from x_ads_emulator.analytics.jobs import OPEN_STATUSES, Job, JobBoard, printed_id
from x_ads_emulator.analytics.population import Population
from x_ads_emulator.analytics.request import invalid, parse_job_request
from x_ads_emulator.analytics.results import ResultBuilder
from x_ads_emulator.analytics.switches import Switches, SwitchReader, WorldView
from x_ads_emulator.errors import ApiError
from x_ads_emulator.payload import Payload

MAX_JOB_IDS: Final = 200
DEFAULT_COUNT: Final = 200
MAX_COUNT: Final = 1000
_KEPT_FILES: Final = 64
_COUNTERS: Final = (
    "jobs_created",
    "jobs_deleted",
    "status_requests",
    "too_many_jobs_responses",
    "active_entities_requests",
    "files_served",
    "file_bytes",
)


class Analytics:
    """Active entities, jobs, result files and corrections of a world. Safe to use from several threads.

    Args:
        world: the emulated world.
        settings: an object with the attributes of `Switches`, read afresh at every call.
    """

    def __init__(self, world: WorldView, settings: object) -> None:
        self._world = world
        self._switches = SwitchReader(settings)
        self._lock = threading.RLock()
        self._population = Population(world)
        self._book = CorrectionBook()
        self._active = ActiveEntities(world, self._population, self._book)
        self._board = JobBoard(world, self._population.seed)
        self._builder = ResultBuilder(self._population, self._book)
        self._building = threading.Lock()
        self._files: OrderedDict[object, bytes] = OrderedDict()
        self._active_payloads: dict[object, Payload] = {}
        self._counters: Counter[str] = Counter()

    @property
    def switches(self) -> Switches:
        """The switches as they stand now."""
        return self._switches.read()

    def corrections(self) -> list[Correction]:
        """All corrections so far."""
        return self._book.all()

    def active_entities(self, account_id: str, params: Mapping[str, str]) -> Payload:
        """GET /12/stats/accounts/:account_id/active_entities (§7.7). Raises ApiError."""
        switches = self.switches
        self._count("active_entities_requests")
        if not switches.prebuild:
            return self._active.respond(switches, account_id, params)
        key = (account_id, switches.active_page_size, tuple(sorted(params.items())))
        if key not in self._active_payloads:
            self._active_payloads[key] = self._active.respond(switches, account_id, params)
        return self._active_payloads[key]

    def create_job(self, account_id: str, params: Mapping[str, str]) -> Payload:
        """POST /12/stats/jobs/accounts/:account_id (§7.2). Raises ApiError."""
        switches = self.switches
        request = parse_job_request(self._world, self._population, switches, account_id, params)
        with self._lock:
            try:
                job = self._board.create(request, switches)
            except ApiError:
                self._counters["too_many_jobs_responses"] += 1
                raise
            self._counters["jobs_created"] += 1
            record = self._board.record(job, switches, just_created=True)
            return Payload(data=record, params=request.echo(), headers=self._headers(account_id, switches))

    def list_jobs(self, account_id: str, params: Mapping[str, str]) -> Payload:
        """GET /12/stats/jobs/accounts/:account_id (§7.2). Raises ApiError."""
        switches = self.switches
        with self._lock:
            self._counters["status_requests"] += 1
            select = self._by_ids if "job_ids" in params else self._page
            jobs, echo, next_cursor = select(account_id, params, switches)
            data = [record for job in jobs if (record := self._board.poll(job, switches)) is not None]
            headers = self._headers(account_id, switches)
        return Payload(data=data, params=echo, next_cursor=next_cursor, headers=headers)

    def delete_job(self, account_id: str, job_id: str) -> Payload:
        """DELETE /12/stats/jobs/accounts/:account_id/:job_id (§7.2). Raises ApiError 404 NOT_FOUND."""
        switches = self.switches
        if not job_id.isdecimal():
            raise ApiError(404, "NOT_FOUND", f"Job {job_id} was not found", "job_id", job_id)
        with self._lock:
            job = self._board.cancel(account_id, int(job_id))
            self._counters["jobs_deleted"] += 1
            record = self._board.record(job, switches)
            headers = self._headers(account_id, switches)
        echo = {"job_id": printed_id(job.number, switches.job_id_style)["id"]}
        return Payload(data=record, params=echo, extra={"data_type": "job"}, headers=headers)

    def result_file(self, name: str) -> bytes:
        """The bytes of a result file; `name` with or without `.json.gz`.

        Raises:
            ApiError: 404 for a file that is unknown, late or expired; 426 with `file_426_first` (§7.2).
        """
        switches = self.switches
        with self._lock:
            job = self._board.by_token(name.removesuffix(".gz").removesuffix(".json"))
            if job is None or not job.url_published or self._board.is_expired(job, switches):
                raise ApiError(404, "NOT_FOUND", "The result file does not exist or has expired")
            job.fetches += 1
            if job.fetches <= switches.file_late_fetches:
                raise ApiError(404, "NOT_FOUND", "The result file does not exist yet")
            if switches.file_426_first and job.fetches == switches.file_late_fetches + 1:
                raise ApiError(426, "UPGRADE_REQUIRED", "HTTP/1.1 is required")
        content = self._content(job, switches)
        with self._lock:
            self._counters["files_served"] += 1
            self._counters["file_bytes"] += len(content)
        return content

    def correct(self, correction: Mapping[str, Any]) -> None:
        """Records a correction, see corrections.py. Raises ApiError 400."""
        self._book.add(Correction.from_dict(correction, self._world.now()))

    def describe(self) -> Mapping[str, Any]:
        """Counters since the start, and every job in the order of creation."""
        with self._lock:
            jobs = [_summary(job, self._board.status(job)) for job in self._board.all()]
            accounts = self._board.peak_in_flight
            return {
                **{name: self._counters[name] for name in _COUNTERS},
                "jobs_by_status": self._board.counts_by_status(),
                "in_flight": {account_id: self._board.in_flight(account_id) for account_id in accounts},
                "peak_in_flight": dict(accounts),
                "corrections": len(self._book.all()),
                "jobs": jobs,
            }

    def _count(self, name: str) -> None:
        with self._lock:
            self._counters[name] += 1

    def _headers(self, account_id: str, switches: Switches) -> dict[str, str]:
        remaining = max(switches.job_limit - self._board.in_flight(account_id), 0)
        return {
            "X-Concurrent-Job-Limit": str(switches.job_limit),
            "X-Concurrent-Job-Limit-Remaining": str(remaining),
        }

    def _by_ids(
        self, account_id: str, params: Mapping[str, str], switches: Switches
    ) -> tuple[list[Job], dict[str, Any], str | None]:
        """The jobs of `job_ids`; unknown ones are left out."""
        texts = params["job_ids"].split(",")
        if not all(text.isdecimal() for text in texts) or len(texts) > MAX_JOB_IDS:
            raise invalid("job_ids", params["job_ids"], f"1 to {MAX_JOB_IDS} job ids, got {len(texts)}")
        numbers = [int(text) for text in dict.fromkeys(texts)]
        jobs = [job for number in numbers if (job := self._board.find(account_id, number)) is not None]
        # The echo of jobs leaves account_id out (§2.1 rule 3).
        echo = {"job_ids": texts if switches.job_id_style == "string" else [int(text) for text in texts]}
        # X's sample has a cursor here, without jobs behind it (§7.2 rule 4).
        quirk = str(min(numbers) - 1) if switches.job_next_cursor_quirk else None
        return jobs, echo, quirk

    def _page(
        self, account_id: str, params: Mapping[str, str], _switches: Switches
    ) -> tuple[list[Job], dict[str, Any], str | None]:
        """All jobs of the account, newest first; the cursor is the id of the first job of the next page."""
        echo: dict[str, Any] = {}
        count = DEFAULT_COUNT
        if "count" in params:
            text = params["count"]
            count = int(text) if text.isdecimal() else 0
            if not 1 <= count <= MAX_COUNT:
                raise invalid("count", text, f"expected 1 to {MAX_COUNT}")
            echo["count"] = count
        jobs = self._board.of_account(account_id)
        if "cursor" in params:
            cursor = params["cursor"]
            if not cursor.isdecimal():
                raise invalid("cursor", cursor, "not a cursor of this list")
            echo["cursor"] = cursor
            jobs = [job for job in jobs if job.number <= int(cursor)]
        next_cursor = str(jobs[count].number) if len(jobs) > count else None
        return jobs[:count], echo, next_cursor

    def _content(self, job: Job, switches: Switches) -> bytes:
        """The file, built outside of the lock; the last 64 are kept, with `prebuild` all."""
        shared = switches.prebuild and job.fault is None
        printed = (switches.link_clicks_drift, switches.auto_created_shape, switches.publisher_network_end)
        key: object = (job.request, *printed) if shared else job.number
        with self._lock:
            if key in self._files:
                return self._files[key]
        with self._building:
            # One thread at a time: several that calculate slow each other down.
            content = self._builder.build(job.request, switches, job.finished_at, job.fault)
        with self._lock:
            self._files[key] = content
            while len(self._files) > _KEPT_FILES and not switches.prebuild:
                self._files.popitem(last=False)
        return content


def _summary(job: Job, status: str) -> dict[str, Any]:
    """A job for `describe`: its request, its status, and how often it was polled and fetched."""
    return {
        **job.request.fields(),
        "account_id": job.request.account_id,
        "id": str(job.number),
        "status": status,
        "seconds": job.seconds,
        "in_flight": status in OPEN_STATUSES,
        "fault": None if job.fault is None else job.fault.status,
        "polls": job.polls,
        "fetches": job.fetches,
    }

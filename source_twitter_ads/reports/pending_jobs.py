# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The jobs of windows that are not read yet, kept in the state.

A sync that is killed leaves its jobs behind at X, where they go on filling the account's slots. The next sync finds
them in the state and takes them over instead of having the same numbers computed again.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone

from source_twitter_ads.configuration.validate import parse_moment
from source_twitter_ads.reports.calendar import iso
from source_twitter_ads.reports.job import JobRequest

# X keeps results for 48 hours after a job has ended (docs/x-ads-api.md §7.2); `expires_at` tells of those that ended
# early.
OLDEST = timedelta(hours=48)


def fingerprint(request: JobRequest) -> str:
    """Name what a job asks for, in a few letters."""
    text = json.dumps(request.parameters(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


Entry = dict[str, str]
"""A job in the state: account_id, fingerprint of the request, job_id, created_at (a moment before it was created)."""


class PendingJobs:
    """The pending jobs of one report in all accounts.

    Args:
        entries: what the state of an interrupted sync names; those that are not entries, or too old, are left out.
        now: the clock, aware.
    """

    def __init__(
        self,
        entries: Iterable[object],
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._lock = threading.Lock()
        self._own: dict[tuple[str, int], dict[str, Entry]] = {}
        self._inherited: dict[tuple[str, str], Entry] = {}
        self._since: dict[str, datetime] = {}
        for entry in entries:
            if not isinstance(entry, Mapping):
                continue
            account_id, request, job_id = (entry.get(key) for key in ("account_id", "request", "job_id"))
            created_at = parse_moment(entry.get("created_at"))
            if created_at is None or not account_id or not request or not job_id or now() - created_at >= OLDEST:
                continue
            account_id, created_at = str(account_id), created_at.astimezone(timezone.utc)
            self._inherited[account_id, str(request)] = _entry(account_id, str(request), str(job_id), created_at)
            self._since[account_id] = min(created_at, self._since.get(account_id, created_at))

    def since(self, account_id: str) -> datetime | None:
        """Return from when the oldest numbers are that an account inherits, None when it inherits none.

        What X changed after that moment may be missing in them, so no bookmark of this sync may lie later.
        """
        return self._since.get(account_id)

    def inherit(self, account_id: str, position: int, request: JobRequest) -> str | None:
        """Take over the job that an interrupted sync created for a request; return its id, None where there is none."""
        with self._lock:
            job = self._inherited.pop((account_id, fingerprint(request)), None)
            if job is None:
                return None
            self._own.setdefault((account_id, position), {})[job["job_id"]] = job
            return job["job_id"]

    def unwanted(self, account_id: str, requests: Iterable[JobRequest]) -> list[str]:
        """Give up the inherited jobs of an account that none of its requests asks for; return their ids."""
        with self._lock:
            mine = {key for key in self._inherited if key[0] == account_id}
            if mine:
                mine -= {(account_id, fingerprint(request)) for request in requests}
            return [self._inherited.pop(key)["job_id"] for key in mine]

    def add(self, account_id: str, position: int, request: JobRequest, job_id: str, asked_at: datetime) -> None:
        """Note a job of an account's window, and the moment before it was asked for."""
        job = _entry(account_id, fingerprint(request), job_id, asked_at)
        with self._lock:
            self._own.setdefault((account_id, position), {})[job_id] = job

    def drop(self, account_id: str, position: int, job_id: str) -> None:
        """Forget a job that gave no result."""
        with self._lock:
            self._own.get((account_id, position), {}).pop(job_id, None)

    def close(self, account_id: str, position: int) -> None:
        """Forget the jobs of a window that was read, or has failed."""
        with self._lock:
            self._own.pop((account_id, position), None)

    def entries(self) -> list[Entry]:
        """The jobs as they stand in the state."""
        with self._lock:
            own = [job for window in self._own.values() for job in window.values()]
            return [*own, *self._inherited.values()]


def _entry(account_id: str, request: str, job_id: str, created_at: datetime) -> Entry:
    return {"account_id": account_id, "request": request, "job_id": job_id, "created_at": iso(created_at)}

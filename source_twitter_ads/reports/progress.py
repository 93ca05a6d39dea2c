# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the log tells while jobs run, so that nobody takes a waiting sync for a dead one."""

from __future__ import annotations

import logging
import threading
import time

logger = logging.getLogger("airbyte")

SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """Counts the jobs of all accounts and says so, at most every ten seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said = time.monotonic()
        self._created: dict[str, int] = {}
        self._ended: dict[str, int] = {}
        self._queued: dict[str, int] = {}
        self._latest: dict[str, str] = {}

    def opened(self, account_id: str, report: str, window: str, jobs: int) -> None:
        """A window begins, with so many jobs to create."""
        with self._lock:
            self._queued[account_id] = self._queued.get(account_id, 0) + jobs
            self._latest[account_id] = f"{report}, window {window}"

    def created(self, account_id: str) -> None:
        """A job was created."""
        with self._lock:
            self._created[account_id] = self._created.get(account_id, 0) + 1
            self._queued[account_id] = self._queued.get(account_id, 0) - 1

    def ended(self, account_id: str) -> None:
        """A job has ended."""
        with self._lock:
            self._ended[account_id] = self._ended.get(account_id, 0) + 1

    def queued(self, account_id: str, jobs: int) -> None:
        """So many more jobs are to be created, or (below zero) will never be."""
        with self._lock:
            self._queued[account_id] = self._queued.get(account_id, 0) + jobs

    def tick(self, account_id: str, running: int) -> None:
        """Somebody waits for jobs of an account: time for a line?"""
        with self._lock:
            if time.monotonic() - self._said < SECONDS_BETWEEN_LINES:
                return
            self._said = time.monotonic()
            line = (
                f"Reports of account {account_id}: {self._ended.get(account_id, 0)} jobs done, {running} running, "
                f"{self._queued.get(account_id, 0)} waiting ({self._latest.get(account_id, 'no window')})."
            )
        logger.info(line)

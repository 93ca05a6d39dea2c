# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The log of requests, which tests read through the control plane."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from x_ads_emulator.settings import Settings

_KEPT: Final = 200_000


@dataclass
class Entry:
    """One request.

    Attributes:
        n: number, from 1.
        time: epoch seconds of arrival.
        duration: seconds until the response was ready.
        method, path, params: as received; params decoded, query and form.
        status: HTTP status, 0 when the connection was cut before a response.
        endpoint: endpoint key, `result_file`, or "" for an unknown path.
        account_id: account in the path.
        connection: number of the TCP connection.
        bytes: length of the response body.
        headers: request headers of note.
        refused: code of the error response, for signatures with the reason.
        fault: name of the fault rule that hit.
        not_before: epoch seconds before which the response asks the client not to repeat the request.
        user_level: whether that wait is about all accounts, from a rate limit of the user (§4).
        early: whether the request came before the `not_before` of an earlier response to the same method and endpoint,
            for its account or for all accounts.
    """

    n: int
    time: float
    method: str
    path: str
    params: dict[str, str]
    connection: int
    duration: float = 0.0
    status: int = 0
    endpoint: str = ""
    account_id: str | None = None
    bytes: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    refused: str | None = None
    fault: str | None = None
    not_before: float | None = None
    user_level: bool = False
    early: bool = False


class RequestLog:
    """Entries, waits and counters. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._waits: dict[tuple[str, str, str | None], tuple[float, float]] = {}
        self._number = 0
        self._running = 0
        self._peak = 0
        self.connections = 0

    def connected(self) -> int:
        """Counts a TCP connection and returns its number."""
        with self._lock:
            self.connections += 1
            return self.connections

    def open(self, entry: Entry) -> None:
        """Registers a request that has arrived."""
        with self._lock:
            self._number += 1
            entry.n = self._number
            self._entries.append(entry)
            self._running += 1
            self._peak = max(self._peak, self._running)

    def mark_early(self, entry: Entry) -> None:
        """Marks a request that comes before the end of a wait for its endpoint and account."""
        with self._lock:
            waits = [self._waits[key] for key in {_key(entry), _key_of_all(entry)} if key in self._waits]
        grace = self._settings.early_grace_seconds
        entry.early = any(announced + grace < entry.time < until for announced, until in waits)

    def add_wait(self, entry: Entry, now: float, until: float, user_level: bool) -> None:
        """Records that the client must wait until an epoch second, for one account or for all."""
        entry.not_before, entry.user_level = until, user_level
        key = _key_of_all(entry) if user_level else _key(entry)
        with self._lock:
            known = self._waits.get(key)
            # The grace counts from the first response of a wait; later ones do not renew it.
            announced = known[0] if known is not None and known[1] > now else now
            self._waits[key] = (announced, max(until, known[1] if known else 0.0))

    def close(self, entry: Entry, duration: float) -> None:
        """Registers that a request is over."""
        entry.duration = duration
        with self._lock:
            self._running -= 1

    def reset(self) -> None:
        """Forgets entries, waits and peaks; keeps the number of connections."""
        with self._lock:
            self._entries.clear()
            self._waits.clear()
            self._number = 0
            self._peak = self._running

    def entries(self) -> list[dict[str, Any]]:
        """All entries, oldest first."""
        with self._lock:
            return [asdict(entry) for entry in self._entries]

    def stats(self) -> dict[str, Any]:
        """Counters: connections, requests, by_endpoint, by_status, refused, faults, early, peak_concurrent."""
        with self._lock:
            entries = list(self._entries)
            peak = self._peak
        return {
            "connections": self.connections,
            "requests": len(entries),
            "by_endpoint": Counter(e.endpoint for e in entries),
            "by_status": Counter(str(e.status) for e in entries),
            "refused": Counter(e.refused for e in entries if e.refused),
            "faults": Counter(e.fault for e in entries if e.fault),
            "early": sum(e.early for e in entries),
            "bytes": sum(e.bytes for e in entries),
            "peak_concurrent": peak,
        }


def _key(entry: Entry) -> tuple[str, str, str | None]:
    """The key of a wait: X counts reads and writes of one path apart (§4)."""
    return entry.method, entry.endpoint, entry.account_id


def _key_of_all(entry: Entry) -> tuple[str, str, str | None]:
    """The key of a wait for all accounts, or of an endpoint without one."""
    return entry.method, entry.endpoint, None

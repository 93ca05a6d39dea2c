# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rate limits and their headers (docs/x-ads-api.md §4): fixed windows that start at the first request."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, replace
from typing import Any, Final

from x_ads_emulator.settings import Settings

WINDOW_SECONDS: Final = 900
#: The user-level quota that is printed beside an account-level one (§4 rule 1).
_GLOBAL_QUOTA: Final = 1_000_000
_STATUS: Final = "GET stats/jobs/accounts/:id"
_STATUS_REQUESTS: Final = 2_000


@dataclass(frozen=True)
class Bucket:
    """What a request is counted under.

    Attributes:
        name: endpoint key or category.
        account_id: None for limits of the user.
        limit: requests per window.
        seconds: length of the window.
    """

    name: str
    account_id: str | None
    limit: int
    seconds: float = WINDOW_SECONDS


@dataclass
class _Window:
    started: float
    used: int


class RateLimiter:
    """Counts requests per bucket."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._windows: dict[tuple[str, str | None], _Window] = {}
        self._lock = threading.Lock()

    def count(self, bucket: Bucket, account_id: str | None, key: str) -> tuple[bool, dict[str, str], float]:
        """Counts one request.

        Args:
            bucket: the documented bucket; the setting `rate_limit` replaces it by one per `key` and account, or per
                `key` alone where its `scope` is `user`; `status_limit` replaces both for status requests of jobs.
            account_id: the account in the path, if any.
            key: method and endpoint key: X counts reads and writes of one path apart (§4 rule 5).

        Returns:
            Whether the request is within the limit, the headers to send, and the epoch second of the window's end.
        """
        override = self._settings.rate_limit
        if key == _STATUS and self._settings.status_limit is not None:
            bucket = _status_bucket(self._settings.status_limit, account_id)
        elif isinstance(override, dict):
            counted = None if override.get("scope") == "user" else account_id
            bucket = Bucket(key, counted, int(override["requests"]), float(override["seconds"]))
        elif override == "off":
            # The headers must leave requests to a client that follows them.
            bucket = replace(bucket, limit=_GLOBAL_QUOTA)
        now = time.time()
        with self._lock:
            window = self._windows.get((bucket.name, bucket.account_id))
            if window is None or now >= _reset(window, bucket):
                window = self._windows[(bucket.name, bucket.account_id)] = _Window(now, 0)
            allowed = window.used < bucket.limit
            window.used += 1 if allowed else 0
            used = window.used
        return allowed, _headers(bucket, used, _reset(window, bucket)), _reset(window, bucket)

    def reset(self) -> None:
        """Forgets all windows."""
        with self._lock:
            self._windows.clear()


def _status_bucket(limit: dict[str, Any] | str, account_id: str | None) -> Bucket:
    """The bucket of job status requests: §4 leaves open whether X counts them per user or per account."""
    given = limit if isinstance(limit, dict) else {"scope": limit}
    counted = account_id if given["scope"] == "account" else None
    requests, seconds = given.get("requests", _STATUS_REQUESTS), given.get("seconds", WINDOW_SECONDS)
    return Bucket(_STATUS, counted, int(requests), float(seconds))


def _reset(window: _Window, bucket: Bucket) -> float:
    """The end of a window as a whole epoch second, since the headers have whole seconds."""
    return math.ceil(window.started + bucket.seconds)


def _headers(bucket: Bucket, used: int, reset: float) -> dict[str, str]:
    left = str(max(0, bucket.limit - used))
    if bucket.account_id is None:
        return {
            "x-rate-limit-limit": str(bucket.limit),
            "x-rate-limit-remaining": left,
            "x-rate-limit-reset": str(int(reset)),
        }
    return {
        "x-rate-limit-limit": str(_GLOBAL_QUOTA),
        "x-rate-limit-remaining": str(_GLOBAL_QUOTA - used),
        "x-rate-limit-reset": str(int(reset) + WINDOW_SECONDS),
        "x-account-rate-limit-limit": str(bucket.limit),
        "x-account-rate-limit-remaining": left,
        "x-account-rate-limit-reset": str(int(reset)),
    }

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Failures that many requests have in common, so that an outage is waited out once and not once per request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# Failures that lie further apart than this do not belong together.
LONGEST_GAP = 150.0
# Failures in fewer places than this are those of one account or endpoint, and say nothing about others.
PLACES = 3
# How often a host that is given up is tried again, for the requests that are still to come.
SECONDS_BETWEEN_TRIES = 5.0


@dataclass
class _Trouble:
    since: float
    last: float
    happened: str
    places: set[str] = field(default_factory=set)


class Outage:
    """Since when a host, or one of its endpoints, has given no good answer to any request.

    Args:
        now: a monotonic clock, seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._troubles: dict[str, _Trouble] = {}

    def failed(self, scopes: tuple[str, ...], place: str, since: float, happened: str) -> float:
        """Note a failed attempt.

        Args:
            scopes: the host and the endpoint.
            place: what exactly was asked for.
            since: when the attempt's trouble began, by the clock.
            happened: what went wrong, for those who come later.

        Returns:
            For how many seconds one of the scopes has had nothing but failures, and these in several places.
        """
        now = self._now()
        with self._lock:
            for scope in scopes:
                known = self._troubles.get(scope)
                if known is None or now - known.last >= LONGEST_GAP:
                    known = self._troubles[scope] = _Trouble(since, now, happened)
                known.last, known.happened = now, happened
                known.places.add(place)
            troubles = [self._troubles[scope] for scope in scopes]
            return max((now - one.since for one in troubles if len(one.places) >= PLACES), default=0.0)

    def answered(self, scopes: tuple[str, ...]) -> None:
        """Note a good answer."""
        with self._lock:
            for scope in scopes:
                self._troubles.pop(scope, None)

    def given_up(self, host: str, patience: float) -> str | None:
        """Return what went wrong last, if a host failed everywhere for `patience` seconds, until a moment ago."""
        now = self._now()
        with self._lock:
            known = self._troubles.get(host)
            if known is None or len(known.places) < PLACES:
                return None
            if known.last - known.since < patience or now - known.last >= SECONDS_BETWEEN_TRIES:
                return None
            return f"{known.happened}, for {known.last - known.since:.0f} s"

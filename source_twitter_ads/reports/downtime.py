# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Job endpoints of an account that stay down: that is waited out once, and not once per window."""

from __future__ import annotations

import math

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.errors import Action, ApiFailure, Rule, Where

_CONSEQUENCE = {"POST": "Its jobs were not asked for.", "GET": "The status of its jobs is unknown."}


class Downtime:
    """Remembers requests of an account that failed for as long as one may be tried; times are monotonic seconds.

    Not safe for threads: the job board asks under its lock.

    Args:
        seconds: for how long a failure is taken to last; after that the next window finds out anew.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._known: dict[str, tuple[ApiFailure, float]] = {}
        self._answered: dict[str, float] = {}

    def failed(self, method: str, failure: ApiFailure, now: float) -> bool:
        """Note a failed request; whether it is one that all others of the method would share."""
        if failure.failure_type is not FailureType.transient_error:
            return False
        # Others were answered while this one was tried: the trouble is its own.
        if now - self._answered.get(method, -math.inf) < self._seconds:
            return False
        self._known[method] = (failure, now)
        return True

    def answered(self, method: str, now: float) -> None:
        """X has answered a request of the method."""
        self._known.pop(method, None)
        self._answered[method] = now

    def check(self, method: str, where: Where, now: float) -> None:
        """Do not send what has failed a moment ago.

        Raises:
            ApiFailure: the failure that is known, as it concerns this window.
        """
        known = self._known.get(method)
        if known and now - known[1] < self._seconds:
            raise elsewhere(known[0], where, method)


def elsewhere(failure: ApiFailure, where: Where, method: str = "GET") -> ApiFailure:
    """The failure of a request that another window made, as it concerns this one."""
    rule = Rule(Action.FAIL, failure.failure_type, "")
    return ApiFailure(rule, where, f"{_CONSEQUENCE[method]} {failure.message}", failure.refusal)

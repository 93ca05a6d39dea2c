# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Analytics endpoints of an account that stay down: that is waited out once, and not once per window or report."""

from __future__ import annotations

import math

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.errors import Action, ApiFailure, Rule, Where

# The endpoints, by what follows when they fail.
CREATION, STATUS, ACTIVITY = "creation of jobs", "status of jobs", "active_entities"
_CONSEQUENCE = {
    CREATION: "Its jobs were not asked for.",
    STATUS: "The status of its jobs is unknown.",
    ACTIVITY: "What was active is unknown.",
}


class Downtime:
    """Remembers requests of an account that failed for as long as one may be tried; times are monotonic seconds.

    An endpoint is CREATION, STATUS, ACTIVITY, or one question of activity alone.

    Not safe for threads: those who share it ask under a lock.

    Args:
        seconds: for how long a failure is taken to last; after that the next window finds out anew.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._known: dict[str, tuple[ApiFailure, float]] = {}
        self._answered: dict[str, float] = {}

    def failed(self, endpoint: str, failure: ApiFailure, now: float) -> bool:
        """Note a failed request; whether it is one that all others of the endpoint would share."""
        if failure.failure_type is not FailureType.transient_error:
            return False
        # Others were answered while this one was tried: the trouble is its own.
        if now - self._answered.get(endpoint, -math.inf) < self._seconds:
            return False
        self._known[endpoint] = (failure, now)
        return True

    def answered(self, endpoint: str, now: float) -> None:
        """X has answered a request of the endpoint."""
        self._known.pop(endpoint, None)
        self._answered[endpoint] = now

    def check(self, endpoint: str, where: Where, now: float) -> None:
        """Do not send what has failed a moment ago.

        Raises:
            ApiFailure: the failure that is known, as it concerns this window.
        """
        known = self._known.get(endpoint)
        if known and now - known[1] < self._seconds:
            raise elsewhere(known[0], where, endpoint)


def elsewhere(failure: ApiFailure, where: Where, endpoint: str = STATUS) -> ApiFailure:
    """The failure of a request that another window made, as it concerns this one."""
    rule = Rule(Action.FAIL, failure.failure_type, "")
    return ApiFailure(
        rule, where, f"{_CONSEQUENCE.get(endpoint, _CONSEQUENCE[ACTIVITY])} {failure.message}", failure.refusal
    )

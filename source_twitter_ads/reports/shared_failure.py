# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The failure of one request of an account, as it concerns the other windows and reports that needed its response."""

from __future__ import annotations

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.errors import Action, ApiFailure, Rule, Skipped, Where

CREATION = "Its jobs were not asked for."
STATUS = "The status of its jobs is unknown."
ACTIVITY = "What was active is unknown."

_HOPELESS = Rule(
    Action.FAIL,
    FailureType.transient_error,
    "Its windows stay unread and are asked for again by the next sync; all other accounts are not affected. If it goes "
    "on, ask X why it computes no analytics for this account.",
)


def shared(failure: ApiFailure, where: Where, consequence: str) -> ApiFailure:
    """Return the failure of a request that another window or report made, as it concerns this one."""
    if isinstance(failure, Skipped):
        return failure
    rule = Rule(Action.FAIL, failure.failure_type, "")
    return ApiFailure(rule, where, f"{consequence} {failure.message}", failure.refusal)


def hopeless(where: Where, jobs: int, seconds: float) -> ApiFailure:
    """Return the failure of an account none of whose jobs has ended in time."""
    minutes = f"{seconds / 60:g} min (job_timeout)"
    return ApiFailure(_HOPELESS, where, f"None of its first {jobs} analytics jobs has ended within {minutes}")

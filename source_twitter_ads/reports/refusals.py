# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Jobs that X refuses for what its documents have retired (docs/x-ads-api.md §7.1)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.errors import Action, ApiFailure, RequestContext, Rule, Skipped, rule_for
from source_twitter_ads.reports.definition import ReportDefinition, retired_parts
from source_twitter_ads.reports.job import JobRequest

logger = logging.getLogger("airbyte")

# Everything has numbers there: a refusal of it is about something else.
ALWAYS_SERVED = "ALL_ON_TWITTER"
_PARAMETERS = frozenset({"placement", "placements"})


class PlacementRefusals:
    """Tells what X's refusal of a job of a report is about."""

    def __init__(self, definition: ReportDefinition) -> None:
        self._definition = definition
        self._said: set[str] = set()

    def leaves_out(self, request: JobRequest, failure: ApiFailure) -> bool:
        """Return True if X lists the placement as active but refuses it, and the user did not ask for it.

        Its numbers are left out with a warning, once per placement: no later sync could read them either.
        """
        refusal = failure.refusal
        if refusal is None or refusal.status != 400 or rule_for(refusal).action is not Action.FAIL:
            return False
        if self._definition.placements is not None or request.placement == ALWAYS_SERVED:
            return False
        # Where X names no parameter, its words must speak of the placement: the refusal may be about anything else.
        named = refusal.parameter or ("placement" if "placement" in f"{refusal.code} {refusal.message}".lower() else "")
        if named not in _PARAMETERS:
            return False
        if request.placement not in self._said:
            self._said.add(request.placement)
            logger.warning(
                f'Report "{self._definition.name}": X lists activity under placement {request.placement} but refuses '
                f"to report it, with {refusal} ({failure.context}). This placement is left out wherever X refuses it; "
                "`placements` of a report decides which ones are asked for."
            )
        return True

    def explained(self, request: JobRequest, failure: ApiFailure, context: RequestContext) -> ApiFailure:
        """Turn the refusal of a job into a hint that names the retired parts of the report."""
        others = [f"placement {other} " for other in self._definition.placements or () if other != request.placement]
        retired = [part for part in retired_parts(self._definition) if not part.startswith(tuple(others))]
        return explained(failure, retired, context, "to make the report")


def explained(failure: ApiFailure, retired: Sequence[str], context: RequestContext, asked: str) -> ApiFailure:
    """Turn a 400 into a hint that names the retired parts of the report; return other failures as they are.

    `retired` is what `retired_parts` names, `asked` what X was asked to do, for instance `to make the report`.
    """
    if isinstance(failure, Skipped) or failure.refusal is None or failure.refusal.status != 400 or not retired:
        return failure
    advice = f"X has retired {' and '.join(retired)}: take it out of the report."
    rule = Rule(Action.FAIL, FailureType.config_error, advice)
    return ApiFailure(rule, context, f"X refused {asked} with {failure.refusal}", failure.refusal)


CREATION = "Its jobs were not asked for."
STATUS = "The status of its jobs is unknown."
ACTIVITY = "What was active is unknown."

_HOPELESS = Rule(
    Action.FAIL,
    FailureType.transient_error,
    "Its windows stay unread and are asked for again by the next sync; all other accounts are not affected. If it goes "
    "on, ask X why it computes no analytics for this account.",
)


def shared(failure: ApiFailure, context: RequestContext, consequence: str) -> ApiFailure:
    """Return the failure of a request that another window or report made, as it concerns this one."""
    if isinstance(failure, Skipped):
        return failure
    rule = Rule(Action.FAIL, failure.failure_type, "")
    return ApiFailure(rule, context, f"{consequence} {failure.message}", failure.refusal, failure.cause)


def hopeless(context: RequestContext, jobs: int, seconds: float) -> ApiFailure:
    """Return the failure of an account none of whose jobs has ended in time."""
    minutes = f"{seconds / 60:g} min (job_timeout)"
    return ApiFailure(_HOPELESS, context, f"None of its first {jobs} analytics jobs has ended within {minutes}")

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Jobs that X refuses for what its documents have retired (x-ads-api.md §7.1)."""

from __future__ import annotations

import logging
import threading

from source_twitter_ads.api.errors import Action, ApiFailure, Where, rule_for
from source_twitter_ads.reports.catalog import ReportDefinition, retired_parts
from source_twitter_ads.reports.job_request import JobRequest
from source_twitter_ads.reports.refusals import explained

logger = logging.getLogger("airbyte")

# Everything has numbers there: a refusal of it is about something else.
ALWAYS_SERVED = "ALL_ON_TWITTER"
_PARAMETERS = frozenset({"placement", "placements"})


class Unserved:
    """Tells what X's refusal of a job of a report is about.

    Args:
        definition: the report.
    """

    def __init__(self, definition: ReportDefinition) -> None:
        self._definition = definition
        self._lock = threading.Lock()
        self._said: set[str] = set()

    def leaves_out(self, request: JobRequest, failure: ApiFailure) -> bool:
        """Whether X serves a placement no more that it lists as active, and nobody but X has named.

        Then its numbers are left out with a warning, once per placement: no later sync could read them either.
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
        with self._lock:
            first = request.placement not in self._said
            self._said.add(request.placement)
        if first:
            logger.warning(
                f'Report "{self._definition.name}": X lists activity under placement {request.placement} but refuses '
                f"to report it, with {refusal} ({failure.where}). This placement is left out wherever X refuses it; "
                "`placements` of a report decides which ones are asked for."
            )
        return True

    def explained(self, request: JobRequest, failure: ApiFailure, where: Where) -> ApiFailure:
        """Say of a refused job what of its report X has likely refused."""
        others = [f"placement {other} " for other in self._definition.placements or () if other != request.placement]
        retired = [part for part in retired_parts(self._definition) if not part.startswith(tuple(others))]
        return explained(failure, retired, where, "to make the report")

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What to say of a report that X refuses although its documents once had it."""

from __future__ import annotations

from collections.abc import Sequence

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.errors import Action, ApiFailure, Rule, Skipped, Where


def explained(failure: ApiFailure, retired: Sequence[str], where: Where, asked: str) -> ApiFailure:
    """Say of a refused request what of its report X has likely refused; other failures are returned as they are.

    Args:
        failure: how the request failed.
        retired: what of the report X has retired (`retired_parts`).
        where: the request's place in the sync.
        asked: what X was asked to do, for instance `to make the report`.
    """
    if isinstance(failure, Skipped) or failure.refusal is None or failure.refusal.status != 400 or not retired:
        return failure
    advice = f"X has retired {' and '.join(retired)}: take it out of the report."
    rule = Rule(Action.FAIL, FailureType.config_error, advice)
    return ApiFailure(rule, where, f"X refused {asked} with {failure.refusal}", failure.refusal)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Jobs that go wrong on purpose: `settings.job_faults`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from x_ads_emulator.analytics.request import JobRequest
from x_ads_emulator.errors import ApiError

FAILED: Final = "FAILED"
CANCELLED: Final = "CANCELLED"
HANG: Final = "HANG"
EMPTY: Final = "EMPTY"
EXPIRED: Final = "EXPIRED"
OTHER_FILE: Final = "OTHER_FILE"
ODD_VALUE: Final = "ODD_VALUE"
STATUSES: Final = (FAILED, CANCELLED, HANG, EMPTY, EXPIRED, OTHER_FILE, ODD_VALUE)
#: Parameters that a file of OTHER_FILE may have in place of the job's own.
SWAPPED: Final = ("segmentation_type", "country", "platform", "metric_groups", "placement")


@dataclass(frozen=True)
class JobFault:
    """The fault of one job.

    Attributes:
        status: FAILED and CANCELLED are the job's last status; HANG leaves it PROCESSING for ever; EMPTY leaves it out
            of status responses; EXPIRED lets it succeed with a file that has expired (404). OTHER_FILE serves a file of
            other parameters than the job's, whose echo says so (§7.3 rule 7). ODD_VALUE puts one value into the file
            that §7.3 rule 3 does not know.
        polls: for EMPTY, the number of status responses; None for all.
        file: for OTHER_FILE, the parameters that differ, some of SWAPPED; values as in the echo.
        metric: for ODD_VALUE, a metric such as `impressions` or `conversion_purchases.metric`.
        value: for ODD_VALUE, any JSON value; it stands for the first point of the file's first series of the metric.
        whole: for ODD_VALUE, True lets it stand for the whole series.
    """

    status: str
    polls: int | None = None
    file: Mapping[str, Any] = field(default_factory=dict)
    metric: str = "impressions"
    value: Any = None
    whole: bool = False


class FaultPlan:
    """Chooses the fault of each new job.

    A rule is `{"match": {…}, "status": …, "times": n}` with further attributes of `JobFault`. `match` may name
    `account_id`, `entity`, `entity_id` (one of the job's ids), `placement`, `granularity`, `segmentation_type` (null:
    unsegmented), `country`, `platform`, `metric_group` (one of the job's), `start_time` and `end_time` (resolved,
    `…Z`), and `nth`: the rule starts with the nth job (from 1) that matches the rest. `times` (1) is the number of jobs
    that it hits, null for all.
    The first rule that fits wins; every rule counts the jobs that match it. Another list starts with new counters.

    Not thread-safe: the job board calls it under the service's lock.
    """

    def __init__(self) -> None:
        self._rules: list[dict[str, Any]] = []
        self._seen: list[int] = []
        self._fired: list[int] = []

    def fault_for(self, rules: Sequence[Mapping[str, Any]], request: JobRequest) -> JobFault | None:
        """The fault of a new job, or None. Raises ApiError for a rule with unknown keys or status."""
        if self._rules != list(rules):
            self._rules = [_checked(rule) for rule in rules]
            self._seen, self._fired = [0] * len(rules), [0] * len(rules)
        chosen: JobFault | None = None
        for index, rule in enumerate(self._rules):
            match = rule.get("match", {})
            if not _matches(match, request):
                continue
            self._seen[index] += 1
            times = rule.get("times", 1)
            due = self._seen[index] >= match.get("nth", 1) and (times is None or self._fired[index] < times)
            if due and chosen is None:
                self._fired[index] += 1
                chosen = JobFault(**{name: rule[name] for name in _ARGUMENTS if name in rule})
        return chosen


_FIELDS: Final = (
    "account_id",
    "entity",
    "entity_id",
    "placement",
    "granularity",
    "segmentation_type",
    "country",
    "platform",
    "metric_group",
    "start_time",
    "end_time",
)


_ARGUMENTS: Final = ("status", "polls", "file", "metric", "value", "whole")


def _checked(rule: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(rule.get("match", {})) - {*_FIELDS, "nth"} or set(rule) - {"match", "times", *_ARGUMENTS}
    if unknown:
        raise _misused(f"unknown keys {', '.join(sorted(unknown))}")
    if rule.get("status") not in STATUSES:
        raise _misused(f"status must be one of {', '.join(STATUSES)}")
    swapped = set(rule.get("file", {}))
    if swapped - set(SWAPPED) or (rule["status"] == OTHER_FILE) != bool(swapped):
        raise _misused(f"file of {OTHER_FILE} names some of {', '.join(SWAPPED)}")
    return dict(rule)


def _misused(message: str) -> ApiError:
    """A mistake in a test's own settings; a 400, so that a client does not retry it."""
    return ApiError(400, "INVALID_PARAMETER", f"job_faults: {message}", "job_faults")


def _matches(match: Mapping[str, Any], request: JobRequest) -> bool:
    fields = {**request.fields(), "account_id": request.account_id}
    for name, wanted in match.items():
        if name == "nth":
            continue
        if name == "entity_id":
            fits = wanted in request.entity_ids
        elif name == "metric_group":
            fits = wanted in request.metric_groups
        else:
            fits = fields[name] == wanted
        if not fits:
            return False
    return True

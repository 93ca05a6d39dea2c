# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The least time that the reports of many accounts can take, from the server's log.

The last job cannot be created before everything is planned and created, then it takes its time, then its file is read.
And all requests together take their time, `workers` of them at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]
Job = Mapping[str, Any]

STATUS = "stats/jobs/accounts/:id"
#: X's limit of status requests (docs/x-ads-api.md §4), and how many jobs an account may have at once.
STATUS_REQUESTS, STATUS_SECONDS, JOBS_AT_ONCE = 2_000, 900, 100
_PLANNING = ("accounts", "stats/accounts/:id/active_entities")


def planned_and_created(log: Iterable[Entry]) -> int:
    """Count the requests that plan or create: the list of accounts, active_entities, and the POST of jobs."""
    return sum(e["endpoint"] in _PLANNING or (e["endpoint"] == STATUS and e["method"] == "POST") for e in log)


def bound(log: Sequence[Entry], latency: float, workers: int, longest_job: float) -> float:
    """Return the least seconds that one sync can take.

    Args:
        log: requests of one sync, as the emulator logs them.
        latency: seconds of one request.
        workers: requests that may be sent at once.
        longest_job: seconds of the longest analytics job.
    """
    chain = planned_and_created(log) * latency / workers
    if any(entry["endpoint"] == "result_file" for entry in log):
        chain += longest_job + latency
    return max(chain, len(log) * latency / workers)


def status_limit_demands(jobs: Iterable[Job]) -> float:
    """Return the least seconds that status requests wait, where X limits them for the whole user.

    Each account needs one request for the jobs that it may have at once.
    """
    per_account = Counter(job["account_id"] for job in jobs)
    needed = sum(-(-number // JOBS_AT_ONCE) for number in per_account.values())
    return float(max(needed - 1, 0) // STATUS_REQUESTS * STATUS_SECONDS)


def refused_status_requests(log: Iterable[Entry]) -> int:
    """Count the status requests that got a 429."""
    return sum(e["endpoint"] == STATUS and e["method"] == "GET" and e["status"] == 429 for e in log)

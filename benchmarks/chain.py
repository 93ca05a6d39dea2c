# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The longest chain of dependent requests, from the server's log.

Each request of a chain needs the response to the one before it. A collection of an account needs the list of
accounts, then its pages one after another. Targeting criteria need their
line items first, TV shows their markets. A report needs the accounts, active_entities, the job, the time the job takes,
its status and its file. A client without limits could do everything else at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]

_REPORT_REQUESTS = 5


def longest_chain(log: Sequence[Entry], latency: float, job_seconds: float) -> float:
    """Return the seconds of the longest chain.

    Args:
        log: requests of one sync, as the emulator logs them.
        latency: seconds of one request.
        job_seconds: seconds of an analytics job.
    """
    depths = _listings(log)
    if any(entry["endpoint"] == "result_file" for entry in log):
        return max(latency * max(depths), latency * _REPORT_REQUESTS + job_seconds)
    return latency * max(depths)


def _listings(log: Sequence[Entry]) -> list[int]:
    pages = Counter(_listing(entry) for entry in log if entry["method"] == "GET" and entry["status"] == 200)
    line_items = max((n for (path, _), n in pages.items() if path.endswith("/line_items")), default=0)
    depths = [0]
    for (path, _), number in pages.items():
        before = 1 if "/accounts/" in path or path.endswith("/tv_shows") else 0
        before += line_items if path.startswith("/12/accounts/") and path.endswith("/targeting_criteria") else 0
        depths.append(before + number)
    return depths


def _listing(entry: Entry) -> tuple[str, str]:
    filters = sorted((name, text) for name, text in entry["params"].items() if name != "cursor")
    # Status requests of jobs are counted with the report, not as pages.
    return ("", repr(entry["n"])) if "/stats/" in entry["path"] else (entry["path"], repr(filters))

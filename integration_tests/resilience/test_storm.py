# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The storm: one request in ten fails, with every kind of fault."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from random import Random
from typing import Any

from integration_tests.connector import STREAMS as ENTITY_STREAMS
from integration_tests.connector import Output
from integration_tests.resilience import harness
from integration_tests.resilience.harness import early, sync, wrong
from x_ads_emulator.client import Emulator

SHARE = 0.1
PREBUILT = [str(report["name"]) for report in harness.PREBUILT]
STREAMS = (*ENTITY_STREAMS, *PREBUILT, *harness.REPORT_NAMES)
# Latency and job times long enough to measure: the bound is a multiple of the time without faults.
LATENCY_MS, JOB_SECONDS = 400, 3.0
#: Two report windows, of 30 days and of a few.
FIRST_DAY = harness.LAST_DAY - timedelta(days=31)
RESULT_FILES = {"path_regex": "^/advertiser-api-async-analytics/"}
#: Faults for any request.
KINDS: list[dict[str, Any]] = [
    *harness.PASSING_FAULTS,
    {"fault": "status", "status": 429, "reset_in": 1, "reset_scope": "user"},
    {"fault": "status", "status": 503},
    {"fault": "slow_body", "bytes_per_second": 20_000},
    {"fault": "cut_json"},
    {"fault": "redirect", "to_itself": True, "match": {"method": "GET"}},
    {"fault": "redirect", "to_itself": True, "status": 307, "match": {"method": "GET"}},
]
#: Further faults of result files (docs/x-ads-api.md §1, §7.2, §8).
OF_FILES: list[dict[str, Any]] = [
    {"fault": "cut_gzip"},
    {"fault": "status", "status": 404},
    {"fault": "html", "status": 426},
]
#: Faults of jobs, a tenth of them together.
OF_JOBS: list[dict[str, Any]] = [{"status": "FAILED"}, {"status": "CANCELLED"}, {"status": "EMPTY", "polls": 2}]


def storm(seed: int) -> list[dict[str, Any]]:
    """Rules that together hit a tenth of all requests."""
    on_files = [{**kind, "match": RESULT_FILES} for kind in OF_FILES]
    rules = [(kind, SHARE / len(KINDS)) for kind in KINDS] + [(kind, SHARE / len(OF_FILES)) for kind in on_files]
    return [
        {
            **kind,
            "name": f"{position}-{kind['fault']}",
            "match": {**kind.get("match", {}), "probability": share, "seed": seed + position},
        }
        for position, (kind, share) in enumerate(rules)
    ]


def broken_jobs(seed: int, jobs: int) -> list[dict[str, Any]]:
    """Rules that hit a tenth of so many new jobs, at random positions."""
    positions = Random(seed).sample(range(1, jobs + 1), max(len(OF_JOBS), int(jobs * SHARE)))
    return [{**OF_JOBS[n % len(OF_JOBS)], "match": {"nth": nth}} for n, nth in enumerate(sorted(positions))]


def demanded(emulator: Emulator) -> float:
    """The longest time, in seconds, that X's headers made one endpoint of one account wait.

    It is the union of the spans from a response that set a wait to the end of that wait. Spans of the user limit
    count for all accounts.
    """
    entries = emulator.requests()
    waits: defaultdict[tuple[Any, ...], list[tuple[float, float]]] = defaultdict(list)
    for entry in entries:
        if entry["not_before"] is not None:
            whose = None if entry["user_level"] else entry["account_id"]
            waits[entry["method"], entry["endpoint"], whose].append(
                (entry["time"] + entry["duration"], entry["not_before"])
            )
    asked = {(entry["method"], entry["endpoint"], entry["account_id"]) for entry in entries}
    return max(_covered({*waits[one], *waits[one[0], one[1], None]}) for one in asked)


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """The length of the union of spans."""
    length, reached = 0.0, 0.0
    for begin, end in sorted(spans):
        length += max(end - max(begin, reached), 0.0)
        reached = max(reached, end)
    return length


def timed(config: dict[str, Any]) -> tuple[Output, float]:
    """Sync all streams; return the output and the seconds."""
    began = time.monotonic()
    output = sync(config, STREAMS)
    return output, time.monotonic() - began


def test_given_overlapping_waits_when_added_up_then_each_second_counts_once() -> None:
    assert _covered([(5, 7), (1, 3), (2, 4), (2, 3)]) == 5


def test_given_a_tenth_of_all_requests_fails_when_synced_then_all_arrives_in_time(
    start: Callable[..., Emulator],
) -> None:
    emulator = start(latency_ms=LATENCY_MS, job_seconds=JOB_SECONDS)
    config = harness.config(emulator, start_date=FIRST_DAY.isoformat(), request_timeout=2)
    output, calm = timed(config)
    assert wrong(emulator, output, streams=STREAMS, first_day=FIRST_DAY) == []
    jobs = emulator.stats()["analytics"]["jobs_created"]

    emulator.reset_log()
    emulator.set_faults(storm(seed=1_000))
    emulator.set_settings(job_faults=broken_jobs(seed=1_000, jobs=jobs))
    output, stormy = timed(config)

    struck = {rule["name"]: rule["struck"] for rule in emulator.faults()}
    faulty_jobs = [one["fault"] for one in emulator.stats()["analytics"]["jobs"] if one["fault"]]
    assert sum(struck.values()) > SHARE / 2 * len(emulator.requests()), "not much of a storm"
    assert sum(times > 0 for times in struck.values()) > len(struck) / 2, "always the same faults"
    assert set(faulty_jobs) == {rule["status"] for rule in OF_JOBS}
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(emulator, output, streams=STREAMS, first_day=FIRST_DAY) == []
    assert early(emulator) == []
    assert stormy < 2 * calm + demanded(emulator)

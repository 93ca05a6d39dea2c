# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The storm: one request in ten goes wrong, in every way there is (issue 4, "What it must show")."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from integration_tests.connector import STREAMS as ENTITY_STREAMS
from integration_tests.connector import Output
from integration_tests.emulator.client import Emulator
from integration_tests.resilience import harness
from integration_tests.resilience.harness import early, sync, wrong

SHARE = 0.1
PREBUILT = [str(report["name"]) for report in harness.PREBUILT]
STREAMS = (*ENTITY_STREAMS, *PREBUILT, *harness.REPORT_NAMES)
# A server that is as far away, and jobs that take as long, as to make a run last: the bound is a multiple of it.
LATENCY_MS, JOB_SECONDS = 100, 5.0
KINDS: list[dict[str, Any]] = [
    {"fault": "status", "status": 408},
    {"fault": "status", "status": 423},
    {"fault": "status", "status": 429, "reset_in": 1},
    {"fault": "status", "status": 429, "reset_in": 1, "reset_scope": "user"},
    {"fault": "status", "status": 429, "retry_after": 1},
    {"fault": "status", "status": 429, "bare": True},
    {"fault": "status", "status": 500},
    {"fault": "status", "status": 503},
    {"fault": "status", "status": 503, "retry_after": 1},
    {"fault": "status", "status": 504},
    {"fault": "html", "status": 502},
    {"fault": "html", "status": 200},
    {"fault": "clock_skew"},
    {"fault": "empty_body"},
    {"fault": "garbage"},
    {"fault": "reset_before"},
    {"fault": "reset_during_body"},
    {"fault": "hang", "seconds": 3},
    {"fault": "slow_body", "bytes_per_second": 20_000},
    {"fault": "cut_json"},
    {"fault": "wrong_content_length"},
]


def storm(seed: int) -> list[dict[str, Any]]:
    """Rules that together hit a tenth of all requests."""
    return [
        {"name": f"{position}-{kind['fault']}", "match": {"probability": SHARE / len(KINDS), "seed": seed + position}}
        | kind
        for position, kind in enumerate(KINDS)
    ]


def demanded(emulator: Emulator) -> float:
    """Seconds that X's headers demanded: the longest chain that a single request line can have had to wait."""
    waits: dict[Any, float] = {}
    for entry in emulator.requests():
        if entry["not_before"] is not None:
            key = (entry["method"], entry["endpoint"])
            waits[key] = waits.get(key, 0.0) + entry["not_before"] - entry["time"]
    return max(waits.values(), default=0.0)


def timed(config: dict[str, Any]) -> tuple[Output, float]:
    """A sync of everything, and the seconds that it took."""
    began = time.monotonic()
    output = sync(config, STREAMS)
    return output, time.monotonic() - began


def test_given_a_tenth_of_all_requests_fails_when_synced_then_nothing_is_lost_and_it_takes_twice_the_time_at_most(
    start: Callable[..., Emulator],
) -> None:
    emulator = start(latency_ms=LATENCY_MS, job_seconds=JOB_SECONDS)
    config = harness.config(emulator, request_timeout=2)
    output, calm = timed(config)
    assert wrong(emulator, output, streams=STREAMS) == []

    emulator.reset_log()
    emulator.set_faults(storm(seed=1_000))
    output, stormy = timed(config)

    struck = sum(rule["struck"] for rule in emulator.faults())
    assert struck > SHARE / 2 * len(emulator.requests()), "not much of a storm"
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(emulator, output, streams=STREAMS) == []
    assert early(emulator) == []
    assert stormy < 2 * calm + demanded(emulator)

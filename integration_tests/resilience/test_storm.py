# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The storm: one request in ten goes wrong, in every way there is (issue 4, "What it must show")."""

from __future__ import annotations

import time
from typing import Any

from integration_tests.emulator.client import Emulator
from integration_tests.resilience import harness
from integration_tests.resilience.harness import early, sync, wrong

SHARE = 0.1
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


def test_given_a_tenth_of_all_requests_fails_when_synced_then_nothing_is_lost_and_no_wait_is_cut_short(
    emulator: Emulator,
) -> None:
    config = harness.config(emulator, request_timeout=2)
    began = time.monotonic()
    assert wrong(emulator, sync(config)) == []
    calm = time.monotonic() - began

    emulator.reset_log()
    emulator.set_faults(storm(seed=1_000))
    began = time.monotonic()
    output = sync(config)
    stormy = time.monotonic() - began

    struck = sum(rule["struck"] for rule in emulator.faults())
    assert struck > 10, "not much of a storm"
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(emulator, output) == []
    assert early(emulator) == []
    # A request that hangs costs its time-out, and its second attempt.
    hung = 2.0 * any(entry["fault"] and "hang" in entry["fault"] for entry in emulator.requests())
    assert stormy < 2 * calm + demanded(emulator) + hung + 2.0

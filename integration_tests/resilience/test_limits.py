# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""All requests keep to rate limits, wait for them together, and log it (docs/x-ads-api.md §4, §9 H2, H3)."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from integration_tests.resilience import harness
from integration_tests.resilience.harness import account, early, sync, wrong
from source_twitter_ads.api import rate_limit_window
from x_ads_emulator.client import Emulator

TIGHT = {"requests": 20, "seconds": 3}
#: Some endpoints that have more pages than the limit has requests.
BUSY = {f"accounts/:id/{name}" for name in ("campaigns", "cards", "line_items", "targeting_criteria", "tweets")}
MANY = {"*": 10, "campaigns": 66, "cards": 66, "line_items": 30, "targeting_criteria": 30, "tweets": 66}


def refusals(emulator: Emulator) -> Counter[Any]:
    """Refused requests per endpoint, account and window."""
    return Counter(
        (entry["method"], entry["endpoint"], entry["account_id"], entry["not_before"])
        for entry in emulator.requests()
        if entry["status"] == 429
    )


def limited(**how: Any) -> list[dict[str, Any]]:
    """A limit on campaigns: the second request is refused."""
    match = {"endpoint": "accounts/:id/campaigns", "nth": [2]}
    return [{"match": match, "fault": "status", "status": 429, **how}]


def test_given_a_limit_when_10_workers_read_then_a_window_has_at_most_one_429(
    start: Callable[..., Emulator],
) -> None:
    emulator = start(account("1first", volumes=MANY), account("2second", volumes=MANY), rate_limit=TIGHT)
    streams = (*harness.EVERYTHING, "hours")
    reports = [*harness.REPORTS, harness.HOURS]
    output = sync(harness.config(emulator, page_size=1, num_workers=10, reports=reports), streams)
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(emulator, output, streams=streams) == []
    asked = Counter((e["method"], e["endpoint"], e["account_id"]) for e in emulator.requests())
    reached = {endpoint for (_, endpoint, _), number in asked.items() if number > TIGHT["requests"]}
    assert {*BUSY, "stats/jobs/accounts/:id"} <= reached, "the limit was never reached"
    assert max(refusals(emulator).values(), default=0) <= 1
    assert early(emulator) == []


def test_given_a_limit_of_the_user_when_read_then_a_window_has_at_most_one_429(
    start: Callable[..., Emulator],
) -> None:
    emulator = start(*(account(one, 10) for one in harness.ACCOUNTS), rate_limit={**TIGHT, "scope": "user"})
    output = sync(harness.config(emulator, page_size=1, num_workers=10))
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(emulator, output) == []
    asked = Counter(entry["endpoint"] for entry in emulator.requests())
    reached = {endpoint for endpoint, number in asked.items() if number > TIGHT["requests"]}
    assert {"accounts/:id/line_items", "accounts/:id/targeting_criteria"} <= reached, "the limit was never reached"
    windows = Counter((e["method"], e["endpoint"], e["not_before"]) for e in emulator.requests() if e["status"] == 429)
    assert max(windows.values(), default=0) <= 1
    assert early(emulator) == []


@pytest.mark.parametrize("ahead", [-4, 4])
def test_given_a_clock_seconds_off_xs_when_read_then_no_request_comes_too_early(
    start: Callable[..., Emulator], ahead: int
) -> None:
    volumes = {"*": 2, "campaigns": 30}
    rate_limit = {"requests": 10, "seconds": 4}
    emulator = start(account("1first", volumes=volumes), rate_limit=rate_limit, clock_ahead_seconds=ahead)
    output = sync(harness.config(emulator, page_size=1, num_workers=10), ["campaigns"])
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(emulator, output, streams=["campaigns"]) == []
    assert max(refusals(emulator).values(), default=0) <= 1
    assert early(emulator) == []


@pytest.mark.usefixtures("quick")
class TestOneRefusal:
    @pytest.mark.parametrize(
        "how",
        [
            {"reset_in": 1},
            {"reset_in": 1, "reset_scope": "user"},
            {"retry_after": 1},
            {"bare": True},
            {"code": "TWEET_RATE_LIMIT_EXCEEDED", "reset_in": 1},
        ],
        ids=["account", "user", "retry-after", "bare", "tweet limit"],
    )
    def test_given_a_429_when_read_then_it_is_waited_for_and_nothing_is_lost(
        self, emulator: Emulator, how: dict[str, Any]
    ) -> None:
        emulator.set_faults(limited(**how))
        output = sync(harness.config(emulator), ["campaigns"])
        assert (output.exit_code, output.errors) == (0, [])
        assert wrong(emulator, output, streams=["campaigns"]) == []
        assert sum(refusals(emulator).values()) == 1
        assert early(emulator) == []

    def test_given_a_wait_when_it_begins_then_the_log_says_once_when_it_ends(
        self, emulator: Emulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        emulator.set_faults(limited(reset_in=2))
        with caplog.at_level(logging.INFO):
            sync(harness.config(emulator), ["campaigns"])
        said = [record.getMessage() for record in caplog.records if "waiting" in record.getMessage().lower()]
        assert len(said) == 1
        assert re.search(r"HTTP 429 TOO_MANY_REQUESTS.*until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", said[0])

    def test_given_a_long_wait_when_it_lasts_then_the_log_stays_alive(
        self, emulator: Emulator, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rate_limit_window, "SECONDS_BETWEEN_LINES", 0.5)
        monkeypatch.setattr(rate_limit_window, "_LOOK_AGAIN", 0.1)
        emulator.set_faults(limited(reset_in=2))
        with caplog.at_level(logging.INFO):
            sync(harness.config(emulator), ["campaigns"])
        assert 2 <= sum("Still waiting until" in record.getMessage() for record in caplog.records) <= 6

    def test_given_a_reset_too_far_away_when_read_then_it_fails_at_once_and_names_it(self, emulator: Emulator) -> None:
        emulator.set_faults(limited(reset_in=3600))
        output = sync(harness.config(emulator, rate_limit_timeout=30), ["campaigns", "line_items"])
        assert output.exit_code == 1
        (error, *_) = output.errors
        assert re.search(r"HTTP 429 TOO_MANY_REQUESTS", error["message"])
        assert re.search(r"until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", error["message"])
        assert "rate_limit_timeout is 30 s" in error["message"]
        assert "stream campaigns, account " in error["message"]
        assert output.statuses["campaigns"][-1] == "INCOMPLETE"
        assert output.statuses["line_items"][-1] == "COMPLETE"

    def test_given_a_503_with_retry_after_when_read_then_nobody_asks_before(self, emulator: Emulator) -> None:
        emulator.set_faults(limited(status=503, retry_after=1))
        output = sync(harness.config(emulator), ["campaigns"])
        assert (output.exit_code, wrong(emulator, output, streams=["campaigns"])) == (0, [])
        assert early(emulator) == []
        assert sum(entry["not_before"] is not None for entry in emulator.requests()) == 1


def test_given_a_limit_of_one_account_when_read_then_the_other_accounts_do_not_wait(emulator: Emulator) -> None:
    match = {"endpoint": "accounts/:id/campaigns", "account_id": "1first"}
    emulator.set_faults([{"match": match, "times": 1, "fault": "status", "status": 429, "reset_in": 4}])
    output = sync(harness.config(emulator), ["campaigns"])
    assert output.exit_code == 0
    asked = {entry["account_id"]: entry["time"] for entry in emulator.requests() if entry["account_id"]}
    assert asked["1first"] - max(asked["2second"], asked["3third"]) > 2

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Errors that last are reported soon, once, and with what to do.

Source: docs/x-ads-api.md §9 H1, H4, H5.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integration_tests.connector import STREAMS, Output
from integration_tests.resilience import harness
from integration_tests.resilience.harness import sync
from x_ads_emulator.client import Emulator

BOUND = 3.0
JOBS = "stats/jobs/accounts/:id"
KEYS = {
    "consumer_key": "k",
    "consumer_secret": "s",
    "access_token": "t",
    "access_token_secret": "u",
    "account_ids": ["1first", "2second"],
    "outage_timeout": int(BOUND),
}


def trouble(**fault: Any) -> list[dict[str, Any]]:
    """Every request fails."""
    return [{"match": {}, **fault}]


def messages(output: Output) -> list[str]:
    """The texts of the TRACE errors."""
    return [error["message"] for error in output.errors]


def offline(base_url: str) -> dict[str, Any]:
    """A configuration for a host that does not respond."""
    return {**KEYS, "base_url": base_url, "start_date": harness.FIRST_DAY.isoformat(), "reports": harness.REPORTS}


@pytest.fixture
def closed_port() -> str:
    """An address with a closed port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that accepts connections and never responds."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def told_after(trace: dict[str, Any], entry: dict[str, Any]) -> int:
    """The milliseconds from a response of the emulator to the TRACE message, which is dated in whole ones."""
    return int(trace["emitted_at"]) - int(entry["time"] * 1000)


def test_given_a_400_when_read_then_it_is_told_within_a_second_and_never_repeated(emulator: Emulator) -> None:
    match = {"endpoint": "accounts/:id/campaigns", "account_id": "1first"}
    emulator.set_faults([{"match": match, "fault": "status", "status": 400, "parameter": "sort_by"}])
    output = sync(harness.config(emulator), ["campaigns"])
    (entry,) = [entry for entry in emulator.requests() if entry["status"] == 400]
    (trace,) = [one["trace"] for one in output.of_type("TRACE") if one["trace"]["type"] == "ERROR"]
    assert 0 <= told_after(trace, entry) < 1000
    assert trace["error"]["message"] == (
        "X refused GET /12/accounts/1first/campaigns with HTTP 400 INVALID_PARAMETER: The request is invalid "
        "(parameter sort_by) (stream campaigns, account 1first). "
        "This is likely a defect of the connector: please report it with this message."
    )
    assert trace["error"]["stream_descriptor"]["name"] == "campaigns"


@pytest.mark.parametrize(
    ("method", "endpoint"), [("GET", "stats/accounts/:id/active_entities"), ("POST", JOBS), ("GET", JOBS)]
)
def test_given_a_400_to_a_reports_request_when_read_then_it_is_told_within_a_second(
    emulator: Emulator, method: str, endpoint: str
) -> None:
    match = {"endpoint": endpoint, "method": method, "account_id": "1first"}
    emulator.set_faults([{"match": match, "fault": "status", "status": 400, "parameter": "start_time"}])
    output = sync(harness.config(emulator), ["lines"])
    refused = next(entry for entry in emulator.requests() if entry["status"] == 400)
    traces = [one["trace"] for one in output.of_type("TRACE") if one["trace"]["type"] == "ERROR"]
    assert traces
    assert 0 <= told_after(traces[0], refused) < 1000
    assert "HTTP 400 INVALID_PARAMETER" in traces[0]["error"]["message"]
    assert "stream lines, account 1first" in traces[0]["error"]["message"]


@pytest.mark.parametrize("streams", [STREAMS, harness.EVERYTHING], ids=["entities", "with reports"])
def test_given_a_closed_port_when_streams_are_read_then_the_sync_ends_at_the_bound(
    closed_port: str, streams: tuple[str, ...]
) -> None:
    began = time.monotonic()
    output = sync(offline(closed_port), streams)
    assert BOUND <= time.monotonic() - began < BOUND + 5
    assert output.exit_code == 1
    host = closed_port.removeprefix("http://")
    message = harness.ending(output)
    assert f"from {host}: " in message
    assert message.count("Check the network") == 1
    assert {statuses[-1] for statuses in output.statuses.values()} == {"INCOMPLETE"}


def test_given_a_host_that_never_responds_when_read_then_each_request_times_out(silent: str) -> None:
    began = time.monotonic()
    output = sync({**offline(silent), "request_timeout": 1}, STREAMS)
    assert time.monotonic() - began < BOUND + 8
    assert output.exit_code == 1
    assert silent.removeprefix("http://") in harness.ending(output)


def test_given_a_hang_beyond_the_outage_bound_when_it_passes_then_it_was_retried(
    emulator: Emulator,
) -> None:
    """By default both bounds are 300 s: one response that never comes is not an outage."""
    match = {"endpoint": "accounts/:id/campaigns", "nth": [1]}
    emulator.set_faults([{"match": match, "fault": "hang", "seconds": 4}])
    output = sync(harness.config(emulator, request_timeout=2, outage_timeout=2), ["campaigns"])
    assert (output.exit_code, harness.wrong(emulator, output, streams=["campaigns"])) == (0, [])


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "status", "status": 503},
        {"fault": "garbage"},
        {"fault": "reset_during_body"},
    ],
    ids=lambda fault: fault["fault"],
)
def test_given_x_is_down_when_all_streams_are_read_then_the_sync_ends_at_the_bound(
    emulator: Emulator, fault: dict[str, Any]
) -> None:
    emulator.set_faults(trouble(**fault))
    began = time.monotonic()
    output = sync(harness.config(emulator, outage_timeout=int(BOUND), account_ids=list(harness.ACCOUNTS)))
    assert time.monotonic() - began < BOUND * 2 + 5
    assert output.exit_code == 1
    assert {statuses[-1] for statuses in output.statuses.values()} == {"INCOMPLETE"}
    message = harness.ending(output)
    assert "stream " in message
    assert "/12/" in message


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"fault": "status", "status": 401}, ["UNAUTHORIZED_ACCESS", "four keys"]),
        ({"fault": "clock_skew"}, ["Timestamp out of bounds", "time server"]),
        (
            {"fault": "status", "status": 403, "code": "UNAUTHORIZED_CLIENT_APPLICATION"},
            ["UNAUTHORIZED_CLIENT_APPLICATION", "not approved for the Ads API"],
        ),
        (
            {"fault": "status", "status": 403, "code": "INSUFFICIENT_USER_AUTHORIZED_PERMISSION"},
            ["INSUFFICIENT_USER_AUTHORIZED_PERMISSION", "Read and write"],
        ),
    ],
)
@pytest.mark.usefixtures("quick")
def test_given_a_refusal_of_all_requests_when_read_then_one_error_says_what_to_do(
    emulator: Emulator, fault: dict[str, Any], words: list[str]
) -> None:
    emulator.set_faults(trouble(**fault))
    output = sync(harness.config(emulator), ["campaigns", "targeting_languages"])
    assert output.exit_code == 1
    message = harness.ending(output)
    assert all(message.count(word) == 1 for word in words)
    assert "campaigns, targeting_languages" in message
    assert len(emulator.requests()) <= 6


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"fault": "status", "status": 404}, ["HTTP 404 NOT_FOUND", "report it"]),
        ({"fault": "redirect", "location": "https://evil.example/12/x"}, ["https://evil.example/12/x", "own hosts"]),
        ({"fault": "redirect", "location": "http://ads-api.x.com/12/x"}, ["http://ads-api.x.com/12/x", "own hosts"]),
    ],
)
@pytest.mark.usefixtures("quick")
def test_given_a_lasting_refusal_when_read_then_one_error_per_stream_says_what_to_do(
    emulator: Emulator, fault: dict[str, Any], words: list[str]
) -> None:
    emulator.set_faults(trouble(**fault))
    output = sync(harness.config(emulator), ["campaigns", "targeting_languages"])
    assert output.exit_code == 1
    for stream in ("campaigns", "targeting_languages"):
        (error,) = [one for one in output.errors if one.get("stream_descriptor", {}).get("name") == stream]
        assert all(word in error["message"] for word in words)
    assert len(emulator.requests()) <= 6


def test_given_a_redirect_within_x_when_read_then_it_is_followed_and_signed_anew(
    start: Callable[..., Emulator],
) -> None:
    emulator = start(harness.account("1first", 2))
    target = f"{emulator.base_url}/12/accounts/1first/campaigns?with_deleted=true&sort_by=updated_at-desc"
    match = {"endpoint": "accounts/:id/campaigns", "nth": [1]}
    emulator.set_faults([{"match": match, "fault": "redirect", "location": target}])
    output = sync(harness.config(emulator), ["campaigns"])
    assert (output.exit_code, harness.wrong(emulator, output, streams=["campaigns"])) == (0, [])
    assert [entry["status"] for entry in emulator.requests() if entry["account_id"]] == [302, 200]


def test_given_a_broken_account_when_no_other_request_runs_then_the_next_is_read(
    emulator: Emulator,
) -> None:
    """The accounts' line items are read one after the other: a failure of the first one is not an outage of X."""
    match = {"endpoint": "accounts/:id/line_items", "account_id": "1first"}
    emulator.set_faults([{"match": match, "fault": "status", "status": 503}])
    output = sync(harness.config(emulator, outage_timeout=1), ["targeting_criteria"])
    assert harness.wrong(emulator, output, streams=["targeting_criteria"], account_ids=["2second", "3third"]) == []
    assert ["1first" in error["message"] for error in output.errors if "stream_descriptor" in error] == [True]


def test_given_redirects_in_a_circle_when_read_then_it_ends(start: Callable[..., Emulator]) -> None:
    emulator = start(harness.account("1first", 2))
    target = f"{emulator.base_url}/12/accounts/1first/campaigns"
    emulator.set_faults(
        [{"match": {"endpoint": "accounts/:id/campaigns"}, "fault": "redirect", "location": target, "status": 307}]
    )
    output = sync(harness.config(emulator), ["campaigns"])
    assert output.exit_code == 1
    assert len([entry for entry in emulator.requests() if entry["account_id"]]) == 4

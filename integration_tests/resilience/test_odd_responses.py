# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Successful responses that are not what they seem, and X's own voice in headers and refusals."""

from __future__ import annotations

import logging
import socket
from typing import Any

import pytest

from integration_tests.connector import run
from integration_tests.resilience import harness
from integration_tests.resilience.harness import sync, wrong
from integration_tests.resilience.test_faults import REQUESTS, STREAMS
from integration_tests.resilience.test_security import leaks
from x_ads_emulator.client import Emulator

pytestmark = pytest.mark.usefixtures("quick")

CAMPAIGNS = {"endpoint": "accounts/:id/campaigns", "account_id": "1first"}


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]


@pytest.mark.parametrize("kept", [0, 1])
@pytest.mark.parametrize("kind", REQUESTS)
def test_given_errors_beside_data_when_read_then_the_next_sync_reads_the_rest(
    emulator: Emulator, kind: str, kept: int
) -> None:
    match, stream = REQUESTS[kind]
    fault = {"fault": "errors_beside_data", "code": "ACCOUNT_NOT_FOUND", "kept": kept}
    emulator.set_faults([{"match": match, **fault}])
    first = sync(harness.config(emulator), [stream])
    assert first.exit_code == 1
    assert any("HTTP 200 ACCOUNT_NOT_FOUND" in error["message"] for error in first.errors)
    emulator.set_faults([])
    second = sync(harness.config(emulator), [stream], first.state)
    assert (second.exit_code, wrong(emulator, first, second, streams=[stream])) == (0, [])


def test_given_interim_responses_when_read_then_each_request_gets_its_own(emulator: Emulator) -> None:
    rules = [{"match": {**match, "nth": [1]}, "fault": "interim", "seconds": 0.3} for match, _ in REQUESTS.values()]
    emulator.set_faults(rules)
    output = sync(harness.config(emulator, num_workers=1), STREAMS)
    assert (output.exit_code, wrong(emulator, output, streams=STREAMS)) == (0, [])


@pytest.mark.parametrize("lasting", [False, True])
def test_given_the_response_of_another_account_when_read_then_none_of_its_rows_is(
    emulator: Emulator, lasting: bool
) -> None:
    rule = {"match": CAMPAIGNS, "fault": "other_account", "account_id": "2second", "times": None if lasting else 2}
    emulator.set_faults([rule])
    output = sync(harness.config(emulator, outage_timeout=1), ["campaigns"])
    others = ["2second", "3third"] if lasting else list(harness.ACCOUNTS)
    assert wrong(emulator, output, streams=["campaigns"], account_ids=others) == []
    assert output.exit_code == lasting
    if lasting:
        (error,) = [one for one in output.errors if "stream_descriptor" in one]
        assert "was the one to a request of account 2second" in error["message"]
        assert "stream campaigns, account 1first" in error["message"]


def test_given_cursors_that_are_numbers_from_0_when_read_then_no_page_is_missing(emulator: Emulator) -> None:
    emulator.set_settings(cursor_style="number")
    output = sync(harness.config(emulator, page_size=2), ["campaigns", "targeting_languages"])
    emulator.set_settings(cursor_style="opaque")
    assert (output.exit_code, wrong(emulator, output, streams=["campaigns", "targeting_languages"])) == (0, [])


@pytest.mark.parametrize("kind", ["lone_surrogate", "invalid_byte"])
def test_given_a_name_that_is_not_utf_8_when_read_then_all_is_with_one_warning(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    emulator.set_faults([{"match": CAMPAIGNS, "fault": "odd_text", "kind": kind, "rows": [0]}])
    output = sync(harness.config(emulator, page_size=2), ["campaigns"])
    assert output.statuses["campaigns"][-1] == "COMPLETE"
    names = [one["name"] for one in output.records["campaigns"] if one["account_id"] == "1first"]
    assert {name[-1:] for name in names[::2]} == {"\ufffd"}
    (warning,) = [one for one in warnings(caplog) if "U+FFFD" in one]
    assert "/campaigns (stream campaigns, account 1first)" in warning


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "odd_record", "field": "total_budget_amount_local_micro", "value": 2**64 + 1, "rows": [0]},
        {"fault": "odd_record", "value": None, "rows": [0]},
        {"fault": "odd_data", "value": None},
        {"fault": "odd_data", "value": [[]]},
    ],
    ids=["beyond 64 bits", "null among records", "null", "list"],
)
def test_given_data_of_another_form_when_read_then_the_failure_names_its_place(
    emulator: Emulator, fault: dict[str, Any]
) -> None:
    emulator.set_faults([{"match": CAMPAIGNS, **fault}])
    output = sync(harness.config(emulator, outage_timeout=1), ["campaigns"])
    (error,) = [one for one in output.errors if "stream_descriptor" in one]
    assert "The response to GET /12/accounts/1first/campaigns was JSON w" in error["message"]
    assert "(stream campaigns, account 1first)" in error["message"]
    assert wrong(emulator, output, streams=["campaigns"], account_ids=["2second", "3third"]) == []


def test_given_warnings_of_x_when_read_then_each_endpoint_is_told_once(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.set_settings(api_warn={"accounts/:id/campaigns": "v12 ends soon", "accounts/:id/cards": "renamed"})
    output = sync(harness.config(emulator), ["campaigns", "cards", "line_items"])
    emulator.set_settings(api_warn={})
    assert output.exit_code == 0
    said = sorted(one for one in warnings(caplog) if one.startswith("X warns about"))
    assert [one.partition(" (")[0] for one in said] == [
        f"X warns about GET /12/accounts/:id/{name}" for name in ("campaigns", "cards")
    ]
    assert [one.rpartition(": ")[2] for one in said] == ["v12 ends soon", "renamed"]


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_given_a_version_that_is_off_when_read_then_an_update_is_the_advice(emulator: Emulator, status: int) -> None:
    emulator.set_settings(version_off_status=status)
    output = sync(harness.config(emulator), ["campaigns"])
    emulator.set_settings(version_off_status=None)
    message = harness.ending(output)
    assert f"HTTP {status} INVALID: Version 12.0 is not available." in message
    assert "update the connector" in message


def test_given_a_402_when_read_then_the_billing_of_the_app_is_named(emulator: Emulator) -> None:
    emulator.set_faults([{"match": {}, "fault": "status", "status": 402}])
    output = sync(harness.config(emulator), ["campaigns"])
    message = harness.ending(output)
    assert "check plan and billing of your app" in message


@pytest.mark.parametrize("command", ["check", "read"])
def test_given_a_400_that_repeats_the_header_when_told_then_no_part_of_it_is(emulator: Emulator, command: str) -> None:
    emulator.set_faults([{"match": {}, "fault": "repeat_authorization"}])
    catalog = harness.catalog(["campaigns"]) if command == "read" else None
    output = run(command, harness.config(emulator), catalog=catalog, extra=["--debug"], seconds=60)
    assert b"HTTP 400 INVALID_PARAMETER: Could not read" in b"".join(output.lines)
    assert leaks(output) == []


def test_given_a_login_page_when_it_lasts_then_it_is_called_a_web_page(emulator: Emulator) -> None:
    page = "<html><title>Hotel Wi-Fi: log in</title></html>"
    emulator.set_faults([{"match": {}, "fault": "html", "status": 200, "body": page}])
    output = sync(harness.config(emulator, outage_timeout=1), ["campaigns"])
    message = harness.ending(output)
    assert "was a web page ('Hotel Wi-Fi: log in') instead of JSON" in message
    assert "the login page of a network" in message


def test_given_a_closed_port_as_proxy_when_read_then_the_proxy_is_named(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("HTTP_PROXY", f"http://me:s3cretpass@{address}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.delenv("no_proxy", raising=False)
        output = sync(harness.config(emulator, outage_timeout=1), ["campaigns"])
    message = harness.ending(output)
    assert f"through the proxy {address}" in message
    assert "The proxy does not connect" in message
    assert "s3cretpass" not in message

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""No key, no signature and no Authorization header in anything that the connector prints."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from integration_tests.connector import Output, run
from integration_tests.resilience import harness
from source_twitter_ads.api.http import Signer
from source_twitter_ads.configuration import Settings, normalise
from x_ads_emulator import settings as constants
from x_ads_emulator.client import Emulator

SECRETS = (
    constants.CONSUMER_KEY,
    constants.CONSUMER_SECRET,
    constants.ACCESS_TOKEN,
    constants.ACCESS_TOKEN_SECRET,
)
SPOKEN = re.compile(r"oauth_|OAuth oauth|Authorization", re.IGNORECASE)
FAULTS: list[dict[str, Any]] = [
    {"match": {"endpoint": "accounts/:id/campaigns", "nth": [1]}, "fault": "reset_before"},
    {"match": {"endpoint": "accounts/:id/campaigns", "nth": [2]}, "fault": "clock_skew"},
    {"match": {"endpoint": "accounts/:id/campaigns", "nth": [3]}, "fault": "html", "status": 502},
    {"match": {"endpoint": "accounts/:id/cards"}, "fault": "redirect", "location": "https://evil.example/?a=b"},
    {"match": {"endpoint": "accounts/:id/line_items"}, "fault": "status", "status": 401},
    {"match": {"endpoint": "accounts/:id/tweets"}, "fault": "garbage"},
]


def leaks(output: Output) -> list[str]:
    """Lines that hold a secret."""
    lines = [*(line.decode() for line in output.lines), *output.stderr.splitlines()]
    return [line[:300] for line in lines if any(one in line for one in SECRETS) or SPOKEN.search(line)]


@pytest.mark.parametrize("debug", [False, True], ids=["plain", "debug"])
@pytest.mark.parametrize("command", ["check", "discover", "read"])
def test_given_faults_of_all_kinds_when_a_command_runs_then_no_secret_is_printed(
    emulator: Emulator, command: str, debug: bool
) -> None:
    emulator.set_faults(FAULTS)
    catalog = harness.catalog(["campaigns", "cards", "line_items", "tweets", "lines"]) if command == "read" else None
    config = harness.config(emulator, outage_timeout=1)
    output = run(command, config, catalog=catalog, extra=["--debug"] if debug else [], seconds=60)
    assert output.lines
    assert leaks(output) == []
    assert (output.exit_code != 0) == (command == "read")


def test_given_a_program_that_logs_everything_when_it_reads_then_no_secret_is_logged(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.set_faults(FAULTS)
    caplog.set_level(logging.DEBUG)
    output = harness.sync(harness.config(emulator, outage_timeout=1), ["campaigns", "cards", "line_items", "lines"])
    assert any(record.levelno == logging.DEBUG and record.name.startswith("urllib3") for record in caplog.records)
    assert leaks(Output(output.exit_code, output.lines, caplog.text)) == []


def test_given_the_debug_option_when_read_then_each_request_and_outcome_is_logged(
    emulator: Emulator,
) -> None:
    output = run(
        "read", harness.config(emulator), catalog=harness.catalog(["campaigns"]), extra=["--debug"], seconds=60
    )
    said = [one["log"]["message"] for one in output.of_type("LOG") if one["log"]["level"] == "DEBUG"]
    pages = [entry for entry in emulator.requests() if entry["endpoint"] == "accounts/:id/campaigns"]
    shown = [text for text in said if "/campaigns (stream campaigns, account " in text]
    assert len(shown) == len(pages) > 0
    assert all("HTTP 200, " in text for text in shown)


def test_given_a_result_file_on_a_foreign_host_when_read_then_it_is_not_fetched(
    start: Callable[..., Emulator],
) -> None:
    emulator = start(harness.account("1first"))
    config = harness.config(emulator)
    emulator.set_settings(base_url="https://evil.example")
    output = harness.sync(config, ["lines", "campaigns"])
    assert output.exit_code == 1
    texts = [e["message"] for e in output.errors if e.get("stream_descriptor", {}).get("name") == "lines"]
    assert texts
    assert all("https://evil.example/" in text and "not fetched" in text for text in texts)
    assert output.statuses["campaigns"][-1] == "COMPLETE"
    assert [entry["path"] for entry in emulator.requests() if entry["endpoint"] == "result_file"] == []


@pytest.mark.parametrize("status", [401, 500])
def test_given_a_check_that_fails_when_it_tells_why_then_no_secret_is_printed(emulator: Emulator, status: int) -> None:
    emulator.set_faults([{"match": {}, "fault": "status", "status": status}])
    output = run("check", harness.config(emulator, outage_timeout=1), extra=["--debug"], seconds=60)
    assert output.connection_status["status"] == "FAILED"
    assert leaks(output) == []


def test_given_a_signed_request_when_searched_for_then_the_test_above_would_find_it() -> None:
    settings = Settings.from_config(normalise({**dict.fromkeys(("start_date",), "2026-01-01"), **keys()}))
    request = requests.Request("GET", "http://127.0.0.1/12/accounts", auth=Signer(settings)).prepare()
    assert leaks(Output(0, [b"{}"], str(request.headers)))


def keys() -> dict[str, str]:
    """The four keys of the emulator."""
    return dict(zip(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), SECRETS, strict=True))


def test_given_many_requests_when_read_then_connections_stay_within_workers(
    start: Callable[..., Emulator],
) -> None:
    emulator = start()
    assert harness.sync(harness.config(emulator, num_workers=4)).exit_code == 0
    assert emulator.stats()["connections"] <= 4
    assert emulator.stats()["peak_concurrent"] <= 4

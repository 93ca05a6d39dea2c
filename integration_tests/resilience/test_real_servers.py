# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What real servers do: chunked and compressed bodies, clocks that differ, retired placements."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from integration_tests.resilience import harness
from integration_tests.resilience.harness import account, early, sync, wrong
from x_ads_emulator.client import Emulator
from x_ads_emulator.clock import print_instant

pytestmark = pytest.mark.usefixtures("quick")

STREAMS = ("campaigns", "tweets", "targeting_criteria", "targeting_tv_shows", "lines")
FRAMINGS: list[dict[str, Any]] = [{"chunked": True}, {"gzip": True}, {"chunked": True, "gzip": True}]
#: Damage to a body that only its framing shows.
CUT: list[dict[str, Any]] = [
    {"fault": "reset_during_body"},
    {"fault": "wrong_content_length"},
    {"fault": "cut_json"},
    {"fault": "slow_body", "bytes_per_second": 2_000},
]


@pytest.fixture(params=FRAMINGS, ids="+".join)
def framed(emulator: Emulator, request: pytest.FixtureRequest) -> Emulator:
    """The emulator with another way of writing bodies."""
    emulator.set_settings(**request.param)
    return emulator


def test_given_chunks_or_packed_answers_when_read_then_nothing_is_lost(framed: Emulator) -> None:
    output = sync(harness.config(framed), STREAMS)
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(framed, output, streams=STREAMS) == []
    assert all("gzip" in entry["headers"].get("accept-encoding", "") for entry in framed.requests())


@pytest.mark.parametrize("fault", CUT, ids=lambda fault: fault["fault"])
def test_given_chunks_or_packed_answers_when_some_are_cut_then_nothing_is_lost(
    framed: Emulator, fault: dict[str, Any]
) -> None:
    framed.set_faults([{**fault, "match": {"probability": 0.2, "seed": 3}}])
    output = sync(harness.config(framed), STREAMS)
    assert framed.faults()[0]["struck"] > 1
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(framed, output, streams=STREAMS) == []


@pytest.mark.parametrize("ahead", [-120, 120])
def test_given_a_clock_minutes_off_xs_when_x_names_a_reset_then_the_wait_is_exact(
    emulator: Emulator, ahead: int
) -> None:
    emulator.set_settings(clock_ahead_seconds=ahead)
    match = {"endpoint": "accounts/:id/campaigns", "nth": [2]}
    emulator.set_faults([{"match": match, "fault": "status", "status": 429, "reset_in": 2}])
    began = time.monotonic()
    output = sync(harness.config(emulator), ["campaigns"])
    assert time.monotonic() - began < 10
    assert (output.exit_code, wrong(emulator, output, streams=["campaigns"])) == (0, [])
    assert sum(entry["status"] == 429 for entry in emulator.requests()) == 1
    assert early(emulator) == []


def moment(seconds: float) -> str:
    """A moment from now, as X writes it."""
    return print_instant(datetime.now(timezone.utc) + timedelta(seconds=seconds))


@pytest.mark.parametrize("ahead", [-60, 60])
def test_given_a_clock_off_xs_when_a_result_file_names_a_reset_then_it_is_kept_to(
    emulator: Emulator, ahead: int
) -> None:
    emulator.set_settings(clock_ahead_seconds=ahead)
    emulator.set_faults(
        [{"match": {"endpoint": "result_file", "nth": [1]}, "fault": "status", "status": 429, "reset_in": 3}]
    )
    began = time.monotonic()
    output = sync(harness.config(emulator), ["lines"])
    assert time.monotonic() - began < 20
    assert (output.exit_code, wrong(emulator, output, streams=["lines"])) == (0, [])
    assert early(emulator) == []


@pytest.mark.parametrize("ahead", [-50, 50])
def test_given_a_clock_off_xs_when_a_page_comes_first_then_xs_clock_caps_bookmarks(
    start: Callable[..., Emulator], ahead: int
) -> None:
    """With account_ids set, the first response with X's time is that of the first page."""
    emulator = start(account("1first"), clock_ahead_seconds=ahead)
    change = {"op": "touch", "stream": "campaigns", "account_id": "1first", "fields": {"name": "dated ahead"}}
    campaign = emulator.world.visible("campaigns", "1first")[0]["id"]
    emulator.mutate({**change, "id": campaign, "updated_at": moment(ahead + 600)})
    began = moment(ahead)
    config = {**harness.config(emulator, account_ids=["1first"]), "end_date": ""}
    output = sync(config, ["campaigns"])
    (entry,) = output.stream_state("campaigns")["states"]
    assert moment(ahead - 60) < entry["cursor"]["updated_at"] <= began


def test_given_a_clock_behind_xs_when_read_then_one_error_says_how_to_correct_it(emulator: Emulator) -> None:
    emulator.set_settings(clock_ahead_seconds=400)
    output = sync(harness.config(emulator, account_ids=["1first"]), ["campaigns"])
    message = harness.ending(output)
    assert "Timestamp out of bounds" in message
    assert "time server" in message
    assert len(emulator.requests()) <= 3


def test_given_a_retired_placement_when_x_refuses_its_jobs_then_all_others_are_read(
    start: Callable[..., Emulator],
) -> None:
    emulator = start(*(account(one, publisher_network=True) for one in harness.ACCOUNTS), retired_refused=True)
    output = sync(harness.config(emulator), harness.REPORT_NAMES)
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(emulator, output, streams=harness.REPORT_NAMES, retired_refused=True) == []


def test_given_a_wrong_clock_when_x_returns_a_plain_401_then_the_clock_is_to_blame(
    emulator: Emulator,
) -> None:
    """The only message of a 401 that was ever observed does not name a cause (docs/x-ads-api.md §3)."""
    emulator.set_settings(clock_ahead_seconds=400, skew_named=False)
    output = sync(harness.config(emulator, account_ids=["1first"]), ["campaigns"])
    message = harness.ending(output)
    assert "not properly authenticated" in message
    assert "time server" in message


def test_given_wrong_keys_when_the_clock_is_right_then_the_keys_are_to_blame(emulator: Emulator) -> None:
    config = harness.config(emulator, account_ids=["1first"], consumer_secret="another")
    output = sync(config, ["campaigns"])
    message = harness.ending(output)
    assert "four keys" in message
    assert "time server" not in message

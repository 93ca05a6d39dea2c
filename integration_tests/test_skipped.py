# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A feature that an account lacks is skipped with a warning, unless some records came first (docs/x-ads-api.md §3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integration_tests.conftest import NO_LIMITS, NOW, small_world
from integration_tests.connector import Output, run_here
from integration_tests.entities import by_key, differences, expected
from x_ads_emulator.client import Emulator

STREAMS = ("campaigns", "tweets")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Two accounts with several pages each."""
    with Emulator.start(small_world(), settings=NO_LIMITS) as running:
        yield running


def refuse(emulator: Emulator, stream: str, first: int) -> None:
    """Refuse the first account's requests from a number on, as X does where an account lacks the feature."""
    match: dict[str, Any] = {"endpoint": f"accounts/:id/{stream}", "account_id": "1first"}
    match["nth"] = list(range(first, 100))
    emulator.set_faults([{"match": match, "fault": "status", "status": 400, "code": "INVALID_ACCOUNT_SERVICE_LEVEL"}])


def read(emulator: Emulator, stream: str, state: Any = None) -> Output:
    """Read a stream in small pages."""
    return run_here(emulator.config("2010-01-01", end_date=NOW, page_size=1), [stream], state)


def bookmarked(output: Output, stream: str) -> set[str]:
    """The partitions that have a bookmark, as error messages name them."""
    partitions = [entry["partition"] for entry in output.stream_state(stream).get("states", [])]
    return {f"account {', '.join(partition.values())})" for partition in partitions}


@pytest.mark.parametrize("stream", STREAMS)
def test_given_an_account_without_the_feature_when_read_then_the_sync_succeeds(
    emulator: Emulator, stream: str, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(emulator, stream, first=1)
    output = read(emulator, stream)
    assert (output.exit_code, output.errors, output.statuses[stream][-1]) == (0, [], "COMPLETE")
    others = [record for record in output.records[stream] if record["account_id"] == "2second"]
    assert differences(stream, others, expected(emulator.world, stream, ["2second"])) == []
    assert "INVALID_ACCOUNT_SERVICE_LEVEL" in caplog.text
    assert "account 1first" in caplog.text


@pytest.mark.parametrize("stream", STREAMS)
def test_given_a_feature_lost_after_the_first_page_when_read_then_it_is_an_error(
    emulator: Emulator, stream: str
) -> None:
    refuse(emulator, stream, first=3)
    broken = read(emulator, stream)
    assert broken.exit_code == 1
    assert "account 1first" in broken.errors[0]["message"]
    assert bookmarked(broken, stream)
    assert [name for name in bookmarked(broken, stream) if name in broken.errors[0]["message"]] == []

    emulator.set_faults([])
    mended = read(emulator, stream, broken.state)
    every = by_key(stream, [*broken.records[stream], *mended.records[stream]]).values()
    assert differences(stream, list(every), expected(emulator.world, stream, ["1first", "2second"])) == []

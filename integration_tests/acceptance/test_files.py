# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The files beside these tests fit the connector.

A failure here means: run `python -m tools.integration_files` and review the diff.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration_tests.acceptance.reading import Stream, is_incremental, text_of
from integration_tests.acceptance.world import FOLDER, config
from integration_tests.connector import Output, run
from tools.integration_files import configured_catalog, final_state
from tools.snapshots import version
from x_ads_emulator import settings
from x_ads_emulator.client import Emulator


def content(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def expected_records() -> list[dict[str, Any]]:
    text = (FOLDER / "expected_records.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def incremental_names(streams: list[Stream]) -> set[str]:
    return {stream["name"] for stream in streams if is_incremental(stream)}


def names_in(state: list[dict[str, Any]]) -> set[str]:
    return {entry["stream"]["stream_descriptor"]["name"] for entry in state}


def test_given_the_catalog_file_when_compared_then_it_is_what_discover_says(streams: list[Stream]) -> None:
    assert content("configured_catalog.json") == configured_catalog(streams)


def test_given_the_expected_records_when_read_then_each_is_among_the_records(
    full: Output, streams: list[Stream]
) -> None:
    read = {name: {text_of(record) for record in records} for name, records in full.records.items()}
    lost = [line["stream"] for line in expected_records() if text_of(line["data"]) not in read[line["stream"]]]
    assert lost == []
    assert {line["stream"] for line in expected_records()} == {stream["name"] for stream in streams}


def test_given_the_state_file_when_compared_then_it_is_the_state_after_a_first_sync(
    incremental: Output, streams: list[Stream]
) -> None:
    assert content("sample_state.json") == final_state(incremental, incremental_names(streams))


def test_given_the_abnormal_state_when_compared_then_it_covers_incremental_streams(
    streams: list[Stream],
) -> None:
    assert names_in(content("abnormal_state.json")) == incremental_names(streams)


def test_given_the_abnormal_state_when_read_then_its_streams_send_no_record(
    emulator: Emulator, streams: list[Stream]
) -> None:
    catalog = content("configured_catalog.json")
    catalog["streams"] = [entry for entry in catalog["streams"] if entry["sync_mode"] == "incremental"]
    output = run("read", config(emulator), catalog=catalog, state=content("abnormal_state.json"))
    assert (output.exit_code, output.errors, output.records) == (0, [], {})
    assert output.state_messages.keys() == incremental_names(streams)


def test_given_the_sample_configuration_when_compared_then_it_has_the_emulators_keys() -> None:
    sample = config()
    assert [sample[k] for k in ("consumer_key", "consumer_secret", "access_token", "access_token_secret")] == [
        settings.CONSUMER_KEY,
        settings.CONSUMER_SECRET,
        settings.ACCESS_TOKEN,
        settings.ACCESS_TOKEN_SECRET,
    ]


@pytest.mark.parametrize(("name", "status"), [("sample_config.json", "SUCCEEDED"), ("invalid_config.json", "FAILED")])
def test_given_a_configuration_when_checked_then_its_status_is_the_declared_one(
    emulator: Emulator, name: str, status: str
) -> None:
    assert run("check", config(emulator, name)).connection_status["status"] == status


def test_given_the_snapshots_when_compared_then_they_are_of_one_earlier_release() -> None:
    released = {content(f"snapshots/{name}.json")["version"] for name in ("spec", "catalog")}
    assert len(released) == 1
    assert [int(part) for part in released.pop().split(".")] <= [int(part) for part in version().split(".")]


def test_given_the_suggested_streams_of_the_metadata_when_compared_then_they_exist(streams: list[Stream]) -> None:
    metadata = yaml.safe_load(Path(FOLDER.parent, "metadata.yaml").read_text(encoding="utf-8"))["data"]
    assert set(metadata["suggestedStreams"]["streams"]) <= {stream["name"] for stream in streams}
    assert metadata["allowedHosts"]["hosts"]

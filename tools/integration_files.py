# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Write the generated files of integration_tests/: catalog, states and records of `sample_config.json`.

Usage: python -m tools.integration_files
Reads the acceptance tests' world once. integration_tests/acceptance/test_files.py fails when a file is out of date.
"""

from __future__ import annotations

import json
import logging

from integration_tests.acceptance import world
from integration_tests.acceptance.reading import Stream, far_future, is_incremental, key_of, read_here
from integration_tests.connector import Output, Record, State
from tools.discovered import INTEGRATION_TESTS, Json, streams, write_json

RECORDS_PER_STREAM = 2


def configured_catalog(discovered: list[Stream]) -> Json:
    """Every stream, incremental where it can be, deduplicated; without the schemas, as Airbyte keeps such files."""
    return {
        "streams": [
            {
                "stream": {**stream, "json_schema": {}},
                "sync_mode": "incremental" if is_incremental(stream) else "full_refresh",
                "cursor_field": stream.get("default_cursor_field") or [],
                "destination_sync_mode": "append_dedup" if is_incremental(stream) else "overwrite",
                "primary_key": stream["source_defined_primary_key"],
            }
            for stream in discovered
        ]
    }


def final_state(output: Output, incremental: set[str]) -> State:
    """The last states of the incremental streams, sorted."""
    states = [entry for entry in output.state if entry["stream"]["stream_descriptor"]["name"] in incremental]
    for entry in states:
        entry["stream"]["stream_state"].get("states", []).sort(key=lambda partition: json.dumps(partition["partition"]))
    return sorted(states, key=lambda entry: str(entry["stream"]["stream_descriptor"]["name"]))


def chosen_records(stream: Stream, records: list[Record]) -> list[Record]:
    """The first few records by key."""
    return sorted(records, key=lambda record: [str(part) for part in key_of(stream, record)])[:RECORDS_PER_STREAM]


def main() -> None:
    """Write all files."""
    logging.disable(logging.INFO)
    with world.start() as emulator:
        config = world.config(emulator)
        discovered = streams(config)
        output = read_here(config, discovered, [])
    if output.exit_code:
        raise SystemExit(f"the read failed: {output.errors}")
    state = final_state(output, {stream["name"] for stream in discovered if is_incremental(stream)})
    write_json(INTEGRATION_TESTS / "configured_catalog.json", configured_catalog(discovered))
    write_json(INTEGRATION_TESTS / "sample_state.json", state)
    write_json(INTEGRATION_TESTS / "abnormal_state.json", far_future(state))
    with open(INTEGRATION_TESTS / "expected_records.jsonl", "w", encoding="utf-8") as file:
        for stream in discovered:
            for record in chosen_records(stream, output.records[stream["name"]]):
                line = {"stream": stream["name"], "data": record, "emitted_at": 0}
                file.write(json.dumps(line, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()

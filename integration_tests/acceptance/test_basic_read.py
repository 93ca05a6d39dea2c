# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The output of a read, for every stream (docs/x-ads-api.md §10.2 "Basic read", "Full refresh").

The number of streams is pinned in test_discover.py, so that a loop over them cannot pass by being empty.
"""

from __future__ import annotations

from collections import Counter

from jsonschema import Draft7Validator
from jsonschema.validators import extend

from integration_tests.acceptance.reading import Stream, key_of, of_stream, text_of
from integration_tests.connector import Output

# JSON Schema counts 1.0 as an integer; destinations with typed columns do not.
StrictValidator = extend(  # type: ignore[no-untyped-call]
    Draft7Validator,
    type_checker=Draft7Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


class TestRecords:
    def test_given_every_stream_when_read_then_the_run_succeeds_without_an_error(self, full: Output) -> None:
        assert (full.exit_code, full.errors, full.stderr) == (0, [], "")

    def test_given_every_stream_when_read_then_none_is_empty(self, full: Output, streams: list[Stream]) -> None:
        assert [stream["name"] for stream in streams if not full.records.get(stream["name"])] == []

    def test_given_a_record_when_validated_with_strict_integers_then_it_fits_its_schema(
        self, full: Output, streams: list[Stream]
    ) -> None:
        wrong = {
            (stream["name"], error.json_path, error.message)
            for stream in streams
            for validator in [StrictValidator(stream["json_schema"])]
            for record in full.records[stream["name"]]
            for error in validator.iter_errors(record)
        }
        assert wrong == set()

    def test_given_a_record_when_compared_then_no_top_level_field_is_undeclared(
        self, full: Output, streams: list[Stream]
    ) -> None:
        undeclared = {
            (stream["name"], name)
            for stream in streams
            for record in full.records[stream["name"]]
            for name in record.keys() - stream["json_schema"]["properties"].keys()
        }
        assert undeclared == set()

    def test_given_a_record_when_compared_then_it_has_fields_of_its_schema(
        self, full: Output, streams: list[Stream]
    ) -> None:
        strangers = [
            stream["name"]
            for stream in streams
            for record in full.records[stream["name"]]
            if not record.keys() & stream["json_schema"]["properties"].keys()
        ]
        assert strangers == []


class TestPrimaryKeys:
    def test_given_a_record_when_its_key_is_taken_then_every_part_is_there_and_scalar(
        self, full: Output, streams: list[Stream]
    ) -> None:
        wrong = {
            (stream["name"], key_of(stream, record))
            for stream in streams
            for record in full.records[stream["name"]]
            if not all(type(part) in (str, int) for part in key_of(stream, record))
        }
        assert wrong == set()

    def test_given_a_read_when_keys_are_counted_then_none_occurs_twice(
        self, full: Output, streams: list[Stream]
    ) -> None:
        repeated = {
            stream["name"]: [key for key, times in counted.items() if times > 1]
            for stream in streams
            if (counted := Counter(key_of(stream, record) for record in full.records[stream["name"]]))
        }
        assert {name: keys for name, keys in repeated.items() if keys} == {}


class TestMessages:
    def test_given_every_stream_when_read_then_its_statuses_are_started_running_complete(
        self, full: Output, streams: list[Stream]
    ) -> None:
        wanted = ["STARTED", "RUNNING", "COMPLETE"]
        assert full.statuses == {stream["name"]: wanted for stream in streams}

    def test_given_every_stream_when_read_then_it_ends_with_a_state_of_its_own(
        self, full: Output, streams: list[Stream]
    ) -> None:
        kinds = {state["type"] for states in full.state_messages.values() for state in states}
        assert kinds == {"STREAM"}
        assert full.state_messages.keys() == {stream["name"] for stream in streams}

    def test_given_a_state_when_it_comes_then_it_counts_the_records_since_the_one_before(
        self, full: Output, streams: list[Stream]
    ) -> None:
        wrong: list[tuple[str, float, int]] = []
        for stream in streams:
            since = 0
            for message in of_stream(full, stream["name"]):
                if "data" in message:
                    since += 1
                    continue
                if message["sourceStats"]["recordCount"] != since:
                    wrong.append((stream["name"], message["sourceStats"]["recordCount"], since))
                since = 0
        assert wrong == []

    def test_given_a_stream_when_it_has_ended_then_no_record_follows_its_last_state(
        self, full: Output, streams: list[Stream]
    ) -> None:
        assert [s["name"] for s in streams if "data" in of_stream(full, s["name"])[-1]] == []


class TestTwoFullRefreshes:
    def test_given_unchanged_data_when_read_again_then_the_first_records_come_again(
        self, full: Output, full_again: Output, streams: list[Stream]
    ) -> None:
        lost = {
            (stream["name"], key_of(stream, record))
            for stream in streams
            if (again := {text_of(record) for record in full_again.records[stream["name"]]})
            for record in full.records[stream["name"]]
            if text_of(record) not in again
        }
        assert lost == set()

    def test_given_two_reads_when_compared_then_emitted_at_has_grown(
        self, full: Output, full_again: Output, streams: list[Stream]
    ) -> None:
        late = [
            stream["name"]
            for stream in streams
            if max(m["emitted_at"] for m in of_stream(full, stream["name"]) if "data" in m)
            >= min(m["emitted_at"] for m in of_stream(full_again, stream["name"]) if "data" in m)
        ]
        assert late == []

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Every line on stdout is an Airbyte message, in the order that the platform needs (docs/x-ads-api.md §10.2)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from airbyte_cdk.models import AirbyteMessageSerializer, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.state_builder import StateBuilder
from jsonschema import Draft7Validator

from integration_tests.connector import (
    INCREMENTAL,
    ROOT,
    SCHEMAS,
    STREAMS,
    Output,
    check_here,
    configured_catalog,
    run,
    run_here,
)
from integration_tests.entities import KEYS, differences, expected
from source_twitter_ads.source import SourceTwitterAds
from x_ads_emulator import settings as constants
from x_ads_emulator.client import Emulator

SECRETS = (
    constants.CONSUMER_SECRET,
    constants.ACCESS_TOKEN_SECRET,
    constants.CONSUMER_KEY,
    constants.ACCESS_TOKEN,
    "oauth_signature",
)


def assert_protocol(output: Output) -> None:
    """Each line is one message of a known type with its payload, and survives the protocol's own classes."""
    payload = {"CONNECTION_STATUS": "connectionStatus"}
    assert output.lines
    for line, message in zip(output.lines, output.messages, strict=True):
        parsed = AirbyteMessageSerializer.load(message)
        filled = {
            f.name for f in dataclasses.fields(parsed) if f.name != "type" and getattr(parsed, f.name) is not None
        }
        assert filled == {payload.get(message["type"], message["type"].lower())}
        assert set(message) == {"type", *filled}
        assert orjson.loads(line) == message


@pytest.fixture(scope="module")
def spec() -> Output:
    return run("spec")


@pytest.fixture(scope="module")
def discovered(demo: Emulator) -> Output:
    return run("discover", demo.config())


@pytest.fixture(scope="module")
def read(demo: Emulator) -> Output:
    return run("read", demo.config(), extra=["--debug"])


class TestSpec:
    def test_given_no_config_when_asked_for_the_spec_then_one_spec_message_comes(self, spec: Output) -> None:
        assert_protocol(spec)
        assert (spec.exit_code, len(spec.of_type("SPEC"))) == (0, 1)

    def test_given_the_spec_when_checked_then_it_is_an_open_schema_with_four_secrets(self, spec: Output) -> None:
        schema = spec.of_type("SPEC")[0]["spec"]["connectionSpecification"]
        Draft7Validator.check_schema(schema)
        assert schema["additionalProperties"] is True
        secrets = {name for name, field in schema["properties"].items() if field.get("airbyte_secret")}
        assert secrets == {"consumer_key", "consumer_secret", "access_token", "access_token_secret"}
        assert set(schema["required"]) == secrets | {"start_date"}

    def test_given_the_spec_when_walked_then_each_field_is_described_ordered_and_typed(self, spec: Output) -> None:
        schema = spec.of_type("SPEC")[0]["spec"]["connectionSpecification"]
        for fields in _field_groups(schema):
            orders = [field["order"] for field in fields.values()]
            assert sorted(orders) == list(range(len(fields)))
            for name, field in fields.items():
                assert field["title"], name
                assert field["description"].endswith("."), name
                assert isinstance(field["type"], str), name
                assert field["type"] != "array" or "type" in field["items"], name
        forbidden = {"$ref", "not", "anyOf", "allOf", "oneOf", "if", "then", "else", "patternProperties"}
        assert set(_keywords(schema)) & forbidden == set()

    def test_given_the_spec_when_printed_then_its_defaults_are_the_documented_ones(self, spec: Output) -> None:
        """A default that changes by accident changes the data of all users."""
        fields = spec.of_type("SPEC")[0]["spec"]["connectionSpecification"]["properties"]
        defaults = {name: field["default"] for name, field in fields.items() if "default" in field}
        assert defaults == {
            "account_ids": [],
            "with_deleted": True,
            "country_codes": ["US"],
            "attribution_window": 14,
            "reports": [],
            "page_size": 1000,
            "num_workers": 10,
            "request_timeout": 300,
            "job_timeout": 60,
            "outage_timeout": 300,
            "rate_limit_timeout": 3600,
            "sandbox": False,
            "base_url": "https://ads-api.x.com",
        }
        assert {"end_date", "user_agent", "start_date"} <= set(fields)


def _field_groups(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "properties" in schema:
        yield schema["properties"]
        for field in schema["properties"].values():
            yield from _field_groups(field)
    if "items" in schema:
        yield from _field_groups(schema["items"])


def _keywords(schema: dict[str, Any]) -> Iterator[str]:
    for name, value in schema.items():
        if name == "properties":
            for field in value.values():
                yield from _keywords(field)
        else:
            yield name
            if name == "items":
                yield from _keywords(value)


class TestDiscover:
    def test_given_a_config_when_discovered_then_one_catalog_with_every_stream_comes(self, discovered: Output) -> None:
        assert_protocol(discovered)
        (message,) = discovered.of_type("CATALOG")
        names = [stream["name"] for stream in message["catalog"]["streams"]]
        assert discovered.exit_code == 0
        assert len(names) == len(set(names))
        assert set(STREAMS) <= set(names)

    def test_given_the_catalog_when_compared_then_keys_cursors_and_schemas_are_designed(
        self, discovered: Output
    ) -> None:
        for stream in discovered.of_type("CATALOG")[0]["catalog"]["streams"]:
            name = stream["name"]
            if name not in STREAMS:
                continue
            assert tuple(path[0] for path in stream["source_defined_primary_key"]) == KEYS[name]
            cursor = {"tweets": "created_at"}.get(name, "updated_at")
            assert stream.get("default_cursor_field", []) == ([cursor] if name in INCREMENTAL else [])
            modes = ["full_refresh", "incremental"] if name in INCREMENTAL else ["full_refresh"]
            assert sorted(stream["supported_sync_modes"]) == modes
            written = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
            assert stream["json_schema"] == written

    def test_given_no_network_when_discovered_then_the_catalog_comes_anyway(self) -> None:
        source = SourceTwitterAds()
        keys = dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "x")
        config = {**keys, "start_date": "2026-01-01", "base_url": "http://127.0.0.1:9"}
        output = entrypoint_wrapper.discover(source, config)
        assert len(output.catalog.catalog.streams) >= len(STREAMS)  # type: ignore[union-attr]


class TestRead:
    def test_given_a_full_read_with_debug_logs_when_parsed_then_every_line_is_a_message(self, read: Output) -> None:
        assert_protocol(read)
        assert (read.exit_code, read.stderr) == (0, "")

    def test_given_a_full_read_with_debug_logs_when_searched_then_no_secret_is_in_it(self, read: Output) -> None:
        printed = b"\n".join(read.lines).decode()
        assert any(message["log"]["level"] == "DEBUG" for message in read.of_type("LOG"))
        assert [secret for secret in SECRETS if secret in printed] == []

    def test_given_a_stream_when_read_then_its_statuses_enclose_its_records_and_state(self, read: Output) -> None:
        assert set(read.statuses) == set(STREAMS)
        for stream in STREAMS:
            assert read.statuses[stream] == ["STARTED", "RUNNING", "COMPLETE"]
            events = [kind for kind in (_event(message, stream) for message in read.messages) if kind]
            assert events[:2] == ["STARTED", "RUNNING"]
            assert events[-2:] == ["STATE", "COMPLETE"]

    def test_given_a_record_when_read_then_it_names_stream_data_and_time_of_emission(self, read: Output) -> None:
        for message in read.of_type("RECORD"):
            assert set(message["record"]) == {"stream", "data", "emitted_at"}
            assert 1_700_000_000_000 < message["record"]["emitted_at"] < 4_000_000_000_000

    def test_given_a_state_when_read_then_it_belongs_to_one_stream_and_counts_records(self, read: Output) -> None:
        for message in read.of_type("STATE"):
            assert message["state"]["type"] == "STREAM"
            assert isinstance(message["state"]["sourceStats"]["recordCount"], (int, float))

    def test_given_refused_keys_when_read_then_one_trace_says_why_and_exit_code_is_one(self, demo: Emulator) -> None:
        output = run("read", demo.config(access_token="revoked-token"))
        assert_protocol(output)
        assert output.exit_code == 1
        (error,) = output.errors
        assert error["failure_type"] == "config_error"
        assert "does not accept the four keys" in error["message"]
        assert "and 24 more streams was read" in error["message"]
        assert "Everything else is complete" not in error["message"]
        assert "Traceback" not in error["message"]
        assert {statuses[-1] for statuses in output.statuses.values()} == {"INCOMPLETE"}
        assert len([m for m in output.of_type("LOG") if m["log"]["level"] == "ERROR"]) <= 1

    def test_given_a_dead_network_when_read_then_one_trace_says_so(self, demo: Emulator) -> None:
        config = demo.config(base_url="http://127.0.0.1:9", outage_timeout=1, account_ids=["18ce54d4x5t"])
        output = run("read", config)
        assert output.exit_code == 1
        (error,) = output.errors
        assert error["failure_type"] == "transient_error"
        assert "Connection refused" in error["message"]
        assert "and 24 more streams was read" in error["message"]

    def test_given_an_unknown_stream_in_the_catalog_when_read_then_only_it_is_incomplete(self, demo: Emulator) -> None:
        catalog = configured_catalog(["campaigns"])
        catalog["streams"].append({**catalog["streams"][0], "stream": {**catalog["streams"][0]["stream"]}})
        catalog["streams"][1]["stream"]["name"] = "my_renamed_report"
        output = run("read", demo.config(), catalog=catalog)
        assert_protocol(output)
        assert output.exit_code == 1
        assert output.statuses["my_renamed_report"] == ["INCOMPLETE"]
        assert output.statuses["campaigns"][-1] == "COMPLETE"
        assert differences("campaigns", output.records["campaigns"], expected(demo.world, "campaigns")) == []
        (error,) = output.errors
        assert error["failure_type"] == "config_error"
        assert "my_renamed_report" in error["message"]
        assert "refresh the schema" in error["message"]


def _event(message: dict[str, Any], stream: str) -> str:
    if message["type"] == "STATE" and message["state"]["stream"]["stream_descriptor"]["name"] == stream:
        return "STATE"
    if message["type"] == "RECORD" and message["record"]["stream"] == stream:
        return "RECORD"
    if message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
        status = message["trace"]["stream_status"]
        return str(status["status"]) if status["stream_descriptor"]["name"] == stream else ""
    return ""


class TestLibrary:
    def test_given_the_source_as_a_library_when_read_then_records_equal_the_commands(
        self, demo: Emulator, read: Output
    ) -> None:
        catalog = ConfiguredAirbyteCatalogSerializer.load(configured_catalog())
        source = SourceTwitterAds(catalog, demo.config(), None)
        output = entrypoint_wrapper.read(source, demo.config(), catalog)
        assert output.errors == []
        found: dict[str, list[dict[str, Any]]] = {}
        for message in output.records:
            found.setdefault(message.record.stream, []).append(message.record.data)  # type: ignore[union-attr]
        for stream in STREAMS:
            got = sorted(map(_text, found[stream]))
            # The CDK's own serialiser drops a record's nulls, the connector's keeps them.
            assert got == sorted(map(_text, map(_without_nulls, read.records[stream])))

    def test_given_a_source_without_arguments_when_read_then_it_is_incremental(self, demo: Emulator) -> None:
        """Airbyte's test tools build the source first and hand everything to `read` (docs/x-ads-api.md §10.1)."""
        first = run_here(demo.config(), ["campaigns", "tweets"])
        catalog = ConfiguredAirbyteCatalogSerializer.load(configured_catalog(["campaigns"]))
        builder = StateBuilder()
        builder.with_stream_state("campaigns", first.stream_state("campaigns"))
        output = entrypoint_wrapper.read(SourceTwitterAds(), demo.config(), catalog, builder.build())
        assert output.errors == []
        assert 0 < len(output.records) < len(first.records["campaigns"])

    def test_given_one_source_when_read_twice_then_both_reads_are_whole(self, demo: Emulator) -> None:
        catalog = ConfiguredAirbyteCatalogSerializer.load(configured_catalog(["campaigns"]))
        source = SourceTwitterAds(catalog, demo.config(), None)
        for _ in range(2):
            output = entrypoint_wrapper.read(source, demo.config(), catalog)
            records = [message.record.data for message in output.records]  # type: ignore[union-attr]
            wanted = [_without_nulls(record) for record in expected(demo.world, "campaigns")]
            assert differences("campaigns", records, wanted) == []

    def test_given_a_config_as_mage_writes_it_when_checked_and_read_then_both_succeed(self, demo: Emulator) -> None:
        config = demo.config(
            account_ids="18ce54d4x5t, 2tokyo8n9q",
            attribution_window="14",
            with_deleted="true",
            country_codes="US",
            page_size="1000",
            reports=[],
        )
        assert check_here(config).status.value == "SUCCEEDED"
        output = run_here(config, ["campaigns"])
        wanted = expected(demo.world, "campaigns", ["18ce54d4x5t", "2tokyo8n9q"])
        assert differences("campaigns", output.records["campaigns"], wanted) == []


def _without_nulls(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}


def _text(record: dict[str, Any]) -> str:
    return json.dumps(record, sort_keys=True)


def test_given_the_package_when_searched_then_it_knows_nothing_of_the_emulator() -> None:
    for path in Path(ROOT / "source_twitter_ads").rglob("*"):
        if path.suffix in (".py", ".yaml", ".json"):
            text = path.read_text(encoding="utf-8").lower()
            assert "emulator" not in text, path
            assert "integration_tests" not in text, path

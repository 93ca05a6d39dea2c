# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The output of discover, and its compatibility with the released catalog.

Source: docs/x-ads-api.md §10.2 "Discover".
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from integration_tests.acceptance.compatibility import catalog_breaks
from integration_tests.acceptance.reading import Stream, is_incremental
from integration_tests.acceptance.world import FOLDER
from integration_tests.connector import STREAMS, Output
from source_twitter_ads.reports.definition import PREBUILT_REPORTS
from tools.snapshots import catalog_shape

CUSTOM_REPORTS = {"campaigns_by_gender", "campaigns_by_metro", "accounts_hourly"}
SCALARS = {"string", "integer", "number", "boolean"}


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a schema, the schema itself first."""
    if isinstance(schema, dict):
        yield schema
        for child in schema.values():
            yield from nodes(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from nodes(child)


def types(schema: dict[str, Any]) -> set[str]:
    return {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])


class TestCatalog:
    def test_given_a_configuration_when_discovered_then_one_catalog_and_no_error_come(self, discovered: Output) -> None:
        assert (discovered.exit_code, discovered.errors, discovered.stderr) == (0, [], "")
        assert len(discovered.of_type("CATALOG")) == 1

    def test_given_three_custom_reports_when_discovered_then_43_streams_are_there_once(
        self, streams: list[Stream]
    ) -> None:
        reports = {report.name for report in PREBUILT_REPORTS} | CUSTOM_REPORTS
        names = [stream["name"] for stream in streams]
        assert len(STREAMS) == 34
        assert len(names) == 34 + 6 + 3
        assert set(names) == {*STREAMS, *reports}

    def test_given_a_stream_when_discovered_then_its_schema_is_valid_and_open(self, streams: list[Stream]) -> None:
        for stream in streams:
            Draft7Validator.check_schema(stream["json_schema"])
            objects = [node for node in nodes(stream["json_schema"]) if "properties" in node]
            assert all(node["additionalProperties"] is True for node in objects), stream["name"]

    def test_given_a_schema_when_walked_then_it_has_no_reference_or_unsupported_keyword(
        self, streams: list[Stream]
    ) -> None:
        used = {keyword for stream in streams for node in nodes(stream["json_schema"]) for keyword in node}
        assert used & {"$ref", "allOf", "not", "anyOf", "oneOf"} == set()

    def test_given_a_stream_when_discovered_then_its_key_is_in_the_schema_and_scalar(
        self, streams: list[Stream]
    ) -> None:
        for stream in streams:
            assert stream["source_defined_primary_key"], stream["name"]
            for path in stream["source_defined_primary_key"]:
                assert types(stream["json_schema"]["properties"][path[0]]) - {"null"} <= SCALARS, (stream["name"], path)

    def test_given_a_stream_when_discovered_then_an_incremental_one_has_a_cursor_field(
        self, streams: list[Stream]
    ) -> None:
        for stream in streams:
            assert "full_refresh" in stream["supported_sync_modes"]
            cursor = stream.get("default_cursor_field") or []
            assert bool(cursor) == is_incremental(stream) == bool(stream.get("source_defined_cursor")), stream["name"]
            assert all(name in stream["json_schema"]["properties"] for name in cursor), stream["name"]


@pytest.fixture
def released() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / "snapshots" / "catalog.json").read_text(encoding="utf-8"))
    shape: dict[str, Any] = content["streams"]
    return shape


class TestBackwardCompatibility:
    def test_given_the_released_catalog_when_compared_then_nothing_is_gone_or_changed(
        self, released: dict[str, Any], streams: list[Stream]
    ) -> None:
        assert catalog_breaks(released, catalog_shape(streams)) == []

    @pytest.mark.parametrize(
        ("path", "value", "found"),
        [
            (("campaigns",), None, "stream campaigns is gone"),
            (("campaigns", "fields", "name"), None, "field campaigns.name is gone"),
            (("campaigns", "fields", "name"), "integer|null", "field campaigns.name was null|string"),
            (("campaigns", "cursor_field"), ["created_at"], "cursor_field of campaigns was"),
            (("campaigns", "primary_key"), [["account_id"]], "primary_key of campaigns was"),
            (("campaigns", "sync_modes"), ["full_refresh"], "sync_modes of campaigns were"),
        ],
    )
    def test_given_a_change_that_breaks_users_when_compared_then_it_is_named(
        self, released: dict[str, Any], path: tuple[str, ...], value: Any, found: str
    ) -> None:
        changed: Any = copy.deepcopy(released)
        holder = changed
        for name in path[:-1]:
            holder = holder[name]
        if value is None:
            del holder[path[-1]]
        else:
            holder[path[-1]] = value
        breaks = catalog_breaks(released, changed)
        assert len(breaks) == 1
        assert breaks[0].startswith(found)

    def test_given_a_new_stream_or_field_when_compared_then_nobody_is_broken(self, released: dict[str, Any]) -> None:
        grown = copy.deepcopy(released)
        grown["campaigns"]["fields"]["a_new_one"] = "null|string"
        grown["a_new_stream"] = grown["campaigns"]
        assert catalog_breaks(released, grown) == []

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the manifest must keep being: short streams, documented keys and cursors, no address but X's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from source_twitter_ads.configuration.settings import API_URL, DEFAULTS
from source_twitter_ads.configuration.validate import RANGES
from source_twitter_ads.source import SourceTwitterAds
from unit_tests.conftest import valid_config

PACKAGE = Path(__file__).parent.parent / "source_twitter_ads"
TEXT = (PACKAGE / "manifest.yaml").read_text(encoding="utf-8")
SCHEMAS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (PACKAGE / "schemas").glob("*.json")}


def stream_blocks() -> dict[str, list[str]]:
    """The lines of each stream in the manifest's text, without comments and blank lines."""
    section = TEXT.split("\nstreams:\n", 1)[1].split("\nspec:\n", 1)[0]
    blocks = re.split(r"(?m)^  - ", section)[1:]
    lines = [[line for line in b.splitlines() if line.strip() and not line.strip().startswith("#")] for b in blocks]
    return {
        next(re.findall(r"name: (\w+)", line)[0] for line in block if "    name:" in line): block for block in lines
    }


@pytest.fixture(scope="module")
def streams() -> dict[str, Any]:
    source = SourceTwitterAds(None, valid_config(), None)
    return {stream.name: stream.as_airbyte_stream() for stream in source.streams(valid_config())}


def test_given_the_source_when_its_streams_are_listed_then_the_34_entities_are_there(streams: dict[str, Any]) -> None:
    assert len(SCHEMAS) == 34
    assert set(SCHEMAS) <= set(streams)


def test_given_the_manifest_when_read_then_it_declares_all_entities_but_tweets() -> None:
    assert set(stream_blocks()) == set(SCHEMAS) - {"tweets"}


@pytest.mark.parametrize("name", sorted(stream_blocks()))
def test_given_a_stream_of_the_manifest_when_counted_then_it_has_5_to_15_lines(name: str) -> None:
    assert 5 <= len(stream_blocks()[name]) <= 15


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_given_a_stream_when_described_then_key_and_cursor_are_fields_of_its_schema(
    streams: dict[str, Any], name: str
) -> None:
    stream = streams[name]
    assert stream.json_schema == SCHEMAS[name]
    keys = [path[0] for path in stream.source_defined_primary_key]
    assert keys
    assert set(keys + (stream.default_cursor_field or [])) <= set(SCHEMAS[name]["properties"])
    for key in keys:
        assert not {"object", "array"} & set(SCHEMAS[name]["properties"][key]["type"])


def test_given_the_manifest_when_searched_then_every_address_is_https_but_the_schema_dialect() -> None:
    assert re.findall(r"http://\S+", TEXT) == ["http://json-schema.org/draft-07/schema#"]
    assert set(re.findall(r"https://([^/\s\"']+)", TEXT)) == {"docs.airbyte.com", "ads-api.x.com"}


def test_given_the_code_when_searched_then_no_request_goes_around_the_transport() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"requests\.(get|post|put|delete|request)\(|urlopen\(", text), path


def test_given_the_code_when_searched_then_it_names_no_place_without_tls() -> None:
    found = {u for p in PACKAGE.rglob("*.py") for u in re.findall(r"http://[\w.-]+", p.read_text(encoding="utf-8"))}
    assert found <= {"http://json-schema.org"}


def test_given_defaults_of_the_spec_when_compared_then_the_settings_have_the_same_ones() -> None:
    spec = SourceTwitterAds().spec(None)  # type: ignore[arg-type]
    fields = spec.connectionSpecification["properties"]
    for name, field in fields.items():
        if name == "base_url":
            assert field["default"] == API_URL
        elif "default" in field:
            assert field["default"] == DEFAULTS[name], name


def test_given_ranges_of_the_spec_when_compared_then_the_validation_has_the_same_ones() -> None:
    fields = SourceTwitterAds().spec(None).connectionSpecification["properties"]  # type: ignore[arg-type]
    assert {n: (f["minimum"], f["maximum"]) for n, f in fields.items() if "minimum" in f} == RANGES

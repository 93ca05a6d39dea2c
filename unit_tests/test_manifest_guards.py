# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rules of the manifest: all entities, documented keys and cursors, only X's addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from source_twitter_ads.source import SourceTwitterAds
from unit_tests.conftest import valid_config

PACKAGE = Path(__file__).parent.parent / "source_twitter_ads"
TEXT = (PACKAGE / "manifest.yaml").read_text(encoding="utf-8")
SCHEMAS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (PACKAGE / "schemas").glob("*.json")}


@pytest.fixture(scope="module")
def streams() -> dict[str, Any]:
    source = SourceTwitterAds(None, valid_config(), None)
    return {stream.name: stream.as_airbyte_stream() for stream in source.streams(valid_config())}


def test_given_the_source_when_its_streams_are_listed_then_the_34_entities_are_there(streams: dict[str, Any]) -> None:
    assert len(SCHEMAS) == 34
    assert set(SCHEMAS) <= set(streams)


def test_given_the_manifest_when_resolved_then_it_declares_all_entities_but_tweets() -> None:
    declared = [stream["name"] for stream in SourceTwitterAds().resolved_manifest["streams"]]
    assert sorted(declared) == sorted(set(SCHEMAS) - {"tweets"})


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


def test_given_the_manifest_when_searched_then_all_addresses_but_one_are_https() -> None:
    assert re.findall(r"http://\S+", TEXT) == ["http://json-schema.org/draft-07/schema#"]
    assert set(re.findall(r"https://([^/\s\"']+)", TEXT)) == {"docs.airbyte.com", "ads-api.x.com"}

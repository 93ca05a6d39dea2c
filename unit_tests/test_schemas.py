# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rules of every entity stream's JSON schema (docs/x-ads-api.md §2.5, §2.6, §5; docs/x-ads-api.md §10.4)."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker
from jsonschema.validators import extend

from source_twitter_ads.streams.tweets import comparable
from unit_tests.documented_records import DOCUMENTED_RECORDS, Record

Schema = dict[str, Any]

SCHEMAS = Path(__file__).parent.parent / "source_twitter_ads" / "schemas"

GLOBAL_STREAMS = {
    "accounts",
    "advertiser_business_categories",
    "content_categories",
    "iab_categories",
    "targeting_app_store_categories",
    "targeting_conversations",
    "targeting_devices",
    "targeting_events",
    "targeting_interests",
    "targeting_languages",
    "targeting_locations",
    "targeting_network_operators",
    "targeting_platform_versions",
    "targeting_platforms",
    "targeting_tv_markets",
    "targeting_tv_shows",
}
ACCOUNT_STREAMS = {
    "account_media",
    "campaigns",
    "cards",
    "cards_image_conversation",
    "cards_poll",
    "cards_video_conversation",
    "funding_instruments",
    "line_items",
    "media_creatives",
    "preroll_call_to_actions",
    "promotable_users",
    "promoted_accounts",
    "promoted_tweets",
    "scheduled_promoted_tweets",
    "tailored_audiences",
    "targeting_criteria",
    "tracking_tags",
    "tweets",
}
STREAMS = sorted(GLOBAL_STREAMS | ACCOUNT_STREAMS)

FORBIDDEN_KEYWORDS = {"$ref", "allOf", "anyOf", "oneOf", "not", "patternProperties", "if", "then", "else", "enum"}
SCALARS = {"string", "integer", "number", "boolean"}
TIMES = re.compile(r".*_at$|^(start|end)_time$")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

_formats = FormatChecker(formats=())


@_formats.checks("date-time")
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or RFC3339.fullmatch(value) is not None


# JSON Schema counts 1.0 as an integer; destinations with typed columns do not.
StrictValidator = extend(
    Draft7Validator,
    type_checker=Draft7Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


def schema_of(stream: str) -> Schema:
    schema: Schema = json.loads((SCHEMAS / f"{stream}.json").read_text(encoding="utf-8"))
    return schema


def properties(schema: Schema, path: str = "") -> Iterator[tuple[str, str, Schema]]:
    """Yield (path, name, schema) of every property at any depth, through arrays too."""
    for name, child in schema.get("properties", {}).items():
        yield f"{path}{name}", name, child
        yield from properties(child, f"{path}{name}.")
    if "items" in schema:
        yield from properties(schema["items"], path)


def nodes(schema: Schema) -> Iterator[Schema]:
    """Yield the schema itself and every schema inside it."""
    yield schema
    for child in schema.get("properties", {}).values():
        yield from nodes(child)
    if "items" in schema:
        yield from nodes(schema["items"])


def kind(node: Schema) -> str:
    """Return the type of a schema node without its null."""
    types = [node["type"]] if isinstance(node["type"], str) else [t for t in node["type"] if t != "null"]
    assert len(types) == 1, f"one type beside null, not {node['type']}"
    return str(types[0])


def undeclared(schema: Schema, value: Any, path: str = "") -> list[str]:
    """List the fields of a value that its schema does not declare; maps (no declared properties) take any key."""
    if isinstance(value, list):
        return [name for item in value for name in undeclared(schema["items"], item, path)]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    declared = schema["properties"]
    found = [f"{path}{name}" for name in value if name not in declared]
    for name in value.keys() & declared.keys():
        found += undeclared(declared[name], value[name], f"{path}{name}.")
    return found


def emitted(stream: str) -> list[Record]:
    """The documented records as the connector emits them: ids are text, and a Tweet's created_at is ISO 8601."""
    records = copy.deepcopy(DOCUMENTED_RECORDS[stream])
    if stream == "tweets":
        return [comparable(record) for record in records]
    if stream == "targeting_tv_shows":
        return [{**record, "targeting_value": str(record["targeting_value"])} for record in records]
    return records


def problems(stream: str, record: Record) -> list[str]:
    validator = StrictValidator(schema_of(stream), format_checker=_formats)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(record)]


def test_given_the_schema_folder_when_listed_then_it_holds_exactly_the_34_streams() -> None:
    assert len(STREAMS) == 34
    assert sorted(path.name for path in SCHEMAS.iterdir()) == [f"{stream}.json" for stream in STREAMS]


@pytest.mark.parametrize("stream", STREAMS)
class TestEverySchema:
    def test_given_a_schema_when_checked_then_it_is_an_open_draft_07_object(self, stream: str) -> None:
        schema = schema_of(stream)
        Draft7Validator.check_schema(schema)
        assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is True

    def test_given_a_schema_when_walked_then_no_keyword_is_one_that_destinations_refuse(self, stream: str) -> None:
        used = {keyword for node in nodes(schema_of(stream)) for keyword in node}
        assert used & FORBIDDEN_KEYWORDS == set()

    def test_given_a_schema_when_walked_then_objects_are_open_and_arrays_declare_items(self, stream: str) -> None:
        for node in nodes(schema_of(stream)):
            assert kind(node) in SCALARS | {"object", "array"}
            if kind(node) == "object":
                assert node["additionalProperties"] is True
            if kind(node) == "array":
                assert "type" in node["items"]

    def test_given_a_property_at_any_depth_when_read_then_its_description_has_sentences(self, stream: str) -> None:
        bad = [
            path
            for path, _, node in properties(schema_of(stream))
            if not re.fullmatch(r"[A-Z].{10,}\.", node.get("description", ""))
        ]
        assert bad == []

    def test_given_an_id_when_read_then_it_is_a_string(self, stream: str) -> None:
        """Objects inside of a Tweet keep X's numbers (docs/x-ads-api.md §2.6), each with a text twin beside it."""
        paths = {path for path, _, _ in properties(schema_of(stream))}
        for path, name, node in properties(schema_of(stream)):
            if name == "id" or name.endswith(("_id", "_id_str", "_key", "_identifier")):
                nested_number = stream == "tweets" and "." in path and f"{path}_str" in paths
                assert kind(node) == ("integer" if nested_number else "string"), path

    def test_given_a_primary_key_when_read_then_it_is_text(self, stream: str) -> None:
        for name in ("id", "targeting_value", "locale"):
            assert kind(schema_of(stream)["properties"].get(name, {"type": "string"})) == "string"

    def test_given_an_amount_in_micros_when_read_then_it_is_an_integer(self, stream: str) -> None:
        for path, name, node in properties(schema_of(stream)):
            if name.endswith("_local_micro"):
                assert kind(node) == "integer", path
                assert "micros of the local currency" in node["description"], path

    def test_given_a_time_when_read_then_it_is_a_date_time_with_zone(self, stream: str) -> None:
        """Tweets inside of Tweets are excepted: X prints `Tue Aug 27 22:22:12 +0000 2019` there.

        Source: docs/x-ads-api.md §2.5.
        """
        for path, name, node in properties(schema_of(stream)):
            is_time = TIMES.match(name) is not None and not (stream == "tweets" and path.endswith(".created_at"))
            assert (node.get("format") == "date-time") is is_time, path
            assert (node.get("airbyte_type") == "timestamp_with_timezone") is is_time, path

    def test_given_the_key_fields_when_looked_up_then_they_stand_first(self, stream: str) -> None:
        first = next(iter(schema_of(stream)["properties"]))
        if stream in ACCOUNT_STREAMS:
            assert first == "account_id"
        else:
            assert first in {"id", "targeting_value", "locale"}


@pytest.mark.parametrize("stream", STREAMS)
class TestDocumentedRecords:
    def test_given_the_documented_records_when_validated_strictly_then_nothing_is_wrong(self, stream: str) -> None:
        assert [found for record in emitted(stream) for found in problems(stream, record)] == []

    def test_given_the_documented_records_when_compared_then_every_field_is_declared(self, stream: str) -> None:
        assert [found for record in emitted(stream) for found in undeclared(schema_of(stream), record)] == []

    def test_given_a_field_that_x_adds_later_when_validated_then_the_record_is_valid(self, stream: str) -> None:
        record = {**emitted(stream)[0], "a_field_of_next_year": {"any": ["thing", 1, None]}}
        assert problems(stream, record) == []


def test_given_the_documented_records_when_counted_then_every_stream_has_one() -> None:
    assert sorted(stream for stream, records in DOCUMENTED_RECORDS.items() if records) == STREAMS


@pytest.mark.parametrize(
    ("stream", "field", "value"),
    [
        ("campaigns", "daily_budget_amount_local_micro", 10000000.0),
        ("campaigns", "servable", "false"),
        ("campaigns", "reasons_not_servable", "INCOMPLETE"),
        ("campaigns", "updated_at", "Tue Aug 27 22:22:12 +0000 2019"),
        ("campaigns", "id", 8),
        ("cards_image_conversation", "image_display_height", 670),
        ("targeting_tv_shows", "targeting_value", 10027243420),
        ("tweets", "id", 1166476031668015104),
        ("tweets", "created_at", "Tue Aug 27 22:22:12 +0000 2019"),
    ],
)
def test_given_a_value_of_another_type_when_validated_then_it_is_refused(stream: str, field: str, value: Any) -> None:
    assert problems(stream, {**emitted(stream)[0], field: value}) != []


def test_given_a_nested_field_nobody_declared_when_compared_then_it_is_named() -> None:
    record = copy.deepcopy(DOCUMENTED_RECORDS["cards"][0])
    record["components"][1]["label"]["colour"] = "blue"
    assert undeclared(schema_of("cards"), record) == ["components.label.colour"]

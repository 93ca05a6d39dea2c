# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The form of the spec; saved configurations stay valid (docs/x-ads-api.md §10.2 "Spec")."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.test.standard_tests._spec_compatibility import compare_specs
from airbyte_cdk.test.standard_tests._spec_lint import find_secret_marking_errors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from integration_tests.acceptance.world import FOLDER
from integration_tests.acceptance.world import config as config_of
from integration_tests.connector import run

Schema = dict[str, Any]

FORBIDDEN = {
    "not", "anyOf", "patternProperties", "prefixItems", "allOf", "if", "then", "else",
    "dependentSchemas", "dependentRequired", "$ref",
}  # fmt: skip
SECRETS = ["access_token", "access_token_secret", "consumer_key", "consumer_secret"]


@pytest.fixture(scope="module")
def connection(spec: dict[str, Any]) -> Schema:
    found: Schema = spec["connectionSpecification"]
    return found


def released() -> Schema:
    """The spec of the last release."""
    content = json.loads((FOLDER / "snapshots" / "spec.json").read_text(encoding="utf-8"))
    found: Schema = content["connectionSpecification"]
    return found


def properties(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Path and schema of every setting, those of the items of lists included."""
    for name, child in schema.get("properties", {}).items():
        yield f"{path}{name}", child
        yield from properties(child, f"{path}{name}.")
        yield from properties(child.get("items", {}), f"{path}{name}[].")


def keywords(schema: Any) -> Iterator[str]:
    """Every keyword of a schema, without the names of settings."""
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        yield keyword
        for child in value.values() if keyword == "properties" else [value]:
            yield from keywords(child)


class TestForm:
    def test_given_the_command_when_run_then_it_prints_one_spec_and_exits_cleanly(self) -> None:
        output = run("spec")
        assert (output.exit_code, output.errors, output.stderr) == (0, [], "")
        assert [message["type"] for message in output.messages if message["type"] != "LOG"] == ["SPEC"]

    def test_given_the_spec_when_checked_then_it_is_a_json_schema_of_an_open_object(self, connection: Schema) -> None:
        Draft7Validator.check_schema(connection)
        assert connection["type"] == "object"
        assert connection["additionalProperties"] is True

    @pytest.mark.parametrize("name", ["sample_config.json", "invalid_config.json"])
    def test_given_a_configuration_of_this_repository_when_validated_then_it_fits(
        self, connection: Schema, name: str
    ) -> None:
        assert list(Draft7Validator(connection).iter_errors(config_of(name=name))) == []

    def test_given_the_spec_when_walked_then_no_keyword_is_one_that_forms_cannot_show(self, connection: Schema) -> None:
        assert set(keywords(connection)) & FORBIDDEN == set()

    def test_given_a_setting_when_read_then_it_has_one_type_a_title_and_a_description(self, connection: Schema) -> None:
        for path, setting in properties(connection):
            assert isinstance(setting["type"], str), path
            assert setting["title"], path
            assert setting["description"].endswith((".", "?")), path

    def test_given_a_list_when_read_then_its_items_are_declared(self, connection: Schema) -> None:
        lists = {path: setting for path, setting in properties(connection) if setting["type"] == "array"}
        assert sorted(lists) == [
            "account_ids",
            "country_codes",
            "reports",
            "reports[].metric_groups",
            "reports[].placements",
        ]
        assert all(setting["items"]["type"] in ("string", "object") for setting in lists.values())

    def test_given_an_object_when_read_then_it_has_settings(self, connection: Schema) -> None:
        assert all(s["properties"] for _, s in properties(connection) if s["type"] == "object")
        assert connection["properties"]["reports"]["items"]["properties"]

    def test_given_settings_side_by_side_when_ordered_then_no_two_have_the_same_place(self, connection: Schema) -> None:
        report = connection["properties"]["reports"]["items"]["properties"]
        for group in (connection["properties"], report):
            assert sorted(setting["order"] for setting in group.values()) == list(range(len(group)))

    def test_given_an_enumeration_when_read_then_no_value_occurs_twice(self, connection: Schema) -> None:
        repeated = [p for p, s in properties(connection) if len(set(s.get("enum", []))) != len(s.get("enum", []))]
        assert repeated == []

    def test_given_the_credentials_when_read_then_they_alone_are_secret(self, connection: Schema) -> None:
        assert find_secret_marking_errors(connection) == []
        assert sorted(path for path, setting in properties(connection) if setting.get("airbyte_secret")) == SECRETS

    def test_given_a_date_when_read_then_it_says_its_form(self, connection: Schema) -> None:
        for name in ("start_date", "end_date"):
            setting = connection["properties"][name]
            validator = Draft7Validator(setting)
            assert setting["format"] == "date-time"
            assert setting["pattern_descriptor"]
            assert all(validator.is_valid(example) for example in setting["examples"])
            assert not validator.is_valid("30.06.2026")

    def test_given_a_default_or_example_when_validated_then_it_is_allowed_itself(self, connection: Schema) -> None:
        wrong = [
            (path, value)
            for path, setting in properties(connection)
            for value in [*setting.get("examples", []), *([setting["default"]] if "default" in setting else [])]
            if not Draft7Validator(setting).is_valid(value)
        ]
        assert wrong == []


def configurations(schema: Schema) -> st.SearchStrategy[Any]:
    """Configurations that a schema allows; supports the keywords that the spec uses."""
    if schema["type"] == "object":
        known = {name: configurations(child) for name, child in schema["properties"].items()}
        required = {name: known.pop(name) for name in schema.get("required", [])}
        return st.fixed_dictionaries(required, optional=known)
    if schema["type"] == "array":
        return st.lists(configurations(schema["items"]), max_size=2)
    if schema["type"] == "integer":
        return st.integers(schema.get("minimum"), schema.get("maximum"))
    if schema["type"] == "boolean":
        return st.booleans()
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].removesuffix("$") + r"\Z", alphabet=st.characters(max_codepoint=127))
    return st.text(min_size=schema.get("minLength", 0), max_size=8)


class TestBackwardCompatibility:
    def test_given_the_released_spec_when_compared_then_no_saved_configuration_breaks(self, connection: Schema) -> None:
        found = compare_specs({"connectionSpecification": released()}, {"connectionSpecification": connection})
        assert found.breaking == []

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(saved=configurations(released()))
    def test_given_any_config_of_the_released_spec_when_validated_then_it_is_allowed(
        self, connection: Schema, saved: dict[str, Any]
    ) -> None:
        assert list(Draft7Validator(released()).iter_errors(saved)) == []
        assert list(Draft7Validator(connection).iter_errors(saved)) == []

    @pytest.mark.parametrize(
        "change",
        [
            {"required": [*SECRETS, "start_date", "account_ids"]},
            {"properties": {"page_size": {"type": "integer", "minimum": 1, "maximum": 200}}},
            {"properties": {"page_size": {"type": "string"}}},
            {"properties": {"reports": {"type": "array", "items": {"properties": {"segment": {"enum": ["AGE"]}}}}}},
        ],
    )
    def test_given_a_change_that_breaks_configurations_when_compared_then_it_is_noticed(
        self, connection: Schema, change: dict[str, Any]
    ) -> None:
        changed = copy.deepcopy(connection)
        changed["properties"].update(change.get("properties", {}))
        changed["required"] = change.get("required", connection["required"])
        found = compare_specs({"connectionSpecification": released()}, {"connectionSpecification": changed})
        assert found.breaking != []

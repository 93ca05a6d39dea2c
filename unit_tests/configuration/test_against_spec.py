# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Each value that the spec's schema refuses, the connector refuses first, in a sentence.

The command line calls `require_valid` first and checks the schema afterwards.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from source_twitter_ads.configuration import ConfigProblem, normalise, require_valid
from source_twitter_ads.specification import specification
from unit_tests.conftest import valid_config

SCHEMA = specification().connectionSpecification
SETTINGS: dict[str, Any] = SCHEMA["properties"]
REPORT_SETTINGS: dict[str, Any] = SETTINGS["reports"]["items"]["properties"]
ENTRY = {"name": "spend", "entity": "CAMPAIGN"}

# Invalid values for a type, without empty ones that mean the default.
NO_TEXT: list[Any] = [0, 5, 1.5, True, ["US"], {"a": {"b": [1]}}, {}]
NO_DATE: list[Any] = [
    *NO_TEXT,
    "soon",
    "2026-W05-1",
    "2026-01-01T00:00",
    "2026-01-01 00:00",
    "2026-01-01T00:00:00+24:00",
]
WRONG: dict[str, list[Any]] = {
    "string": NO_TEXT,
    "boolean": [0, 5, "x", ["x"], {}],
    "integer": ["x", "9" * 5000, 10**30, -1, 1.5, 5.0, True, [5], {}],
    "array": [0, 5, True, {}, {"a": 1}, [5], [["US"]], [{}]],
}
WRONG_REPORTS: list[Any] = ["x", 5, {}, {"name": "spend"}, ["x"], [None], [5], [[]], [["x"]], [{}], [ENTRY, {}]]


def wrong_values(setting: dict[str, Any]) -> list[Any]:
    return NO_DATE if setting.get("format") == "date-time" else WRONG[setting["type"]]


WRONG_SETTINGS = [
    (key, value) for key, setting in SETTINGS.items() if key != "reports" for value in wrong_values(setting)
] + [("reports", value) for value in WRONG_REPORTS]
EMPTY: list[Any] = [None, "", [], {}]
EMPTY_SETTINGS = [(key, value) for key in SCHEMA["required"] for value in EMPTY]
WRONG_REPORT_SETTINGS = [
    (key, value) for key, setting in REPORT_SETTINGS.items() for value in wrong_values(setting)
] + [(key, value) for key in SETTINGS["reports"]["items"]["required"] for value in [*EMPTY, " "]]


def message(config: dict[str, Any]) -> str:
    with pytest.raises(ConfigProblem) as caught:
        require_valid(normalise(config))
    return str(caught.value.message)


@pytest.mark.parametrize(("key", "value"), [*WRONG_SETTINGS, *EMPTY_SETTINGS])
def test_given_a_setting_of_a_wrong_type_when_validated_then_a_sentence_names_it(key: str, value: Any) -> None:
    assert message({**valid_config(), key: value}).startswith((f"{key} is ", f"{key} holds ", f"{key}: entry "))


@pytest.mark.parametrize(("key", "value"), WRONG_REPORT_SETTINGS)
def test_given_a_report_setting_of_a_wrong_type_when_validated_then_both_are_named(key: str, value: Any) -> None:
    text = message(valid_config(reports=[ENTRY, {**ENTRY, "name": "other", key: value}]))
    assert text.startswith(("reports: entry 2 ", 'Report "other": '))
    assert f" {key}" in text


@pytest.mark.parametrize("key", SETTINGS["reports"]["items"]["required"])
def test_given_a_report_without_a_needed_setting_when_validated_then_both_are_named(key: str) -> None:
    text = message(valid_config(reports=[ENTRY, {name: value for name, value in ENTRY.items() if name != key}]))
    assert text.startswith(("reports: entry 2 has no name", 'Report "spend": entity is missing'))
    assert key in text


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["US", "CAMPAIGN", "2026-01-01", "2026-01-01 00:00:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
_report_keys = st.sampled_from([*REPORT_SETTINGS, "enitity"])
_reports = st.lists(
    st.dictionaries(_report_keys, _values, max_size=3).map(lambda changes: {**ENTRY, **changes}), max_size=2
)
_changes = st.dictionaries(st.sampled_from(list(SETTINGS)), _values, max_size=2)


@given(_changes, st.none() | _reports)
def test_given_any_configuration_when_it_passes_then_the_specs_schema_allows_it(
    changes: dict[str, Any], reports: Any
) -> None:
    config = normalise({**valid_config(), **changes, **({} if reports is None else {"reports": reports})})
    try:
        require_valid(config)
    except ConfigProblem:
        return
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(config)] == []


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2026, 1, 1)),
    st.sampled_from(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"]),
    st.sampled_from(["", "Z", "+09:00", "-0330", "+23:59"]),
)
def test_given_any_date_in_a_form_of_the_spec_when_validated_then_it_is_accepted(
    moment: datetime, form: str, offset: str
) -> None:
    text = moment.strftime(form) + (offset if "T" in form else "")
    assert Draft7Validator(SETTINGS["start_date"]).is_valid(text)
    require_valid(valid_config(start_date=text))

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Configurations as users of other tools write them."""

from __future__ import annotations

import contextlib
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.components import NormaliseConfig
from source_twitter_ads.configuration import ConfigProblem, Settings, normalise, require_valid
from source_twitter_ads.configuration.validate import problems
from unit_tests.conftest import valid_config

NOW = datetime(2026, 6, 30, 12, tzinfo=timezone.utc)

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_keys = st.sampled_from(
    [
        "consumer_key",
        "account_ids",
        "start_date",
        "end_date",
        "with_deleted",
        "country_codes",
        "attribution_window",
        "reports",
        "page_size",
        "num_workers",
        "request_timeout",
        "user_agent",
        "sandbox",
        "base_url",
        "unknown",
    ]
)
_reports = st.lists(
    st.dictionaries(
        st.sampled_from(["name", "entity", "enitity", "segment", "granularity", "metric_groups", "placements"]),
        _values,
        max_size=4,
    ),
    max_size=2,
)
_configs = st.dictionaries(_keys, _values | _reports, max_size=6)


class TestNormalise:
    @pytest.mark.parametrize(
        ("key", "written", "meant"),
        [
            ("account_ids", "18ce54d4x5t, 18ce55abc12", ["18ce54d4x5t", "18ce55abc12"]),
            ("account_ids", "18ce54d4x5t 18ce55abc12", ["18ce54d4x5t", "18ce55abc12"]),
            ("account_ids", " 18ce54d4x5t,,18ce54d4x5t ", ["18ce54d4x5t"]),
            ("account_ids", ["18ce54d4x5t ", ""], ["18ce54d4x5t"]),
            ("country_codes", "us, de", ["US", "DE"]),
            ("country_codes", ["us", "US"], ["US"]),
            ("page_size", "9" * 5000, "9" * 5000),
            ("with_deleted", "true", True),
            ("with_deleted", "False", False),
            ("sandbox", "TRUE", True),
            ("attribution_window", "14", 14),
            ("page_size", " 1000 ", 1000),
            ("page_size", "1.5", "1.5"),
            ("page_size", "abc", "abc"),
            ("start_date", " 2026-01-01T00:00:00Z ", "2026-01-01T00:00:00Z"),
            ("start_date", "2026-01-01 00:00:00", "2026-01-01T00:00:00"),
            ("end_date", "2026-01-01 00:00:00.000+00:00", "2026-01-01T00:00:00.000+00:00"),
            ("end_date", "2026-01-01 at noon", "2026-01-01 at noon"),
        ],
    )
    def test_given_a_value_as_other_tools_write_it_when_normalised_then_its_type_fits(
        self, key: str, written: Any, meant: Any
    ) -> None:
        result = normalise({key: written})[key]
        assert (result, type(result)) == (meant, type(meant))

    @pytest.mark.parametrize(
        "key", ["account_ids", "country_codes", "end_date", "page_size", "with_deleted", "reports"]
    )
    @pytest.mark.parametrize("empty", ["", None, [], "  ", [""]])
    def test_given_an_optional_value_left_empty_when_normalised_then_its_default_applies(
        self, key: str, empty: Any
    ) -> None:
        assert key not in normalise({key: empty})

    @pytest.mark.parametrize("empty", [", ,", ["", " "]])
    def test_given_a_list_of_nothing_when_normalised_then_its_default_applies(self, empty: Any) -> None:
        assert normalise({"country_codes": empty, "account_ids": empty}) == {}

    def test_given_the_misspelt_key_of_the_example_when_normalised_then_it_is_the_entity(self) -> None:
        report = {"name": "r", "enitity": "LINE_ITEM", "segment": "", "metric_groups": "ENGAGEMENT, BILLING"}
        assert normalise({"reports": [report]})["reports"] == [
            {"name": "r", "entity": "LINE_ITEM", "metric_groups": ["ENGAGEMENT", "BILLING"]}
        ]

    @pytest.mark.parametrize("empty", [None, "", " "])
    def test_given_the_misspelt_key_and_an_empty_entity_when_normalised_then_it_is_used(
        self, empty: str | None
    ) -> None:
        report = {"name": "r", "entity": empty, "enitity": "LINE_ITEM"}
        assert normalise({"reports": [report]})["reports"] == [{"name": "r", "entity": "LINE_ITEM"}]

    @pytest.mark.parametrize("wrong", [0, False, {}])
    def test_given_report_lists_of_a_wrong_type_when_normalised_then_they_stay_unchanged(self, wrong: Any) -> None:
        report = {"name": "r", "entity": "CAMPAIGN", "metric_groups": wrong}
        assert normalise({"reports": [report]})["reports"] == [report]

    def test_given_countries_without_bottom_when_normalised_then_they_stay_to_be_named(self) -> None:
        countries: list[Any] = []
        for _ in range(100_000):
            countries = [countries]
        assert normalise({"country_codes": countries})["country_codes"][0] is countries[0]

    def test_given_reports_as_json_text_when_normalised_then_they_are_objects(self) -> None:
        assert normalise({"reports": '[{"name": "r", "entity": "CAMPAIGN"}]'})["reports"] == [
            {"name": "r", "entity": "CAMPAIGN"}
        ]

    def test_given_a_config_when_normalised_then_the_users_own_object_is_untouched(self) -> None:
        config = {"account_ids": "a,b", "reports": [{"enitity": "CAMPAIGN"}]}
        normalise(config)
        assert config == {"account_ids": "a,b", "reports": [{"enitity": "CAMPAIGN"}]}

    def test_given_a_secret_with_a_line_break_when_normalised_then_the_break_is_gone(self) -> None:
        assert normalise({"consumer_key": "abc\n"})["consumer_key"] == "abc"

    @given(_configs)
    def test_given_any_config_when_normalised_twice_then_the_second_time_changes_nothing(
        self, config: dict[str, Any]
    ) -> None:
        once = normalise(config)
        assert normalise(once) == once

    @given(_configs)
    def test_given_any_config_when_validated_then_the_only_error_is_one_for_the_user(
        self, config: dict[str, Any]
    ) -> None:
        with contextlib.suppress(ConfigProblem):
            require_valid(normalise({**valid_config(), **config}), NOW)

    @given(_configs)
    def test_given_any_valid_config_when_settings_are_built_then_they_compare_and_hash(
        self, config: dict[str, Any]
    ) -> None:
        normalised = normalise({**valid_config(), **config})
        if not list(problems(normalised, NOW)):
            assert hash(Settings.from_config(normalised)) == hash(Settings.from_config(normalised))

    def test_given_the_manifests_rule_when_applied_then_it_normalises_the_config_itself(self) -> None:
        config: dict[str, Any] = {"account_ids": "a,b", "end_date": ""}
        NormaliseConfig().transform(config)
        assert config == {"account_ids": ["a", "b"]}

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The connector follows the spec: a setting is declared there and in `Settings` only."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from jsonschema import Draft7Validator

from source_twitter_ads import SourceTwitterAds
from source_twitter_ads.configuration import Settings, normalise
from source_twitter_ads.configuration.spec import CONFIG, DEFAULTS, REPORT_SETTINGS, SETTINGS, choices, retired, served
from unit_tests.conftest import settings_of, valid_config

LISTS = [key for key in REPORT_SETTINGS if choices(key)]


def test_given_the_settings_when_compared_then_spec_and_settings_have_the_same() -> None:
    # Besides these two, which decide on the streams and on `base_url`.
    assert {key.name for key in fields(Settings)} | {"reports", "sandbox"} == set(SETTINGS)


def test_given_only_required_keys_when_built_then_each_default_of_the_spec_applies() -> None:
    built = vars(settings_of())
    expected = {key: tuple(value) if isinstance(value, list) else value for key, value in DEFAULTS.items()}
    assert {key: built[key] for key in expected if key in built} == {
        key: value for key, value in expected.items() if key not in ("reports", "sandbox")
    }


def test_given_a_whole_number_when_declared_then_it_has_a_range_and_a_default() -> None:
    numbers = {key: setting for key, setting in SETTINGS.items() if setting["type"] == "integer"}
    assert numbers
    assert [key for key, one in numbers.items() if not {"minimum", "maximum", "default"} <= set(one)] == []


def test_given_the_settings_of_a_report_when_looked_up_then_all_but_name_are_enums() -> None:
    assert [key for key in REPORT_SETTINGS if key != "name"] == LISTS


@pytest.mark.parametrize("key", LISTS)
def test_given_an_enum_when_split_then_retired_values_follow_the_served_ones(key: str) -> None:
    assert (*served(key), *retired(key)) == choices(key)


@pytest.mark.parametrize("key", [key for key in LISTS if retired(key)])
def test_given_an_enum_with_retired_values_when_described_then_the_text_says_so(key: str) -> None:
    text = REPORT_SETTINGS[key]["description"]
    named = all(value in text for value in retired(key))
    assert "X has retired" in text
    assert named or all(value in text for value in served(key) if value != REPORT_SETTINGS[key].get("default"))


@pytest.mark.parametrize(
    "entry",
    [{key: [value] if REPORT_SETTINGS[key]["type"] == "array" else value} for key in LISTS for value in choices(key)],
)
def test_given_a_value_in_xs_form_when_not_yet_normalised_then_the_schema_allows_it(
    entry: dict[str, Any],
) -> None:
    config = valid_config(reports=[{"name": " my report", "entity": "CAMPAIGN", **entry}])
    assert Draft7Validator(CONFIG).is_valid(config)
    assert Draft7Validator(CONFIG).is_valid(normalise(config))


@pytest.mark.parametrize(("written", "read"), [(None, ["US"]), ("de, jp", ["DE", "JP"])])
def test_given_countries_or_none_when_a_stream_is_built_then_each_has_a_slice(
    written: str | None, read: list[str]
) -> None:
    config = valid_config(country_codes=written)
    (stream,) = (one for one in SourceTwitterAds(config=config).streams(config) if one.name == "targeting_locations")
    slices = [partition.to_slice() for partition in stream.generate_partitions()]
    assert slices == [{"country_code": country} for country in read]


class TestSettings:
    def test_given_only_required_keys_when_built_then_all_defaults_of_the_design_apply(self) -> None:
        settings = settings_of()
        assert (settings.account_ids, settings.country_codes) == ((), ("US",))
        assert (settings.page_size, settings.num_workers, settings.request_timeout) == (1000, 10, 300)
        assert (settings.outage_timeout, settings.rate_limit_timeout, settings.job_timeout) == (300, 3600, 60)
        assert (settings.with_deleted, settings.attribution_window) == (True, 14)
        assert settings.api_url == "https://ads-api.x.com/12"
        assert settings.user_agent.startswith("source-twitter-ads/")

    @pytest.mark.parametrize("base_url", [None, "https://ads-api.x.com", "https://ads-api.x.com/"])
    def test_given_the_sandbox_when_built_then_the_default_address_does_not_override_it(
        self, base_url: str | None
    ) -> None:
        assert settings_of(sandbox="true", base_url=base_url).base_url == "https://ads-api-sandbox.x.com"

    def test_given_a_proxy_with_a_path_when_built_then_the_version_follows_it(self) -> None:
        assert settings_of(base_url="https://proxy.example/x-ads/").api_url == "https://proxy.example/x-ads/12"

    def test_given_settings_when_shown_then_no_secret_is_in_the_text(self) -> None:
        config = valid_config()
        shown = repr(settings_of())
        for key in ("consumer_key", "consumer_secret", "access_token", "access_token_secret"):
            assert config[key] not in shown

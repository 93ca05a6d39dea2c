# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A warning names each key that the connector ignores."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from source_twitter_ads import SourceTwitterAds
from source_twitter_ads.configuration.spec import SETTINGS
from source_twitter_ads.configuration.validate import warn_of_unknown_keys
from unit_tests.conftest import valid_config


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Any:
    """A function that returns the warnings for a configuration."""

    def warnings(config: dict[str, Any]) -> list[str]:
        with caplog.at_level(logging.WARNING, "airbyte"):
            warn_of_unknown_keys(config)
        return [record.getMessage() for record in caplog.records]

    return warnings


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("account_id", "account_ids"),
        ("accountIds", "account_ids"),
        ("with_delete", "with_deleted"),
        ("CountryCodes", "country_codes"),
        ("START_DATE", "start_date"),
        ("report", "reports"),
    ],
)
def test_given_a_misspelt_key_when_looked_through_then_a_warning_names_the_nearest(
    said: Any, key: str, meant: str
) -> None:
    assert said(valid_config(**{key: "x"})) == [
        f"The configuration has {key}, an unknown key that is ignored: did you mean {meant}?"
    ]


def test_given_a_key_unlike_all_others_when_looked_through_then_nothing_is_guessed(said: Any) -> None:
    assert said(valid_config(destination="x")) == ["The configuration has destination, an unknown key that is ignored."]


@pytest.mark.parametrize("key", ["__injected_declarative_manifest", "_limit"])
def test_given_a_key_of_the_platform_when_looked_through_then_nothing_is_said(said: Any, key: str) -> None:
    assert said(valid_config(**{key: {}})) == []


def test_given_every_key_of_the_spec_when_looked_through_then_nothing_is_said(said: Any) -> None:
    assert said(dict.fromkeys(SETTINGS, "x")) == []


def test_given_a_value_under_an_unknown_key_when_looked_through_then_it_is_hidden(said: Any) -> None:
    (warning,) = said(valid_config(acces_token="a-secret-value"))
    assert "a-secret-value" not in warning


@pytest.mark.parametrize("key", ["a\nb\ud800", "x" * 5000])
def test_given_an_odd_key_when_looked_through_then_the_log_stays_one_short_line(said: Any, key: str) -> None:
    (warning,) = said(valid_config(**{key: 1}))
    assert "\n" not in warning
    assert warning.encode()
    assert len(warning) < 400


def test_given_misspelt_keys_when_streams_are_discovered_then_each_is_warned_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = valid_config(account_id="18ce54d4x5t", with_delete=False)
    with caplog.at_level(logging.WARNING, "airbyte"):
        SourceTwitterAds(config=config).discover(logging.getLogger("airbyte"), config)
    assert [record.getMessage().split(",")[0] for record in caplog.records] == [
        "The configuration has account_id",
        "The configuration has with_delete",
    ]

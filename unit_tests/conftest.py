# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Builders for most unit tests."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

from source_twitter_ads.configuration import Settings, normalise

# The time of one example means little on a busy machine.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def valid_config(**changes: Any) -> dict[str, Any]:
    """A valid configuration with changes; a change to None removes the key."""
    config = {
        "consumer_key": "xvz1evFS4wEEPTGEFPHBog",
        "consumer_secret": "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        "access_token": "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        "access_token_secret": "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
        "start_date": "2026-01-01",
        **changes,
    }
    return {key: value for key, value in config.items() if value is not None}


def settings_of(**changes: Any) -> Settings:
    """The settings of a valid configuration."""
    return Settings.from_config(normalise(valid_config(**changes)))

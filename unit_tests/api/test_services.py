# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The services of a sync end with it, and never serve the next one."""

from __future__ import annotations

from source_twitter_ads.api.services import Services
from source_twitter_ads.configuration import normalise
from unit_tests.conftest import valid_config

CONFIG = normalise(valid_config())


def test_given_a_sync_when_its_parts_ask_for_services_then_they_share_them() -> None:
    services = Services.renew(CONFIG)
    assert Services.of(CONFIG) is services


def test_given_a_sync_that_has_ended_when_services_are_asked_for_then_they_are_new_ones() -> None:
    ended = Services.renew(CONFIG)
    ended.close()
    assert Services.of(CONFIG) is not ended


def test_given_a_newer_sync_of_the_same_configuration_when_the_older_one_ends_then_the_newer_keeps_its_services() -> (
    None
):
    older, newer = Services.renew(CONFIG), Services.renew(CONFIG)
    older.close()
    assert Services.of(CONFIG) is newer

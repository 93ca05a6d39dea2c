# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Emulators and runs that several tests share; a test that changes data starts its own small world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from x_ads_emulator.client import Emulator
from x_ads_emulator.world.spec import AccountSpec, WorldSpec

NO_LIMITS = {"rate_limit": "off"}
NOW = "2026-06-30T12:00:00Z"


def small_world(*account_ids: str, volumes: dict[str, int] | None = None, **changes: Any) -> WorldSpec:
    """A world with a few rows per stream and account, without documented records."""
    counts = {"*": 5} if volumes is None else volumes
    accounts = [
        AccountSpec(account_id, volumes=counts, examples=False, **changes)
        for account_id in (account_ids or ("1first", "2second"))
    ]
    return WorldSpec(accounts=accounts, globals=dict.fromkeys(_GLOBALS, 5) | {"targeting_tv_shows": 3}, data_now=NOW)


_GLOBALS = (
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
)


@pytest.fixture(scope="module")
def demo() -> Iterator[Emulator]:
    """The demo world; read-only."""
    with Emulator.start(settings=NO_LIMITS) as emulator:
        yield emulator
        assert emulator.stderr() == ""


@pytest.fixture
def start() -> Iterator[Callable[..., Emulator]]:
    """A function that starts emulators of given worlds; they stop at the end of the test."""
    running: list[Emulator] = []

    def begin(world: WorldSpec | None = None, **settings: Any) -> Emulator:
        emulator = Emulator.start(world or small_world(), settings={**NO_LIMITS, **settings})
        running.append(emulator)
        return emulator

    yield begin
    for emulator in running:
        emulator.stop()
        assert emulator.stderr() == ""

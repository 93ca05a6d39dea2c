# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Emulators of the resilience tests, and short pauses where a test is not about their length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integration_tests.resilience import harness
from source_twitter_ads.api import client
from source_twitter_ads.reports import account_jobs
from x_ads_emulator.client import Emulator
from x_ads_emulator.world.spec import AccountSpec

PLAIN = {
    "rate_limit": harness.NO_LIMIT,
    "job_faults": [],
    "chunked": False,
    "gzip": False,
    "clock_ahead_seconds": 0,
    "skew_named": True,
}


@pytest.fixture
def start() -> Iterator[Callable[..., Emulator]]:
    """A function that starts emulators of given worlds; they stop at the end of the test."""
    running: list[Emulator] = []

    def begin(*accounts: AccountSpec, **settings: Any) -> Emulator:
        running.append(harness.start(*accounts, **settings))
        return running[-1]

    yield begin
    for emulator in running:
        emulator.stop()
        assert emulator.stderr() == ""


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    """One emulator of the default world for the tests of a module that change only its faults."""
    emulator = harness.start()
    yield emulator
    emulator.stop()
    assert emulator.stderr() == ""


@pytest.fixture
def emulator(shared: Emulator) -> Iterator[Emulator]:
    """The module's emulator without faults and with an empty log; a test's changes to its settings are undone."""
    shared.reset_log()
    yield shared
    shared.set_faults([])
    shared.set_settings(**PLAIN)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses between attempts and between status requests."""
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(account_jobs, "SHORTEST_POLL_INTERVAL", 0.1)

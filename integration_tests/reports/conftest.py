# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Fixtures of the tests of reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from integration_tests.reports.harness import start
from source_twitter_ads.configuration import Settings
from x_ads_emulator.client import Emulator


@pytest.fixture
def begin() -> Iterator[Callable[..., Emulator]]:
    """A function that starts emulators; they stop at the end of the test."""
    running: list[Emulator] = []

    def one(*accounts: Any, **settings: Any) -> Emulator:
        running.append(start(*accounts, **settings))
        return running[-1]

    yield one
    for emulator in running:
        emulator.stop()
        assert emulator.stderr() == ""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short polling intervals, and job timeouts of seconds: a configuration allows one minute at least."""
    monkeypatch.setattr("source_twitter_ads.reports.account_jobs.SHORTEST_POLL_INTERVAL", 0.2)
    monkeypatch.setattr("source_twitter_ads.reports.account_jobs.LONGEST_POLL_INTERVAL", 0.5)
    monkeypatch.setattr("source_twitter_ads.reports.account_jobs.LOST_SECONDS", 2.0)
    monkeypatch.setattr("source_twitter_ads.api.client.LATE_FILE_SECONDS", 1.0)
    original = Settings.from_config
    hasty: dict[str, Any] = {"job_timeout": 0.06}
    monkeypatch.setattr(Settings, "from_config", staticmethod(lambda config: replace(original(config), **hasty)))

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A tiny server for the tests that send requests, and short pauses between attempts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from source_twitter_ads.api import client as module
from unit_tests.api.tiny_server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that answers as it is told."""
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.05)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One in-process emulator of the demo world for tests that do not change it, and a session for those over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from requests_oauthlib import OAuth1

from integration_tests.emulator_tests.core.builders import Caller
from x_ads_emulator import settings as constants

KEYS = (constants.CONSUMER_KEY, constants.CONSUMER_SECRET, constants.ACCESS_TOKEN, constants.ACCESS_TOKEN_SECRET)


@pytest.fixture(scope="session")
def demo() -> Caller:
    """Read-only: the demo world at a fixed time."""
    return Caller()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """Signs each request with the emulator's keys."""
    with requests.Session() as session:
        session.trust_env = False
        session.auth = OAuth1(*KEYS)
        yield session

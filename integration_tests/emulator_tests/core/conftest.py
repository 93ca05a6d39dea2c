# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One in-process emulator of the demo world for tests that do not change it."""

from __future__ import annotations

import pytest

from integration_tests.emulator_tests.core.builders import Caller


@pytest.fixture(scope="session")
def demo() -> Caller:
    """Read-only: the demo world at a fixed time."""
    return Caller()

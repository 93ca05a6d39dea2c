# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A tiny server, and a clock that moves while the client waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from unit_tests.api.tiny_server import Server
from unit_tests.api.virtual_time import VirtualTime


@pytest.fixture
def time() -> VirtualTime:
    """The clocks of the client and of the server."""
    return VirtualTime()


@pytest.fixture
def server(time: VirtualTime) -> Iterator[Server]:
    """A server that responds with the replies of a script."""
    server = Server(time)
    yield server
    server.close()

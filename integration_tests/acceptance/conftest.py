# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One emulator and a handful of syncs, shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from integration_tests.acceptance import world
from integration_tests.acceptance.reading import (
    Stream,
    configured,
    far_future,
    is_incremental,
    read_here,
    sampled,
)
from integration_tests.connector import Output, State, run
from x_ads_emulator.client import Emulator

MOST_STATES = 5


@dataclass(frozen=True)
class Resumed:
    """An incremental read that began with an intermediate state of another one.

    Attributes:
        positions: stream → which of its STATE messages it began with.
        output: its messages.
    """

    positions: dict[str, int]
    output: Output


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with world.start() as running:
        yield running
        assert running.stderr() == ""


@pytest.fixture(scope="session")
def config(emulator: Emulator) -> dict[str, Any]:
    return world.config(emulator)


@pytest.fixture(scope="session")
def spec() -> dict[str, Any]:
    (message,) = run("spec").of_type("SPEC")
    found: dict[str, Any] = message["spec"]
    return found


@pytest.fixture(scope="session")
def discovered(config: dict[str, Any]) -> Output:
    return run("discover", config)


@pytest.fixture(scope="session")
def streams(discovered: Output) -> list[Stream]:
    (message,) = discovered.of_type("CATALOG")
    found: list[Stream] = message["catalog"]["streams"]
    return found


@pytest.fixture(scope="session")
def full(config: dict[str, Any], streams: list[Stream]) -> Output:
    """A full refresh of all streams, by the command line."""
    return run("read", config, catalog=configured(streams, incremental=False))


@pytest.fixture(scope="session")
def full_again(config: dict[str, Any], streams: list[Stream], full: Output) -> Output:
    return run("read", config, catalog=configured(streams, incremental=False))


@pytest.fixture(scope="session")
def incremental(config: dict[str, Any], streams: list[Stream]) -> Output:
    """A first incremental sync."""
    return read_here(config, [stream for stream in streams if is_incremental(stream)], [])


@pytest.fixture(scope="session")
def resumed(config: dict[str, Any], streams: list[Stream], incremental: Output) -> list[Resumed]:
    """Syncs that begin with intermediate states of the first: up to five of each stream, the last one included."""
    chosen = [stream for stream in streams if is_incremental(stream)]
    states = {stream["name"]: incremental.state_messages[stream["name"]] for stream in chosen}
    found: list[Resumed] = []
    for turn in range(MOST_STATES):
        positions = {name: sampled(messages, MOST_STATES) for name, messages in states.items()}
        at = {name: numbers[turn] for name, numbers in positions.items() if turn < len(numbers)}
        begun: State = [{"type": "STREAM", "stream": states[name][number]["stream"]} for name, number in at.items()]
        picked = [stream for stream in chosen if stream["name"] in at]
        if picked:
            found.append(Resumed(at, read_here(config, picked, begun)))
    return found


@pytest.fixture(scope="session")
def from_far_future(config: dict[str, Any], streams: list[Stream], incremental: Output) -> Output:
    """A sync with a state later than all data."""
    return read_here(config, [stream for stream in streams if is_incremental(stream)], far_future(incremental.state))

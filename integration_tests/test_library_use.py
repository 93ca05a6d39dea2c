# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Several syncs in one process, as schedulers and notebooks run them."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalogSerializer,
    Status,
    Type,
)

from integration_tests.conftest import small_world
from integration_tests.connector import STREAMS, check_here, configured_catalog, run_here
from integration_tests.entities import expected
from integration_tests.resilience import harness
from source_twitter_ads.source import SourceTwitterAds
from x_ads_emulator.client import Emulator


def open_sockets() -> set[str]:
    """Open sockets of this process, from its file descriptors."""
    found = set()
    for descriptor in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found.add(os.readlink(f"/proc/self/fd/{descriptor}"))
    return {name for name in found if name.startswith("socket:")}


def test_given_several_commands_in_one_process_when_ended_then_no_connection_is_left(demo: Emulator) -> None:
    before = open_sockets()
    config = demo.config(start_date="2026-11-01")
    check_here(config)
    run_here(config, ["accounts", "campaigns", "tweets"])
    assert open_sockets() - before == set()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("stream", ["campaigns", "lines"])
def test_given_an_abandoned_read_when_read_again_then_it_is_whole_with_no_old_thread(
    stream: str,
) -> None:
    before = set(threading.enumerate())
    with harness.start(job_seconds=0.5) as emulator:
        config = harness.config(emulator, page_size=1)
        catalog = ConfiguredAirbyteCatalogSerializer.load(harness.catalog(harness.EVERYTHING))
        reading = SourceTwitterAds(catalog, config, None).read(logging.getLogger("airbyte"), config, catalog)
        while (message := next(reading)).type is not Type.RECORD or message.record.stream != stream:
            pass
        reading.close()  # type: ignore[attr-defined]

        assert harness.wrong(emulator, harness.sync(config)) == []
        ends = time.monotonic() + 20
        while (left := [t.name for t in set(threading.enumerate()) - before]) and time.monotonic() < ends:
            time.sleep(0.05)
        assert left == []


def ids(messages: Iterable[AirbyteMessage]) -> set[tuple[str, str]]:
    """Account and id of each record."""
    records = [message.record.data for message in messages if message.type is Type.RECORD and message.record]
    return {(record["account_id"], record["id"]) for record in records}


class TestOneSourceUsedAgain:
    """A source built without configuration and state uses those of each call, not those of the first."""

    CATALOG = ConfiguredAirbyteCatalogSerializer.load(configured_catalog(["campaigns"]))

    def read(self, source: SourceTwitterAds, config: Any, state: Any = None) -> set[tuple[str, str]]:
        """Ids of the campaigns that were read."""
        return ids(source.read(logging.getLogger("airbyte"), config, self.CATALOG, state))

    def of(self, emulator: Emulator, *account_ids: str) -> set[tuple[str, str]]:
        """Ids of the campaigns in the world."""
        every = expected(emulator.world, "campaigns")
        return {(r["account_id"], r["id"]) for r in every if r["account_id"] in account_ids}

    def test_given_another_configuration_when_read_again_then_its_accounts_are_read(self, demo: Emulator) -> None:
        one, two, *_ = demo.world.account_ids()
        source = SourceTwitterAds()

        first = self.read(source, demo.config(account_ids=[one]))
        second = self.read(source, demo.config(account_ids=[two]))

        assert (first, second) == (self.of(demo, one), self.of(demo, two))

    def test_given_a_revoked_token_when_checked_after_a_good_read_then_it_fails(self, demo: Emulator) -> None:
        source = SourceTwitterAds()
        self.read(source, demo.config())

        bad = source.check(logging.getLogger("airbyte"), demo.config(access_token="revoked"))

        assert bad.status is Status.FAILED

    def test_given_a_state_when_read_without_one_afterwards_then_everything_comes(self, demo: Emulator) -> None:
        config = demo.config()
        state = [AirbyteStateMessageSerializer.load(entry) for entry in run_here(config, ["campaigns"]).state]
        source = SourceTwitterAds()

        with_state, without = self.read(source, config, state), self.read(source, config)

        assert with_state < without == self.of(demo, *demo.world.account_ids())

    def test_given_a_source_built_with_a_state_when_read_twice_then_both_begin_there(self, demo: Emulator) -> None:
        config = demo.config()
        state = [AirbyteStateMessageSerializer.load(entry) for entry in run_here(config, ["campaigns"]).state]
        source = SourceTwitterAds(self.CATALOG, config, state)

        assert self.read(source, config) == self.read(source, config) < self.of(demo, *demo.world.account_ids())


@pytest.mark.timeout(60)
def test_given_a_reader_that_changes_threads_when_read_then_it_comes_to_its_end(start: Callable[..., Emulator]) -> None:
    """Web servers do so with generators: each message is taken by any free thread."""
    config = start(small_world()).config(page_size=1)
    catalog = ConfiguredAirbyteCatalogSerializer.load(configured_catalog(STREAMS))
    reading = SourceTwitterAds(catalog, config, None).read(logging.getLogger("airbyte"), config, catalog)
    threads = cycle([ThreadPoolExecutor(1), ThreadPoolExecutor(1)])

    messages = list(iter(lambda: next(threads).submit(next, reading, None).result(30), None))

    records = [message for message in messages if message.type is Type.RECORD]
    assert len(records) == sum(len(rows) for rows in run_here(config, STREAMS).records.values())


def _read_and_tell(config: dict[str, Any], count: Any) -> None:
    count.put(len(run_here(config, ["campaigns"]).records["campaigns"]))


@pytest.mark.timeout(60)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_given_a_process_that_has_read_when_its_fork_reads_then_it_comes_to_its_end(demo: Emulator) -> None:
    config = demo.config(page_size=5)
    here = len(run_here(config, ["campaigns"]).records["campaigns"])
    fork = multiprocessing.get_context("fork")
    count = fork.Queue()
    child = fork.Process(target=_read_and_tell, args=(config, count), daemon=True)
    child.start()
    try:
        assert count.get(timeout=30) == here
    finally:
        child.kill()
        child.join(10)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Several syncs in one process, as schedulers and notebooks run them."""

from __future__ import annotations

import logging
import os
import threading
import time

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, Type

from integration_tests.connector import check_here, run_here
from integration_tests.emulator.client import Emulator
from integration_tests.resilience import harness
from source_twitter_ads.source import SourceTwitterAds


def open_sockets() -> int:
    """Sockets of this process, by what its file descriptors point to."""
    count = 0
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            count += os.readlink(f"/proc/self/fd/{descriptor}").startswith("socket:")
        except OSError:
            continue
    return count


def test_given_several_commands_in_one_process_when_they_ended_then_no_connection_is_left(demo: Emulator) -> None:
    before = open_sockets()
    config = demo.config(start_date="2026-11-01")
    check_here(config)
    run_here(config, ["accounts", "campaigns", "tweets"])
    assert open_sockets() == before


@pytest.mark.timeout(60)
@pytest.mark.parametrize("stream", ["campaigns", "lines"])
def test_given_a_user_who_stops_listening_when_he_reads_again_then_it_is_whole_and_no_thread_is_left(
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
        # The few that read ahead are kept for the next sync.
        while (left := [t.name for t in set(threading.enumerate()) - before if not t.name.startswith("ahead")]) and (
            time.monotonic() < ends
        ):
            time.sleep(0.05)
        assert left == []

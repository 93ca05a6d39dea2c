# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Several syncs in one process, as schedulers and notebooks run them."""

from __future__ import annotations

import os

from integration_tests.connector import check_here, run_here
from integration_tests.emulator.client import Emulator


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

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""kill -9 at any moment: a resume from the last state that came out loses nothing."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import Output, State
from integration_tests.resilience import harness
from integration_tests.resilience.harness import wrong
from x_ads_emulator.client import Emulator

KILLS = 20
SECONDS = 30.0
#: One record per page, and jobs that are PROCESSING for a while: a bookmark must not pass records not yet written.
PAGE_SIZE, JOB_SECONDS = 1, 0.4


def _command(words: list[str], output: str) -> None:
    """The command line in a process that has its imports done and writes into a pipe."""
    from source_twitter_ads.reports import account_jobs
    from source_twitter_ads.run import run

    account_jobs.SHORTEST_POLL_INTERVAL = 0.15
    target = os.open(output, os.O_WRONLY)
    os.dup2(target, 1)
    os.close(target)
    run(words)


class CommandLine:
    """Runs `read` in processes that can be killed; starting one takes no imports."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self._folder = folder
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["source_twitter_ads.engine.command_line", "source_twitter_ads.source"])
        self._write("config", settings)
        self._write("catalog", harness.catalog(harness.EVERYTHING))
        self._pipe = folder / "stdout"
        os.mkfifo(self._pipe)

    def _write(self, name: str, content: Any) -> str:
        path = self._folder / f"{name}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)

    def read(self, state: State, kill_at: int | None) -> tuple[Output, bool]:
        """Read from a state; with kill_at, the process gets SIGKILL as soon as it has written so many lines.

        Returns:
            The complete lines, and whether the process was killed.
        """
        words = ["read", "--config", str(self._folder / "config.json"), "--catalog", str(self._folder / "catalog.json")]
        if state:
            words += ["--state", self._write("state", state)]
        process = self._context.Process(target=_command, args=(words, str(self._pipe)))
        process.start()
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        lines: list[bytes] = []
        killed = False
        with open(self._pipe, "rb") as stdout:
            for line in stdout:
                lines.append(line)
                if kill_at is not None and len(lines) == kill_at:
                    process.kill()
                    killed = True
        process.join(SECONDS)
        timer.cancel()
        assert process.exitcode is not None, "the process outlived its SIGKILL"
        whole = [line[:-1] for line in lines if line.endswith(b"\n")]
        return Output(process.exitcode, whole, ""), killed


def latest(state: State, output: Output) -> State:
    """The state that the platform would hand back: the last one of each stream in all runs."""
    merged = {one["stream"]["stream_descriptor"]["name"]: one for one in [*state, *output.state]}
    return list(merged.values())


@pytest.mark.slow
def test_given_20_kills_at_random_moments_when_resumed_then_the_union_is_the_truth(
    start: Callable[..., Emulator], tmp_path: Path
) -> None:
    """Chains of runs: each starts from the last state and is killed at a random line, until one ends."""
    chance = random.Random(20)
    emulator = start(harness.account("1first", 3), harness.account("2second", 3), job_seconds=JOB_SECONDS)
    command = CommandLine(tmp_path, harness.config(emulator, page_size=PAGE_SIZE))
    calm, _ = command.read([], None)
    assert (calm.exit_code, wrong(emulator, calm)) == (0, [])
    kills, deepest, while_jobs_ran = 0, 0, 0
    while kills < KILLS:
        chain: list[Output] = []
        state: State = []
        killed = True
        while killed:
            # As many moments early in a run as late: a resumed run is shorter than the first.
            reach = len(calm.lines) if chance.random() < 0.5 else len(calm.lines) // 4
            output, killed = command.read(state, chance.randrange(1, reach) if kills < KILLS else None)
            kills += killed
            while_jobs_ran += killed and sum(emulator.stats()["analytics"].get("in_flight", {}).values()) > 0
            state = latest(state, output)
            chain.append(output)
        assert chain[-1].exit_code == 0
        assert wrong(emulator, *chain, streams=harness.EVERYTHING) == [], f"after {len(chain) - 1} kills in a row"
        deepest = max(deepest, len(chain) - 1)
    assert deepest > 1
    assert while_jobs_ran > 1

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Ctrl-C and SIGTERM in the middle of a sync: whole lines, and a state that the next sync goes on from."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import ROOT, configured_catalog, run
from x_ads_emulator.client import Emulator


def records(messages: Iterable[dict[str, Any]]) -> set[str]:
    """Each record with its stream, as text."""
    found = (message["record"] for message in messages if message["type"] == "RECORD")
    return {json.dumps([record["stream"], record["data"]], sort_keys=True) for record in found}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_given_a_slow_reader_when_stopped_then_the_next_sync_reads_the_rest(
    demo: Emulator, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    words = [sys.executable, "-m", "source_twitter_ads.run", "read"]
    for name, content in (("config", demo.config(page_size=100)), ("catalog", configured_catalog())):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
        words += [f"--{name}", str(tmp_path / f"{name}.json")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3000)]
        sent = time.monotonic()
        process.send_signal(number)
        assert process.wait(20) == code
        assert time.monotonic() - sent < 2
        lines += process.stdout.readlines()
    assert all(line.endswith(b"}\n") for line in lines)
    messages = [json.loads(line) for line in lines]
    assert messages[-1]["log"]["message"].startswith(f"Stopped by {number.name}: the last whole STATE line of each")
    printed = tmp_path / "printed.jsonl"
    printed.write_bytes(b"".join(lines))

    rest, whole = run("read", demo.config(), extra=["--state", str(printed)]), run("read", demo.config())

    assert len(records(messages)) < len(records(whole.messages))
    assert records(messages) | records(rest.messages) == records(whole.messages)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How a process ends before its time: Ctrl-C, SIGTERM, a full disk, a reader that leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unit_tests.engine.endless import ROOT, started

WORDS = "the last whole STATE line of each stream is good, and the next sync goes on from there."


@pytest.mark.timeout(60)
@pytest.mark.parametrize("length", [100, 17_000], ids=["short", "long"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_given_a_reader_that_waits_when_stopped_then_each_line_is_whole(
    tmp_path: Path, number: signal.Signals, code: int, length: int
) -> None:
    with started(tmp_path, length) as process:
        assert process.stdout is not None
        head = process.stdout.readline()
        # The pipe is full by then.
        time.sleep(1)
        sent = time.monotonic()
        process.send_signal(number)
        assert process.wait(20) == code
        assert time.monotonic() - sent < 2
        *lines, last, end = (head + process.stdout.read()).split(b"\n")
    assert end == b""
    assert {json.loads(line)["type"] for line in lines} >= {"LOG", "RECORD"}
    assert json.loads(last)["log"] == {"level": "WARN", "message": f"Stopped by {number.name}: {WORDS}"}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_given_a_reader_that_goes_on_when_stopped_then_each_line_is_whole(
    tmp_path: Path, number: signal.Signals
) -> None:
    with started(tmp_path, 2_000_000) as process:
        assert process.stdout is not None
        output = process.stdout.read(2_500_000)
        process.send_signal(number)
        output += process.stdout.read()
    assert process.returncode == 128 + number
    *lines, end = output.split(b"\n")
    assert end == b""
    assert json.loads(lines[-1])["log"]["message"].startswith(f"Stopped by {number.name}")
    assert all(json.loads(line) for line in lines)


@pytest.mark.timeout(60)
def test_given_ctrl_c_while_modules_are_imported_then_no_traceback_is_printed() -> None:
    words = [sys.executable, "-X", "importtime", "-m", "source_twitter_ads.run", "spec"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stderr is not None
        said = b""
        while b"airbyte_cdk" not in said:
            said = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        output, said = process.communicate(timeout=20)
    assert (process.returncode, output) == (130, b"")
    assert b"Traceback" not in said


@pytest.mark.timeout(60)
def test_given_a_full_disk_when_written_then_standard_error_says_so(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "wb") as full, started(tmp_path, stdout=full, stderr=subprocess.PIPE) as process:
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.decode() == f"Standard output cannot be written (No space left on device): {WORDS}\n"


@pytest.mark.timeout(60)
def test_given_a_reader_that_leaves_when_logs_are_written_then_nothing_is_said(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with started(tmp_path, stdout=writing, stderr=subprocess.PIPE) as process:
        os.close(writing)
        os.read(reading, 10)
        os.close(reading)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (1, b"")

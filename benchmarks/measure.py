# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Runs one contender and measures its process and its requests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from x_ads_emulator.client import Emulator

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out"
_WATCH = Path(__file__).with_name("watch.py")


_FIGURES = (
    *("seconds", "cpu_seconds", "peak_mb", "threads"),
    *("records", "bytes", "state_bytes", "record_bytes"),
)


class RunFailed(Exception):
    """A contender failed or took too long; the text ends with its stderr."""


@dataclass(frozen=True)
class Contender:
    """A program that reads from the server and writes lines.

    Attributes:
        name: its name in the tables.
        command: the words of its command line.
        mark: text that each record line holds once.
        environment: variables beside those of this process.
        repeats: the most runs; None for as many as the command line asks for. Slow peers run less often.
    """

    name: str
    command: Sequence[str]
    mark: str = '"type":"RECORD"'
    environment: Mapping[str, str] = field(default_factory=dict)
    repeats: int | None = None


@dataclass(frozen=True)
class Sample:
    """The measurements of one run.

    Attributes:
        seconds: wall time of the process.
        reading_seconds: from its first request, as the server saw it, to its end: without the start of the interpreter
            and of the libraries.
        cpu_seconds, peak_mb: of the process, as the operating system counts.
        records, bytes: its output.
        requests, connections, peak_concurrent: as the server counts them.
        threads: the most threads that the process had at once.
        state_bytes, record_bytes: of the STATE lines, and of the record lines.
        last_rows: by text of `Rows`, seconds from the first request to its last row.
    """

    seconds: float
    reading_seconds: float
    cpu_seconds: float
    peak_mb: float
    records: int
    bytes: int
    requests: int
    connections: int
    peak_concurrent: int
    threads: int = 0
    state_bytes: int = 0
    record_bytes: int = 0
    last_rows: Mapping[str, float] = field(default_factory=dict)

    @property
    def speed(self) -> float:
        """Records per second from the first request on."""
        return self.records / self.reading_seconds

    @property
    def whole_speed(self) -> float:
        """Records per second of the whole process, its start included."""
        return self.records / self.seconds


@dataclass(frozen=True)
class Rows:
    """Which records of a run are kept, and where.

    Attributes:
        path: where their lines go.
        texts: a line that holds one of them is kept.
    """

    path: Path
    texts: Sequence[str]


def run(
    contender: Contender,
    emulator: Emulator,
    seconds: float = 3600,
    states: Path | None = None,
    *,
    rows: Rows | None = None,
    exit_code: int = 0,
) -> Sample:
    """Run a contender to its end.

    Args:
        contender: what to run.
        emulator: the server that it reads from; its log is emptied first.
        seconds: the run is killed after this time.
        states: where its STATE lines are to be kept.
        rows: which of its records are to be kept.
        exit_code: the expected exit code.

    Raises:
        RunFailed: when it ended otherwise or took too long.
    """
    emulator.reset_log()
    connections = emulator.stats()["connections"]
    with tempfile.TemporaryFile() as errors:
        options = {
            "seconds": seconds,
            "mark": contender.mark,
            "states": str(states) if states else None,
            "rows": str(rows.path) if rows else None,
            "texts": list(rows.texts) if rows else [],
        }
        words = [sys.executable, "-I", "-S", str(_WATCH), json.dumps(options)]
        finished = subprocess.run(
            [*words, *contender.command],
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env=environment(contender),
            timeout=seconds + 60,
            check=False,
        )
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace")[-1500:]
    figures: dict[str, Any] = json.loads(finished.stdout or b"{}")
    if not figures or figures["exit_code"] != exit_code or figures["timed_out"]:
        raise RunFailed(f"{contender.name} did not finish: {said}")
    stats = emulator.stats()
    began = min((entry["time"] for entry in emulator.requests()), default=figures["ended"])
    return Sample(
        reading_seconds=figures["ended"] - began,
        last_rows={text: moment - began for text, moment in figures["last_seen"].items()},
        **{name: figures[name] for name in _FIGURES},
        requests=stats["requests"],
        connections=stats["connections"] - connections,
        peak_concurrent=stats["peak_concurrent"],
    )


def environment(contender: Contender) -> dict[str, str]:
    """The variables that a contender runs with."""
    plain = {"AIRBYTE_ENABLE_ANALYTICS": "false", "NO_PROXY": "127.0.0.1", "PYTHONPATH": str(ROOT)}
    return {**os.environ, **plain, **contender.environment}

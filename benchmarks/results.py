# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The results as Markdown: ratios, the figures behind them, and the machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from statistics import median

from benchmarks.measure import Sample
from benchmarks.result import Options, Result
from benchmarks.singer_tap import VERSION

_PACKAGES = ("airbyte-cdk", "orjson", "requests", "requests-oauthlib")


def markdown(results: Sequence[Result], options: Options, singer: str) -> str:
    """Return the results file.

    Args:
        results: of the cases that ran.
        options: how they ran.
        singer: the Singer tap's version, or why it did not run.
    """
    parts = ["# Benchmark results", _intro(options), "## Ratios", _ratios(results)]
    for result in results:
        parts += [f"## {result.title}", _figures(result), "\n".join(f"- {note}" for note in result.notes)]
    parts += ["## Measured on", _machine(singer)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _intro(options: Options) -> str:
    share = f" Sizes are {options.scale:g} of the full ones: do not compare the ratios with those of full runs."
    size = "" if options.scale == 1 else share
    return (
        "Written by `make bench`. All contenders read from the emulator on loopback, sign every request to the API "
        "and write to a pipe that is drained; they run in turn. Figures are medians. Speeds count from a process's "
        f"first request on; its start is told apart. Compare ratios: absolute figures are those of one machine.{size}"
    )


def _ratios(results: Iterable[Result]) -> str:
    rows = [
        f"| {result.title[:3]} | {what} | **{value}** | {bound} | {'met' if met else 'NOT MET'} |"
        for result in results
        for what, value, bound, met in result.checks
    ]
    return "\n".join(["| case | what | measured | goal | |", "|---|---|---|---|---|", *rows])


def _figures(result: Result) -> str:
    if not result.samples:
        return ""
    head = (
        "| | runs | records | records/s | wall s | of that reading s | CPU s | peak MB | MB written | requests | "
        "connections | most at once |"
    )
    return "\n".join([head, "|---" * 12 + "|", *(_row(name, runs) for name, runs in result.samples.items())])


def _row(name: str, runs: Sequence[Sample]) -> str:
    def middle(attribute: str) -> float:
        return float(median(getattr(sample, attribute) for sample in runs))

    cells = [
        str(len(runs)),
        f"{middle('records'):,.0f}",
        f"{middle('speed'):,.0f}",
        *(f"{middle(name):.2f}" for name in ("seconds", "reading_seconds", "cpu_seconds")),
        f"{middle('peak_mb'):.0f}",
        f"{middle('bytes') / 1e6:,.0f}",
        *(f"{middle(name):.0f}" for name in ("requests", "connections", "peak_concurrent")),
    ]
    return f"| {name} | {' | '.join(cells)} |"


def _machine(singer: str) -> str:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in _PACKAGES)
    lines = [
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {os.cpu_count()} × {_processor()}, {_memory()} of memory, "
        f"{platform.system()} {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}, {versions}",
        f"tap-twitter-ads {VERSION}: {singer}",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"

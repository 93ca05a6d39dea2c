# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Syncs through PyAirbyte, as its users do."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo import files

CONNECTOR = Path(sys.executable).parent / "source-twitter-ads"


@dataclass(frozen=True)
class StreamResult:
    """One stream after a sync.

    Attributes:
        read: records that the connector sent.
        new: rows that the table has now and did not have before.
        total: rows of the table.
        seconds: from the stream's first status to its last; streams run at the same time.
        incremental: whether it went on from a bookmark of an earlier sync.
    """

    name: str
    read: int
    new: int
    total: int
    seconds: float
    incremental: bool


def sync(config: Mapping[str, Any], announce: Callable[[str], None]) -> list[StreamResult]:
    """Read every stream that the connector offers into the database.

    Args:
        config: the connector's configuration.
        announce: called with a sentence before each step.

    Raises:
        airbyte.exceptions.PyAirbyteError: the connector failed; the log holds its messages.
    """
    files.WORKSPACE.mkdir(exist_ok=True)
    _keep_to_this_machine()
    log = files.LOG.open("w", encoding="utf-8")
    with log, contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
        return _sync(config, announce)


def _keep_to_this_machine() -> None:
    """Switch off PyAirbyte's network calls and its display; it reads these variables when imported."""
    os.environ.update(AIRBYTE_OFFLINE_MODE="1", DO_NOT_TRACK="1", NO_LIVE_PROGRESS="1", AIRBYTE_NO_UV="1")
    os.environ["AIRBYTE_LOGGING_ROOT"] = str(files.WORKSPACE / "logs")
    # Libraries of data warehouses, which PyAirbyte imports along, announce the end of support for older Pythons.
    warnings.simplefilter("ignore", FutureWarning)


def _sync(config: Mapping[str, Any], announce: Callable[[str], None]) -> list[StreamResult]:
    import airbyte as ab  # takes seconds, and must see the environment above

    announce("asking the connector what it offers")
    source = ab.get_source("source-twitter-ads", config=dict(config), local_executable=CONNECTOR)
    source.select_all_streams()
    with ab.DuckDBCache(db_path=files.DATABASE, cache_dir=files.WORKSPACE / "loading") as cache:
        # PyAirbyte looks every table up in DuckDB's catalog, which takes several threads twice as long as one.
        cache.execute_sql("SET threads = 1")
        announce(f"syncing {len(source.get_selected_streams())} streams")
        return _read(source, cache)


def _read(source: Any, cache: Any) -> list[StreamResult]:
    known = cache.get_state_provider(source_name=source.name, refresh=True).known_stream_names
    modes = {stream.name: stream.supported_sync_modes for stream in source.discovered_catalog.streams}
    before = {name: len(rows) for name, rows in cache.streams.items()}
    result = source.read(cache)
    # PyAirbyte shows times per stream in its own display only; requirements/demo.txt pins the release.
    progress = result._progress_tracker
    rows = []
    for stream in source.get_selected_streams():
        total = len(result[stream])
        started = progress.stream_read_start_times.get(stream, 0.0)
        rows.append(
            StreamResult(
                name=stream,
                read=progress.stream_read_counts.get(stream, 0),
                new=total - before.get(stream, 0),
                total=total,
                seconds=max(progress.stream_read_end_times.get(stream, started) - started, 0.0),
                incremental=stream in known and any(mode.value == "incremental" for mode in modes[stream]),
            )
        )
    return rows

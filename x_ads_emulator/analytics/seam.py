# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What analytics needs of the world around it, and the switches that it reads."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, Protocol


class WorldView(Protocol):
    """The part of the emulated world that analytics reads."""

    def now(self) -> datetime:
        """The world's present, aware, UTC."""

    def account_ids(self) -> list[str]:
        """Ids of all ad accounts."""

    def account(self, account_id: str) -> Mapping[str, Any]:
        """The documented account record: id, timezone, timezone_switch_at, …"""

    def records(self, stream: str, account_id: str | None) -> Sequence[Mapping[str, Any]]:
        """All records of an account's stream, deleted ones included."""

    def global_records(self, stream: str) -> Sequence[Mapping[str, Any]]:
        """All records of a list without an account."""

    def spec_of(self, account_id: str) -> Any:
        """The account's spec: activity, publisher_network, conversions; see world/spec.py."""


@dataclass
class Switches:
    """Analytics switches with their defaults; a settings object may carry any subset of these names.

    Attributes:
        job_seconds: time from POST to SUCCESS, or [low, high], between which each job has a time of its own.
        job_empty_polls: so many status requests do not know a new job yet (docs/x-ads-api.md §7.2).
        job_url_late_polls: so many status requests show SUCCESS with `url` null.
        file_late_fetches: so many fetches of a file answer 404 first.
        file_426_first: the first fetch that would succeed answers 426 instead.
        double_url: `url` is two urls run together (§1).
        job_limit: jobs in flight per account.
        job_id_style: `both` (number and id_str), `string` or `number`.
        dst_reading: whose offset a plain date has: `that_day` or `today` (§7.1).
        result_expires_seconds: how long a file lives after SUCCESS: until the whole second that `expires_at` shows.
        drop_metric_keys: inactive entities miss some metric keys (§7.3).
        link_clicks_drift: `link_clicks` instead of `url_clicks` (§7.5).
        retired_refused: what the documents dropped in 2026 answers 400 instead of numbers (§11.5).
        future_metrics: metrics that no document knows appear in the files.
        job_next_cursor_quirk: a status answer filtered by job_ids has a `next_cursor` all the same (§7.2, sample).
        prebuild: files are built once per parameter set and kept, also when the clock or a correction moved since.
        job_faults: see faults.py.
        base_url: where result urls point.
    """

    job_seconds: float | Sequence[float] = 0.0
    job_empty_polls: int = 0
    job_url_late_polls: int = 0
    file_late_fetches: int = 0
    file_426_first: bool = False
    double_url: bool = False
    job_limit: int = 100
    job_id_style: str = "both"
    dst_reading: str = "that_day"
    result_expires_seconds: float = 172_800
    drop_metric_keys: bool = True
    link_clicks_drift: bool = True
    retired_refused: bool = False
    future_metrics: bool = False
    job_next_cursor_quirk: bool = False
    prebuild: bool = False
    job_faults: list[dict[str, Any]] = field(default_factory=list)
    base_url: str = ""


class SwitchReader:
    """Reads the switches of a settings object afresh each time: a control request may change them at any moment."""

    def __init__(self, settings: object) -> None:
        self._settings = settings
        self._names = [name for name in Switches.__dataclass_fields__ if hasattr(settings, name)]
        self._values = attrgetter(*self._names)
        self._last: tuple[tuple[Any, ...], Switches] | None = None

    def read(self) -> Switches:
        """The switches as they stand now."""
        values = self._values(self._settings)
        last = self._last
        if last is None or last[0] != values:
            last = (values, Switches(**dict(zip(self._names, values, strict=True))))
            self._last = last
        return last[1]


def elapsed_seconds(world: WorldView) -> float:
    """Seconds for measuring durations: real time, plus what a test advanced, also when `now` stands still."""
    clock = getattr(world, "clock", None)
    return float(clock.elapsed()) if clock is not None else time.monotonic()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The world and the switches as analytics sees them."""

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
        job_seconds: seconds from POST to SUCCESS, or [low, high], the range of each job's time.
        job_empty_polls: in so many status responses a new job is missing (docs/x-ads-api.md §7.2 rule 8).
        job_url_late_polls: so many status responses show SUCCESS with `url` null (§7.2 rule 9).
        file_late_fetches: the first so many fetches of a file get 404 (§7.2 rule 10).
        file_426_first: the first fetch that would succeed gets 426 instead (§7.2 rule 10).
        double_url: `url` is two urls glued together (§1 rule 12).
        job_limit: jobs in flight per account.
        job_id_style: `both` (number and id_str), `string` or `number`.
        dst_reading: a plain date has the offset of `that_day` or of `today` (§7.1).
        result_expires_seconds: lifetime of a file after SUCCESS; it ends at the whole second of `expires_at`.
        drop_metric_keys: some metric keys are missing for inactive entities (§7.3).
        link_clicks_drift: `link_clicks` instead of `url_clicks` (§7.5).
        retired_refused: entities, placements, groups and segments that X's documents dropped get 400 (§11.5).
        auto_created_shape: auto-created conversions are `flat` series, as public readers have them, or `objects`: two
            as objects of sub-metrics, the others null (§7.5 rule 2).
        publisher_network_end: the UTC day from which PUBLISHER_NETWORK has no numbers, though it stays in
            active_entities and is not refused (§7.1 rule 2); None: it has numbers until today.
        future_metrics: the files hold metrics that X has not documented.
        active_page_size: active_entities has pages of so many entities and a cursor, None for no pages (§2.2).
        job_next_cursor_quirk: a response to `job_ids` has a `next_cursor`, as in X's sample (§7.2 rule 4).
        prebuild: a file is built once per set of parameters; later corrections do not change it.
        job_faults: see faults.py.
        base_url: the start of result urls.
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
    auto_created_shape: str = "flat"
    publisher_network_end: str | None = "2026-06-18"
    future_metrics: bool = False
    active_page_size: int | None = None
    job_next_cursor_quirk: bool = False
    prebuild: bool = False
    job_faults: list[dict[str, Any]] = field(default_factory=list)
    base_url: str = ""


class SwitchReader:
    """Reads the switches of a settings object at each call, since a control request may change them."""

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
    """Seconds for measuring durations: real time plus `advance`, also while `now` is fixed."""
    clock = getattr(world, "clock", None)
    return float(clock.elapsed()) if clock is not None else time.monotonic()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The metric keys of a result file and the form of their values (docs/x-ads-api.md §7.3, §7.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from typing import Any

import numpy as np

from x_ads_emulator.analytics import catalog, numbers
from x_ads_emulator.analytics.numbers import U64, Series, SeriesTable, mix_array
from x_ads_emulator.analytics.request import JobRequest
from x_ads_emulator.analytics.switches import Switches

Values = Mapping[int, list[int]]


@dataclass(frozen=True)
class _Entry:
    """One metric key.

    Attributes:
        name: as it is printed.
        positions: sub-key ("" for a flat metric) -> place in the series table; empty for a metric without numbers.
        hollow: True prints an object without numbers as null, False as an object of nulls.
    """

    name: str
    positions: Mapping[str, int]
    hollow: bool

    def value(self, values: Values) -> Any:
        if not self.positions:
            return None
        if "" in self.positions:
            return values.get(self.positions[""])
        printed = {sub: values.get(index) for sub, index in self.positions.items()}
        return None if self.hollow and all(value is None for value in printed.values()) else printed


class Layout:
    """The metric keys of an entity in a file.

    Args:
        entity: its kind.
        groups: the metric groups asked for.
        segmentation: segmentation type or None.
        missing: metric groups without numbers for the entity.
        drift: whether `url_clicks` is printed as `link_clicks`.
        future: whether metrics are there that X has not documented.
        auto_created: the shape of the auto-created conversions.

    Attributes:
        table: the series that may hold numbers.
        idle: the `metrics` object of an entity without numbers, with all keys.
    """

    def __init__(
        self,
        entity: str,
        groups: Sequence[str],
        segmentation: str | None,
        missing: frozenset[str],
        *,
        drift: bool,
        future: bool,
        auto_created: str,
    ) -> None:
        self._entries: list[_Entry] = []
        series: list[Series] = []
        for group in groups:
            for metric in catalog.metrics_of(group, future=future, auto_created=auto_created):
                positions: dict[str, int] = {}
                if group not in missing and catalog.is_served(entity, group, metric, segmentation):
                    for name, sub in metric.series():
                        positions[sub] = len(series)
                        series.append(Series(name, sub))
                # Live responses have link_clicks in place of url_clicks (§7.5).
                printed = "link_clicks" if drift and metric.name == "url_clicks" else metric.name
                self._entries.append(_Entry(printed, positions, bool(numbers.key_of(metric.name) % 2)))
        self.table = SeriesTable.of(series)
        self.idle = self.metrics({})
        self._idle_keys: U64 = np.array([numbers.key_of(name) for name in self.idle], dtype=np.uint64)

    def metrics(self, values: Values) -> dict[str, Any]:
        """The `metrics` object: arrays, nulls, and objects of arrays and nulls."""
        return {entry.name: entry.value(values) for entry in self._entries}

    def idle_metrics(self, entity_id: str, *, drop: bool) -> dict[str, Any]:
        """The `metrics` object of an entity without numbers; some keys may be missing (§7.3)."""
        if not drop:
            return self.idle
        kept = mix_array(self._idle_keys ^ np.uint64(numbers.key_of(entity_id))) % np.uint64(3) != 0
        return dict(compress(self.idle.items(), kept.tolist()))


def layout_of(request: JobRequest, switches: Switches, missing: frozenset[str]) -> Layout:
    """The layout of an entity in the file of a request."""
    printed = (switches.link_clicks_drift, switches.future_metrics, switches.auto_created_shape)
    return _layout(request.entity, request.metric_groups, request.segmentation, missing, printed)


@lru_cache(maxsize=256)
def _layout(
    entity: str,
    groups: tuple[str, ...],
    segmentation: str | None,
    missing: frozenset[str],
    printed: tuple[bool, bool, str],
) -> Layout:
    drift, future, auto_created = printed
    return Layout(entity, groups, segmentation, missing, drift=drift, future=future, auto_created=auto_created)

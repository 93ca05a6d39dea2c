# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Result files: the numbers of one job in the documented shape (x-ads-api.md §7.3)."""

from __future__ import annotations

import gzip
from datetime import datetime
from typing import Any

import numpy as np
import orjson

from integration_tests.emulator.analytics import catalog, numbers
from integration_tests.emulator.analytics.corrections import CorrectionBook
from integration_tests.emulator.analytics.numbers import Series, SeriesTable, Source
from integration_tests.emulator.analytics.population import Population, first_granule_from, granule_of
from integration_tests.emulator.analytics.request import JobRequest
from integration_tests.emulator.analytics.seam import Switches
from integration_tests.emulator.analytics.segments import segments_of

Values = dict[int, list[int]]


class _Layout:
    """The metric keys of a file and where their numbers stand in the series table."""

    def __init__(self, request: JobRequest, switches: Switches) -> None:
        self.table = SeriesTable.of([])
        self._drift = switches.link_clicks_drift
        self._entries: list[tuple[catalog.Metric, dict[str, int]]] = []
        series: list[Series] = []
        for group in request.metric_groups:
            for metric in catalog.metrics_of(group, future=switches.future_metrics):
                positions: dict[str, int] = {}
                if catalog.is_served(request.entity, group, metric, request.segmentation):
                    for name, sub in metric.series():
                        positions[sub] = len(series)
                        series.append(Series(name, sub))
                self._entries.append((metric, positions))
        self.table = SeriesTable.of(series)

    def metrics(self, values: Values) -> dict[str, Any]:
        """The `metrics` object: arrays, nulls, and objects of arrays and nulls."""
        return {self._printed(metric.name): self._value(metric, at, values) for metric, at in self._entries}

    def _value(self, metric: catalog.Metric, positions: dict[str, int], values: Values) -> Any:
        if not metric.subs:
            return values.get(positions[""]) if positions else None
        if not positions:
            return None
        printed = {sub: values.get(index) for sub, index in positions.items()}
        if all(value is None for value in printed.values()) and numbers.key_of(metric.name) % 2:
            # Some conversion objects are null as a whole, others hold nulls.
            return None
        return printed

    def _printed(self, name: str) -> str:
        # The drift of 2026: live answers carry link_clicks in place of url_clicks (§7.5).
        return "link_clicks" if self._drift and name == "url_clicks" else name

    def idle_metrics(self, entity_id: str, *, drop: bool) -> dict[str, Any]:
        """The `metrics` object of an entity without numbers; some keys may be missing (§7.3)."""
        metrics = self.metrics({})
        if drop:
            metrics = {name: value for name, value in metrics.items() if numbers.key_of(entity_id, name) % 3}
        return metrics


class ResultBuilder:
    """Builds result files."""

    def __init__(self, population: Population, book: CorrectionBook) -> None:
        self._population = population
        self._book = book

    def build(self, request: JobRequest, switches: Switches, as_of: datetime) -> bytes:
        """The gzipped file with all that happened and was booked by `as_of`."""
        layout = _Layout(request, switches)
        bounds = np.array([first_granule_from(edge) for edge in request.window.edges], dtype=np.int64)
        document = {
            "data_type": "stats",
            "time_series_length": len(bounds) - 1,
            "data": [
                {"id": entity_id, "id_data": self._id_data(request, switches, layout, bounds, as_of, entity_id)}
                for entity_id in dict.fromkeys(request.entity_ids)
            ],
            "request": {"params": request.fields()},
        }
        return gzip.compress(orjson.dumps(document), compresslevel=1, mtime=0)

    def _id_data(
        self,
        request: JobRequest,
        switches: Switches,
        layout: _Layout,
        bounds: numbers.I64,
        as_of: datetime,
        entity_id: str,
    ) -> list[dict[str, Any]]:
        names = (request.account_id, request.entity, entity_id)
        idle: dict[str, Any] = {
            "segment": None,
            "metrics": layout.idle_metrics(entity_id, drop=switches.drop_metric_keys),
        }
        span = int(bounds[0]), min(int(bounds[-1]), granule_of(as_of))
        live = self._population.live_granules(*names, request.placement, span)
        edges = np.searchsorted(live, bounds)
        factors = self._book.factors(*names, request.placement, as_of)
        if request.segmentation is None:
            source = Source.of(self._population.seed, *names, request.placement)
            values = numbers.sum_points(source, layout.table, live, edges, factors)
            return [{"segment": None, "metrics": layout.metrics(values)} if values else idle]
        rows: list[dict[str, Any]] = []
        for name, value in segments_of(request.segmentation, request.country, request.platform):
            segment = (request.segmentation, value)
            if not self._population.has_segment(*names, segment):
                continue
            source = Source.of(self._population.seed, *names, request.placement, segment)
            values = numbers.sum_points(source, layout.table, live, edges, factors)
            if values:
                printed = {"segment_name": name, "segment_value": value}
                rows.append({"segment": printed, "metrics": layout.metrics(values)})
        # An entity without segmented numbers: no rows, or one null segment; which of the two is not established (§9.6).
        return rows or ([idle] if numbers.key_of(entity_id, "null segment") % 2 else [])

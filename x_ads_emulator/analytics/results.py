# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Result files: the numbers of one job in the documented shape (docs/x-ads-api.md §7.3)."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import numpy as np
import orjson

from x_ads_emulator.analytics import numbers
from x_ads_emulator.analytics.corrections import CorrectionBook
from x_ads_emulator.analytics.faults import ODD_VALUE, OTHER_FILE, JobFault
from x_ads_emulator.analytics.layout import Layout, layout_of
from x_ads_emulator.analytics.numbers import Source
from x_ads_emulator.analytics.population import Population, first_granule_from, granule_of
from x_ads_emulator.analytics.request import JobRequest
from x_ads_emulator.analytics.segments import segments_of
from x_ads_emulator.analytics.switches import Switches


@dataclass(frozen=True)
class _File:
    """The parameters that all entities of a file share.

    Attributes:
        request: the job's request.
        switches: the analytics switches.
        as_of: the file holds activity and corrections up to this instant.
        bounds: the granule at which each point begins, and the one after the last.
    """

    request: JobRequest
    switches: Switches
    as_of: datetime
    bounds: numbers.I64


class ResultBuilder:
    """Builds result files."""

    def __init__(self, population: Population, book: CorrectionBook) -> None:
        self._population = population
        self._book = book

    def build(self, request: JobRequest, switches: Switches, as_of: datetime, fault: JobFault | None = None) -> bytes:
        """The gzipped file, with activity and corrections up to `as_of`, and with the job's fault."""
        if fault is not None and fault.status == OTHER_FILE:
            request = request.with_fields(fault.file)
        bounds = np.array([first_granule_from(edge) for edge in request.window.edges], dtype=np.int64)
        file = _File(request, switches, as_of, bounds)
        document: dict[str, Any] = {
            "data_type": "stats",
            "time_series_length": len(bounds) - 1,
            "data": [
                {"id": entity_id, "id_data": self._id_data(file, entity_id)}
                for entity_id in dict.fromkeys(request.entity_ids)
            ],
            "request": {"params": request.fields()},
        }
        if fault is not None and fault.status == ODD_VALUE:
            _put(document, fault)
            # orjson does not write whole numbers beyond 64 bits.
            return gzip.compress(json.dumps(document).encode(), compresslevel=1, mtime=0)
        return gzip.compress(orjson.dumps(document), compresslevel=1, mtime=0)

    def _id_data(self, file: _File, entity_id: str) -> list[dict[str, Any]]:
        request, population = file.request, self._population
        names = (request.account_id, request.entity, entity_id)
        layout = layout_of(request, file.switches, population.missing_groups(*names))
        span = int(file.bounds[0]), min(int(file.bounds[-1]), granule_of(file.as_of))
        if request.placement == "PUBLISHER_NETWORK" and file.switches.publisher_network_end is not None:
            end = datetime.fromisoformat(file.switches.publisher_network_end).replace(tzinfo=timezone.utc)
            span = span[0], min(span[1], granule_of(end))
        live = population.live_granules(*names, request.placement, span)
        edges = np.searchsorted(live, file.bounds)
        factors = self._book.factors(*names, request.placement, file.as_of)
        if request.segmentation is None:
            source = Source.of(population.seed, *names, request.placement)
            values = numbers.sum_points(source, layout.table, live, edges, factors)
            return (
                [{"segment": None, "metrics": layout.metrics(values)}] if values else [_idle(file, layout, entity_id)]
            )
        rows: list[dict[str, Any]] = []
        for name, value in segments_of(request.segmentation, request.country, request.platform):
            segment = (request.segmentation, value)
            if not population.has_segment(*names, segment):
                continue
            source = Source.of(population.seed, *names, request.placement, segment)
            values = numbers.sum_points(source, layout.table, live, edges, factors)
            if values:
                printed = {"segment_name": name, "segment_value": value}
                rows.append({"segment": printed, "metrics": layout.metrics(values)})
        # §11.6 leaves open what an entity without segmented numbers has: no rows, or one null segment. Here both occur.
        if not rows and numbers.key_of(entity_id, "null segment") % 2:
            rows.append(_idle(file, layout, entity_id))
        return rows


def _idle(file: _File, layout: Layout, entity_id: str) -> dict[str, Any]:
    return {"segment": None, "metrics": layout.idle_metrics(entity_id, drop=file.switches.drop_metric_keys)}


def _put(document: dict[str, Any], fault: JobFault) -> None:
    """Puts a fault's value into the first entity that has a row."""
    rows = [row for entity in document["data"] for row in entity["id_data"]]
    if not rows:
        return
    name, _, sub = fault.metric.partition(".")
    metrics = dict(rows[0]["metrics"])
    series = (metrics.get(name) or {}).get(sub) if sub else metrics.get(name)
    odd = [fault.value, *(series or [0] * document["time_series_length"])[1:]]
    put = fault.value if fault.whole else odd
    metrics[name] = {**(metrics.get(name) or {}), sub: put} if sub else put
    rows[0]["metrics"] = metrics

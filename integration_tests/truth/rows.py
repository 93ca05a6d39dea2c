# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rows of a report in a form that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

#: (account_id, entity_id, placement, local date for DAY or UTC start_time for HOUR and TOTAL, segment_value or None).
Key = tuple[str, str, str, str, str | None]
#: Per key the metrics that have a value other than 0: `<metric>` or `<metric>_<sub>` -> integer (money in micros).
Rows = dict[Key, dict[str, int]]

DIMENSIONS: Final = frozenset(
    {
        "account_id",
        "entity",
        "entity_id",
        "placement",
        "granularity",
        "date",
        "start_time",
        "end_time",
        "segment_type",
        "segment_name",
        "segment_value",
        "country",
        "platform",
    }
)


def rows_by_key(records: Iterable[Mapping[str, Any]], *, overwrite: bool = True) -> Rows:
    """Rows as a destination holds them after an upsert by key, without zeros and nulls.

    Args:
        records: flat rows: the columns of DIMENSIONS, and metrics. Columns whose names start with an underscore are
            ignored.
        overwrite: a later row replaces an earlier one under the same key, wholly; False: that is an error.

    Returns:
        Only keys with at least one metric other than zero.

    Raises:
        ValueError: a metric is neither an integer nor null, or a key comes twice and `overwrite` is False.
    """
    latest: Rows = {}
    for record in records:
        key = _key(record)
        if key in latest and not overwrite:
            raise ValueError(f"two rows with the key {key}")
        latest[key] = _metrics(record)
    return {key: metrics for key, metrics in latest.items() if metrics}


def differences(expected: Rows, actual: Rows, limit: int = 10) -> list[str]:
    """The first differences in words; empty when both sides hold the same numbers."""
    found: list[str] = []
    for key in sorted(expected.keys() | actual.keys(), key=str):
        if key not in actual:
            found.append(f"{key}: no row, expected {_some(expected[key])}")
        elif key not in expected:
            found.append(f"{key}: unexpected row with {_some(actual[key])}")
        else:
            found.extend(_metric_differences(key, expected[key], actual[key]))
        if len(found) >= limit:
            return found[:limit]
    return found


def _metric_differences(key: Key, expected: Mapping[str, int], actual: Mapping[str, int]) -> list[str]:
    names = sorted(expected.keys() | actual.keys())
    return [
        f"{key}: {name} is {actual.get(name)}, expected {expected.get(name)}"
        for name in names
        if actual.get(name) != expected.get(name)
    ]


def _some(metrics: Mapping[str, int]) -> str:
    return ", ".join(f"{name}={value}" for name, value in list(metrics.items())[:3])


def _key(record: Mapping[str, Any]) -> Key:
    moment = record["date"] if record["granularity"] == "DAY" else record["start_time"]
    segment = record.get("segment_value")
    return (record["account_id"], record["entity_id"], record["placement"], moment, segment)


def _metrics(record: Mapping[str, Any]) -> dict[str, int]:
    metrics: dict[str, int] = {}
    for name, value in record.items():
        if name in DIMENSIONS or name.startswith("_") or value is None:
            continue
        if type(value) is not int:
            raise ValueError(f"{name} is {value!r}, not an integer")
        if value:
            metrics[name] = value
    return metrics

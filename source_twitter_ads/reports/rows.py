# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One result file → flat rows. Pure: touches no network.

Shape of the file: x-ads-api.md §7.3. Nothing is dropped in silence: what does not fit raises `MalformedResult`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import repeat
from typing import Any

from source_twitter_ads.reports.account_calendar import iso
from source_twitter_ads.reports.catalog import ReportDefinition
from source_twitter_ads.reports.metrics import OBJECT_METRICS
from source_twitter_ads.reports.points import Point
from source_twitter_ads.reports.row_block import RowBlock, SeriesColumns
from source_twitter_ads.reports.schema import FIXED_COLUMNS
from source_twitter_ads.reports.windows import Window

# Rows that are handled as one: about 1 MB as protocol lines.
ROWS_PER_BLOCK = 1000
NO_SEGMENT_VALUE = ""
"""`segment_value` of a row that stands for an entity of which X names no segment; never null, as it is in the key."""


class MalformedResult(ValueError):
    """A result file that cannot be read as an answer to its job."""


@dataclass(frozen=True)
class _Series:
    """The flat metrics of one entity and one segment: `columns[i]` holds the numbers of `names[i]`, or None.

    Series with the same names share one tuple of them: a file may hold thousands of series with hundreds of names.
    """

    segment_name: str | None
    segment_value: str | None
    names: tuple[str, ...]
    columns: list[list[Any] | None]


def rows(
    document: Mapping[str, Any],
    definition: ReportDefinition,
    *,
    account_id: str,
    placement: str,
    country: str | None,
    platform: str | None,
    window: Window,
    now: datetime,
    asked: Collection[str],
) -> Iterator[RowBlock]:
    """Yield the rows of one result file, entity by entity, in blocks of about ROWS_PER_BLOCK rows.

    Every row has the same columns: FIXED_COLUMNS, then each metric column that occurs anywhere in the file (an array or
    null becomes `<metric>`, an object of arrays `<metric>_<sub>`; unknown metrics pass like known ones). A conversion
    object that is null throughout the file adds no column. Numbers are passed on as X wrote them.

    A period that X now has no numbers for must overwrite what an earlier sync wrote. So an entity without numbers, or
    one that was asked for and is missing in the file, gives one row per point with null metrics. In a segmented
    report the segments of such an entity are unknown; its row per point has segment_name null and the segment_value
    NO_SEGMENT_VALUE, which tells the reader that rows of that entity and period from earlier syncs are void.

    Args:
        document: the parsed file.
        definition: the report.
        account_id: the job's account.
        placement: the job's placement.
        country: targeting value of the job's country, if it had one.
        platform: targeting value of the job's platform, if it had one.
        window: the job's window.
        now: aware; points that start later are dropped, and may be missing in the file.
        asked: the job's entity ids.

    Raises:
        MalformedResult: if the file is not the answer to this job or not of the documented shape.
    """
    points = _points(document, definition, placement, window, now)
    entities = _Reader(definition, len(points)).entities(document, asked)
    begun = iso(now.astimezone(timezone.utc))
    points = [point for point in points if point.start_time <= begun]
    if not points:
        return
    times = tuple(zip(*points, strict=True))
    block = max(ROWS_PER_BLOCK // len(points), 1)
    names = tuple(dict.fromkeys(name for shape in _shapes(entities.values()) for name in shape))
    keys = (*FIXED_COLUMNS, *names)
    series = [
        SeriesColumns(
            (account_id, definition.entity, entity_id, placement, definition.granularity),
            (definition.segmentation, one.segment_name, one.segment_value, country, platform),
            _aligned(one, names),
        )
        for entity_id, every in entities.items()
        for one in every
    ]
    for first in range(0, len(series), block):
        yield RowBlock(keys, times, series[first : first + block])


def _shapes(entities: Iterable[list[_Series]]) -> Iterable[tuple[str, ...]]:
    return dict.fromkeys(one.names for series in entities for one in series)


def _aligned(series: _Series, names: tuple[str, ...]) -> list[Iterable[Any]]:
    """The columns of a series in the order of `names`, with an endless null for each that has no numbers."""
    nothing: Iterable[Any] = repeat(None)
    if series.names == names:
        return [nothing if column is None else column for column in series.columns]
    own = dict(zip(series.names, series.columns, strict=True))
    return [own.get(name) or nothing for name in names]


def _points(
    document: Mapping[str, Any], definition: ReportDefinition, placement: str, window: Window, now: datetime
) -> list[Point]:
    if not isinstance(document, Mapping):
        raise MalformedResult(f"The result file is {_kind(document)} where an object is expected.")
    count = document.get("time_series_length")
    if not isinstance(count, int) or isinstance(count, bool):
        raise MalformedResult(f"The result file's time_series_length is {count!r} where a number is expected.")
    request = document.get("request")
    params = request.get("params") if isinstance(request, Mapping) else None
    echo: Mapping[str, Any] = params if isinstance(params, Mapping) else {}
    expected = {"entity": definition.entity, "granularity": definition.granularity, "placement": placement}
    for key, value in expected.items():
        if echo.get(key, value) != value:
            raise MalformedResult(f"The result file answers for {key} {echo[key]!r} where {value!r} was asked.")
    times = _text(echo, "start_time"), _text(echo, "end_time")
    try:
        return window.points(definition.granularity, *times, count, now)
    except ValueError as error:
        raise MalformedResult(f"The result file's period is not that of its job: {error}") from error


def _text(echo: Mapping[str, Any], key: str) -> str | None:
    value = echo.get(key)
    return value if isinstance(value, str) else None


class _Reader:
    """Reads `data` of one file and checks its shape."""

    def __init__(self, definition: ReportDefinition, count: int) -> None:
        self._segmented = definition.segmented
        self._count = count
        self._shapes: dict[tuple[str, ...], tuple[str, ...]] = {}

    def entities(self, document: Mapping[str, Any], asked: Collection[str]) -> dict[str, list[_Series]]:
        """Entity id → its series; every asked entity has at least one."""
        data = document.get("data")
        if not isinstance(data, list):
            raise MalformedResult(f"The result file's data is {_kind(data)} where a list is expected.")
        wanted = set(asked)
        entities: dict[str, list[_Series]] = {}
        for item in data:
            entity_id = item.get("id") if isinstance(item, Mapping) else None
            if not isinstance(entity_id, str) or entity_id not in wanted:
                raise MalformedResult(f"The result file holds the entity {entity_id!r}, which was not asked for.")
            if entity_id in entities:
                raise MalformedResult(f"The result file holds the entity {entity_id!r} twice.")
            entities[entity_id] = self._series(entity_id, item.get("id_data"))
        for entity_id in asked:
            if entity_id not in entities:
                entities[entity_id] = self._series(entity_id, None)
        return entities

    def _series(self, entity_id: str, id_data: object) -> list[_Series]:
        if id_data is None or id_data == []:
            id_data = [{"segment": None, "metrics": None}]
        if not isinstance(id_data, list):
            raise MalformedResult(f"id_data of entity {entity_id!r} is {_kind(id_data)} where a list is expected.")
        series: dict[str | None, _Series] = {}
        for item in id_data:
            if not isinstance(item, Mapping):
                raise MalformedResult(f"id_data of entity {entity_id!r} holds {item!r} where an object is expected.")
            name, value = self._segment(entity_id, item.get("segment"))
            if value in series:
                raise MalformedResult(f"The result file holds segment {value!r} of entity {entity_id!r} twice.")
            series[value] = _Series(name, value, *self._metrics(entity_id, item.get("metrics")))
        return list(series.values())

    def _segment(self, entity_id: str, segment: object) -> tuple[str | None, str | None]:
        if not self._segmented:
            if segment is not None:
                raise MalformedResult(f"Entity {entity_id!r} is split by {segment!r} where no segment was asked for.")
            return None, None
        if segment is None:
            return None, NO_SEGMENT_VALUE
        if not isinstance(segment, Mapping):
            raise MalformedResult(f"Entity {entity_id!r} has the segment {segment!r} where an object is expected.")
        name, value = segment.get("segment_name"), segment.get("segment_value")
        value = name if value is None else value
        return (None if name is None else str(name)), (NO_SEGMENT_VALUE if value is None else str(value))

    def _metrics(self, entity_id: str, metrics: object) -> tuple[tuple[str, ...], list[list[Any] | None]]:
        names: list[str] = []
        columns: list[list[Any] | None] = []
        if metrics is not None:
            if not isinstance(metrics, Mapping):
                raise MalformedResult(f"metrics of entity {entity_id!r} is {metrics!r} where an object is expected.")
            self._flatten(entity_id, "", metrics, names, columns)
        shape = tuple(names)
        if shape not in self._shapes:
            if len(set(shape).union(FIXED_COLUMNS)) < len(shape) + len(FIXED_COLUMNS):
                raise MalformedResult(f"Two columns of entity {entity_id!r} have the same name.")
            self._shapes[shape] = shape
        return self._shapes[shape], columns

    def _flatten(
        self,
        entity_id: str,
        prefix: str,
        metrics: Mapping[str, Any],
        names: list[str],
        columns: list[list[Any] | None],
    ) -> None:
        count = self._count
        for key, value in metrics.items():
            name = prefix + key
            if isinstance(value, dict):
                self._flatten(entity_id, f"{name}_", value, names, columns)
            elif value is None:
                if name not in OBJECT_METRICS:
                    names.append(name)
                    columns.append(None)
            elif isinstance(value, list) and len(value) == count:
                names.append(name)
                columns.append(value)
            else:
                found = f"{len(value)} numbers" if isinstance(value, list) else repr(value)
                raise MalformedResult(
                    f"Metric {name!r} of entity {entity_id!r} has {found} where a list of {count} numbers is expected."
                )


def _kind(value: object) -> str:
    return "missing or null" if value is None else f"of type {type(value).__name__}"

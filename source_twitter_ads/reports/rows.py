# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One result file → flat rows. Pure: touches no network.

Shape of the file: docs/x-ads-api.md §7.3. Nothing is dropped in silence: what does not fit raises `MalformedResult`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain, islice, repeat
from types import NoneType
from typing import Any

import orjson

from source_twitter_ads.api.bodies import text_of
from source_twitter_ads.configuration.validate import shown
from source_twitter_ads.reports.job import JobRequest
from source_twitter_ads.reports.points import Point, begun_points
from source_twitter_ads.reports.schema import FIXED_COLUMNS

Row = dict[str, Any]


@dataclass(frozen=True)
class SeriesColumns:
    """The columns of one series: FIXED_COLUMNS and the metrics that X has numbers for.

    Attributes:
        keys: the names of all columns, in order.
        before: values of the columns in front of the times, the same in each row.
        after: values of the columns behind the times, the same in each row.
        numbers: one column per metric.
        gaps: the metrics that are null in some of the rows; these rows lack them.
    """

    keys: Sequence[str]
    before: Sequence[Any]
    after: Sequence[Any]
    numbers: Sequence[Sequence[Any]]
    gaps: Sequence[str]


class RowBlock(Collection[Row]):
    """Some rows of one file, in the order of their series and times.

    A thousand rows of a hundred columns would be a thousand dictionaries that leave the processor's cache before they
    are written. So a row is made when it is iterated over; that can be done several times, in any thread.

    Args:
        times: the columns of the points: date, start_time, end_time. They are as long as there are points to emit;
            what a series has behind them has not begun yet.
        series: the series.
    """

    def __init__(self, times: Sequence[Sequence[str]], series: Sequence[SeriesColumns]) -> None:
        self._times = times
        self._series = series

    def __len__(self) -> int:
        return len(self._times[0]) * len(self._series)

    def __contains__(self, row: object) -> bool:
        return any(row == own for own in self)

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(map(self._rows, self._series))

    @property
    def field_names(self) -> set[str]:
        """The columns that the rows have."""
        # Thousands of series share few lists of names, which are not to be looked through for each.
        return set().union(*{id(one.keys): one.keys for one in self._series}.values())

    def _rows(self, one: SeriesColumns) -> Iterator[Row]:
        # The times are the shortest columns: zip stops with the last point that has begun.
        values = zip(*map(repeat, one.before), *self._times, *map(repeat, one.after), *one.numbers, strict=False)
        rows = map(dict, map(zip, repeat(one.keys), values))
        return map(partial(_without_nulls, one.gaps), rows) if one.gaps else rows


def _without_nulls(gaps: Sequence[str], row: Row) -> Row:
    for name in gaps:
        if row[name] is None:
            del row[name]
    return row


# Rows that are handled as one: some hundred kB to 1 MB as protocol lines.
ROWS_PER_BLOCK = 1000
# Numbers that are handled as one: about 4 MB parsed and 4 MB as protocol lines, since the names come with each row.
NUMBERS_PER_BLOCK = 100_000
NO_SEGMENT_VALUE = ""
"""`segment_value` where X names no segment of an entity; never null, since it is part of the key."""

_NO_NUMBERS: Mapping[str, Any] = {"segment": None, "metrics": None}
# The longest flat name of X has some 70 characters.
_MAX_NAME = 255
# Whole numbers from here on may have been rounded when they were read as floats.
_INEXACT = 2**53


class MalformedResult(ValueError):
    """A result file whose shape is not understood: asking for it again gives the same one."""


class WrongResult(MalformedResult):
    """A result file that is damaged or answers another request: asking again may give the right one."""


def rows(
    document: Mapping[str, Any],
    request: JobRequest,
    account_id: str,
    now: datetime,
    series: tuple[int, Iterable[Any]] | None = None,
) -> Iterator[RowBlock]:
    """Yield the rows of one result file, entity by entity, in blocks of about ROWS_PER_BLOCK rows.

    A row has FIXED_COLUMNS, always, then each metric that X has a number for in that period: an array becomes
    `<metric>`, an object of arrays `<metric>_<sub>`; unknown metrics pass like known ones. A metric that is null is
    missing in the row: a destination writes NULL for it, as the row replaces its predecessor as a whole. Numbers are
    integers; 3.0 is read as 3.

    A period that X now has no numbers for must overwrite what an earlier sync wrote. So an entity without numbers, or
    one that was asked for and is missing in the file, gives one row per point with FIXED_COLUMNS alone. In a segmented
    report the segments of such an entity are unknown; its row per point has segment_name null and the segment_value
    NO_SEGMENT_VALUE, which tells the reader that rows of that entity and period from earlier syncs are void.

    What is wrong with a series is found when its turn comes, after the blocks before it.

    Args:
        document: the parsed file.
        request: what the job asked for.
        account_id: the job's account.
        now: aware; points that start later are dropped, and may be missing in the file.
        series: how many series the file has, and these in its order; None if the document holds them. A document that
            does not has empty objects in their places.

    Raises:
        MalformedResult: if the file is not of the documented shape.
        WrongResult: if it is not the answer to this job.
    """
    points = _points(document, request, account_id, now)
    counts = _series_counts(document, request.entity_ids)
    held = [one for item in document["data"] for one in item.get("id_data") or ()]
    number_of_series, elements = series or (len(held), held)
    if number_of_series != sum(counts.values()):
        raise MalformedResult("The result file holds data, or id_data of an entity, twice.")
    if not points:
        return
    times = tuple(zip(*points, strict=True))
    unsegmented = _echo(document).get("segmentation_type", "") is None
    reader = _SeriesReader(request, account_id, document["time_series_length"], unsegmented)
    source = iter(elements)
    block: list[SeriesColumns] = []
    numbers = 0
    for entity_id, count in counts.items():
        for one in reader.series(entity_id, islice(source, count) if count else (_NO_NUMBERS,)):
            block.append(one)
            numbers += len(one.numbers) * len(points)
            if (len(block) + 1) * len(points) > ROWS_PER_BLOCK or numbers >= NUMBERS_PER_BLOCK:
                yield RowBlock(times, block)
                block, numbers = [], 0
    if block:
        yield RowBlock(times, block)


def _series_counts(document: Mapping[str, Any], asked: Collection[str]) -> dict[str, int]:
    """Return how many series each entity of a file has; entities that were asked for and are missing have none.

    Raises:
        MalformedResult: if an entity is there twice or was not asked for, or `data` is not of the documented shape.
    """
    data = document.get("data")
    if not isinstance(data, list):
        raise MalformedResult(f"The result file's data is {_kind(data)} where a list is expected.")
    wanted = set(asked)
    counts: dict[str, int] = {}
    for item in data:
        try:
            entity_id = text_of(item, "id")
        except (AttributeError, KeyError, TypeError) as error:
            raise MalformedResult(f"The result file's data holds {shown(item)} where an entity is expected.") from error
        if entity_id not in wanted:
            raise WrongResult(f"The result file holds the entity {entity_id!r}, which was not asked for.")
        if entity_id in counts:
            raise MalformedResult(f"The result file holds the entity {entity_id!r} twice.")
        id_data = item.get("id_data")
        if id_data is not None and not isinstance(id_data, list):
            raise MalformedResult(f"id_data of entity {entity_id!r} is {_kind(id_data)} where a list is expected.")
        for one in id_data or ():
            if not isinstance(one, Mapping):
                what = f"id_data of entity {entity_id!r} holds {shown(one)}"
                raise MalformedResult(f"{what} where an object is expected.")
        counts[entity_id] = len(id_data or ())
    return {**counts, **{entity_id: 0 for entity_id in asked if entity_id not in counts}}


def _points(document: object, request: JobRequest, account_id: str, now: datetime) -> list[Point]:
    """Return the points that have begun, of a file that answers to this job."""
    if not isinstance(document, Mapping):
        raise MalformedResult(f"The result file is {_kind(document)} where an object is expected.")
    count = document.get("time_series_length")
    if not isinstance(count, int) or isinstance(count, bool):
        raise MalformedResult(f"The result file's time_series_length is {shown(count)} where a number is expected.")
    echo, definition = _echo(document), request.definition
    expected = {
        "account_id": account_id,
        "entity": definition.entity,
        "granularity": definition.granularity,
        "placement": request.placement,
        "metric_groups": list(definition.metric_groups),
        "segmentation_type": definition.segmentation,
        "country": request.country,
        "platform": request.platform,
    }
    for key, value in expected.items():
        # A null says nothing: X prints it for parameters that it leaves out elsewhere (docs/x-ads-api.md §2.1 rule 3).
        if echo.get(key) is not None and _comparable(echo[key]) != _comparable(value):
            raise WrongResult(f"The result file answers for {key} {shown(echo[key])} where {value!r} was asked.")
    start, end = (_text(echo.get(key)) for key in ("start_time", "end_time"))
    try:
        return begun_points(request.window, definition.granularity, start, end, count, now)
    except ValueError as error:
        raise WrongResult(f"The result file's period is not that of its job: {error}") from error


def _echo(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request that the file repeats, as far as it does."""
    asked = document.get("request")
    params = asked.get("params") if isinstance(asked, Mapping) else None
    return params if isinstance(params, Mapping) else {}


@dataclass
class _SeriesReader:
    """Turns the series of one file into columns and checks their shape.

    Attributes:
        count: the points of the file.
        unsegmented: whether the file says that nothing splits it.
    """

    request: JobRequest
    account_id: str
    count: int
    unsegmented: bool
    # Thousands of series share few shapes.
    keys: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    def series(self, entity_id: str, elements: Iterable[Mapping[str, Any]]) -> Iterator[SeriesColumns]:
        """Yield the columns of each element of an entity's id_data."""
        request, definition = self.request, self.request.definition
        before = (self.account_id, definition.entity, entity_id, request.placement, definition.granularity)
        found: set[str | None] = set()
        for element in elements:
            name, value = self._segment(entity_id, element.get("segment"))
            if value in found:
                raise MalformedResult(f"The result file holds segment {value!r} of entity {entity_id!r} twice.")
            found.add(value)
            names: list[str] = []
            columns: list[list[Any]] = []
            gaps: list[str] = []
            metrics = element.get("metrics")
            if metrics is not None:
                self._flatten(entity_id, "", metrics, names, columns)
                if not _hold_integers(columns):
                    names, columns, gaps = self._mended(entity_id, names, columns)
            if names and self.unsegmented and value == NO_SEGMENT_VALUE:
                asked = f"where {definition.segmentation} was asked"
                raise WrongResult(f"The result file answers for no segment {asked}: entity {entity_id!r} is not split.")
            after = (definition.segmentation, name, value, request.country, request.platform)
            yield SeriesColumns(self._all_keys(entity_id, names), before, after, columns, gaps)

    def _segment(self, entity_id: str, segment: object) -> tuple[str | None, str | None]:
        if not self.request.definition.segmented:
            if segment is not None:
                what = f"Entity {entity_id!r} is split by {shown(segment)}"
                raise MalformedResult(f"{what} where no segment was asked for.")
            return None, None
        if segment is None:
            return None, NO_SEGMENT_VALUE
        if not isinstance(segment, Mapping):
            raise MalformedResult(f"Entity {entity_id!r} has the segment {shown(segment)} where an object is expected.")
        parts = segment.get("segment_name"), segment.get("segment_value")
        if any(type(part) not in (str, int, NoneType) for part in parts):
            raise MalformedResult(f"The segment of entity {entity_id!r} is {shown(segment)}, neither text nor number.")
        name, value = (None if part is None else str(part) for part in parts)
        value = name if value is None else value
        return name, NO_SEGMENT_VALUE if value is None else value

    def _all_keys(self, entity_id: str, names: list[str]) -> tuple[str, ...]:
        shape = tuple(names)
        if shape not in self.keys:
            keys = (*FIXED_COLUMNS, *shape)
            if len(set(keys)) < len(keys):
                raise MalformedResult(f"Two columns of entity {entity_id!r} have the same name.")
            self.keys[shape] = keys
        return self.keys[shape]

    def _flatten(
        self, entity_id: str, prefix: str, metrics: object, names: list[str], columns: list[list[Any]]
    ) -> None:
        """Add the metrics that are not null."""
        if not isinstance(metrics, Mapping):
            raise MalformedResult(f"metrics of entity {entity_id!r} is {shown(metrics)} where an object is expected.")
        if len(prefix) > _MAX_NAME:
            raise MalformedResult(f"A metric of entity {entity_id!r} has a name of more than {_MAX_NAME} characters.")
        count = self.count
        for key, value in metrics.items():
            name = prefix + key
            if isinstance(value, list) and len(value) == count:
                names.append(name)
                columns.append(value)
            elif isinstance(value, dict):
                self._flatten(entity_id, f"{name}_", value, names, columns)
            elif value is not None:
                found = f"{len(value)} numbers" if isinstance(value, list) else shown(value)
                raise MalformedResult(
                    f"Metric {name!r} of entity {entity_id!r} has {found} where a list of {count} numbers is expected."
                )

    def _mended(
        self, entity_id: str, names: list[str], columns: list[list[Any]]
    ) -> tuple[list[str], list[list[Any]], list[str]]:
        """Return the metrics that have numbers, their columns, and those with nulls between their numbers."""
        kept_names: list[str] = []
        kept: list[list[Any]] = []
        gaps: list[str] = []
        for name, column in zip(names, columns, strict=True):
            numbers = [value if type(value) is int else _whole(entity_id, name, value) for value in column]
            nulls = numbers.count(None)
            if nulls < self.count:
                kept_names.append(name)
                kept.append(numbers)
                gaps.extend([name] if nulls else ())
        return kept_names, kept, gaps


def _hold_integers(columns: list[list[Any]]) -> bool:
    """Return whether columns hold integers alone: written as JSON nothing else is left of them than their brackets.

    A look at the type of each number would take 3 % of a report's time.
    """
    try:
        left = orjson.dumps(columns).translate(None, b"0123456789,-")
    except TypeError:  # lists that are nested too deep
        return False
    return left == b"[" + b"[]" * len(columns) + b"]"


def _whole(entity_id: str, name: str, value: object) -> int | None:
    """Return a value of a metric as an integer; X's counts and micros are whole (docs/x-ads-api.md §7.3, §7.5)."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < _INEXACT:
        return int(value)
    raise MalformedResult(
        f"Metric {name!r} of entity {entity_id!r} has {shown(value)} where a whole number of 64 bits is expected."
    )


def _comparable(value: object) -> str:
    """A parameter in the one form that differs only if the parameter does; lists in any order, as lists or text."""
    parts = value if isinstance(value, list) else str(value).split(",")
    return ",".join(sorted(map(str, parts))).lower()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _kind(value: object) -> str:
    return "missing or null" if value is None else f"of type {type(value).__name__}"

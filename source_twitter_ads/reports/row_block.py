# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rows that are kept as the columns they came in, and made one by one when they are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, repeat
from typing import Any

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

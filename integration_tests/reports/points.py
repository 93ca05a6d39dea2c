# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The keys that a report must have, with the instants of each.

Computed from the zone data alone, without the connector and the emulator.

Source: docs/x-ads-api.md §7.1, §7.3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

Record = Mapping[str, Any]
#: entity_id, placement, segment_value, country.
Series = tuple[str, str, str | None, str | None]


@dataclass(frozen=True)
class Period:
    """Whole days of one account, both ends included, in one reading of plain dates.

    Attributes:
        zone: IANA name.
        first, last: local days.
        today: whether X reads plain dates with today's offset instead of each day's.
    """

    zone: str
    first: str
    last: str
    today: bool = False

    @property
    def days(self) -> list[date]:
        """The days and the day after the last."""
        first, last = date.fromisoformat(self.first), date.fromisoformat(self.last)
        return [first + timedelta(n) for n in range((last - first).days + 2)]

    def midnight(self, day: date) -> datetime:
        """The UTC instant at which X begins a day."""
        zone = ZoneInfo(self.zone)
        if self.today:
            offset = datetime.now(zone).utcoffset() or timedelta()
            return datetime.combine(day, time(), timezone.utc) - offset
        return datetime.combine(day, time(), zone).astimezone(timezone.utc)

    def own(self) -> Period:
        """The same days, each with its own offset; HOUR windows use it in both readings of dates."""
        return Period(self.zone, self.first, self.last)

    def points(self, granularity: str) -> set[tuple[str, str, str]]:
        """(date, start_time, end_time) of each point."""
        days = self.days
        if granularity == "DAY":
            bounds = [(day, self.midnight(day), self.midnight(day + timedelta(1))) for day in days[:-1]]
            return {(day.isoformat(), _printed(start), _printed(end)) for day, start, end in bounds}
        if granularity == "TOTAL":
            return {(days[0].isoformat(), _printed(self.midnight(days[0])), _printed(self.midnight(days[-1])))}
        first, end = self.hours()
        points = set()
        while first < end:
            later = first + timedelta(hours=1)
            points.add((first.astimezone(ZoneInfo(self.zone)).date().isoformat(), _printed(first), _printed(later)))
            first = later
        return points

    def hours(self) -> tuple[datetime, datetime]:
        """The whole UTC hours that the days touch."""
        own, days = self.own(), self.days
        end = own.midnight(days[-1])
        whole = end.replace(minute=0)
        return own.midnight(days[0]).replace(minute=0), whole if whole == end else whole + timedelta(hours=1)


def _printed(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def row_set(records: Iterable[Record]) -> Counter[tuple[Any, ...]]:
    """Counts of rows by their keys and times."""
    return Counter(
        (r["entity_id"], r["placement"], r["segment_value"], r["country"], r["date"], r["start_time"], r["end_time"])
        for r in records
    )


def expected_row_set(series: Iterable[Series], points: Iterable[tuple[str, str, str]]) -> Counter[tuple[Any, ...]]:
    """One row per series and point."""
    return Counter((*one, *point) for one in series for point in points)

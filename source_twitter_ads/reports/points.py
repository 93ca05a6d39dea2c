# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The points of a result file: which date and which instants each number of its arrays stands for.

A result file carries no timestamps (docs/x-ads-api.md §7.3); they follow from the window that was asked for and from
the
instants that X says it resolved (`request.params`, the echo). Pure: touches no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from typing import NamedTuple

from source_twitter_ads.reports.calendar import DAY, HOUR, AccountCalendar, iso, midnight

Span = tuple[datetime, datetime]
Midnights = Callable[[date], datetime]

# X turns dates into instants when a job is created, which may be hours before or after the moment of the sync.
_AROUND_NOW = (timedelta(), -DAY, DAY)


class Point(NamedTuple):
    """One point of a time series: local date "2026-03-01", UTC start and exclusive end "2026-03-01T08:00:00Z"."""

    date: str
    start_time: str
    end_time: str


def hour_points(calendar: AccountCalendar, own: Span, echo: Span | None, count: int, now: datetime) -> list[Point]:
    """One point per UTC hour of `own`, dated by the account-local day in which the hour starts.

    Raises:
        ValueError: if the echo is another period, or count fits neither the hours nor those that have begun.
    """
    if echo is not None and echo != own and not _ends_at_present(echo, own, now):
        raise _other_period(echo, own)
    day = calendar.local_date(own[0])
    next_day = calendar.day_start(day + DAY)
    points = []
    for index in range(int((own[1] - own[0]) / HOUR)):
        start = own[0] + index * HOUR
        while start >= next_day:
            day += DAY
            next_day = calendar.day_start(day + DAY)
        points.append(Point(day.isoformat(), iso(start), iso(start + HOUR)))
    return _counted(points, count, now, "hours", own)


def total_point(
    calendar: AccountCalendar, days: tuple[date, date], own: Span, echo: Span | None, count: int, now: datetime
) -> list[Point]:
    """The single point of a TOTAL window, with the instants that X resolved when it says them.

    Raises:
        ValueError: if the echo is another period or count is not 1.
    """
    first, end = days
    midnights = _reading(calendar, days, own, echo, now)
    point = Point(first.isoformat(), iso(midnights(first)), iso(midnights(end)))
    return _counted([point], count, now, "point", own)


def day_points(
    calendar: AccountCalendar, days: tuple[date, date], own: Span, echo: Span | None, count: int, now: datetime
) -> list[Point]:
    """One point per local date of `days` (end exclusive), each with its bounds as X read the dates.

    Raises:
        ValueError: if the echo is another period, or count fits neither the dates nor those that have begun.
    """
    midnights = _reading(calendar, days, own, echo, now)
    first, end = days
    dates = [first + index * DAY for index in range((end - first).days)]
    bounds = [midnights(day) for day in (*dates, end)]
    points = [
        Point(day.isoformat(), iso(start), iso(stop))
        for day, start, stop in zip(dates, bounds, bounds[1:], strict=False)
        if start < stop  # a day that the zone left out has no length and no point
    ]
    return _counted(points, count, now, "days", own)


def _reading(
    calendar: AccountCalendar, days: tuple[date, date], own: Span, echo: Span | None, now: datetime
) -> Midnights:
    """How X has turned the dates into instants, by its echo; the account's own calendar where it does not say."""
    if echo is None:
        return calendar.day_start
    readings = [(reading, (reading(days[0]), reading(days[1]))) for reading in _readings(calendar, days[0], now)]
    for reading, period in readings:
        if echo == period:
            return reading
    for reading, period in readings:
        if _ends_at_present(echo, period, now):
            return reading
    raise _other_period(echo, own)


def _readings(calendar: AccountCalendar, first: date, now: datetime) -> Iterator[Midnights]:
    """The documented ways to read plain dates (docs/x-ads-api.md §7.1): each day's own offset, or today's for all days.

    Days before the account's move may be those of its zone of then or of today (§2.5, §7.9).
    """
    yield calendar.day_start
    for zone in (calendar.zone_of(first), calendar.zone):
        yield partial(midnight, zone)
        for around in _AROUND_NOW:
            yield partial(_midnight_by, (now + around).astimezone(zone).utcoffset() or timedelta())


def _ends_at_present(echo: Span, period: Span, now: datetime) -> bool:
    """Whether X answered for as much of a period as is over; its documents do not say that it may."""
    return echo[0] == period[0] and now - HOUR <= echo[1] < period[1]


def _midnight_by(offset: timedelta, day: date) -> datetime:
    return datetime.combine(day, time(), timezone.utc) - offset


def _counted(points: list[Point], count: int, now: datetime, unit: str, own: Span) -> list[Point]:
    """The points that a file of `count` has: all, or those up to the present, since X knows no numbers beyond it."""
    begun = iso(now.astimezone(timezone.utc))
    if count > len(points) or any(point.start_time <= begun for point in points[count:]):
        raise ValueError(f"the file holds {count} points, but {_named(own)} has {len(points)} {unit}.")
    return points[:count]


def _other_period(echo: Span, own: Span) -> ValueError:
    return ValueError(f"X answered for {_named(echo)} where {_named(own)} was asked.")


def _named(span: Span) -> str:
    return f"{iso(span[0])} to {iso(span[1])}"

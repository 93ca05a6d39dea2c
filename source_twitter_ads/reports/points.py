# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The points of a result file: which date and which instants each number of its arrays stands for.

A result file carries no timestamps (x-ads-api.md §7.3); they follow from the window that was asked for and from the
instants that X says it resolved (`request.params`, the echo). Pure: touches no network.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from source_twitter_ads.reports.account_calendar import DAY, HOUR, AccountCalendar, iso, midnight

Span = tuple[datetime, datetime]

# No two zones are further apart than this, so no reading of a plain date can be.
_WIDEST_ZONE_DIFFERENCE = timedelta(hours=26)


class Point(NamedTuple):
    """One point of a time series: local date "2026-03-01", UTC start and exclusive end "2026-03-01T08:00:00Z"."""

    date: str
    start_time: str
    end_time: str


def hour_points(calendar: AccountCalendar, own: Span, echo: Span | None, count: int) -> list[Point]:
    """One point per UTC hour of `own`, dated by the account-local day in which the hour starts.

    Raises:
        ValueError: if the echo is another period or count is not the number of hours.
    """
    if echo is not None and echo != own:
        raise ValueError(f"X answered for {_named(echo)} where {_named(own)} was asked.")
    _check_count(count, int((own[1] - own[0]) / HOUR), "hours", own)
    day = calendar.local_date(own[0])
    next_day = calendar.day_start(day + DAY)
    points = []
    for index in range(count):
        start = own[0] + index * HOUR
        while start >= next_day:
            day += DAY
            next_day = calendar.day_start(day + DAY)
        points.append(Point(day.isoformat(), iso(start), iso(start + HOUR)))
    return points


def total_point(first: date, own: Span, echo: Span | None, count: int) -> list[Point]:
    """The single point of a TOTAL window, with the instants that X resolved when it says them.

    Raises:
        ValueError: if the echo is another period or count is not 1.
    """
    _check_echo(own, echo)
    _check_count(count, 1, "point", own)
    start, end = echo or own
    return [Point(first.isoformat(), iso(start), iso(end))]


def day_points(
    calendar: AccountCalendar, days: tuple[date, date], own: Span, echo: Span | None, count: int
) -> list[Point]:
    """One point per local date of `days` (end exclusive); see `Window.points` for the two readings of the echo.

    Raises:
        ValueError: if the echo is another period or count is not the number of dates.
    """
    _check_echo(own, echo)
    first, end = days
    dates = [first + index * DAY for index in range((end - first).days)]
    bounds = _day_bounds(calendar, [*dates, end], echo)
    points = [
        Point(day.isoformat(), iso(start), iso(stop))
        for day, start, stop in zip(dates, bounds, bounds[1:], strict=False)
        if start < stop  # a day that the zone left out has no length and no point
    ]
    _check_count(count, len(points), "days", own)
    return points


def _day_bounds(calendar: AccountCalendar, dates: list[date], echo: Span | None) -> list[datetime]:
    if echo is None:
        return [calendar.day_start(day) for day in dates]
    # X may read the days before the account's move in the zone of then or in that of today.
    for zone in (calendar.zone_of(dates[0]), calendar.zone):
        if echo == (midnight(zone, dates[0]), midnight(zone, dates[-1])):
            return [midnight(zone, day) for day in dates]
    return [*(echo[0] + index * DAY for index in range(len(dates) - 1)), echo[1]]


def _check_echo(own: Span, echo: Span | None) -> None:
    if echo is not None and max(abs(echo[0] - own[0]), abs(echo[1] - own[1])) > _WIDEST_ZONE_DIFFERENCE:
        raise ValueError(f"X answered for {_named(echo)} where {_named(own)} was asked.")


def _check_count(count: int, expected: int, unit: str, own: Span) -> None:
    if count != expected:
        raise ValueError(f"the file holds {count} points, but {_named(own)} has {expected} {unit}.")


def _named(span: Span) -> str:
    return f"{iso(span[0])} to {iso(span[1])}"

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The points of a result file: which date and which instants each number of its arrays stands for.

A result file carries no timestamps (docs/x-ads-api.md §7.3); they follow from the window that was asked for and from
the instants that X says it resolved (`request.params`, the echo). Pure: touches no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from source_twitter_ads.reports.calendar import ONE_DAY, ONE_HOUR, AccountCalendar, iso, midnight, parse_instant
from source_twitter_ads.reports.options import DAY, HOUR
from source_twitter_ads.reports.windows import Span, Window, is_plain_date

# How X turns the bounds that it is sent into instants.
Reading = Callable[[date], datetime]


class Point(NamedTuple):
    """One point of a time series: local date "2026-03-01", UTC start and exclusive end "2026-03-01T08:00:00Z"."""

    date: str
    start_time: str
    end_time: str


def begun_points(
    window: Window, granularity: str, echo_start: str | None, echo_end: str | None, count: int, now: datetime
) -> list[Point]:
    """Name the points of a result file that have begun; X knows no numbers beyond the present and may leave these out.

    DAY points are labelled by counting local dates from the window's first. The echo tells how X has read the dates
    (docs/x-ads-api.md §7.1): by each day's own offset, so that days have 23 or 25 hours at a clock change, or by
    today's, so that all have 24. HOUR points are UTC hours and `date` is the account-local day of the hour's start.
    TOTAL is one point.

    The echo is `request.params` of the file, where None says nothing, and `count` its `time_series_length`. `now` is
    the moment of the sync, aware.

    Raises:
        ValueError: if the echo is another period, or count fits neither the window's points nor those that have begun.
    """
    read = _reading(window, echo_start, echo_end, now)
    unit = {DAY: ONE_DAY, HOUR: ONE_HOUR}.get(granularity, window.end - window.start)
    starts = [window.start + index * unit for index in range((window.end - window.start) // unit)]
    instants = [read(bound) for bound in (*starts, window.end)]
    dates = _local_dates(window.calendar, instants[:-1]) if granularity == HOUR else starts
    points = [
        Point(day.isoformat(), start, end)
        for day, (start, end) in zip(dates, pairwise(map(iso, instants)), strict=True)
        if start < end  # a day that the zone left out has no length and no point
    ]
    present = iso(now.astimezone(timezone.utc))
    begun = [point for point in points if point.start_time <= present]
    if not len(begun) <= count <= len(points):
        own = _named((window.start_utc, window.end_utc))
        raise ValueError(f"the file holds {count} points, but {own} has {len(points)} by {granularity}.")
    return begun


def _local_dates(calendar: AccountCalendar, hours: Sequence[datetime]) -> Iterator[date]:
    """The account-local days in which consecutive hours start."""
    day = calendar.local_date(hours[0])
    next_start = calendar.day_start(day + ONE_DAY)
    for hour in hours:
        while hour >= next_start:
            day += ONE_DAY
            next_start = calendar.day_start(day + ONE_DAY)
        yield day


def _reading(window: Window, echo_start: str | None, echo_end: str | None, now: datetime) -> Reading:
    """How X has turned the bounds into instants, by its echo; the account's own calendar where it does not say.

    Raises:
        ValueError: if the echo is another period.
    """
    if not echo_start or not echo_end or is_plain_date(echo_start) or is_plain_date(echo_end):
        asked = ((echo_start, window.request_start), (echo_end, window.request_end))
        if isinstance(window.start, datetime) or all(
            echo == sent for echo, sent in asked if echo and is_plain_date(echo)
        ):
            return window.instant
        sent = f"{window.request_start} to {window.request_end}"
        raise ValueError(f"X answered for {echo_start} to {echo_end} where {sent} was asked.")
    echo = parse_instant(echo_start), parse_instant(echo_end)
    for read in _readings(window, now):
        if echo == (read(window.start), read(window.end)):
            return read
    # X's documents do not say that it answers for as much of a period as is over, but it may.
    for read in _readings(window, now):
        if echo[0] == read(window.start) and now - ONE_HOUR <= echo[1] < read(window.end):
            return read
    raise ValueError(f"X answered for {_named(echo)} where {_named((window.start_utc, window.end_utc))} was asked.")


def _readings(window: Window, now: datetime) -> Iterator[Reading]:
    """The documented ways to read plain dates (docs/x-ads-api.md §7.1): each day's own offset, or today's for all days.

    Days before the account's move may be those of its zone of then or of today (§2.5, §7.9).
    """
    yield window.instant
    if isinstance(window.start, datetime):
        return
    for zone in (window.calendar.zone_of(window.start), window.calendar.zone):
        yield partial(midnight, zone)
        # X turns dates into instants when a job is created, which may be hours before or after the moment of the sync.
        for moment in (now, now - ONE_DAY, now + ONE_DAY):
            yield partial(midnight, timezone(moment.astimezone(zone).utcoffset() or timedelta()))


def _named(span: Span) -> str:
    return f"{iso(span[0])} to {iso(span[1])}"

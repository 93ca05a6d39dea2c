# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The periods that report jobs ask for. Pure: touches no network.

Rules: docs/x-ads-api.md §7.1 (alignment, plain dates), §7.2 (limits), §7.9 (restatement).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from source_twitter_ads.reports.calendar import (
    DAY,
    HOUR,
    AccountCalendar,
    ceil_hour,
    floor_hour,
    iso,
    parse_instant,
    parse_written,
)
from source_twitter_ads.reports.points import Point, day_points, hour_points, total_point

__all__ = ["AccountCalendar", "Point", "Window", "plan_windows", "windows_between"]

BACKFILL_DAYS = 30
"""X advises windows of 30 days for the past; its limits are 45 segmented and 90 plain days (docs/x-ads-api.md §7.2)."""

_INSTANT = timedelta(microseconds=1)
_PLAIN_DATE_LENGTH = len("2026-03-01")

# A bound is a plain date (DAY and TOTAL) or an aware UTC datetime on a whole hour (HOUR).
Bound = TypeVar("Bound", date, datetime)


@dataclass(frozen=True)
class Window:
    """One period of an account, the end exclusive. Windows of equal bounds and calendar are equal.

    Attributes:
        start: plain date (DAY, TOTAL) or aware UTC datetime on a whole hour (HOUR).
        end: the same, exclusive.
        calendar: the account's calendar, which says what instants the dates stand for.
    """

    start: date
    end: date
    calendar: AccountCalendar = field(repr=False)

    @property
    def request_start(self) -> str:
        """`start_time` as it is sent to X: "2026-03-01" or "2026-03-01T00:00:00Z"."""
        return _sent(self.start)

    @property
    def request_end(self) -> str:
        """`end_time` as it is sent to X, exclusive."""
        return _sent(self.end)

    @property
    def start_utc(self) -> datetime:
        """The first instant, UTC, by the account's calendar with the offset of that day."""
        return self.start if isinstance(self.start, datetime) else self.calendar.day_start(self.start)

    @property
    def end_utc(self) -> datetime:
        """The instant after the last, UTC, by the account's calendar with the offset of that day."""
        return self.end if isinstance(self.end, datetime) else self.calendar.day_start(self.end)

    def points(
        self, granularity: str, echo_start: str | None, echo_end: str | None, count: int, now: datetime
    ) -> list[Point]:
        """Name the points of a result file, which carries no timestamps (docs/x-ads-api.md §7.3).

        DAY points are labelled by counting local dates from the window's first. The echo tells how X has read the
        dates (docs/x-ads-api.md §7.1): by each day's own offset, so that days have 23 or 25 hours at a clock change,
        or by
        today's, so that all have 24. HOUR points are UTC hours and `date` is the account-local day of the hour's start.
        TOTAL is one point. Points that start after `now` may be missing at the end.

        Args:
            granularity: DAY, HOUR or TOTAL.
            echo_start: `request.params.start_time` of the file; None says nothing.
            echo_end: `request.params.end_time` of the file.
            count: `time_series_length` of the file.
            now: the moment of the sync, aware.

        Raises:
            ValueError: if echo or count do not fit the window.
        """
        own = (self.start_utc, self.end_utc)
        echo = _echo(echo_start, echo_end)
        if granularity == "HOUR":
            return hour_points(self.calendar, own, echo, count, now)
        if echo is None and not self._is_echo(echo_start, echo_end):
            asked = f"{self.request_start} to {self.request_end}"
            raise ValueError(f"X answered for {echo_start} to {echo_end} where {asked} was asked.")
        points = total_point if granularity == "TOTAL" else day_points
        return points(self.calendar, (self.start, self.end), own, echo, count, now)

    def _is_echo(self, start: str | None, end: str | None) -> bool:
        """Whether plain dates of an echo are those that were asked for."""
        pairs = ((start, self.request_start), (end, self.request_end))
        return all(text.strip() == asked for text, asked in pairs if text and _is_plain_date(text))


def plan_windows(
    calendar: AccountCalendar,
    granularity: str,
    *,
    start: str,
    end: str | None,
    now: datetime,
    bookmark: datetime | None,
    attribution_days: int,
    max_days: int = 30,
) -> list[Window]:
    """The windows that a sync reads, oldest first: consecutive, without gap or overlap, each at most `max_days` long.

    The running day does not count: a window of BACKFILL_DAYS holds it besides, except on the grid of TOTAL.
    No window spans the account's move to another zone. DAY and TOTAL reach to the end of the running local day, HOUR
    to the end of the running hour. TOTAL windows lie on a fixed grid of `max_days` from `start`; those that overlap
    the period to read are returned whole (the last is cut at the end), so that a later sync writes over them.

    Args:
        calendar: the account's calendar.
        granularity: DAY, HOUR or TOTAL.
        start: start_date as configured, a date or date-time. For DAY and TOTAL the calendar day as it is written, in
            every account; for HOUR that instant (a plain date: the account's midnight).
        end: end_date as configured. A plain date includes that day; a date-time is exclusive: for HOUR that instant,
            for DAY and TOTAL as it is written, so that T00:00:00 leaves its day out and a later time includes it.
        now: aware.
        bookmark: the instant up to which an earlier sync has closed its windows. The local day (HOUR: the hour) that
            holds it is read again, and so are the `attribution_days` local days before that one.
        attribution_days: 0–90.
        max_days: calendar days per window; HOUR windows have 24 times as many hours.

    Raises:
        ValueError: if start, end or the calendar's zone cannot be read.
    """
    bookmark = min(bookmark, now) if bookmark is not None else None
    if granularity == "HOUR":
        first = begin = _first_hour(calendar, start)
        if bookmark is not None:
            first = max(begin, _reread_hour(calendar, bookmark, attribution_days))
        hours = _cut(calendar, first, _last_hour(calendar, end, now), first, timedelta(days=max_days))
        return _with_running_day(hours, floor_hour(calendar.day_start(calendar.local_date(now))), max_days)
    first_day = begin_day = _first_day(start)
    if bookmark is not None:
        first_day = max(begin_day, calendar.local_date(bookmark) - attribution_days * DAY)
    grid = begin_day if granularity == "TOTAL" else first_day
    days = _cut(calendar, first_day, _last_day(calendar, end, now), grid, timedelta(days=max_days))
    return days if granularity == "TOTAL" else _with_running_day(days, calendar.local_date(now), max_days)


def windows_between(
    calendar: AccountCalendar,
    granularity: str,
    start_utc: datetime,
    end_utc: datetime,
    *,
    grid_start: str,
    grid_end: str | None = None,
    now: datetime,
    max_days: int = 30,
) -> list[Window]:
    """The windows that cover every day or hour touched by [start_utc, end_utc), for corrections to older periods.

    Alignment and, for TOTAL, the grid are those of `plan_windows` with `start=grid_start, end=grid_end`: a TOTAL window
    here equals the one there, and nothing lies before the start or after the end.

    Raises:
        ValueError: as `plan_windows`.
    """
    last_instant = max(start_utc, end_utc - _INSTANT)
    step = timedelta(days=max_days)
    if granularity == "HOUR":
        first = max(_first_hour(calendar, grid_start), floor_hour(start_utc))
        last = min(_last_hour(calendar, grid_end, now), floor_hour(last_instant) + HOUR)
        return _cut(calendar, first, last, first, step)
    begin_day, limit = _first_day(grid_start), _last_day(calendar, grid_end, now)
    first_day = max(begin_day, calendar.local_date(start_utc))
    last_day = min(limit, calendar.local_date(last_instant) + DAY)
    if granularity != "TOTAL":
        return _cut(calendar, first_day, last_day, first_day, step)
    return [window for window in _cut(calendar, first_day, limit, begin_day, step) if window.start < last_day]


def _cut(calendar: AccountCalendar, first: Bound, end: Bound, grid: Bound, step: timedelta) -> list[Window]:
    """Cut [first, end) along the lines grid + n × step and at the account's move; the first cell is kept whole."""
    switch = _move(calendar, first)
    windows: list[Window] = []
    at = grid + ((first - grid) // step) * step
    while at < end and first < end:
        cell_end = min(grid + ((at - grid) // step + 1) * step, end)
        if switch is not None and at < switch < cell_end:
            cell_end = switch
        if cell_end > first:
            windows.append(Window(at, cell_end, calendar))
        at = cell_end
    return windows


def _move(calendar: AccountCalendar, bound: Bound) -> Bound | None:
    """Where windows with such bounds end because the account moves to another zone."""
    return calendar.switch_hour if isinstance(bound, datetime) else calendar.switch_day


def _with_running_day(windows: list[Window], today: Bound, max_days: int) -> list[Window]:
    """Let the running day join the window before it, so that 30 days and today are one window and not two."""
    if len(windows) < 2 or max_days < BACKFILL_DAYS or windows[-1].start < today:
        return windows
    *others, before, last = windows
    if last.start == _move(last.calendar, last.start):
        return windows
    return [*others, replace(before, end=last.end)]


def _sent(bound: date) -> str:
    return iso(bound) if isinstance(bound, datetime) else bound.isoformat()


def _echo(start: str | None, end: str | None) -> tuple[datetime, datetime] | None:
    if not start or not end or _is_plain_date(start) or _is_plain_date(end):
        return None
    return parse_instant(start), parse_instant(end)


def _is_plain_date(text: str) -> bool:
    return len(text.strip()) == _PLAIN_DATE_LENGTH


def _written_day(text: str) -> date:
    return date.fromisoformat(text.strip()[:_PLAIN_DATE_LENGTH])


def _first_day(start: str) -> date:
    return _written_day(start)


def _first_hour(calendar: AccountCalendar, start: str) -> datetime:
    instant = calendar.day_start(_written_day(start)) if _is_plain_date(start) else parse_instant(start)
    return floor_hour(instant)


def _reread_hour(calendar: AccountCalendar, bookmark: datetime, attribution_days: int) -> datetime:
    if attribution_days == 0:
        return floor_hour(bookmark)
    return floor_hour(calendar.day_start(calendar.local_date(bookmark) - attribution_days * DAY))


def _last_day(calendar: AccountCalendar, end: str | None, now: datetime) -> date:
    tomorrow = calendar.local_date(now) + DAY
    if end is None:
        return tomorrow
    excluded = not _is_plain_date(end) and parse_written(end).time() == time.min
    return min(tomorrow, _written_day(end) + (0 if excluded else 1) * DAY)


def _last_hour(calendar: AccountCalendar, end: str | None, now: datetime) -> datetime:
    if end is None:
        return ceil_hour(now)
    instant = calendar.day_start(_written_day(end) + DAY) if _is_plain_date(end) else parse_instant(end)
    return ceil_hour(min(instant, now))

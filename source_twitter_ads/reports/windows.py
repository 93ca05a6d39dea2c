# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The periods that report jobs ask for. Pure: touches no network.

Rules: docs/x-ads-api.md §7.1 (alignment, plain dates), §7.2 (limits), §7.9 (restatement).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from source_twitter_ads.reports.calendar import (
    ONE_DAY,
    ONE_HOUR,
    AccountCalendar,
    ceil_hour,
    floor_hour,
    iso,
    parse_instant,
)
from source_twitter_ads.reports.options import HOUR, TOTAL

__all__ = ["AccountCalendar", "Span", "Window", "is_plain_date", "plan_windows", "windows_between"]

BACKFILL_DAYS = 30
"""X advises windows of 30 days for the past; its limits are 45 segmented and 90 plain days (docs/x-ads-api.md §7.2)."""

Span = tuple[datetime, datetime]
_PLAIN_DATE_LENGTH = len("2026-03-01")


@dataclass(frozen=True)
class Window:
    """One period of an account, the end exclusive. Windows of equal bounds and calendar are equal.

    Attributes:
        start: plain date (DAY, TOTAL) or aware UTC datetime on a whole hour (HOUR), like every bound here.
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
        return self.instant(self.start)

    @property
    def end_utc(self) -> datetime:
        """The instant after the last, UTC, by the account's calendar with the offset of that day."""
        return self.instant(self.end)

    def instant(self, bound: date) -> datetime:
        """The instant of a bound, UTC, by the account's calendar with the offset of that day."""
        return bound if isinstance(bound, datetime) else self.calendar.day_start(bound)


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
    begin, limit = _limits(calendar, granularity, start, end, now)
    first = begin
    if bookmark is not None:
        reread = min(bookmark, now)
        if attribution_days:
            reread = calendar.day_start(calendar.local_date(reread) - attribution_days * ONE_DAY)
        first = max(begin, _bound_at(calendar, granularity, reread))
    if granularity == TOTAL:
        return _cut(calendar, first, limit, begin, max_days)
    today = _bound_at(calendar, granularity, calendar.day_start(calendar.local_date(now)))
    return _with_running_day(_cut(calendar, first, limit, first, max_days), today, max_days)


def windows_between(
    calendar: AccountCalendar,
    granularity: str,
    start_utc: datetime,
    end_utc: datetime,
    *,
    start: str,
    end: str | None,
    now: datetime,
    max_days: int = 30,
) -> list[Window]:
    """The windows that cover every day or hour touched by [start_utc, end_utc), for corrections to older periods.

    Alignment and, for TOTAL, the grid are those of `plan_windows`: a TOTAL window here equals the one there, and
    nothing lies before the start or after the end.

    Raises:
        ValueError: as `plan_windows`.
    """
    begin, limit = _limits(calendar, granularity, start, end, now)
    first = max(begin, _bound_at(calendar, granularity, start_utc))
    last_instant = max(start_utc, end_utc - timedelta.resolution)
    unit = ONE_HOUR if granularity == HOUR else ONE_DAY
    last = min(limit, _bound_at(calendar, granularity, last_instant) + unit)
    if granularity == TOTAL:
        return [window for window in _cut(calendar, first, limit, begin, max_days) if window.start < last]
    return _cut(calendar, first, last, first, max_days)


def is_plain_date(text: str) -> bool:
    """Whether a date or date-time is a date alone."""
    return len(text) == _PLAIN_DATE_LENGTH


def _limits(
    calendar: AccountCalendar, granularity: str, start: str, end: str | None, now: datetime
) -> tuple[date, date]:
    """The first bound that may be read, and the last one, exclusive."""
    first_day = date.fromisoformat(start[:_PLAIN_DATE_LENGTH])
    day_after = date.fromisoformat(end[:_PLAIN_DATE_LENGTH]) + ONE_DAY if end else None
    if granularity == HOUR:
        begin = calendar.day_start(first_day) if is_plain_date(start) else parse_instant(start)
        if end and day_after:
            now = min(now, calendar.day_start(day_after) if is_plain_date(end) else parse_instant(end))
        return floor_hour(begin), ceil_hour(now)
    limit = calendar.local_date(now) + ONE_DAY
    if end and day_after:
        excluded = not is_plain_date(end) and datetime.fromisoformat(end).time() == time.min
        limit = min(limit, day_after - ONE_DAY if excluded else day_after)
    return first_day, limit


def _bound_at(calendar: AccountCalendar, granularity: str, instant: datetime) -> date:
    """The start of the local day, or of the UTC hour, that holds an instant."""
    return floor_hour(instant) if granularity == HOUR else calendar.local_date(instant)


def _cut(calendar: AccountCalendar, first: date, end: date, grid: date, max_days: int) -> list[Window]:
    """Cut [first, end) along the lines grid + n × max_days and at the account's move; the first cell is kept whole."""
    step = max_days * ONE_DAY
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


def _move(calendar: AccountCalendar, bound: date) -> date | None:
    """Where windows with such bounds end because the account moves to another zone."""
    return calendar.switch_hour if isinstance(bound, datetime) else calendar.switch_day


def _with_running_day(windows: list[Window], today: date, max_days: int) -> list[Window]:
    """Let the running day join the window before it, so that 30 days and today are one window and not two."""
    if len(windows) < 2 or max_days < BACKFILL_DAYS or windows[-1].start < today:
        return windows
    *others, before, last = windows
    if last.start == _move(last.calendar, last.start):
        return windows
    return [*others, replace(before, end=last.end)]


def _sent(bound: date) -> str:
    return iso(bound) if isinstance(bound, datetime) else bound.isoformat()

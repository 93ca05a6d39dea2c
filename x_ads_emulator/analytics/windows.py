# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Resolves `start_time` and `end_time` to instants and points (docs/x-ads-api.md §2.5, §7.1, §7.2, §8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

from x_ads_emulator.analytics.calendar import THAT_DAY, TODAY, AccountCalendar
from x_ads_emulator.errors import ApiError

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MAX_DAYS: Final = 90
MAX_SEGMENTED_DAYS: Final = 45

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
#: ISO 8601 with Z, ±HHMM, ±HH:MM or ±HH (§2.5).
_INSTANT: Final = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?:Z|([+-]\d{2}):?(\d{2})?)")


@dataclass(frozen=True)
class Bound:
    """One end of a window as sent: a plain date, or an instant."""

    name: str
    text: str
    day: date | None
    instant: datetime | None

    @classmethod
    def parse(cls, params: Mapping[str, str], name: str) -> Bound:
        """The bound called `name`. Raises ApiError MISSING_PARAMETER, INVALID_PARAMETER."""
        text = params.get(name)
        if text is None:
            raise ApiError(400, "MISSING_PARAMETER", f"{name} is a required parameter", name, "")
        try:
            if _DATE.fullmatch(text):
                return cls(name, text, date.fromisoformat(text), None)
            return cls(name, text, None, _instant(text))
        except ValueError:
            message = f'Expected time, got "{text}" for {name}'
            raise ApiError(400, "INVALID_PARAMETER", message, name, text, "invalid date") from None


def _instant(text: str) -> datetime:
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    moment, hours, minutes = match.groups()
    offset = f"{hours}:{minutes or '00'}" if hours else "+00:00"
    moment = moment if len(moment) > 16 else f"{moment}:00"
    if "." in moment:
        whole, fraction = moment.split(".")
        moment = f"{whole}.{fraction[:6]:0<6}"
    return datetime.fromisoformat(moment + offset).astimezone(timezone.utc)


@dataclass(frozen=True)
class Window:
    """A resolved window.

    Attributes:
        start, end: UTC, end exclusive.
        edges: start of each point, and the end of the last: n + 1 instants.
    """

    start: datetime
    end: datetime
    edges: tuple[datetime, ...]


def resolve(
    params: Mapping[str, str], calendar: AccountCalendar, granularity: str, *, segmented: bool = False
) -> Window:
    """The window of a request. Raises ApiError INVALID_TIME_WINDOW when it is misaligned, empty or too long."""
    start, end = Bound.parse(params, "start_time"), Bound.parse(params, "end_time")
    for bound in (start, end):
        if bound.instant is not None and bound.instant != bound.instant.replace(minute=0, second=0, microsecond=0):
            raise _refused(f"{bound.name} must be a whole hour, got {bound.text}", bound)
    first = start.instant or calendar.midnight(_day(start))
    last = end.instant or calendar.midnight(_day(end))
    if last <= first:
        raise _refused("end_time must be after start_time", end)
    _check_length(start, end, last - first, MAX_SEGMENTED_DAYS if segmented else MAX_DAYS)
    if granularity == "DAY":
        return Window(first, last, _day_edges(calendar, start, end, first, last))
    return Window(first, last, (first, last) if granularity == "TOTAL" else _stepped(first, last, HOUR))


def _day(bound: Bound) -> date:
    if bound.day is None:
        raise AssertionError("a bound is either a date or an instant")
    return bound.day


def _check_length(start: Bound, end: Bound, length: timedelta, limit: int) -> None:
    # Plain dates count days of the account, which may have 23 or 25 hours.
    if start.day is not None and end.day is not None:
        length = end.day - start.day
    if length > timedelta(days=limit):
        raise _refused(f"The time window must not be longer than {limit} days", end)


def _day_edges(
    calendar: AccountCalendar, start: Bound, end: Bound, first: datetime, last: datetime
) -> tuple[datetime, ...]:
    """The midnights of the days. Both bounds must be midnights by one reading, first the configured one (§7.1)."""
    other = TODAY if calendar.reading == THAT_DAY else THAT_DAY
    for reading in (calendar.reading, other):
        first_day = calendar.day_starting_at(reading, first)
        last_day = calendar.day_starting_at(reading, last)
        if first_day is not None and last_day is not None:
            days = (last_day - first_day).days
            return tuple(calendar.midnight_by(reading, first_day + n * DAY) for n in range(days + 1))
    misaligned = start if calendar.day_starting_at(calendar.reading, first) is None else end
    message = f"{misaligned.name} must be midnight in the account's time zone for DAY granularity"
    raise _refused(message, misaligned)


def _stepped(first: datetime, last: datetime, step: timedelta) -> tuple[datetime, ...]:
    edges = [first]
    while edges[-1] < last:
        edges.append(min(edges[-1] + step, last))
    return tuple(edges)


def _refused(message: str, bound: Bound) -> ApiError:
    return ApiError(400, "INVALID_TIME_WINDOW", message, bound.name, bound.text)

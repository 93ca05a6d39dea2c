# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The calendar of an ad account: which instants make a local day. Pure: touches no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

import pendulum

ONE_DAY = timedelta(days=1)
ONE_HOUR = timedelta(hours=1)

# Every account lived in this zone before it moved to its own (docs/x-ads-api.md §2.5).
_ZONE_BEFORE_SWITCH = pendulum.timezone("America/Los_Angeles")


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 date-time as an aware UTC datetime; without an offset it is taken as UTC.

    Raises:
        ValueError: if the text is not a date-time.
    """
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is outside the calendar") from error


def iso(instant: datetime) -> str:
    """Write a UTC datetime of whole seconds as X does: `2026-03-01T00:00:00Z`."""
    return f"{instant.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def floor_hour(instant: datetime) -> datetime:
    """The start of the UTC hour that holds the instant."""
    return instant.replace(minute=0, second=0, microsecond=0)


def ceil_hour(instant: datetime) -> datetime:
    """The end of the UTC hour that holds the instant; the instant itself when it is a whole hour."""
    return floor_hour(instant + ONE_HOUR - timedelta.resolution)


def midnight(zone: tzinfo, day: date) -> datetime:
    """The first instant of a calendar day in a zone, as UTC.

    Where clocks skip midnight, the instant of the skip; where midnight comes twice, the first. Of a day that a zone
    left out (Apia, 2011-12-30) it is the first instant of the next, so that such a day has no length.
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True)
class AccountCalendar:
    """The days of one ad account, in its own zone.

    Days follow each other without gap or overlap, also at `timezone_switch_at`: before that instant days are those of
    America/Los_Angeles, from it on those of `timezone`, and the day in which it falls ends where the next one of the
    new zone begins (docs/x-ads-api.md §2.5, §7.9).

    Attributes:
        timezone: IANA name, the account's `timezone`.
        timezone_switch_at: ISO 8601 instant, the account's `timezone_switch_at`; None when it never moved.

    Raises:
        ValueError: on first use, if the zone or the instant is not one.
    """

    timezone: str
    timezone_switch_at: str | None = None

    @cached_property
    def zone(self) -> ZoneInfo:
        """The account's zone today."""
        try:
            return pendulum.timezone(self.timezone)
        except (ValueError, OSError) as error:
            raise ValueError(f"{self.timezone!r} is not the name of a time zone.") from error

    @cached_property
    def _switch(self) -> datetime | None:
        if not self.timezone_switch_at or self.timezone == _ZONE_BEFORE_SWITCH.key:
            return None
        return parse_instant(self.timezone_switch_at)

    @cached_property
    def switch_day(self) -> date | None:
        """The first calendar day that belongs to the account's zone of today; None when the account never moved."""
        if self._switch is None:
            return None
        day = self._switch.astimezone(_ZONE_BEFORE_SWITCH).date()
        return day if midnight(_ZONE_BEFORE_SWITCH, day) >= self._switch else day + ONE_DAY

    @cached_property
    def switch_hour(self) -> datetime | None:
        """The first whole UTC hour after the move; None when the account never moved."""
        return ceil_hour(self._switch) if self._switch is not None else None

    def zone_of(self, day: date) -> ZoneInfo:
        """The zone in which a calendar day begins."""
        return _ZONE_BEFORE_SWITCH if self.switch_day is not None and day < self.switch_day else self.zone

    def day_start(self, day: date) -> datetime:
        """The first instant of a calendar day, as UTC."""
        if self._switch is None:
            return midnight(self.zone, day)
        before = midnight(_ZONE_BEFORE_SWITCH, day)
        return before if before < self._switch else max(self._switch, midnight(self.zone, day))

    def local_date(self, instant: datetime) -> date:
        """The calendar day that holds an aware instant."""
        old = self._switch is not None and instant < self._switch
        day = instant.astimezone(_ZONE_BEFORE_SWITCH if old else self.zone).date()
        while instant < self.day_start(day):
            day -= ONE_DAY
        while instant >= self.day_start(day + ONE_DAY):
            day += ONE_DAY
        return day

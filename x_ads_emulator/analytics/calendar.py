# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The calendar of an ad account: its midnights in both readings of the time zone rule.

Source: docs/x-ads-api.md §2.5, §7.1.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

THAT_DAY: Final = "that_day"
TODAY: Final = "today"

#: The zone of every account before its `timezone_switch_at` (§2.5).
BEFORE_SWITCH: Final = ZoneInfo("America/Los_Angeles")


class AccountCalendar:
    """Midnights of one account.

    Args:
        zone: the account's IANA zone.
        switch_at: instant at which the account left America/Los_Angeles, or None.
        now: the world's present, for the `today` reading.
        reading: how a plain date is resolved: `that_day` (the offset of that date) or `today` (the present offset for
            all dates, as X's page on time zones says).
    """

    def __init__(self, zone: str, switch_at: datetime | None, now: datetime, reading: str) -> None:
        self._zone = ZoneInfo(zone)
        self._switch_at = switch_at
        self._reading = reading
        in_force = self._zone if switch_at is None or now >= switch_at else BEFORE_SWITCH
        self._offset_today = now.astimezone(in_force).utcoffset() or timedelta()

    @property
    def reading(self) -> str:
        """The reading by which plain dates are resolved."""
        return self._reading

    def midnight(self, day: date) -> datetime:
        """Start of a local day, UTC, by the configured reading."""
        return self.midnight_by(self._reading, day)

    def midnight_by(self, reading: str, day: date) -> datetime:
        """Start of a local day, UTC, by a given reading."""
        if reading == TODAY:
            return datetime.combine(day, time(), timezone.utc) - self._offset_today
        return self._midnight_that_day(day)

    def _midnight_that_day(self, day: date) -> datetime:
        own = _midnight_in(self._zone, day)
        if self._switch_at is None:
            return own
        before = _midnight_in(BEFORE_SWITCH, day)
        if before < self._switch_at:
            return before
        # If the move between the zones skips a midnight, that day begins at the switch: the gap of §2.5.
        return max(own, self._switch_at)

    def day_starting_at(self, reading: str, instant: datetime) -> date | None:
        """The local day that starts at an instant by a reading, or None."""
        for shift in (-1, 0, 1):
            day = instant.astimezone(timezone.utc).date() + timedelta(days=shift)
            if self.midnight_by(reading, day) == instant:
                return day
        return None


def _midnight_in(zone: ZoneInfo, day: date) -> datetime:
    """The first instant of a day; if a clock change skips midnight, the instant of the change."""
    return datetime.combine(day, time(), zone).astimezone(timezone.utc)

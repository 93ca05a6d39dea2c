# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Midnights of an account in both readings of the rule (docs/x-ads-api.md §2.5, §7.1)."""

from __future__ import annotations

from datetime import date

import pytest

from x_ads_emulator.analytics.calendar import AccountCalendar
from x_ads_emulator.clock import parse_instant, print_instant

NOW = parse_instant("2026-11-22T12:00:00Z")


def _midnight(zone: str, day: str, reading: str = "that_day", switch: str | None = None) -> str:
    calendar = AccountCalendar(zone, parse_instant(switch) if switch else None, NOW, reading)
    return print_instant(calendar.midnight(date.fromisoformat(day)))


@pytest.mark.parametrize(
    ("zone", "day", "that_day", "today"),
    [
        ("America/Los_Angeles", "2026-07-01", "2026-07-01T07:00:00Z", "2026-07-01T08:00:00Z"),
        ("America/Los_Angeles", "2026-12-01", "2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z"),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-24T23:00:00Z"),
        ("Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z", "2026-10-25T23:00:00Z"),
        ("Asia/Kolkata", "2026-03-01", "2026-02-28T18:30:00Z", "2026-02-28T18:30:00Z"),
        ("Asia/Tokyo", "2026-03-01", "2026-02-28T15:00:00Z", "2026-02-28T15:00:00Z"),
    ],
)
def test_given_a_date_when_resolved_then_the_reading_decides_the_offset(
    zone: str, day: str, that_day: str, today: str
) -> None:
    assert (_midnight(zone, day), _midnight(zone, day, "today")) == (that_day, today)


def test_given_a_skipped_midnight_when_resolved_then_the_day_begins_at_the_change() -> None:
    assert _midnight("America/Sao_Paulo", "2018-11-04") == "2018-11-04T03:00:00Z"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-05-09", "2026-05-09T07:00:00Z"),
        ("2026-05-10", "2026-05-10T07:00:00Z"),
        ("2026-05-11", "2026-05-10T15:00:00Z"),
    ],
)
def test_given_a_zone_switch_when_resolved_then_earlier_days_are_of_los_angeles(day: str, expected: str) -> None:
    assert _midnight("Asia/Tokyo", day, switch="2026-05-10T07:00:00Z") == expected


def test_given_an_instant_when_it_is_no_midnight_then_no_day_starts_there() -> None:
    calendar = AccountCalendar("America/Los_Angeles", None, NOW, "that_day")
    assert calendar.day_starting_at("that_day", parse_instant("2026-07-01T08:00:00Z")) is None
    assert calendar.day_starting_at("today", parse_instant("2026-07-01T08:00:00Z")) == date(2026, 7, 1)

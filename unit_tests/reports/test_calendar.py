# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which instants make a local day of an ad account (docs/x-ads-api.md §2.5, §7.9, §9 R8, R15)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from source_twitter_ads.reports.calendar import AccountCalendar
from unit_tests.reports.builders import UTC, ZONES

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


def hours(zone: str, day: str) -> float:
    calendar, first = AccountCalendar(zone, None), date.fromisoformat(day)
    return (calendar.day_start(first + DAY) - calendar.day_start(first)) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("America/Los_Angeles", "2026-03-08", 23),
        ("America/Los_Angeles", "2026-11-01", 25),
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("America/Sao_Paulo", "2018-02-17", 25),
        ("Africa/Cairo", "2026-04-24", 23),
        ("Asia/Beirut", "2026-03-29", 23),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Asia/Kolkata", "2026-03-08", 24),
        ("Pacific/Apia", "2011-12-30", 0),
    ],
)
def test_given_a_clock_change_when_a_day_is_measured_then_its_true_length(zone: str, day: str, expected: float) -> None:
    assert hours(zone, day) == expected


@given(zone=st.sampled_from(ZONES), day=st.dates(date(2012, 1, 1), date(2030, 12, 31)))
def test_given_any_zone_when_a_day_starts_then_the_zone_says_so(zone: str, day: date) -> None:
    start = AccountCalendar(zone, None).day_start(day)
    own = ZoneInfo(zone)
    assert start.astimezone(own).date() == day
    assert (start - TICK).astimezone(own).date() < day


@given(
    zone=st.sampled_from(ZONES),
    switch=st.none() | st.datetimes(datetime(2012, 1, 1), datetime(2030, 12, 31)).map(lambda at: f"{at.isoformat()}Z"),
    instant=st.datetimes(datetime(2011, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
)
def test_given_any_instant_when_dated_then_that_day_holds_it(zone: str, switch: str | None, instant: datetime) -> None:
    calendar = AccountCalendar(zone, switch)
    day = calendar.local_date(instant)
    assert calendar.day_start(day) <= instant < calendar.day_start(day + DAY)


@given(
    zone=st.sampled_from(ZONES),
    switch=st.datetimes(datetime(2012, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
    offset=st.integers(-3, 3),
)
def test_given_a_move_when_days_are_laid_out_then_each_starts_after_the_one_before(
    zone: str, switch: datetime, offset: int
) -> None:
    calendar = AccountCalendar(zone, switch.isoformat())
    day = switch.date() + offset * DAY
    assert calendar.day_start(day) < calendar.day_start(day + DAY)


@given(
    zone=st.sampled_from(ZONES),
    switch=st.datetimes(datetime(2012, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
    distance=st.timedeltas(timedelta(days=-400), timedelta(days=400)),
)
def test_given_a_move_when_an_instant_is_far_from_it_then_the_zone_of_its_time(
    zone: str, switch: datetime, distance: timedelta
) -> None:
    assume(abs(distance) > timedelta(days=2))
    instant = switch + distance
    expected = instant.astimezone(ZoneInfo(zone if distance > timedelta(0) else "America/Los_Angeles")).date()
    assert AccountCalendar(zone, switch.isoformat()).local_date(instant) == expected


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
def test_given_no_zone_when_used_then_a_sentence_names_it(zone: str) -> None:
    with pytest.raises(ValueError, match="not the name of a time zone"):
        AccountCalendar(zone, None).day_start(date(2026, 3, 1))

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which date and instants each number of a result file stands for (docs/x-ads-api.md §7.1, §7.3, §9 R5, R6)."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.reports.points import begun_points
from source_twitter_ads.reports.windows import AccountCalendar, Window
from unit_tests.reports.builders import NOW, UTC, ZONES, window

DAY = timedelta(days=1)
LATER = datetime(2029, 1, 1, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)


def days(zone: str, first: date, count: int) -> Window:
    return Window(first, first + count * DAY, AccountCalendar(zone, None))


def utc_text(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def read(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


ANY_DAYS = st.builds(days, st.sampled_from(ZONES), st.dates(date(2012, 1, 1), date(2027, 12, 31)), st.integers(1, 45))


class TestDays:
    @given(period=ANY_DAYS)
    def test_given_the_echo_of_own_midnights_when_labelled_then_another_clock_agrees(self, period: Window) -> None:
        echo = utc_text(period.start_utc), utc_text(period.end_utc)
        points = begun_points(period, "DAY", *echo, (period.end - period.start).days, LATER)
        zone = period.calendar.zone
        for index, point in enumerate(points):
            assert point.date == (period.start + index * DAY).isoformat()
            assert read(point.start_time).astimezone(zone).date().isoformat() == point.date
            assert (read(point.end_time) - timedelta(seconds=1)).astimezone(zone).date().isoformat() <= point.date
        assert [one.end_time for one in points[:-1]] == [one.start_time for one in points[1:]]

    @given(period=ANY_DAYS, today=st.datetimes(datetime(2012, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))
    def test_given_the_echo_of_todays_offset_when_labelled_then_each_local_date_once(
        self, period: Window, today: datetime
    ) -> None:
        offset = today.astimezone(period.calendar.zone).utcoffset() or timedelta(0)
        count = (period.end - period.start).days
        dates = [period.start + index * DAY for index in range(count + 1)]
        midnights = [datetime.combine(day, datetime.min.time(), UTC) - offset for day in dates]
        echo = utc_text(midnights[0]), utc_text(midnights[-1])
        assert begun_points(period, "DAY", *echo, count, today) == [
            (day.isoformat(), utc_text(start), utc_text(end))
            for day, (start, end) in zip(dates[:-1], pairwise(midnights), strict=True)
            if start <= today
        ]

    def test_given_a_clock_change_when_each_day_has_its_offset_then_a_day_of_23_hours(self) -> None:
        points = begun_points(
            window("2026-03-07", "2026-03-09"), "DAY", "2026-03-07T08:00:00Z", "2026-03-10T07:00:00Z", 3, NOW
        )
        assert points[1] == ("2026-03-08", "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z")

    def test_given_a_clock_change_when_x_uses_todays_offset_then_days_of_24_hours(self) -> None:
        points = begun_points(
            window("2026-03-07", "2026-03-09"), "DAY", "2026-03-07T08:00:00Z", "2026-03-10T08:00:00Z", 3, NOW
        )
        assert points[1:] == [
            ("2026-03-08", "2026-03-08T08:00:00Z", "2026-03-09T08:00:00Z"),
            ("2026-03-09", "2026-03-09T08:00:00Z", "2026-03-10T08:00:00Z"),
        ]

    @pytest.mark.parametrize(
        ("echo", "length"),
        [
            (("2016-03-12T08:00:00Z", "2016-03-15T07:00:00Z"), 23),  # midnights of Los Angeles, where clocks change
            (("2016-03-11T15:00:00Z", "2016-03-14T15:00:00Z"), 24),  # midnights of Tokyo, where they do not
        ],
    )
    def test_given_days_before_a_move_when_labelled_then_in_the_zone_x_read_them_in(
        self, echo: tuple[str, str], length: int
    ) -> None:
        calendar = AccountCalendar("Asia/Tokyo", "2016-07-21T07:00:00Z")
        point = begun_points(Window(date(2016, 3, 12), date(2016, 3, 15), calendar), "DAY", *echo, 3, NOW)[1]
        assert point.date == "2016-03-13"
        assert read(point.end_time) - read(point.start_time) == timedelta(hours=length)

    def test_given_a_day_that_the_zone_left_out_when_labelled_then_it_has_no_point(self) -> None:
        points = begun_points(window("2011-12-29", "2011-12-31", zone="Pacific/Apia"), "DAY", None, None, 2, NOW)
        assert [one.date for one in points] == ["2011-12-29", "2011-12-31"]

    @pytest.mark.parametrize("count", [0, 2, 4])
    def test_given_another_number_of_points_when_labelled_then_refused(self, count: int) -> None:
        with pytest.raises(ValueError, match=f"holds {count} points"):
            begun_points(window("2026-03-01", "2026-03-03"), "DAY", None, None, count, NOW)

    def test_given_the_echo_of_another_period_when_labelled_then_refused(self) -> None:
        with pytest.raises(ValueError, match="X answered for 2026-04-01"):
            begun_points(
                window("2026-03-01", "2026-03-03"), "DAY", "2026-04-01T07:00:00Z", "2026-04-04T07:00:00Z", 3, NOW
            )

    @pytest.mark.parametrize(
        ("zone", "echo"),
        [
            ("Asia/Tokyo", ("2026-03-02T15:00:00Z", "2026-03-04T15:00:00Z")),  # a day late
            ("Asia/Tokyo", ("2026-03-02T00:00:00Z", "2026-03-04T00:00:00Z")),  # midnights of UTC
            ("Asia/Tokyo", ("2026-03-01T15:00:00Z", "2026-03-04T15:00:00Z")),  # a day more
            ("America/Los_Angeles", ("2026-03-02T07:00:00Z", "2026-03-04T07:00:00Z")),  # summer, asked in winter
        ],
    )
    @pytest.mark.parametrize("granularity", ["DAY", "TOTAL"])
    def test_given_an_echo_of_no_reading_when_labelled_then_refused_with_both_periods(
        self, zone: str, echo: tuple[str, str], granularity: str
    ) -> None:
        period = window("2026-03-02", "2026-03-03", granularity, zone)
        with pytest.raises(ValueError, match="X answered for") as caught:
            begun_points(period, granularity, *echo, 1 if granularity == "TOTAL" else 2, NOW)
        text = str(caught.value)
        assert f"{echo[0]} to {echo[1]} where {utc_text(period.start_utc)} to {utc_text(period.end_utc)}" in text

    def test_given_the_echo_of_other_plain_dates_when_labelled_then_refused(self) -> None:
        with pytest.raises(ValueError, match="X answered for 2026-03-02 to 2026-03-05 where 2026-03-01 to 2026-03-04"):
            begun_points(window("2026-03-01", "2026-03-03"), "DAY", "2026-03-02", "2026-03-05", 3, NOW)

    def test_given_a_clock_change_during_the_sync_when_labelled_then_either_offset(self) -> None:
        change = datetime(2026, 3, 8, 10, tzinfo=UTC)
        for now in (change - timedelta(hours=1), change + timedelta(hours=1)):
            for hour in ("07", "08"):
                echo = f"2026-02-01T{hour}:00:00Z", f"2026-02-03T{hour}:00:00Z"
                assert begun_points(window("2026-02-01", "2026-02-02"), "DAY", *echo, 2, now)[0].start_time == echo[0]

    def test_given_days_before_a_move_when_read_by_todays_offset_then_days_of_24_hours(self) -> None:
        calendar = AccountCalendar("Europe/Berlin", "2016-07-21T07:00:00Z")
        echo = "2016-03-26T23:00:00Z", "2016-03-28T23:00:00Z"
        points = begun_points(Window(date(2016, 3, 27), date(2016, 3, 29), calendar), "DAY", *echo, 2, NOW)
        assert points[1] == ("2016-03-28", "2016-03-27T23:00:00Z", "2016-03-28T23:00:00Z")


class TestPresent:
    NOON = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)  # 12:30 in Los Angeles

    def test_given_days_in_the_future_when_they_are_missing_then_those_that_have_begun(self) -> None:
        points = begun_points(window("2026-03-01", "2026-03-04"), "DAY", None, None, 2, self.NOON)
        assert [one.date for one in points] == ["2026-03-01", "2026-03-02"]

    def test_given_days_in_the_future_when_they_are_there_then_those_that_have_begun(self) -> None:
        for count in (3, 4):
            points = begun_points(window("2026-03-01", "2026-03-04"), "DAY", None, None, count, self.NOON)
            assert [one.date for one in points] == ["2026-03-01", "2026-03-02"]

    @pytest.mark.parametrize("count", [0, 1, 5])
    def test_given_days_in_the_future_when_a_day_that_has_begun_is_missing_then_refused(self, count: int) -> None:
        with pytest.raises(ValueError, match=f"holds {count} points"):
            begun_points(window("2026-03-01", "2026-03-04"), "DAY", None, None, count, self.NOON)

    def test_given_hours_in_the_future_when_they_are_missing_then_those_that_have_begun(self) -> None:
        period = window("2026-03-02T18:00:00Z", "2026-03-03T00:00:00Z", "HOUR")
        points = begun_points(period, "HOUR", period.request_start, period.request_end, 3, self.NOON)
        assert points[-1].start_time == "2026-03-02T20:00:00Z"
        with pytest.raises(ValueError, match="holds 2 points"):
            begun_points(period, "HOUR", None, None, 2, self.NOON)

    @pytest.mark.parametrize("ends", ["2026-03-03T12:00:00Z", "2026-03-03T11:05:00Z", "2026-03-03T20:00:00Z"])
    def test_given_an_echo_that_ends_now_when_labelled_then_the_open_day_is_there(self, ends: str) -> None:
        now = datetime(2026, 3, 3, 12, tzinfo=UTC)
        points = begun_points(days("Etc/UTC", date(2026, 3, 1), 3), "DAY", "2026-03-01T00:00:00Z", ends, 3, now)
        assert [one.date for one in points] == ["2026-03-01", "2026-03-02", "2026-03-03"]

    def test_given_an_echo_that_ends_in_the_past_when_more_was_asked_then_refused(self) -> None:
        now = datetime(2026, 3, 3, 12, tzinfo=UTC)
        with pytest.raises(ValueError, match="was asked"):
            begun_points(
                days("Etc/UTC", date(2026, 3, 1), 3), "DAY", "2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z", 2, now
            )


class TestHours:
    def test_given_a_half_hour_zone_when_labelled_then_dated_by_the_hour_s_start(self) -> None:
        period = window("2026-03-01T17:00:00Z", "2026-03-01T20:00:00Z", "HOUR", "Asia/Kolkata")
        assert [(one.start_time, one.date) for one in begun_points(period, "HOUR", None, None, 3, NOW)] == [
            ("2026-03-01T17:00:00Z", "2026-03-01"),
            ("2026-03-01T18:00:00Z", "2026-03-01"),  # 23:30 in Kolkata
            ("2026-03-01T19:00:00Z", "2026-03-02"),
        ]

    @given(
        zone=st.sampled_from(ZONES),
        start=st.datetimes(datetime(2012, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
        count=st.integers(1, 100),
    )
    def test_given_any_zone_when_labelled_then_an_independent_clock_agrees(
        self, zone: str, start: datetime, count: int
    ) -> None:
        first = start.replace(minute=0, second=0, microsecond=0)
        period = Window(first, first + timedelta(hours=count), AccountCalendar(zone, None))
        points = begun_points(period, "HOUR", period.request_start, period.request_end, count, LATER)
        expected = [first + timedelta(hours=index) for index in range(count)]
        assert [one.start_time for one in points] == [utc_text(one) for one in expected]
        assert [one.end_time for one in points] == [utc_text(one + timedelta(hours=1)) for one in expected]
        assert [one.date for one in points] == [one.astimezone(ZoneInfo(zone)).date().isoformat() for one in expected]

    def test_given_the_echo_of_other_hours_when_labelled_then_refused(self) -> None:
        period = window("2026-03-01T17:00:00Z", "2026-03-01T20:00:00Z", "HOUR")
        with pytest.raises(ValueError, match="X answered for"):
            begun_points(period, "HOUR", "2026-03-01T16:00:00Z", "2026-03-01T19:00:00Z", 3, NOW)


class TestTotals:
    def test_given_an_echo_when_labelled_then_the_instants_that_x_resolved(self) -> None:
        period = window("2026-03-01", "2026-03-30", "TOTAL")
        echo = ("2026-03-01T07:00:00Z", "2026-03-31T07:00:00Z")
        assert begun_points(period, "TOTAL", *echo, 1, SUMMER) == [("2026-03-01", *echo)]

    @pytest.mark.parametrize("echo", [(None, None), ("2026-03-01", "2026-03-31")])
    def test_given_no_instants_in_the_echo_when_labelled_then_those_of_the_calendar(
        self, echo: tuple[str | None, str | None]
    ) -> None:
        period = window("2026-03-01", "2026-03-30", "TOTAL")
        assert begun_points(period, "TOTAL", *echo, 1, NOW) == [
            ("2026-03-01", "2026-03-01T08:00:00Z", "2026-03-31T07:00:00Z")
        ]

    def test_given_two_points_when_labelled_then_refused(self) -> None:
        with pytest.raises(ValueError, match="holds 2 points"):
            begun_points(window("2026-03-01", "2026-03-30", "TOTAL"), "TOTAL", None, None, 2, NOW)

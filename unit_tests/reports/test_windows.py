# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The periods that report jobs ask for (docs/x-ads-api.md §2.5, §7.1, §7.9, §9 R7–R10, R15)."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.reports.windows import AccountCalendar, Window, plan_windows, windows_between
from unit_tests.reports.builders import NOW, UTC, ZONES

LOS_ANGELES = AccountCalendar("America/Los_Angeles", None)
DAYS = st.dates(date(2012, 1, 1), date(2027, 12, 31))
INSTANTS = st.datetimes(datetime(2012, 6, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
CALENDARS = st.builds(
    AccountCalendar,
    st.sampled_from(ZONES),
    st.none() | st.datetimes(datetime(2012, 1, 1), datetime(2027, 12, 31)).map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}Z"),
)


def plan(calendar: AccountCalendar = LOS_ANGELES, granularity: str = "DAY", **given_: object) -> list[Window]:
    settings = {"start": "2026-09-01", "end": None, "now": NOW, "bookmark": None, "attribution_days": 14}
    return plan_windows(calendar, granularity, **{**settings, **given_})  # type: ignore[arg-type]


def sent(windows: list[Window]) -> list[tuple[str, str]]:
    return [(one.request_start, one.request_end) for one in windows]


def assert_consecutive(windows: list[Window]) -> None:
    for earlier, later in pairwise(windows):
        assert earlier.end == later.start
        assert earlier.end_utc == later.start_utc


class TestFirstSync:
    def test_given_days_when_planned_then_plain_dates_from_the_start_to_local_tomorrow(self) -> None:
        assert sent(plan()) == [
            ("2026-09-01", "2026-10-01"),
            ("2026-10-01", "2026-10-31"),
            ("2026-10-31", "2026-11-23"),
        ]

    def test_given_hours_when_planned_then_from_local_midnight_to_the_running_hour_s_end(self) -> None:
        assert sent(plan(granularity="HOUR", start="2026-11-21")) == [("2026-11-21T08:00:00Z", "2026-11-22T11:00:00Z")]

    def test_given_a_half_hour_zone_when_hours_are_planned_then_the_hour_before_midnight(self) -> None:
        kolkata = AccountCalendar("Asia/Kolkata", None)
        assert plan(kolkata, "HOUR", start="2026-11-21")[0].request_start == "2026-11-20T18:00:00Z"

    def test_given_a_start_with_a_time_when_days_are_planned_then_the_day_as_written(self) -> None:
        assert plan(start="2026-11-21T00:00:00Z")[0].request_start == "2026-11-21"

    def test_given_a_start_with_a_time_when_hours_are_planned_then_that_instant(self) -> None:
        assert plan(granularity="HOUR", start="2026-11-21T05:40:00+02:00")[0].request_start == "2026-11-21T03:00:00Z"

    def test_given_a_start_in_the_future_when_planned_then_nothing(self) -> None:
        assert plan(start="2027-01-01") == []


class TestEndDate:
    @pytest.mark.parametrize(
        ("end", "last_day"),
        [
            ("2026-09-10", "2026-09-10"),
            ("2026-09-10T00:00:00Z", "2026-09-09"),
            ("2026-09-10T00:00:00+05:30", "2026-09-09"),
            ("2026-09-10T23:59:59Z", "2026-09-10"),
        ],
    )
    def test_given_days_when_an_end_is_written_then_the_last_day_is_the_same_everywhere(
        self, end: str, last_day: str
    ) -> None:
        after = (date.fromisoformat(last_day) + timedelta(days=1)).isoformat()
        assert {plan(AccountCalendar(zone, None), end=end)[-1].request_end for zone in ZONES} == {after}

    def test_given_hours_when_the_end_is_a_plain_date_then_that_local_day_is_read_whole(self) -> None:
        assert plan(granularity="HOUR", end="2026-09-10")[-1].request_end == "2026-09-11T07:00:00Z"

    def test_given_hours_when_the_end_is_an_instant_then_it_is_exclusive(self) -> None:
        assert plan(granularity="HOUR", end="2026-09-10T05:00:00Z")[-1].request_end == "2026-09-10T05:00:00Z"

    def test_given_an_end_in_the_future_when_planned_then_today_is_the_last_day(self) -> None:
        assert plan(end="2030-01-01")[-1].request_end == "2026-11-23"

    def test_given_an_end_before_the_bookmark_when_planned_then_only_the_reread_days(self) -> None:
        assert plan(end="2026-09-10", bookmark=NOW) == []


class TestBookmark:
    def test_given_an_outage_when_planned_then_days_before_the_bookmark_are_read_again(self) -> None:
        bookmark = datetime(2026, 10, 20, 12, tzinfo=UTC)
        assert plan(bookmark=bookmark)[0].request_start == "2026-10-06"

    def test_given_no_attribution_when_planned_then_the_bookmark_s_own_day_again(self) -> None:
        bookmark = datetime(2026, 11, 20, 5, tzinfo=UTC)  # 21:00 of the 19th in Los Angeles
        assert plan(bookmark=bookmark, attribution_days=0)[0].request_start == "2026-11-19"

    def test_given_no_attribution_when_hours_are_planned_then_the_bookmark_s_own_hour(self) -> None:
        bookmark = datetime(2026, 11, 20, 5, 20, tzinfo=UTC)
        assert (
            plan(granularity="HOUR", bookmark=bookmark, attribution_days=0)[0].request_start == "2026-11-20T05:00:00Z"
        )

    def test_given_a_bookmark_in_the_future_when_planned_then_anchored_on_now(self) -> None:
        assert plan(bookmark=NOW + timedelta(days=90), attribution_days=1)[0].request_start == "2026-11-21"

    def test_given_a_bookmark_near_the_start_when_planned_then_never_before_the_start(self) -> None:
        assert plan(bookmark=datetime(2026, 9, 3, tzinfo=UTC))[0].request_start == "2026-09-01"


class TestTotals:
    def test_given_totals_when_read_again_then_windows_lie_on_the_grid_of_the_first(self) -> None:
        later = NOW + timedelta(days=20)
        first, second = plan(granularity="TOTAL"), plan(granularity="TOTAL", now=later, bookmark=NOW)
        assert sent(first) == [("2026-09-01", "2026-10-01"), ("2026-10-01", "2026-10-31"), ("2026-10-31", "2026-11-23")]
        assert sent(second) == [("2026-10-31", "2026-11-30"), ("2026-11-30", "2026-12-13")]

    @given(bookmark=INSTANTS, later=st.timedeltas(timedelta(0), timedelta(days=200)), calendar=CALENDARS)
    def test_given_any_second_sync_when_planned_then_only_starts_of_the_whole_grid(
        self, bookmark: datetime, later: timedelta, calendar: AccountCalendar
    ) -> None:
        now = bookmark + later
        grid = {one.start for one in plan(calendar, "TOTAL", start="2012-05-01", now=now)}
        again = plan(calendar, "TOTAL", start="2012-05-01", now=now, bookmark=bookmark, attribution_days=30)
        assert {one.start for one in again} <= grid


class TestSwitchOfZone:
    SWITCH = "2016-07-21T07:00:00Z"  # midnight in Los Angeles

    def test_given_a_move_when_planned_then_no_window_spans_it(self) -> None:
        tokyo = AccountCalendar("Asia/Tokyo", self.SWITCH)
        windows = plan(tokyo, start="2016-07-10", end="2016-07-30")
        assert sent(windows) == [("2016-07-10", "2016-07-21"), ("2016-07-21", "2016-07-31")]
        assert [one.calendar.zone_of(one.start).key for one in windows] == ["America/Los_Angeles", "Asia/Tokyo"]

    def test_given_a_move_when_planned_then_days_before_it_are_those_of_los_angeles(self) -> None:
        windows = plan(AccountCalendar("Asia/Tokyo", self.SWITCH), start="2016-07-10", end="2016-07-30")
        assert windows[0].start_utc == datetime(2016, 7, 10, 7, tzinfo=UTC)
        assert windows[1].start_utc == datetime(2016, 7, 21, 7, tzinfo=UTC)
        assert windows[1].end_utc == datetime(2016, 7, 30, 15, tzinfo=UTC)

    def test_given_a_move_within_a_total_when_read_again_then_only_the_part_after_it(self) -> None:
        windows = plan(
            AccountCalendar("Asia/Tokyo", self.SWITCH),
            "TOTAL",
            start="2016-07-10",
            now=datetime(2016, 8, 1, tzinfo=UTC),
            bookmark=datetime(2016, 7, 30, tzinfo=UTC),
            attribution_days=1,
        )
        assert sent(windows) == [("2016-07-21", "2016-08-02")]

    def test_given_a_move_in_the_running_hour_when_planned_then_that_hour_is_a_window(self) -> None:
        honolulu = AccountCalendar("Pacific/Honolulu", "2013-01-01T00:00:00Z")
        windows = plan(honolulu, "HOUR", start="2012-12-28", now=datetime(2013, 1, 1, 0, 10, tzinfo=UTC))
        assert sent(windows)[-1] == ("2013-01-01T00:00:00Z", "2013-01-01T01:00:00Z")

    def test_given_an_account_of_los_angeles_when_planned_then_no_switch_counts(self) -> None:
        moved = AccountCalendar("America/Los_Angeles", self.SWITCH)
        assert sent(plan(moved, start="2016-07-10", end="2016-07-30")) == [("2016-07-10", "2016-07-31")]


class TestAnyPlan:
    @given(
        calendar=CALENDARS,
        granularity=st.sampled_from(("DAY", "HOUR")),
        start=DAYS,
        now=INSTANTS,
        behind=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
        attribution_days=st.integers(0, 90),
        max_days=st.integers(1, 30),
    )
    def test_given_any_account_when_planned_then_the_period_is_covered_exactly_once(
        self,
        calendar: AccountCalendar,
        granularity: str,
        start: date,
        now: datetime,
        behind: timedelta | None,
        attribution_days: int,
        max_days: int,
    ) -> None:
        bookmark = now - behind if behind is not None else None
        windows = plan(
            calendar,
            granularity,
            start=start.isoformat(),
            now=now,
            bookmark=bookmark,
            attribution_days=attribution_days,
            max_days=max_days,
        )
        first = calendar.day_start(start)
        if now < first - timedelta(hours=1):
            assert windows == []
            return
        assert_consecutive(windows)
        # A window of 30 days holds the running day besides, which has 25 hours at a clock change.
        longest = timedelta(days=max_days, hours=25 if max_days == 30 else 0)
        assert all(timedelta(0) < one.end - one.start <= longest for one in windows)
        if windows:
            assert windows[-1].end_utc >= now
            assert windows[-1].end_utc - now <= timedelta(hours=1 if granularity == "HOUR" else 48)
            reread = first
            if bookmark is not None and attribution_days:
                reread = calendar.day_start(calendar.local_date(bookmark) - timedelta(days=attribution_days))
            elif bookmark is not None:
                reread = bookmark
            assert windows[0].start_utc <= max(first, reread)
            assert windows[0].start_utc >= first - timedelta(hours=1)

    @given(calendar=CALENDARS, granularity=st.sampled_from(("DAY", "HOUR", "TOTAL")), now=INSTANTS)
    def test_given_any_account_when_planned_then_no_window_spans_its_move(
        self, calendar: AccountCalendar, granularity: str, now: datetime
    ) -> None:
        switch = calendar.switch_hour if granularity == "HOUR" else calendar.switch_day
        windows = plan(calendar, granularity, start="2012-05-01", now=now)
        assert [one for one in windows if switch is not None and one.start < switch < one.end] == []

    @given(calendar=CALENDARS, now=INSTANTS)
    def test_given_hours_when_planned_then_bounds_are_whole_utc_hours(
        self, calendar: AccountCalendar, now: datetime
    ) -> None:
        bounds = {one.request_start[13:] for one in plan(calendar, "HOUR", start="2012-05-01", now=now)}
        assert bounds <= {":00:00Z"}


class TestCorrections:
    def between(self, granularity: str, start: str, end: str, **given_: object) -> list[Window]:
        settings = {"start": "2026-09-01", "end": None, "now": NOW}
        instants = (datetime.fromisoformat(f"{text}+00:00") for text in (start, end))
        return windows_between(LOS_ANGELES, granularity, *instants, **{**settings, **given_})  # type: ignore[arg-type]

    def test_given_an_older_activity_when_days_are_planned_then_each_day_it_touches(self) -> None:
        windows = self.between("DAY", "2026-09-05T01:30:07", "2026-09-06T07:42:55")
        assert sent(windows) == [("2026-09-04", "2026-09-07")]

    def test_given_an_older_activity_when_hours_are_planned_then_every_hour_it_touches(self) -> None:
        windows = self.between("HOUR", "2026-09-05T01:30:07", "2026-09-05T03:00:00")
        assert sent(windows) == [("2026-09-05T01:00:00Z", "2026-09-05T03:00:00Z")]

    def test_given_an_older_activity_when_totals_are_planned_then_the_whole_window(self) -> None:
        windows = self.between("TOTAL", "2026-10-05T01:30:07", "2026-10-05T03:00:00")
        assert windows == [plan(granularity="TOTAL")[1]]

    def test_given_an_activity_in_the_open_total_when_corrected_then_the_planned_window(self) -> None:
        windows = self.between("TOTAL", "2026-11-20T01:30:07", "2026-11-20T03:00:00")
        assert windows == [plan(granularity="TOTAL")[-1]]

    @pytest.mark.parametrize("granularity", ["DAY", "HOUR", "TOTAL"])
    def test_given_an_activity_before_the_start_date_when_planned_then_nothing(self, granularity: str) -> None:
        assert self.between(granularity, "2026-08-05T00:00:00", "2026-08-06T00:00:00") == []

    def test_given_an_activity_of_one_instant_when_planned_then_its_day(self) -> None:
        windows = self.between("DAY", "2026-09-05T12:00:00", "2026-09-05T12:00:00")
        assert sent(windows) == [("2026-09-05", "2026-09-06")]

    def test_given_a_long_activity_when_planned_then_windows_of_thirty_days(self) -> None:
        windows = self.between("DAY", "2026-09-02T12:00:00", "2026-11-05T12:00:00")
        assert_consecutive(windows)
        assert [(one.end - one.start).days for one in windows] == [30, 30, 5]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A window keeps to X's limit instead of running into it (docs/x-ads-api.md §4)."""

from __future__ import annotations

import logging

import pytest

from source_twitter_ads.api.rate_limit_window import (
    SECONDS_BETWEEN_LINES,
    SOON,
    NotYet,
    RateLimitWindow,
    WaitLog,
    WaitTooLong,
)
from unit_tests.api.threads import Waiting, passed
from unit_tests.api.virtual_time import StandingTime, VirtualTime

FAR = 10_000.0


@pytest.fixture
def time() -> StandingTime:
    return StandingTime(1000.0)


@pytest.fixture
def window(time: StandingTime) -> RateLimitWindow:
    return RateLimitWindow("GET /12/x", time, WaitLog(time))


def later(window: RateLimitWindow, time: StandingTime, seconds: float) -> None:
    """Let time pass, and those who wait notice."""
    time.seconds += seconds
    with window._condition:
        window._condition.notify_all()


def enter_many(window: RateLimitWindow, count: int) -> list[Waiting]:
    return [Waiting(lambda: window.enter(FAR)) for _ in range(count)]


class TestWindow:
    def test_given_nothing_known_when_many_come_then_one_goes_ahead_alone(self, window: RateLimitWindow) -> None:
        threads = enter_many(window, 5)
        assert passed(threads, 1) == 1

    def test_given_the_first_response_without_limits_when_it_is_in_then_all_go(self, window: RateLimitWindow) -> None:
        threads = enter_many(window, 5)
        assert passed(threads, 1) == 1
        window.leave()
        assert passed(threads, 5) == 5

    def test_given_three_left_when_five_wait_then_three_go_and_two_stay(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.enter(FAR)
        window.leave(remaining=3, reset=time.seconds + 900)
        threads = enter_many(window, 5)
        assert passed(threads, 3) == 3

    def test_given_a_used_up_window_when_the_next_begins_then_one_goes_ahead_again(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.enter(FAR)
        window.leave(remaining=0, reset=time.seconds + 5)
        threads = enter_many(window, 3)
        assert passed(threads) == 0
        later(window, time, 6)
        assert passed(threads, 1) == 1

    def test_given_responses_that_overtake_each_other_then_the_lowest_count_holds(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.enter(FAR)
        window.leave(remaining=10, reset=time.seconds + 900)
        for _ in range(3):
            window.enter(FAR)
        window.leave(remaining=1, reset=time.seconds + 900)
        window.leave(remaining=9, reset=time.seconds + 900)
        window.leave(remaining=5, reset=time.seconds + 900)
        assert passed(enter_many(window, 4), 1) == 1

    def test_given_a_closed_window_when_entered_then_it_is_waited_for(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.enter(FAR)
        window.leave()
        window.close(time.seconds + 5, "X said so")
        threads = enter_many(window, 4)
        assert passed(threads) == 0
        later(window, time, 6)
        assert passed(threads, 1) == 1

    def test_given_a_limit_beyond_the_deadline_when_entered_then_it_fails_at_once(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.close(time.seconds + 900, "X said so")
        with pytest.raises(WaitTooLong, match="X said so; no request may be sent until 1970-01-01 00:31:40 UTC"):
            window.enter(deadline=time.seconds + 60)

    def test_given_two_closings_when_the_earlier_comes_later_then_the_later_time_holds(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.close(time.seconds + 900, "long")
        window.close(time.seconds + 1, "short")
        with pytest.raises(WaitTooLong):
            window.enter(deadline=time.seconds + 800)

    def test_given_a_first_request_that_broke_then_the_next_one_goes_alone(self, window: RateLimitWindow) -> None:
        window.enter(FAR)
        threads = enter_many(window, 4)
        window.leave(decided=False)
        assert passed(threads, 1) == 1


class TestNoWaiting:
    """A caller that has other things to do is told when to come again."""

    def test_given_a_closed_window_when_not_waited_for_then_its_end_is_told(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.close(time.seconds + 5, "X said so")
        with pytest.raises(NotYet) as caught:
            window.enter(FAR, wait=False)
        assert caught.value.until == pytest.approx(time.seconds + 5, abs=0.2)

    def test_given_a_first_request_in_flight_when_not_waited_for_then_soon(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.enter(FAR)
        with pytest.raises(NotYet) as caught:
            window.enter(FAR, wait=False)
        assert caught.value.until == time.seconds + SOON

    def test_given_a_limit_beyond_the_deadline_when_not_waited_for_then_it_fails(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.close(time.seconds + 900, "X said so")
        with pytest.raises(WaitTooLong):
            window.enter(time.seconds + 60, wait=False)

    def test_given_requests_that_do_not_wait_when_one_is_left_then_none_is_lost(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.enter(FAR)
        window.leave(remaining=1, reset=time.seconds + 900)
        window.enter(FAR, wait=False)
        for _ in range(5):
            with pytest.raises(NotYet):
                window.enter(FAR, wait=False)
        window.leave(decided=False)
        window.enter(FAR, wait=False)

    def test_given_an_open_window_when_looked_at_then_nothing_is_taken(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.enter(FAR)
        window.leave(remaining=1, reset=time.seconds + 900)
        assert [window.opens() for _ in range(3)] == [None] * 3
        assert window.remaining == 1

    def test_given_a_window_that_is_over_then_nothing_is_known_of_the_next(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.enter(FAR)
        window.leave(remaining=5, reset=time.seconds + 900)
        time.seconds += 901
        assert window.remaining is None


class TestFirstRequest:
    def test_given_a_first_request_that_hangs_when_others_wait_then_they_go_on(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.enter(FAR)
        time.seconds += 60
        window.enter(FAR)

    def test_given_late_responses_of_an_old_window_then_the_new_window_counts(
        self, window: RateLimitWindow, time: StandingTime
    ) -> None:
        window.enter(FAR)
        window.leave(remaining=5, reset=1010)
        window.enter(FAR)
        window.enter(FAR)
        time.seconds = 1011
        window.enter(FAR)
        window.leave(remaining=19, reset=1020)
        window.leave(remaining=0, reset=1010)
        window.enter(1012)


def test_given_a_used_up_window_when_it_ends_too_late_then_the_end_is_named() -> None:
    time = StandingTime(0.0)
    window = RateLimitWindow("GET campaigns", time, WaitLog(time))
    window.enter(10)
    window.leave(remaining=0, reset=900)
    with pytest.raises(WaitTooLong, match=r"X's limit for GET campaigns is used up.*until 1970-01-01 00:15:00 UTC"):
        window.enter(100)


def test_given_a_long_wait_when_it_lasts_then_the_log_gets_a_line_now_and_then(
    caplog: pytest.LogCaptureFixture,
) -> None:
    time = VirtualTime(1000.0)
    window = RateLimitWindow("GET campaigns", time, WaitLog(time))
    window.close(time.now() + 900, "X said so")
    with caplog.at_level(logging.INFO, "airbyte"):
        window.enter(FAR)
    said = [record.getMessage() for record in caplog.records]
    assert said[0].startswith("X said so: waiting 900 s, until 1970-01-01 00:31:40 UTC, for GET campaigns.")
    assert len(said) == 1 + 900 // SECONDS_BETWEEN_LINES

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A gate keeps to X's limit instead of running into it (docs/x-ads-api.md §4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from source_twitter_ads.api.rate_limit_window import SOON, NotYet, RateLimitWindow, WaitTooLong
from source_twitter_ads.api.rate_limits import RateLimits, number

FAR = 10_000.0


class Clock:
    """Epoch seconds that move when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Entering:
    """A thread that tries to pass a gate."""

    def __init__(self, enter: Callable[[], object]) -> None:
        self.passed = threading.Event()
        self.error: Exception | None = None

        def work() -> None:
            try:
                enter()
                self.passed.set()
            except WaitTooLong as error:
                self.error = error

        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()


def later(gate: RateLimitWindow, clock: Clock, seconds: float) -> None:
    """Let time pass, and those who wait at the gate notice."""
    clock.seconds += seconds
    with gate._condition:
        gate._condition.notify_all()


def passed(threads: list[Entering], at_least: int = 0) -> int:
    """How many got through, after giving those a moment that should."""
    ends = time.monotonic() + 3
    while sum(t.passed.is_set() for t in threads) < at_least and time.monotonic() < ends:
        time.sleep(0.005)
    time.sleep(0.05)
    return sum(t.passed.is_set() for t in threads)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> RateLimitWindow:
    return RateLimitWindow("GET /12/x", clock)


def enter_many(gate: RateLimitWindow, count: int) -> list[Entering]:
    return [Entering(lambda: gate.enter(FAR)) for _ in range(count)]


class TestGate:
    def test_given_nothing_known_when_many_come_then_one_goes_ahead_alone(self, gate: RateLimitWindow) -> None:
        threads = enter_many(gate, 5)
        assert passed(threads, 1) == 1

    def test_given_the_first_answer_without_limits_when_it_is_in_then_all_go(self, gate: RateLimitWindow) -> None:
        threads = enter_many(gate, 5)
        assert passed(threads, 1) == 1
        gate.leave()
        assert passed(threads, 5) == 5

    def test_given_three_left_when_five_wait_then_three_go_and_two_stay(
        self, gate: RateLimitWindow, clock: Clock
    ) -> None:
        gate.enter(FAR)
        gate.leave(remaining=3, reset=clock.seconds + 900)
        threads = enter_many(gate, 5)
        assert passed(threads, 3) == 3

    def test_given_a_used_up_window_when_the_next_begins_then_one_goes_ahead_again(
        self, gate: RateLimitWindow, clock: Clock
    ) -> None:
        gate.enter(FAR)
        gate.leave(remaining=0, reset=clock.seconds + 5)
        threads = enter_many(gate, 3)
        assert passed(threads) == 0
        later(gate, clock, 6)
        assert passed(threads, 1) == 1

    def test_given_answers_that_overtake_each_other_when_learnt_then_the_lowest_count_holds(
        self, gate: RateLimitWindow, clock: Clock
    ) -> None:
        gate.enter(FAR)
        gate.leave(remaining=10, reset=clock.seconds + 900)
        for _ in range(3):
            gate.enter(FAR)
        gate.leave(remaining=1, reset=clock.seconds + 900)
        gate.leave(remaining=9, reset=clock.seconds + 900)
        gate.leave(remaining=5, reset=clock.seconds + 900)
        assert passed(enter_many(gate, 4), 1) == 1

    def test_given_a_closed_gate_when_somebody_comes_then_he_waits_until_it_opens(
        self, gate: RateLimitWindow, clock: Clock
    ) -> None:
        gate.enter(FAR)
        gate.leave()
        gate.close(clock.seconds + 5, "X said so")
        threads = enter_many(gate, 4)
        assert passed(threads) == 0
        later(gate, clock, 6)
        assert passed(threads, 1) == 1

    def test_given_a_limit_beyond_the_deadline_when_somebody_comes_then_he_is_told_at_once(
        self, gate: RateLimitWindow, clock: Clock
    ) -> None:
        gate.close(clock.seconds + 900, "X said so")
        with pytest.raises(WaitTooLong) as caught:
            gate.enter(deadline=clock.seconds + 60)
        assert caught.value.ends >= clock.seconds + 900
        assert "UTC" in str(caught.value)

    def test_given_two_closings_when_the_earlier_comes_later_then_the_later_time_holds(
        self, gate: RateLimitWindow, clock: Clock
    ) -> None:
        gate.close(clock.seconds + 900, "long")
        gate.close(clock.seconds + 1, "short")
        with pytest.raises(WaitTooLong):
            gate.enter(deadline=clock.seconds + 800)

    def test_given_a_probe_that_broke_when_it_leaves_then_the_next_one_goes_alone(self, gate: RateLimitWindow) -> None:
        gate.enter(FAR)
        threads = enter_many(gate, 4)
        gate.leave(answered=False)
        assert passed(threads, 1) == 1


class TestNoWaiting:
    """A caller that has other things to do is told when to come again."""

    def test_given_a_closed_gate_when_entered_without_waiting_then_the_moment_of_its_end(
        self, gate: RateLimitWindow, clock: Clock
    ) -> None:
        gate.close(clock.seconds + 5, "X said so")
        with pytest.raises(NotYet) as caught:
            gate.enter(FAR, wait=False)
        assert caught.value.until == pytest.approx(clock.seconds + 5, abs=0.2)

    def test_given_a_probe_in_flight_when_entered_without_waiting_then_soon(
        self, gate: RateLimitWindow, clock: Clock
    ) -> None:
        gate.enter(FAR)
        with pytest.raises(NotYet) as caught:
            gate.enter(FAR, wait=False)
        assert caught.value.until == clock.seconds + SOON

    def test_given_a_limit_beyond_the_deadline_when_entered_without_waiting_then_it_is_told(
        self, gate: RateLimitWindow, clock: Clock
    ) -> None:
        gate.close(clock.seconds + 900, "X said so")
        with pytest.raises(WaitTooLong):
            gate.enter(clock.seconds + 60, wait=False)

    def test_given_many_who_do_not_wait_when_one_is_left_then_no_place_is_lost(
        self, gate: RateLimitWindow, clock: Clock
    ) -> None:
        gate.enter(FAR)
        gate.leave(remaining=1, reset=clock.seconds + 900)
        gate.enter(FAR, wait=False)
        for _ in range(5):
            with pytest.raises(NotYet):
                gate.enter(FAR, wait=False)
        gate.leave(answered=False)
        gate.enter(FAR, wait=False)

    def test_given_a_second_gate_that_is_closed_when_passed_without_waiting_then_the_first_is_left_again(
        self, clock: Clock
    ) -> None:
        limits = RateLimits(8, clock)
        limits.gate("GET /12/x", None).close(clock.seconds + 5, "X said so")
        with pytest.raises(NotYet), limits.permit("GET /12/x", "a", FAR, wait=False):
            pass
        assert limits.gate("GET /12/x", "a").opens() is None

    def test_given_an_open_gate_when_looked_at_then_nothing_is_taken(self, gate: RateLimitWindow, clock: Clock) -> None:
        gate.enter(FAR)
        gate.leave(remaining=1, reset=clock.seconds + 900)
        assert [gate.opens() for _ in range(3)] == [None] * 3
        assert gate.remaining == 1

    def test_given_a_window_that_is_over_when_looked_at_then_nothing_is_known_of_the_next(
        self, gate: RateLimitWindow, clock: Clock
    ) -> None:
        gate.enter(FAR)
        gate.leave(remaining=5, reset=clock.seconds + 900)
        clock.seconds += 901
        assert gate.remaining is None


class TestLimits:
    def test_given_a_limit_of_one_account_when_another_asks_then_it_is_not_held_up(self, clock: Clock) -> None:
        limits = RateLimits(8, clock)
        with limits.permit("GET /12/accounts/:id/cards", "a", FAR) as permit:
            permit.answered({"x-rate-limit-remaining": "500", "x-rate-limit-reset": "1900"}, True)
            permit.close(clock.seconds + 900, "X said so")
        with limits.permit("GET /12/accounts/:id/cards", "b", FAR):
            pass
        with pytest.raises(WaitTooLong), limits.permit("GET /12/accounts/:id/cards", "a", clock.seconds + 60):
            pass

    def test_given_a_users_limit_when_any_account_asks_then_it_waits(self, clock: Clock) -> None:
        limits = RateLimits(8, clock)
        with limits.permit("GET /12/accounts/:id/cards", "a", FAR) as permit:
            permit.close(clock.seconds + 900, "X said so", user_level=True)
        with pytest.raises(WaitTooLong), limits.permit("GET /12/accounts/:id/cards", "b", clock.seconds + 60):
            pass

    def test_given_a_refused_probe_when_the_others_wait_then_not_one_of_them_follows_it(self, clock: Clock) -> None:
        """At most one request runs into a limit that nobody knew of."""
        limits = RateLimits(8, clock)
        sent: list[int] = []

        def ask(number: int) -> None:
            with limits.permit("GET /12/x", None, clock.seconds + 60) as permit:
                sent.append(number)
                time.sleep(0.05)
                permit.answered({}, False)
                permit.close(clock.seconds + 900, "X said so")

        threads = [Entering(lambda n=n: ask(n)) for n in range(6)]  # type: ignore[misc]
        for thread in threads:
            thread.thread.join(5)
        assert len(sent) == 1
        assert sum(isinstance(t.error, WaitTooLong) for t in threads) == 5

    def test_given_more_requests_than_workers_when_sent_then_only_so_many_are_in_flight(self, clock: Clock) -> None:
        limits = RateLimits(2, clock)
        with limits.permit("GET /12/y", None, FAR) as first:
            first.answered({}, True)
        now, most, lock = [0], [0], threading.Lock()

        def ask() -> None:
            with limits.permit("GET /12/y", None, FAR) as permit:
                with lock:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                time.sleep(0.02)
                with lock:
                    now[0] -= 1
                permit.answered({}, True)

        threads = [Entering(ask) for _ in range(8)]
        assert passed(threads, 8) == 8
        assert most[0] == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5.0), ("0", 0.0), ("", None), ("soon", None), ("-1", None), ("nan", None), ("1790000000000", None)],
)
def test_given_a_header_when_read_as_a_number_then_nonsense_counts_as_absent(text: str, value: float | None) -> None:
    assert number({"x-rate-limit-reset": text}, "x-rate-limit-reset") == value


def test_given_no_header_when_read_as_a_number_then_it_is_absent() -> None:
    assert number({}, "x-rate-limit-reset") is None

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rate limits of accounts and users, the slots for requests, and the headers that name times (docs/x-ads-api.md §4)."""

from __future__ import annotations

import threading
import time as system_time

import pytest

from source_twitter_ads.api.rate_limit_window import NotYet, WaitTooLong
from source_twitter_ads.api.rate_limits import IN_A_ROW, RateLimits, RequestSlots, number, retry_after
from unit_tests.api.threads import Waiting, passed
from unit_tests.api.virtual_time import StandingTime

FAR = 10_000.0


@pytest.fixture
def time() -> StandingTime:
    return StandingTime(1000.0)


def wait_until_waiting(slots: RequestSlots, number: int) -> None:
    """Wait until so many threads wait for a slot."""
    ends = system_time.monotonic() + 10
    while sum(map(len, slots._waiting.values())) < number:
        assert system_time.monotonic() < ends
        system_time.sleep(0.001)


def start(slots: RequestSlots, name: str, urgent: bool, order: list[str]) -> threading.Thread:
    """Take a slot in a thread, note it, and give it back."""

    def take() -> None:
        slots.acquire(urgent)
        order.append(name)
        slots.release()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    return thread


class TestRequestSlots:
    def test_given_a_taken_slot_when_an_urgent_request_comes_last_then_it_goes_first(self) -> None:
        slots, order = RequestSlots(1), list[str]()
        slots.acquire()
        threads = [start(slots, "first", False, order)]
        wait_until_waiting(slots, 1)
        threads.append(start(slots, "urgent", True, order))
        wait_until_waiting(slots, 2)

        slots.release()
        for thread in threads:
            thread.join(10)

        assert order == ["urgent", "first"]

    def test_given_two_slots_when_both_are_taken_then_a_third_request_waits_for_one(self) -> None:
        slots, order = RequestSlots(2), list[str]()
        slots.acquire()
        slots.acquire(urgent=True)
        thread = start(slots, "third", True, order)
        wait_until_waiting(slots, 1)
        before = list(order)

        slots.release()
        thread.join(10)

        assert (before, order) == ([], ["third"])

    def test_given_ever_more_urgent_requests_then_another_gets_every_fourth_slot(self) -> None:
        slots, order = RequestSlots(1), list[str]()
        slots.acquire()
        threads = [start(slots, "other", False, order) for _ in range(2)]
        wait_until_waiting(slots, 2)
        threads += [start(slots, "urgent", True, order) for _ in range(3 * IN_A_ROW)]
        wait_until_waiting(slots, len(threads))

        slots.release()
        for thread in threads:
            thread.join(10)

        assert order == [*["urgent"] * IN_A_ROW, "other"] * 2 + ["urgent"] * IN_A_ROW

    def test_given_many_requests_that_wait_when_a_slot_is_free_then_one_of_them_wakes_up(self) -> None:
        slots, order = RequestSlots(1), list[str]()
        slots.acquire()
        gate = threading.Event()

        def take() -> None:
            slots.acquire()
            order.append("")
            gate.wait(10)

        threads = [threading.Thread(target=take, daemon=True) for _ in range(20)]
        for thread in threads:
            thread.start()
        wait_until_waiting(slots, 20)
        turns = list(slots._waiting[False])
        slots.release()
        assert [turn.is_set() for turn in turns] == [True, *[False] * 19]
        gate.set()


class TestRateLimits:
    def test_given_a_limit_of_one_account_when_another_asks_then_it_is_not_held_up(self, time: StandingTime) -> None:
        limits = RateLimits(8, time)
        with limits.permit("GET /12/accounts/:id/cards", "a", FAR) as permit:
            permit.responded({"x-rate-limit-remaining": "500", "x-rate-limit-reset": "1900"}, True)
            permit.close(time.seconds + 900, "X said so")
        with limits.permit("GET /12/accounts/:id/cards", "b", FAR):
            pass
        with pytest.raises(WaitTooLong), limits.permit("GET /12/accounts/:id/cards", "a", time.seconds + 60):
            pass

    def test_given_a_users_limit_when_any_account_asks_then_it_waits(self, time: StandingTime) -> None:
        limits = RateLimits(8, time)
        with limits.permit("GET /12/accounts/:id/cards", "a", FAR) as permit:
            permit.close(time.seconds + 900, "X said so", user_level=True)
        with pytest.raises(WaitTooLong), limits.permit("GET /12/accounts/:id/cards", "b", time.seconds + 60):
            pass

    def test_given_a_closed_window_of_all_when_not_waited_for_then_the_accounts_is_left(
        self, time: StandingTime
    ) -> None:
        limits = RateLimits(8, time)
        limits.window("GET /12/x", None).close(time.seconds + 5, "X said so")
        with pytest.raises(NotYet), limits.permit("GET /12/x", "a", FAR, wait=False):
            pass
        assert limits.window("GET /12/x", "a").opens() is None

    def test_given_a_refused_probe_when_the_others_wait_then_not_one_of_them_follows_it(
        self, time: StandingTime
    ) -> None:
        """At most one request runs into a limit that nobody knew of."""
        limits = RateLimits(8, time)
        sent: list[int] = []

        def ask(number: int) -> None:
            with limits.permit("GET /12/x", None, time.seconds + 60) as permit:
                sent.append(number)
                system_time.sleep(0.05)
                permit.responded({}, False)
                permit.close(time.seconds + 900, "X said so")

        threads = [Waiting(lambda n=n: ask(n)) for n in range(6)]  # type: ignore[misc]
        for thread in threads:
            thread.thread.join(5)
        assert len(sent) == 1
        assert sum(isinstance(t.error, WaitTooLong) for t in threads) == 5

    def test_given_more_requests_than_workers_when_sent_then_only_so_many_are_in_flight(
        self, time: StandingTime
    ) -> None:
        limits = RateLimits(2, time)
        with limits.permit("GET /12/y", None, FAR) as first:
            first.responded({}, True)
        now, most, lock = [0], [0], threading.Lock()

        def ask() -> None:
            with limits.permit("GET /12/y", None, FAR) as permit:
                with lock:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                system_time.sleep(0.02)
                with lock:
                    now[0] -= 1
                permit.responded({}, True)

        threads = [Waiting(ask) for _ in range(8)]
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


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5", 5.0), ("soon", None), ("Thu, 01 Jan 1970 00:17:00 GMT", 20.0), ("Thu, 01 Jan 1970 00:16:00 GMT", 0.0)],
)
def test_given_a_retry_after_when_read_then_it_is_seconds_from_now(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}, 1000.0) == seconds

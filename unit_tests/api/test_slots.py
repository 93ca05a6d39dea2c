# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Slots: how many requests are in flight, and who goes first."""

from __future__ import annotations

import threading
import time

from source_twitter_ads.api.rate_limits import IN_A_ROW, RequestSlots


def wait_until_waiting(slots: RequestSlots, number: int) -> None:
    """Wait until so many threads wait for a slot."""
    ends = time.monotonic() + 10
    while len(slots._condition._waiters) < number:  # type: ignore[attr-defined]
        assert time.monotonic() < ends
        time.sleep(0.001)


def start(slots: RequestSlots, name: str, urgent: bool, order: list[str]) -> threading.Thread:
    """Take a slot in a thread, note it, and give it back."""

    def take() -> None:
        slots.acquire(urgent)
        order.append(name)
        slots.release()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    return thread


def test_given_a_taken_slot_when_an_urgent_request_comes_last_then_it_goes_first() -> None:
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


def test_given_two_slots_when_both_are_taken_then_a_third_request_waits_for_one() -> None:
    slots, order = RequestSlots(2), list[str]()
    slots.acquire()
    slots.acquire(urgent=True)
    thread = start(slots, "third", True, order)
    wait_until_waiting(slots, 1)
    before = list(order)

    slots.release()
    thread.join(10)

    assert (before, order) == ([], ["third"])


def test_given_ever_more_urgent_requests_when_another_waits_then_it_has_its_turn_after_a_few() -> None:
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

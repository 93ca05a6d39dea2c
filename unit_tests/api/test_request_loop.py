# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The loop with its threads: events in order, so many requests at once, nobody who waits takes up a thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from source_twitter_ads.api.bodies import ApiResponse
from source_twitter_ads.api.request_loop import RequestLoop, Task

PATIENCE = 10
SOON = 0.05


class FakeClient:
    """Answers requests, which are functions here: what they return is the outcome, also an error that they raise.

    Attributes:
        opens_at: the epoch second at which X's limit ends; None while there is none.
    """

    def __init__(self) -> None:
        self.opens_at: float | None = None

    def attempt(self, request: Callable[[], Any]) -> Any:
        """Send a request."""
        return request()

    def opens(self, method: str, path: str) -> float | None:
        """When a request may be sent."""
        return self.opens_at if self.opens_at and self.opens_at > time.time() else None


class Looping:
    """A loop and what came of its tasks.

    Attributes:
        outcomes: responses and errors, in order.
        crashes: errors that nobody foresaw.
        handlers: names of the threads in which handlers ran.
    """

    def __init__(self, workers: int = 2) -> None:
        self.client = FakeClient()
        client: Any = self.client
        self.tasks = deque[Task]()
        self.outcomes: list[Any] = []
        self.crashes: list[Exception] = []
        self.handlers: set[str] = set()
        self.limited = False
        self.loop = RequestLoop(client, workers, self._next_task, self.crashes.append)

    def _next_task(self) -> Task | None:
        if self.limited and not self.loop.is_open("GET", "x"):
            return None
        return self.tasks.popleft() if self.tasks else None

    def task(self, request: Callable[[], Any]) -> Task:
        """A task of a request that is a function."""
        sent: Any = request
        return Task(sent, self._outcome, self._outcome)

    def _outcome(self, outcome: Any) -> None:
        self.handlers.add(threading.current_thread().name)
        self.outcomes.append(outcome)

    def send(self, *requests: Callable[[], Any]) -> None:
        """Have requests sent."""
        self.loop.post(lambda: self.tasks.extend(map(self.task, requests)))

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        ends = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < ends:
            time.sleep(0.002)
        assert condition()

    def end(self) -> None:
        """End the loop, and wait for its thread."""
        self.loop.post(self.loop.end)
        self.loop.join(PATIENCE)


@pytest.fixture
def looping() -> Iterator[Looping]:
    looping = Looping()
    looping.loop.start()
    yield looping
    looping.end()


def answer(status: int = 200) -> ApiResponse:
    return ApiResponse(status, {}, {})


def raiser(error: Exception) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


@pytest.mark.timeout(60)
class TestTasks:
    def test_given_a_request_when_answered_then_its_handler_runs_in_the_loop_s_thread(self, looping: Looping) -> None:
        looping.send(answer)
        looping.wait_for(lambda: len(looping.outcomes) == 1)
        assert isinstance(looping.outcomes[0], ApiResponse)
        assert looping.handlers == {"scheduler"}

    def test_given_a_request_that_fails_when_sent_then_its_handler_gets_the_error(self, looping: Looping) -> None:
        error = KeyError("unforeseen")
        looping.send(raiser(error))
        looping.wait_for(lambda: looping.outcomes == [error])
        assert looping.crashes == []

    def test_given_a_request_to_be_retried_when_its_time_has_come_then_it_is_sent(self, looping: Looping) -> None:
        outcomes: list[Any] = [SOON, SOON, answer()]
        looping.send(lambda: outcomes.pop(0))
        looping.wait_for(lambda: len(looping.outcomes) == 1)
        assert outcomes == []

    def test_given_requests_that_wait_when_others_are_ready_then_they_take_up_no_worker(self, looping: Looping) -> None:
        looping.send(*[lambda: 3600.0] * 20, answer)
        looping.wait_for(lambda: len(looping.outcomes) == 1)

    def test_given_more_requests_than_workers_when_sent_then_so_many_at_once(self, looping: Looping) -> None:
        lock, now, most = threading.Lock(), [0], [0]

        def request() -> ApiResponse:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.005)
            with lock:
                now[0] -= 1
            return answer()

        looping.send(*[request] * 12)
        looping.wait_for(lambda: len(looping.outcomes) == 12)
        assert most == [2]


@pytest.mark.timeout(60)
class TestEvents:
    def test_given_events_of_many_threads_when_posted_then_each_thread_s_are_in_order(self, looping: Looping) -> None:
        seen: list[tuple[int, int]] = []

        def post(thread: int) -> None:
            for number in range(200):
                looping.loop.post(seen.append, (thread, number))

        threads = [threading.Thread(target=post, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        looping.wait_for(lambda: len(seen) == 800)
        for number in range(4):
            assert [one for thread, one in seen if thread == number] == list(range(200))

    def test_given_timers_when_due_then_in_the_order_of_their_times(self, looping: Looping) -> None:
        seen: list[int] = []
        began = looping.loop.now()

        def arm() -> None:
            for delay in (3, 1, 2):
                looping.loop.at(began + delay * SOON, seen.append, delay)

        looping.loop.post(arm)
        looping.wait_for(lambda: len(seen) == 3)
        assert seen == [1, 2, 3]
        assert looping.loop.now() - began >= 3 * SOON

    def test_given_a_handler_that_breaks_when_told_then_the_loop_goes_on(self, looping: Looping) -> None:
        error = ZeroDivisionError()
        looping.loop.post(raiser(error))
        looping.send(answer)
        looping.wait_for(lambda: len(looping.outcomes) == 1)
        assert looping.crashes == [error]

    def test_given_a_handler_that_breaks_when_others_follow_then_its_worker_is_free(self, looping: Looping) -> None:
        broken = Task(answer, raiser(ZeroDivisionError()), raiser(ZeroDivisionError()))  # type: ignore[arg-type]
        looping.loop.post(lambda: looping.tasks.extend([broken] * 5))
        looping.send(answer)
        looping.wait_for(lambda: len(looping.outcomes) == 1)

    def test_given_nothing_to_do_when_left_alone_then_it_sleeps(self, looping: Looping) -> None:
        asked = [0]
        looping.loop.post(lambda: None)
        original = looping._next_task

        def counted() -> Task | None:
            asked[0] += 1
            return original()

        looping.loop._next_task = counted
        time.sleep(0.1)
        assert asked[0] <= 2


@pytest.mark.timeout(60)
class TestLimits:
    def test_given_a_limit_of_all_accounts_when_it_ends_then_the_next_request_is_made(self, looping: Looping) -> None:
        looping.client.opens_at = time.time() + 4 * SOON
        looping.limited = True
        began = time.monotonic()
        looping.send(answer)
        looping.wait_for(lambda: len(looping.outcomes) == 1)
        assert time.monotonic() - began >= 3 * SOON


@pytest.mark.timeout(60)
class TestEnd:
    def test_given_a_loop_that_ends_when_joined_then_no_thread_is_left(self) -> None:
        before = threading.active_count()
        looping = Looping(workers=5)
        looping.loop.start()
        looping.send(*[answer] * 20)
        looping.wait_for(lambda: len(looping.outcomes) == 20)
        looping.end()
        looping.wait_for(lambda: threading.active_count() <= before)

    def test_given_requests_under_way_when_the_loop_ends_then_it_does_not_wait_for_them(self) -> None:
        looping, held = Looping(), threading.Event()
        looping.loop.start()
        looping.send(lambda: held.wait(PATIENCE))
        looping.wait_for(lambda: not looping.tasks)
        began = time.monotonic()
        looping.end()
        assert time.monotonic() - began < PATIENCE / 2
        held.set()

    def test_given_a_loop_that_never_began_when_joined_then_at_once(self) -> None:
        Looping().loop.join(PATIENCE)

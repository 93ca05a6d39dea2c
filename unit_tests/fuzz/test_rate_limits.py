# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Many threads against a server that counts: at most one 429 per window (docs/x-ads-api.md §4)."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from source_twitter_ads.api.clock import SystemTime
from source_twitter_ads.api.rate_limits import RateLimits

WINDOW, ALLOWED, THREADS, REQUESTS = 0.4, 20, 24, 100


class Server:
    """Counts requests in fixed windows, as X does, and responds after a moment."""

    def __init__(self, level: str) -> None:
        self._level = level
        self._lock = threading.Lock()
        self._began = 0.0
        self._used = 0
        self.refused: Counter[float] = Counter()

    def respond(self) -> tuple[bool, dict[str, str]]:
        """Whether the request was within the limit, and the headers."""
        with self._lock:
            now = time.time()
            if now >= self._began + WINDOW:
                self._began, self._used = now, 0
            self._used += 1
            allowed, reset = self._used <= ALLOWED, self._began + WINDOW
            self.refused[reset] += not allowed
            headers = {
                f"{self._level}-remaining": str(max(0, ALLOWED - self._used)),
                f"{self._level}-reset": repr(reset),
            }
        time.sleep(0.002)
        return allowed, headers


@pytest.mark.parametrize("level", ["x-account-rate-limit", "x-rate-limit"])
def test_given_a_limit_of_20_when_24_threads_send_then_at_most_one_429_per_window(level: str) -> None:
    limits, server = RateLimits(10, SystemTime()), Server(level)

    def ask(_: int) -> None:
        while True:
            with limits.permit("GET campaigns", "1first", time.time() + 30) as permit:
                allowed, headers = server.respond()
                permit.responded(headers, allowed)
                if not allowed:
                    permit.close(float(headers[f"{level}-reset"]), "X refused", user_level=level == "x-rate-limit")
            if allowed:
                return

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(ask, range(REQUESTS)))
    assert max(server.refused.values()) <= 1
    assert len(server.refused) < 4 * REQUESTS / ALLOWED


def test_given_a_refusal_when_others_wait_for_the_reset_then_all_of_them_keep_to_it() -> None:
    limits, sent = RateLimits(10, SystemTime()), []
    closed = threading.Event()

    def ask(number: int) -> None:
        with limits.permit("GET campaigns", None, time.time() + 30) as permit:
            sent.append((number, time.time(), closed.is_set()))
            if len(sent) == 1:
                time.sleep(0.1)
                permit.close(time.time() + 0.5, "X refused")
                closed.set()
            permit.responded({}, False)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(ask, range(12)))
    first, second = sorted(moment for _, moment, _ in sent)[:2]
    assert second - first >= 0.6


def test_given_more_requests_than_workers_when_sent_then_no_worker_has_two_in_flight() -> None:
    limits, lock, now, peak = RateLimits(3, SystemTime()), threading.Lock(), [0], [0]

    def ask(number: int) -> None:
        with limits.permit(f"GET {number}", None, time.time() + 30) as permit:
            with lock:
                now[0] += 1
                peak[0] = max(peak[0], now[0])
            time.sleep(0.01)
            with lock:
                now[0] -= 1
            permit.responded({}, True)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(ask, range(30)))
    assert peak[0] == 3

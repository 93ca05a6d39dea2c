# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rate limits: all threads that ask the same endpoint for the same account wait together (x-ads-api.md §4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime

from source_twitter_ads.api.clock import SAME
from source_twitter_ads.api.errors import CLOCK_SKEW, Action, Refusal, rule_for
from source_twitter_ads.api.rate_limit_window import Heartbeat, RateLimitWindow
from source_twitter_ads.api.request import ApiRequest

# Epoch seconds, in the year 2286.
LATEST = 1e10


def number(headers: Mapping[str, str], name: str) -> float | None:
    """Read a header as a number; None when it is absent, no number, or a time centuries away, such as milliseconds."""
    try:
        value = float(headers[name])
    except (KeyError, ValueError):
        return None
    return value if 0 <= value < LATEST else None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read `retry-after`, seconds or an HTTP date, as seconds from `now`; None when it is absent or neither."""
    seconds = number(headers, "retry-after")
    if seconds is not None or "retry-after" not in headers:
        return seconds
    try:
        return max(parsedate_to_datetime(headers["retry-after"]).timestamp() - now, 0.0)
    except (TypeError, ValueError, OverflowError):
        return None


# Urgent requests that go before one that is not: many accounts have urgent ones for as long as a sync lasts.
IN_A_ROW = 3


class RequestSlots:
    """A number of slots; urgent requests get a free one before the others, three out of four times.

    Urgent are the requests that make X work: its analytics jobs take minutes, during which everything else can be read.

    Args:
        number: requests that may be in flight at once.
    """

    def __init__(self, number: int) -> None:
        self._condition = threading.Condition()
        self._free = number
        self._waiting = {True: 0, False: 0}
        self._in_a_row = 0

    def acquire(self, urgent: bool = False) -> None:
        """Wait for a slot and take it."""
        with self._condition:
            self._waiting[urgent] += 1
            self._condition.wait_for(lambda: self._free > 0 and self._turn_of(urgent))
            self._waiting[urgent] -= 1
            self._free -= 1
            self._in_a_row = self._in_a_row + 1 if urgent and self._waiting[False] else 0
            self._condition.notify_all()

    def release(self) -> None:
        """Give a slot back."""
        with self._condition:
            self._free += 1
            self._condition.notify_all()

    def _turn_of(self, urgent: bool) -> bool:
        return not self._waiting[not urgent] or urgent == (self._in_a_row < IN_A_ROW)


# Requests that make X work on analytics, or look after it, go before others.
_STATS = "/stats/"


class RateLimits:
    """All that holds a request back: one gate per endpoint, one per endpoint and account, and the number of workers.

    Args:
        workers: requests that may be in flight at once.
        now: the clock, epoch seconds.
    """

    def __init__(self, workers: int, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._slots = RequestSlots(workers)
        self._heartbeat = Heartbeat(now)
        self._gates: dict[tuple[str, str | None], RateLimitWindow] = {}

    def gate(self, endpoint: str, account_id: str | None) -> RateLimitWindow:
        """Return the gate of an endpoint (account_id None) or of an endpoint of one account."""
        key = (endpoint, account_id)
        with self._lock:
            if key not in self._gates:
                name = f"{endpoint} of account {account_id}" if account_id else endpoint
                self._gates[key] = RateLimitWindow(name, self._now, self._heartbeat)
            return self._gates[key]

    def abandon(self) -> None:
        """Let everybody through the gates that there are, since nothing is sent any more."""
        with self._lock:
            gates = list(self._gates.values())
        for gate in gates:
            gate.abandon()

    @contextmanager
    def permit(self, endpoint: str, account_id: str | None, deadline: float, wait: bool = True) -> Iterator[Permit]:
        """Wait for both gates of a request and for a free worker, and let the gates learn from its answer.

        Raises:
            WaitTooLong: when a limit ends after the deadline, epoch seconds.
            NotYet: without `wait`, when a limit holds the request back.
        """
        user = self.gate(endpoint, None)
        account = self.gate(endpoint, account_id) if account_id else None
        # The account's first: a request that waits there must not hold up other accounts at the gate of all.
        gates = [account, user] if account else [user]
        self._enter(gates, deadline, _STATS in endpoint, wait)
        permit = Permit(account, user)
        try:
            yield permit
        finally:
            self._slots.release()
            for gate in gates:
                gate.leave(*permit.learnt(gate))

    def _enter(self, gates: list[RateLimitWindow], deadline: float, urgent: bool, wait: bool) -> None:
        while True:
            entered: list[RateLimitWindow] = []
            try:
                for gate in gates:
                    gate.enter(deadline, wait)
                    entered.append(gate)
            except BaseException:
                _turn_back(entered)
                raise
            self._slots.acquire(urgent)
            # While this request waited for the second gate or for a worker, another one may have been refused.
            if not any(gate.closed for gate in gates):
                return
            self._slots.release()
            _turn_back(entered)


def _turn_back(gates: list[RateLimitWindow]) -> None:
    for gate in gates:
        gate.leave(answered=False)


class Permit:
    """One request on its way through its gates.

    Args:
        account: the gate of the request's account, if it has one.
        user: the gate of all accounts.
    """

    def __init__(self, account: RateLimitWindow | None, user: RateLimitWindow) -> None:
        self._account = account
        self._user = user
        self._headers: Mapping[str, str] = {}
        self._succeeded = False
        self._clock_ahead = 0.0

    def answered(self, headers: Mapping[str, str], succeeded: bool, clock_ahead: float = 0.0) -> None:
        """Take the headers of the answer; only one that succeeded can show that there is no limit.

        Args:
            headers: of the answer.
            succeeded: whether it did.
            clock_ahead: seconds by which the clock of this machine is ahead of X's, whose times the headers name.
        """
        self._headers, self._succeeded, self._clock_ahead = headers, succeeded, clock_ahead

    def learnt(self, gate: RateLimitWindow) -> tuple[int | None, float | None, bool, float]:
        """Return (remaining, X's reset, answered, clock_ahead) at the gate's level."""
        prefix = "x-account-rate-limit" if gate is self._account else "x-rate-limit"
        remaining, reset = number(self._headers, f"{prefix}-remaining"), number(self._headers, f"{prefix}-reset")
        return (None if remaining is None else int(remaining)), reset, self._succeeded, self._clock_ahead

    def close(self, until: float, reason: str, user_level: bool = False) -> None:
        """Close the account's gate until a time; that of all accounts where there is none, or for `user_level`."""
        (self._user if user_level or self._account is None else self._account).close(until, reason)


# Seconds to stay away from a window that has just begun by the clock of this machine, and not yet by X's.
SHORTEST_PAUSE = 1.0


def heed(request: ApiRequest, refusal: Refusal, permit: Permit, headers: Mapping[str, str], pause: float) -> None:
    """Close the gate until the time that X names, before the next request can pass.

    Args:
        request: what is sent.
        refusal: X's words, with the difference between the clocks: times in the headers are X's.
        passage: the request's way through its gates.
        headers: of the answer.
        pause: seconds to stay away where X names no time that is still to come.
    """
    rule, now = rule_for(refusal), time.time()
    happened = f"X refused {request} with {refusal}"
    after = retry_after(headers, now - refusal.clock_ahead)
    if rule.action is Action.RETRY and rule is not CLOCK_SKEW and after is not None:
        request.demanded = after
        permit.close(now + after, happened)
    elif rule.action is Action.WAIT:
        account, user = number(headers, "x-account-rate-limit-reset"), number(headers, "x-rate-limit-reset")
        reset = account if account is not None else user
        until = reset + refusal.clock_ahead if reset is not None else now + (after or 0.0)
        # A window may have ended already: then the pauses grow. By X's clock it may be about to end.
        pause = max(pause, SHORTEST_PAUSE) if reset is not None and now - until < SAME else pause
        permit.close(until if until > now else now + pause, happened, user_level=account is None and user is not None)

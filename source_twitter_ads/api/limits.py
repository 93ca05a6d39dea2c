# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rate limits: all threads that ask the same endpoint for the same account wait together (x-ads-api.md §4).

X tells with each answer how many requests of the window are left and when the next window begins. A `Gate` keeps that
count for one endpoint (or one endpoint of one account), so that a limit is kept to instead of being run into.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from source_twitter_ads.api.slots import Slots

logger = logging.getLogger("airbyte")

# Two clocks are never quite the same: a window that begins now by ours may begin a moment later by X's.
_MARGIN = 0.1
# metadata.yaml promises a line at least every 60 s while a limit is waited for.
SECONDS_BETWEEN_LINES = 50.0
_LOOK_AGAIN = 5.0
# A request that goes ahead alone and is not answered for so long does not hold up the others any more.
_PROBE_SECONDS = 10.0
# Requests that make X work on analytics, or look after it, go before others.
_STATS = "/stats/"


class WaitTooLong(Exception):
    """A limit ends later than the request may wait.

    Attributes:
        reason: what X said.
        ends: when the limit ends, epoch seconds.
    """

    def __init__(self, reason: str, ends: float) -> None:
        super().__init__(f"{reason}; no request may be sent until {clock_time(ends)}")
        self.reason = reason
        self.ends = ends


def clock_time(epoch: float) -> str:
    """Format epoch seconds for people, in UTC."""
    return datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


class Heartbeat:
    """Keeps the log alive while limits are waited for: one line at a time for all gates."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._last = now()

    def begin(self, name: str, reason: str, until: float) -> None:
        """Log a wait and the time at which it ends."""
        with self._lock:
            self._last = self._now()
        seconds = max(until - self._now(), 0)
        logger.info(f"{reason}: waiting {seconds:.0f} s, until {clock_time(until)}, for {name}.")

    def go_on(self, name: str, until: float) -> None:
        """Log that a wait lasts, if nothing has been said for a while."""
        with self._lock:
            if self._now() - self._last < SECONDS_BETWEEN_LINES:
                return
            self._last = self._now()
        logger.info(f"Still waiting until {clock_time(until)} for {name}.")


class Gate:
    """Lets requests through as long as X's window has room for them.

    Until the first answer of a window is in, one request goes ahead alone: it learns the count for all others.

    Args:
        name: the endpoint and account, for the log.
        now: the clock, epoch seconds.
        heartbeat: tells the log of waits.
    """

    def __init__(self, name: str, now: Callable[[], float] = time.time, heartbeat: Heartbeat | None = None) -> None:
        self._name = name
        self._now = now
        self._heartbeat = heartbeat or Heartbeat(now)
        self._condition = threading.Condition()
        self._in_flight = 0
        self._remaining: int | None = None
        self._probe_since: float | None = None
        self._unlimited = False
        self._reset = 0.0
        self._closed_until = 0.0
        self._reason = ""
        self._told_until = 0.0

    @property
    def closed(self) -> bool:
        """Whether X has asked to stay away for now."""
        return self._closed_until > self._now()

    def enter(self, deadline: float) -> None:
        """Wait until a request may be sent, and count it as in flight.

        Args:
            deadline: epoch seconds after which waiting makes no sense.

        Raises:
            WaitTooLong: when the limit ends after the deadline.
        """
        with self._condition:
            while True:
                opens = self._opens_at()
                if opens is None:
                    self._in_flight += 1
                    if self._remaining is None:
                        self._probe_since = self._now()
                    return
                if opens > deadline:
                    raise WaitTooLong(self._why(), opens)
                self._tell(opens)
                seconds = opens - self._now() if opens else 1.0
                self._condition.wait(timeout=min(max(seconds, 0.005), _LOOK_AGAIN))

    def _opens_at(self) -> float | None:
        """None when a request may go now, 0.0 to wait for an answer in flight, else the time at which to look again."""
        now = self._now()
        if self._closed_until > now:
            return self._closed_until
        if self._unlimited:
            return None
        if self._remaining is not None and now >= self._reset + _MARGIN:
            self._remaining = self._probe_since = None
        if self._remaining is None:
            return None if self._probe_since is None or now - self._probe_since > _PROBE_SECONDS else 0.0
        if self._remaining - self._in_flight > 0:
            return None
        return 0.0 if self._remaining > 0 else self._reset + _MARGIN

    def _why(self) -> str:
        return self._reason if self.closed else f"X's limit for {self._name} is used up"

    def _tell(self, opens: float) -> None:
        if opens and opens > max(self._told_until, self._now()) + 1:
            self._told_until = opens
            self._heartbeat.begin(self._name, self._why(), opens)
        elif opens:
            self._heartbeat.go_on(self._name, opens)

    def leave(self, remaining: int | None = None, reset: float | None = None, answered: bool = True) -> None:
        """Count a request as answered, and learn what X said about the window.

        Args:
            remaining: requests left in the window, None when X did not say.
            reset: epoch seconds at which the next window begins, None when X did not say.
            answered: False when the request failed, so that nothing was learnt from what its answer did not say.
        """
        with self._condition:
            self._in_flight -= 1
            self._probe_since = None
            if remaining is not None and reset is not None:
                self._learn(remaining, reset)
            elif answered and self._remaining is None and not self.closed:
                self._unlimited = True
            self._condition.notify_all()

    def _learn(self, remaining: int, reset: float) -> None:
        if self._remaining is None or reset > self._reset:
            self._remaining, self._reset = remaining, reset
        elif reset == self._reset:
            # Answers overtake each other: the lowest count is the latest one.
            self._remaining = min(self._remaining, remaining)
        self._unlimited = False

    def close(self, until: float, reason: str) -> None:
        """Let nobody through before a time.

        Args:
            until: epoch seconds.
            reason: what X said, for the log.
        """
        with self._condition:
            if until + _MARGIN > self._closed_until:
                self._closed_until, self._reason = until + _MARGIN, reason
            self._remaining = self._probe_since = None
            self._unlimited = False
            self._condition.notify_all()


class Limits:
    """All that holds a request back: one gate per endpoint, one per endpoint and account, and the number of workers.

    Args:
        workers: requests that may be in flight at once.
        now: the clock, epoch seconds.
    """

    def __init__(self, workers: int, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._slots = Slots(workers)
        self._heartbeat = Heartbeat(now)
        self._gates: dict[tuple[str, str | None], Gate] = {}

    def gate(self, endpoint: str, account_id: str | None) -> Gate:
        """Return the gate of an endpoint (account_id None) or of an endpoint of one account."""
        key = (endpoint, account_id)
        with self._lock:
            if key not in self._gates:
                name = f"{endpoint} of account {account_id}" if account_id else endpoint
                self._gates[key] = Gate(name, self._now, self._heartbeat)
            return self._gates[key]

    @contextmanager
    def passage(self, endpoint: str, account_id: str | None, deadline: float) -> Iterator[Passage]:
        """Wait for both gates of a request and for a free worker, and let the gates learn from its answer.

        Raises:
            WaitTooLong: when a limit ends after the deadline, epoch seconds.
        """
        user = self.gate(endpoint, None)
        account = self.gate(endpoint, account_id) if account_id else None
        # The account's first: a request that waits there must not hold up other accounts at the gate of all.
        gates = [account, user] if account else [user]
        self._enter(gates, deadline, urgent=_STATS in endpoint)
        passage = Passage(account, user)
        try:
            yield passage
        finally:
            self._slots.release()
            for gate in gates:
                gate.leave(*passage.learnt(gate))

    def _enter(self, gates: list[Gate], deadline: float, urgent: bool) -> None:
        while True:
            entered: list[Gate] = []
            try:
                for gate in gates:
                    gate.enter(deadline)
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


def _turn_back(gates: list[Gate]) -> None:
    for gate in gates:
        gate.leave(answered=False)


class Passage:
    """One request on its way through its gates.

    Args:
        account: the gate of the request's account, if it has one.
        user: the gate of all accounts.
    """

    def __init__(self, account: Gate | None, user: Gate) -> None:
        self._account = account
        self._user = user
        self._headers: Mapping[str, str] = {}
        self._succeeded = False

    def answered(self, headers: Mapping[str, str], succeeded: bool) -> None:
        """Take the headers of the answer; only one that succeeded can show that there is no limit."""
        self._headers, self._succeeded = headers, succeeded

    def learnt(self, gate: Gate) -> tuple[int | None, float | None, bool]:
        """Return (remaining, reset, answered) at the gate's level."""
        prefix = "x-account-rate-limit" if gate is self._account else "x-rate-limit"
        remaining, reset = number(self._headers, f"{prefix}-remaining"), number(self._headers, f"{prefix}-reset")
        return (None if remaining is None else int(remaining)), reset, self._succeeded

    def close(self, until: float, reason: str, user_level: bool = False) -> None:
        """Close the account's gate until a time; that of all accounts where there is none, or for `user_level`."""
        (self._user if user_level or self._account is None else self._account).close(until, reason)


def number(headers: Mapping[str, str], name: str) -> float | None:
    """Read a header as a number; None when it is absent or no number."""
    try:
        value = float(headers[name])
    except (KeyError, ValueError):
        return None
    return value if 0 <= value < 1e12 else None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read `retry-after`, seconds or an HTTP date, as seconds from `now`; None when it is absent or neither."""
    seconds = number(headers, "retry-after")
    if seconds is not None or "retry-after" not in headers:
        return seconds
    try:
        return max(parsedate_to_datetime(headers["retry-after"]).timestamp() - now, 0.0)
    except (TypeError, ValueError, OverflowError):
        return None

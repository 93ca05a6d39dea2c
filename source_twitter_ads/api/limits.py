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

logger = logging.getLogger("airbyte")

# A window begins by X's clock; a reset that is in the past, or now, still means a moment's pause.
_SHORTEST_WAIT = 0.1


class WaitTooLong(Exception):
    """A limit ends later than the request may wait; `ends` is epoch seconds."""

    def __init__(self, ends: float) -> None:
        super().__init__(f"until {clock_time(ends)}")
        self.ends = ends


def clock_time(epoch: float) -> str:
    """Format epoch seconds for people, in UTC."""
    return datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


class Gate:
    """Lets requests through as long as X's window has room for them.

    Until the first answer of a window is in, one request goes ahead alone: it learns the count for all others.

    Args:
        name: the endpoint and account, for the log.
        now: the clock, epoch seconds.
    """

    def __init__(self, name: str, now: Callable[[], float] = time.time) -> None:
        self._name = name
        self._now = now
        self._condition = threading.Condition()
        self._in_flight = 0
        self._remaining: int | None = None
        self._unlimited = False
        self._reset: float = 0.0
        self._closed_until: float = 0.0

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
                    return
                if opens > deadline:
                    raise WaitTooLong(opens)
                self._condition.wait(timeout=max(opens - self._now(), 0.005) if opens else 1.0)

    def _opens_at(self) -> float | None:
        """None when a request may go now, 0.0 to wait for an answer in flight, else the time at which to look again."""
        now = self._now()
        if self._closed_until > now:
            return self._closed_until
        if self._unlimited:
            return None
        if self._remaining is not None and now >= self._reset:
            self._remaining = None
        if self._remaining is None:
            return None if self._in_flight == 0 else 0.0
        if self._remaining - self._in_flight > 0:
            return None
        return 0.0 if self._remaining > 0 else self._reset

    def leave(self, remaining: int | None = None, reset: float | None = None, answered: bool = True) -> None:
        """Count a request as answered, and learn what X said about the window.

        Args:
            remaining: requests left in the window, None when X did not say.
            reset: epoch seconds at which the next window begins, None when X did not say.
            answered: False when the request failed on its way, so that nothing was learnt.
        """
        with self._condition:
            self._in_flight -= 1
            if remaining is not None and reset is not None:
                newer = reset > self._reset or self._remaining is None
                self._remaining = remaining if newer else min(self._remaining or 0, remaining)
                self._reset = max(self._reset, reset)
                self._unlimited = False
            elif answered and self._remaining is None:
                self._unlimited = True
            self._condition.notify_all()

    def close(self, until: float, reason: str) -> None:
        """Let nobody through before a time; logged once.

        Args:
            until: epoch seconds.
            reason: what X said, for the log.
        """
        with self._condition:
            until = max(until, self._now() + _SHORTEST_WAIT)
            if until > self._closed_until + 1:
                seconds = until - self._now()
                logger.info(f"{reason}: waiting {seconds:.0f} s, until {clock_time(until)}, for {self._name}.")
            self._closed_until = max(self._closed_until, until)
            self._remaining = None
            self._unlimited = False
            self._condition.notify_all()


class Limits:
    """All gates of one token: one per endpoint, and one per endpoint and account."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._gates: dict[tuple[str, str | None], Gate] = {}

    def gate(self, endpoint: str, account_id: str | None) -> Gate:
        """Return the gate of an endpoint (account_id None) or of an endpoint of one account."""
        key = (endpoint, account_id)
        with self._lock:
            if key not in self._gates:
                name = f"{endpoint} of account {account_id}" if account_id else endpoint
                self._gates[key] = Gate(name, self._now)
            return self._gates[key]

    @contextmanager
    def passage(self, endpoint: str, account_id: str | None, deadline: float) -> Iterator[Passage]:
        """Wait for both gates of a request, and let them learn from its answer."""
        gates = [self.gate(endpoint, None)]
        if account_id:
            gates.append(self.gate(endpoint, account_id))
        entered: list[Gate] = []
        passage = Passage(gates)
        try:
            for gate in gates:
                gate.enter(deadline)
                entered.append(gate)
            yield passage
        finally:
            for gate in entered:
                gate.leave(*passage.learnt(gate is gates[-1] and account_id is not None))


class Passage:
    """One request on its way through its gates."""

    def __init__(self, gates: list[Gate]) -> None:
        self._gates = gates
        self._headers: Mapping[str, str] | None = None

    def answered(self, headers: Mapping[str, str]) -> None:
        """Take the headers of the answer."""
        self._headers = headers

    def learnt(self, account_level: bool) -> tuple[int | None, float | None, bool]:
        """Return (remaining, reset, answered) at the account's or the user's level."""
        if self._headers is None:
            return None, None, False
        prefix = "x-account-rate-limit" if account_level else "x-rate-limit"
        remaining, reset = number(self._headers, f"{prefix}-remaining"), number(self._headers, f"{prefix}-reset")
        return (None if remaining is None else int(remaining)), reset, True

    def close(self, until: float, reason: str, account_level: bool = True) -> None:
        """Close the account's gate (the endpoint's own where there is no account) until a time."""
        self._gates[-1 if account_level else 0].close(until, reason)


def number(headers: Mapping[str, str], name: str) -> float | None:
    """Read a header as a number; None when it is absent or no number."""
    try:
        value = float(headers[name])
    except (KeyError, ValueError):
        return None
    return value if 0 <= value < 1e12 else None

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rate limits: all threads that ask the same endpoint for the same account wait together (x-ads-api.md §4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from source_twitter_ads.api.gate import Gate, Heartbeat
from source_twitter_ads.api.headers import number
from source_twitter_ads.api.slots import Slots

# Requests that make X work on analytics, or look after it, go before others.
_STATS = "/stats/"


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

    def abandon(self) -> None:
        """Let everybody through the gates that there are, since nothing is sent any more."""
        with self._lock:
            gates = list(self._gates.values())
        for gate in gates:
            gate.abandon()

    @contextmanager
    def passage(self, endpoint: str, account_id: str | None, deadline: float, wait: bool = True) -> Iterator[Passage]:
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
        passage = Passage(account, user)
        try:
            yield passage
        finally:
            self._slots.release()
            for gate in gates:
                gate.leave(*passage.learnt(gate))

    def _enter(self, gates: list[Gate], deadline: float, urgent: bool, wait: bool) -> None:
        while True:
            entered: list[Gate] = []
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
        self._clock_ahead = 0.0

    def answered(self, headers: Mapping[str, str], succeeded: bool, clock_ahead: float = 0.0) -> None:
        """Take the headers of the answer; only one that succeeded can show that there is no limit.

        Args:
            headers: of the answer.
            succeeded: whether it did.
            clock_ahead: seconds by which the clock of this machine is ahead of X's, whose times the headers name.
        """
        self._headers, self._succeeded, self._clock_ahead = headers, succeeded, clock_ahead

    def learnt(self, gate: Gate) -> tuple[int | None, float | None, bool, float]:
        """Return (remaining, X's reset, answered, clock_ahead) at the gate's level."""
        prefix = "x-account-rate-limit" if gate is self._account else "x-rate-limit"
        remaining, reset = number(self._headers, f"{prefix}-remaining"), number(self._headers, f"{prefix}-reset")
        return (None if remaining is None else int(remaining)), reset, self._succeeded, self._clock_ahead

    def close(self, until: float, reason: str, user_level: bool = False) -> None:
        """Close the account's gate until a time; that of all accounts where there is none, or for `user_level`."""
        (self._user if user_level or self._account is None else self._account).close(until, reason)

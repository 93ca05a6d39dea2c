# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rate limits: all threads that use an endpoint for an account wait together (docs/x-ads-api.md §4)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from email.utils import parsedate_to_datetime

from source_twitter_ads.api.clock import SAME, SystemTime
from source_twitter_ads.api.errors import CLOCK_SKEW, Action, Refusal, rule_for
from source_twitter_ads.api.rate_limit_window import RateLimitWindow, WaitLog

# Epoch seconds, in the year 2286.
LATEST = 1e10
# Urgent requests that go before one that is not: many accounts have urgent ones for as long as a sync lasts.
IN_A_ROW = 3
# Requests of analytics jobs are urgent: X works on a job for minutes, and everything else can be read meanwhile.
_URGENT = "/stats/"
# Seconds to stay away from a window that has begun by the clock of this machine, but maybe not by X's.
SHORTEST_PAUSE = 1.0


def number(headers: Mapping[str, str], name: str) -> float | None:
    """Read a header as a number; None when it is absent, not a number, or centuries away, such as milliseconds."""
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


class RequestSlots:
    """Bounds the requests in flight to a number; three urgent ones get a free slot before one that is not."""

    def __init__(self, number: int) -> None:
        self._lock = threading.Lock()
        self._free = number
        self._waiting: dict[bool, deque[threading.Event]] = {True: deque(), False: deque()}
        self._in_a_row = 0

    def acquire(self, urgent: bool = False) -> None:
        """Wait for a slot and take it."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = threading.Event()
            self._waiting[urgent].append(turn)
        turn.wait()

    def release(self) -> None:
        """Hand a slot to the request whose turn it is; the other threads sleep on."""
        with self._lock:
            urgent, other = self._waiting[True], self._waiting[False]
            if urgent and (not other or self._in_a_row < IN_A_ROW):
                self._in_a_row = self._in_a_row + 1 if other else 0
                urgent.popleft().set()
            elif other:
                self._in_a_row = 0
                other.popleft().set()
            else:
                self._free += 1


class RateLimits:
    """Gives permits to send: by the windows of an endpoint and of an endpoint and account, and by a free slot.

    As many requests may be in flight at once as there are workers.
    """

    def __init__(self, workers: int, time: SystemTime) -> None:
        self._time = time
        self._lock = threading.Lock()
        self._slots = RequestSlots(workers)
        self._log = WaitLog(time)
        self._windows: dict[tuple[str, str | None], RateLimitWindow] = {}

    def window(self, endpoint: str, account_id: str | None) -> RateLimitWindow:
        """Return the window of an endpoint for one account, or for all of them (account_id None)."""
        key = (endpoint, account_id)
        with self._lock:
            if key not in self._windows:
                name = f"{endpoint} of account {account_id}" if account_id else endpoint
                self._windows[key] = RateLimitWindow(name, self._time, self._log)
            return self._windows[key]

    def abandon(self) -> None:
        """Hold no request back any more, since none is sent."""
        with self._lock:
            windows = list(self._windows.values())
        for window in windows:
            window.abandon()

    @contextmanager
    def permit(self, endpoint: str, account_id: str | None, deadline: float, wait: bool = True) -> Iterator[Permit]:
        """Wait until a request may be sent; afterwards the windows learn from its response.

        Raises:
            WaitTooLong: when a limit ends after the deadline, epoch seconds.
            NotYet: without `wait`, when a limit holds the request back.
        """
        user = self.window(endpoint, None)
        account = self.window(endpoint, account_id) if account_id else None
        # The account's first: a request that waits for its account must not take a turn of the others.
        windows = [account, user] if account else [user]
        self._enter(windows, deadline, _URGENT in endpoint, wait)
        permit = Permit(account, user, self._time)
        try:
            yield permit
        finally:
            self._slots.release()
            for window in windows:
                window.leave(*permit.learnt(window))

    def _enter(self, windows: list[RateLimitWindow], deadline: float, urgent: bool, wait: bool) -> None:
        while True:
            with ExitStack() as entered:
                for window in windows:
                    window.enter(deadline, wait)
                    entered.callback(window.leave, decided=False)
                self._slots.acquire(urgent)
                # While this request waited for the second window or for a slot, X may have refused another one.
                if not any(window.closed for window in windows):
                    entered.pop_all()
                    return
                self._slots.release()


class Permit:
    """Allows one request, and carries what its response says to the windows of its account and of all accounts."""

    def __init__(self, account: RateLimitWindow | None, user: RateLimitWindow, time: SystemTime) -> None:
        self._account = account
        self._user = user
        self._time = time
        self._headers: Mapping[str, str] = {}
        self._decided = False
        self._clock_ahead = 0.0

    def responded(self, headers: Mapping[str, str], decided: bool, clock_ahead: float = 0.0) -> None:
        """Take the headers of the response, and the seconds by which this machine's clock is ahead of theirs.

        Missing headers mean that X sets no limit if it has `decided`, that is, taken or refused the request. They mean
        nothing where too many requests were sent (429) or X failed (5xx).
        """
        self._headers, self._decided, self._clock_ahead = headers, decided, clock_ahead

    def learnt(self, window: RateLimitWindow) -> tuple[int | None, float | None, bool, float]:
        """Return what the response says of a window, as the arguments of `RateLimitWindow.leave`."""
        prefix = "x-account-rate-limit" if window is self._account else "x-rate-limit"
        remaining, reset = number(self._headers, f"{prefix}-remaining"), number(self._headers, f"{prefix}-reset")
        return (None if remaining is None else int(remaining)), reset, self._decided, self._clock_ahead

    def close(self, until: float, reason: str, user_level: bool = False) -> None:
        """Close the account's window until a time; that of all accounts if there is none, or for `user_level`."""
        (self._user if user_level or self._account is None else self._account).close(until, reason)

    def apply_retry_headers(self, refusal: Refusal, happened: str, pause: float) -> float | None:
        """Close a window until the time that the headers of a refusal name, or for a pause if that time is over.

        Returns:
            The seconds of a retry-after that X sent because it fails, None otherwise.
        """
        rule, now = rule_for(refusal), self._time.now()
        after = retry_after(self._headers, now - refusal.clock_ahead)
        if rule.action is Action.RETRY and rule is not CLOCK_SKEW and after:
            self.close(now + after, happened)
            return after
        if rule.action is Action.WAIT:
            account = number(self._headers, "x-account-rate-limit-reset")
            user = number(self._headers, "x-rate-limit-reset")
            reset = account if account is not None else user
            until = reset + refusal.clock_ahead if reset is not None else now + (after or 0.0)
            # A window may have ended already: then the pauses grow. By X's clock it may be about to end.
            pause = max(pause, SHORTEST_PAUSE) if reset is not None and now - until < SAME else pause
            self.close(until if until > now else now + pause, happened, account is None and user is not None)
        return None

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Keeps the requests of one endpoint within X's rate limit window, instead of running into 429s.

X says with each response how many requests are left in the window and when the next one begins (docs/x-ads-api.md §4).
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timezone

from source_twitter_ads.api.clock import SystemTime

logger = logging.getLogger("airbyte")

# Two clocks are never quite the same: a window that begins now by ours may begin a moment later by X's.
_MARGIN = 0.1
# metadata.yaml promises a line at least every 60 s while a limit is waited for.
SECONDS_BETWEEN_LINES = 50.0
_LOOK_AGAIN = 5.0
# Seconds to the next look when a response that is under way will tell how many more requests there may be.
SOON = 0.05
# A first request of a window that got no response for so long does not hold up the others any more.
_PROBE_SECONDS = 10.0


class WaitTooLong(Exception):
    """A limit ends later than the request may wait."""


class NotYet(Exception):
    """A limit holds a request back whose caller does not wait.

    Attributes:
        until: when to try again, epoch seconds.
    """

    def __init__(self, until: float) -> None:
        super().__init__(f"not before {clock_time(until)}")
        self.until = until


def clock_time(epoch: float) -> str:
    """Format epoch seconds for messages, in UTC."""
    return datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


class WaitLog:
    """Logs waits for rate limits, with a line now and then for all windows together."""

    def __init__(self, time: SystemTime) -> None:
        self._time = time
        self._lock = threading.Lock()
        self._last = time.now()

    def begin(self, name: str, reason: str, until: float) -> None:
        """Log the beginning of a wait."""
        with self._lock:
            self._last = now = self._time.now()
        logger.info(f"{reason}: waiting {max(until - now, 0):.0f} s, until {clock_time(until)}, for {name}.")

    def go_on(self, name: str, until: float) -> None:
        """Log that a wait lasts, unless a line was logged recently."""
        with self._lock:
            if self._time.now() - self._last < SECONDS_BETWEEN_LINES:
                return
            self._last = self._time.now()
        logger.info(f"Still waiting until {clock_time(until)} for {name}.")


class RateLimitWindow:
    """Lets requests of one endpoint and account through as long as X's window allows more.

    The first request of a window goes alone: its response tells how many others may follow.
    """

    def __init__(self, name: str, time: SystemTime, log: WaitLog) -> None:
        self._name = name
        self._time = time
        self._log = log
        self._condition = threading.Condition()
        self._in_flight = 0
        self._remaining: int | None = None
        self._probe_since: float | None = None
        self._unlimited = False
        self._reset = 0.0  # by X's clock, as X named it
        self._ends = 0.0  # the same by the clock of this machine
        self._closed_until = 0.0
        self._reason = ""
        self._logged_until = 0.0
        self._abandoned = False

    @property
    def closed(self) -> bool:
        """Whether X has asked to stay away for now."""
        return self._closed_until > self._time.now() and not self._abandoned

    @property
    def remaining(self) -> int | None:
        """Requests that are left in the window, None if that is unknown."""
        return self._remaining if self._time.now() < self._ends else None

    def abandon(self) -> None:
        """Hold no request back any more."""
        with self._condition:
            self._abandoned = True
            self._condition.notify_all()

    def opens(self) -> float | None:
        """Return the epoch second at which a request may be sent, None when it may go now."""
        with self._condition:
            opens = self._opens_at()
            return opens if opens is None or opens else self._time.now() + SOON

    def enter(self, deadline: float, wait: bool = True) -> None:
        """Wait until a request may be sent, and count it as in flight.

        Raises:
            WaitTooLong: when the limit ends after the deadline, epoch seconds.
            NotYet: without `wait`, when the request must wait.
        """
        with self._condition:
            while (opens := self._opens_at()) is not None:
                if opens > deadline:
                    raise WaitTooLong(f"{self._why()}; no request may be sent until {clock_time(opens)}")
                self._log_wait(opens)
                if not wait:
                    raise NotYet(opens or self._time.now() + SOON)
                seconds = opens - self._time.now() if opens else 1.0
                self._time.wait(self._condition, min(max(seconds, 0.005), _LOOK_AGAIN))
            self._in_flight += 1
            if self._remaining is None:
                self._probe_since = self._time.now()

    def leave(
        self, remaining: int | None = None, reset: float | None = None, decided: bool = True, clock_ahead: float = 0.0
    ) -> None:
        """End a request, and learn how many requests remain and when the window is reset.

        Both are None where X did not say; the reset is an epoch second by X's clock. For the others see
        `Permit.responded`.
        """
        with self._condition:
            self._in_flight -= 1
            self._probe_since = None
            if remaining is not None and reset is not None:
                if self._remaining is None or reset > self._reset:
                    self._remaining, self._reset = remaining, reset
                elif reset == self._reset:
                    # Responses overtake each other: the lowest count is the latest one.
                    self._remaining = min(self._remaining, remaining)
                self._unlimited = False
                self._ends = self._reset + clock_ahead
            elif decided and self._remaining is None and not self.closed:
                self._unlimited = True
            self._condition.notify_all()

    def close(self, until: float, reason: str) -> None:
        """Let no request through before an epoch second; the reason, which X gave, is for the log."""
        with self._condition:
            if until + _MARGIN > self._closed_until:
                self._closed_until, self._reason = until + _MARGIN, reason
            self._remaining = self._probe_since = None
            self._unlimited = False
            self._condition.notify_all()

    def _opens_at(self) -> float | None:
        """None when a request may go now, 0.0 to wait for a response under way, else the time to look again."""
        now = self._time.now()
        if self._abandoned:
            return None
        if self._closed_until > now:
            return self._closed_until
        if self._unlimited:
            return None
        if self._remaining is not None and now >= self._ends + _MARGIN:
            self._remaining = self._probe_since = None
        if self._remaining is None:
            return None if self._probe_since is None or now - self._probe_since > _PROBE_SECONDS else 0.0
        if self._remaining - self._in_flight > 0:
            return None
        return 0.0 if self._remaining > 0 else self._ends + _MARGIN

    def _why(self) -> str:
        return self._reason if self.closed else f"X's limit for {self._name} is used up"

    def _log_wait(self, opens: float) -> None:
        if opens and opens > max(self._logged_until, self._time.now()) + 1:
            self._logged_until = opens
            self._log.begin(self._name, self._why(), opens)
        elif opens:
            self._log.go_on(self._name, opens)

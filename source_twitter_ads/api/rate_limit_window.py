# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What holds the requests of one endpoint back until X's window has room for them (x-ads-api.md §4).

X tells with each answer how many requests of the window are left and when the next window begins. A `Gate` keeps that
count for one endpoint (or one endpoint of one account), so that a limit is kept to instead of being run into.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone

logger = logging.getLogger("airbyte")

# Two clocks are never quite the same: a window that begins now by ours may begin a moment later by X's.
_MARGIN = 0.1
# metadata.yaml promises a line at least every 60 s while a limit is waited for.
SECONDS_BETWEEN_LINES = 50.0
_LOOK_AGAIN = 5.0
# How soon to look again where an answer that is under way tells how many more requests there may be.
SOON = 0.05
# A request that goes ahead alone and is not answered for so long does not hold up the others any more.
_PROBE_SECONDS = 10.0


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


class NotYet(Exception):
    """A request must wait, and its caller does something else meanwhile.

    Attributes:
        until: when to try again, epoch seconds.
    """

    def __init__(self, until: float) -> None:
        super().__init__(f"not before {clock_time(until)}")
        self.until = until


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


class RateLimitWindow:
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
        self._opens = 0.0
        self._closed_until = 0.0
        self._reason = ""
        self._told_until = 0.0
        self._abandoned = False

    @property
    def closed(self) -> bool:
        """Whether X has asked to stay away for now."""
        return self._closed_until > self._now() and not self._abandoned

    def abandon(self) -> None:
        """Hold nobody back any more: nothing is sent now, so whoever waits may as well be told."""
        with self._condition:
            self._abandoned = True
            self._condition.notify_all()

    @property
    def remaining(self) -> int | None:
        """Requests that are left in the window, None when X did not say."""
        return self._remaining if self._now() < self._opens else None

    def opens(self) -> float | None:
        """Return the epoch second at which a request may be sent, None when it may go now."""
        with self._condition:
            opens = self._opens_at()
            return opens if opens is None or opens else self._now() + SOON

    def enter(self, deadline: float, wait: bool = True) -> None:
        """Wait until a request may be sent, and count it as in flight.

        Args:
            deadline: epoch seconds after which waiting makes no sense.
            wait: False to be told when to come again instead.

        Raises:
            WaitTooLong: when the limit ends after the deadline.
            NotYet: without `wait`, when the request must wait.
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
                if not wait:
                    raise NotYet(opens or self._now() + SOON)
                seconds = opens - self._now() if opens else 1.0
                self._condition.wait(timeout=min(max(seconds, 0.005), _LOOK_AGAIN))

    def _opens_at(self) -> float | None:
        """None when a request may go now, 0.0 to wait for an answer in flight, else the time at which to look again."""
        now = self._now()
        if self._abandoned:
            return None
        if self._closed_until > now:
            return self._closed_until
        if self._unlimited:
            return None
        if self._remaining is not None and now >= self._opens + _MARGIN:
            self._remaining = self._probe_since = None
        if self._remaining is None:
            return None if self._probe_since is None or now - self._probe_since > _PROBE_SECONDS else 0.0
        if self._remaining - self._in_flight > 0:
            return None
        return 0.0 if self._remaining > 0 else self._opens + _MARGIN

    def _why(self) -> str:
        return self._reason if self.closed else f"X's limit for {self._name} is used up"

    def _tell(self, opens: float) -> None:
        if opens and opens > max(self._told_until, self._now()) + 1:
            self._told_until = opens
            self._heartbeat.begin(self._name, self._why(), opens)
        elif opens:
            self._heartbeat.go_on(self._name, opens)

    def leave(
        self,
        remaining: int | None = None,
        reset: float | None = None,
        answered: bool = True,
        clock_ahead: float = 0.0,
    ) -> None:
        """Count a request as answered, and learn what X said about the window.

        Args:
            remaining: requests left in the window, None when X did not say.
            reset: epoch seconds at which the next window begins by X's clock, None when X did not say.
            answered: False when the request failed, so that nothing was learnt from what its answer did not say.
            clock_ahead: seconds by which the clock of this machine is ahead of X's.
        """
        with self._condition:
            self._in_flight -= 1
            self._probe_since = None
            if remaining is not None and reset is not None:
                self._learn(remaining, reset)
                self._opens = self._reset + clock_ahead
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

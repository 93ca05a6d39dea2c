# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Failures that many requests have in common, so that an outage is waited out once and not once per request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from source_twitter_ads.api.errors import Refusal, Rule
from source_twitter_ads.api.request import ApiRequest

# Failures that lie further apart than this do not belong together.
LONGEST_GAP = 150.0
# Failures in fewer places than this are those of one account or endpoint, and say nothing about others.
PLACES = 3
# How often a host that is given up is tried again, by one of the requests that are still to come.
SECONDS_BETWEEN_TRIES = 5.0
# A host that said nothing for as long as a request may be tried is given this share of that time for a last word.
LAST_WORD = 0.1


@dataclass
class _Trouble:
    since: float
    last: float
    happened: str
    tried: float
    places: set[str] = field(default_factory=set)
    again: bool = False


class Outage:
    """Since when a host, or one of its endpoints, has given no good answer to any request.

    Args:
        now: a monotonic clock, seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._troubles: dict[str, _Trouble] = {}
        self._heard: dict[str, float] = {}
        self._silent: dict[str, tuple[float, float]] = {}

    def failed(
        self, scopes: tuple[str, ...], places: tuple[str, ...], since: float, happened: str, again: bool = False
    ) -> float:
        """Note a failed attempt.

        Args:
            scopes: the host and the endpoint.
            places: which part of each was asked for (`ApiRequest.places`).
            since: when the attempt's trouble began, by the clock.
            happened: what went wrong, for those who come later.
            again: whether this request has failed before, or was sent when others had failed for long. Until one was,
                all may have met the same accident, such as connections that somebody on the way has forgotten.

        Returns:
            For how many seconds one of the scopes has had nothing but failures, and these in several places.
        """
        now = self._now()
        with self._lock:
            for scope, place in zip(scopes, places, strict=True):
                known = self._troubles.get(scope)
                if known is None or since - known.last >= LONGEST_GAP:
                    known = self._troubles[scope] = _Trouble(since, now, happened, now)
                known.since = min(known.since, since)
                known.last = known.tried = now
                known.happened = happened
                known.places.add(place)
                known.again = known.again or again
            troubles = [self._troubles[scope] for scope in scopes]
            return max((now - one.since for one in troubles if len(one.places) >= PLACES), default=0.0)

    def answered(self, scopes: tuple[str, ...]) -> None:
        """Note a good answer."""
        with self._lock:
            for scope in scopes:
                self._troubles.pop(scope, None)

    def heard(self, host: str) -> None:
        """Note a sign of life: an answer of any kind."""
        with self._lock:
            self._heard[host] = self._now()
            self._silent.pop(host, None)

    def hung(self, host: str, sent: float) -> float:
        """Note a request that got no answer in time.

        Args:
            host: whom it was sent to.
            sent: when it was sent, by the clock.

        Returns:
            Since when the host has said nothing to anybody: what it left unanswered before is an accident of that
            request.
        """
        with self._lock:
            now, since = self._now(), max(sent, self._heard.get(host, sent))
            first, last = self._silent.get(host, (since, sent))
            # Between the two nothing was asked.
            first = since if sent - last >= LONGEST_GAP else first
            self._silent[host] = first, now
            return first

    def silence(self, host: str) -> float:
        """For how many seconds a host has left requests unanswered and said nothing to anybody."""
        with self._lock:
            now = self._now()
            first, last = self._silent.get(host, (now, now))
            return now - first if now - last < LONGEST_GAP else 0.0

    def given_up(self, scopes: tuple[str, ...], patience: float, claim: bool = False) -> str | None:
        """Return what went wrong last, if a scope failed everywhere for `patience` seconds, until a moment ago.

        Args:
            scopes: the host and the endpoint that a request is for.
            patience: seconds.
            claim: whether the request is sent if they are due to be tried again; the next ones are not, then.
        """
        now = self._now()
        with self._lock:
            down = [one for scope in scopes if (one := self._troubles.get(scope)) and self._is_down(one, patience)]
            if all(now - one.tried >= SECONDS_BETWEEN_TRIES for one in down):
                for one in down:
                    one.tried = now if claim else one.tried
                return None
            return f"{down[0].happened}, for {down[0].last - down[0].since:.0f} s"

    def _is_down(self, trouble: _Trouble, patience: float) -> bool:
        everywhere = trouble.again and len(trouble.places) >= PLACES
        lasting = trouble.last - trouble.since >= patience
        return everywhere and lasting and self._now() - trouble.last < LONGEST_GAP


def lasting(request: ApiRequest, nothing_else: float, again: bool) -> str | None:
    """Say for how long a call has failed, if it may no longer be tried; None to try it again.

    Args:
        request: the request, whose latest failure is noted.
        nothing_else: seconds for which its host, or its endpoint, had nothing for anybody.
        again: as for `Outage.failed`: a first failure may be an accident of whatever was on its way.
    """
    if request.failures > 1 and request.tried >= request.patience:
        return f", {request.failures} times in {request.tried:.0f} s"
    lasts = again and nothing_else >= request.patience
    return f"; nothing else was to be had there for {nothing_else:.0f} s" if lasts else None


# So many endpoints that refuse in a row are no accident of one of them; and so many requests, wherever they went, if no
# key has ever been accepted, or if nothing but one endpoint is asked.
ENDPOINTS_IN_A_ROW = 3
REFUSALS_IN_A_ROW = 30


class Keys:
    """Whether X accepts the four keys of this sync, and the signatures that this machine makes with them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._endpoints: set[str] = set()
        self._ever_accepted = False
        self._rejected: tuple[Rule, Refusal] | None = None

    def accepted(self) -> None:
        """Note a signed request that succeeded."""
        with self._lock:
            self._in_a_row = 0
            self._endpoints.clear()
            self._ever_accepted = True

    def refused(self, rule: Rule, refusal: Refusal, endpoint: str) -> None:
        """Note a signed request that failed with HTTP 401 for good, and what is to be done about it."""
        with self._lock:
            self._in_a_row += 1
            self._endpoints.add(endpoint)
            enough = REFUSALS_IN_A_ROW if self._ever_accepted else ENDPOINTS_IN_A_ROW
            if len(self._endpoints) >= ENDPOINTS_IN_A_ROW or self._in_a_row >= enough:
                self._rejected = rule, refusal

    @property
    def rejected(self) -> tuple[Rule, Refusal] | None:
        """The row of the table and X's words, once it is clear that X refuses every signed request."""
        return self._rejected

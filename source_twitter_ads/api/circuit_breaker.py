# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Holds back requests that are bound to fail, so that an outage is waited out once and not once per request."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from source_twitter_ads.api.clock import SystemTime
from source_twitter_ads.api.errors import UNREACHABLE, ApiFailure, Refusal, Rule
from source_twitter_ads.api.request import ApiRequest

# An open circuit lets one request through so often, to find out whether the outage is over.
SECONDS_BETWEEN_PROBES = 5.0
# The share of its time that a request may wait for a host that has been silent for all of it.
PROBE_SHARE = 0.1
# Fewer endpoints of a host, or urls of an endpoint, may fail for a reason of their own.
PLACES = 3
# Failures that lie further apart than this, with nothing sent between them, are two outages.
LONGEST_GAP = 150.0


@dataclass
class _Circuit:
    """The failures of a host, or of an endpoint, since it last succeeded.

    Attributes:
        since: when the first failed attempt was sent, or when the host was last alive after that.
        noticed: when the first attempt had failed.
        last: when the latest attempt had failed.
        probed: when the latest probe was sent.
        happened: what the latest failure was.
        places: the urls that failed; of a host that responds, the endpoints, since one of them may be broken.
        confirmed: whether an attempt failed that was sent after the first failure. Until then all of them may have met
            one accident, such as connections that a firewall has dropped.
        silent_since: since when requests have timed out; None if the latest failure was of another kind.
    """

    since: float
    noticed: float
    last: float
    probed: float
    happened: str
    places: set[str] = field(default_factory=set)
    confirmed: bool = False
    silent_since: float | None = None

    def is_open(self, timeout: float, now: float) -> bool:
        """Return whether nothing has succeeded for `timeout` seconds in several places, until a moment ago."""
        lasting = self.last - self.since >= timeout and now - self.last < LONGEST_GAP
        return lasting and self.confirmed and len(self.places) >= PLACES


class CircuitBreaker:
    """Opens the circuit of a host or an endpoint that fails, and of all signed requests once X refuses the keys.

    A circuit opens when nothing on it has succeeded for `outage_timeout` in three places; a success closes it. While it
    is open, requests fail unsent, except for one probe every five seconds. A request that is sent after its host has
    been silent for `outage_timeout` is a probe too: it waits for a tenth of that time, and is not retried. The keys
    count as refused, for the rest of the sync, when three endpoints in a row refuse them, or three urls if X has never
    accepted them.
    """

    def __init__(self, timeout: float, time: SystemTime) -> None:
        self._timeout = timeout
        self._time = time
        self._lock = threading.Lock()
        self._circuits: dict[str, _Circuit] = {}
        self._alive: dict[str, float] = {}
        self._refused_by: set[str] = set()
        self._ever_accepted = False
        self._refused: tuple[Rule, Refusal] | None = None

    def check(self, request: ApiRequest, sending: bool = False) -> None:
        """Let a request pass unless it is bound to fail.

        If it is being sent, it is the probe of the circuits that are due for one.

        Raises:
            ApiFailure: when a circuit of the request is open, or X refuses the keys that sign it.
        """
        with self._lock:
            if self._refused and request.signed:
                rule, refusal = self._refused
                happened = f"{request} was not sent: X refuses all requests with {refusal}"
                raise ApiFailure(rule, request.context, happened, refusal)
            now = self._time.monotonic()
            opened = self._open_circuits(request)
            if any(now - circuit.probed < SECONDS_BETWEEN_PROBES for circuit in opened.values()):
                name, first = next(iter(opened.items()))
                failing = f"requests to {name} have failed for {first.last - first.since:.0f} s"
                happened = f"{request} was not sent: {failing}, the last one like this: {first.happened}"
                raise ApiFailure(UNREACHABLE, request.context, happened, cause=_cause(name))
            for circuit in opened.values() if sending else ():
                circuit.probed = now

    def succeeded(self, request: ApiRequest) -> None:
        """Note that X did what was asked, and so accepts the keys of a signed request."""
        with self._lock:
            self._close(request)
            if request.signed:
                self._refused_by.clear()
                self._ever_accepted = True

    def refused(self, request: ApiRequest) -> None:
        """Note that X refused a request, and so works."""
        with self._lock:
            self._close(request)

    def failed(self, request: ApiRequest, happened: str, silent: bool) -> float:
        """Note a failed attempt; one that is `silent` timed out, and any other shows that the host is alive.

        Returns:
            The seconds that count as failing: since it was sent, or since the host was last alive after that.
        """
        now = self._time.monotonic()
        with self._lock:
            since = max(request.sent, self._alive.get(request.host, request.sent))
            if not silent:
                self._alive[request.host] = now
            for name, place in _places(request, silent).items():
                circuit = self._circuits.get(name)
                if circuit is None or since - circuit.last > LONGEST_GAP:
                    circuit = self._circuits[name] = _Circuit(since, now, now, now, happened)
                else:
                    circuit.confirmed = circuit.confirmed or request.sent >= circuit.noticed
                circuit.since = min(circuit.since, since)
                circuit.last = circuit.probed = now
                circuit.happened = happened
                circuit.places.add(place)
                first = since if circuit.silent_since is None else circuit.silent_since
                circuit.silent_since = first if silent else None
            return now - since

    def outage(self, request: ApiRequest) -> float:
        """Return how long the outage lasts that a failed request has met; 0.0 if it may be retried."""
        with self._lock:
            lasting = [circuit.last - circuit.since for circuit in self._open_circuits(request).values()]
            silent_since = self._silent_since(request.host)
            if silent_since is not None and request.sent - silent_since >= request.patience:
                lasting.append(self._time.monotonic() - silent_since)
            return max(lasting, default=0.0)

    def cause(self, request: ApiRequest, unreachable: bool) -> str:
        """Return what a failed request has in common with others; "" when it failed alone.

        `unreachable` says that X did not respond: then its host counts, whatever others have met.
        """
        with self._lock:
            names = [request.host] if unreachable else list(self._open_circuits(request))
            return _cause(names[0]) if names else ""

    def patience(self, request: ApiRequest) -> float:
        """Return for how many seconds a request may wait for its response: the rest of its time, or a probe's."""
        with self._lock:
            silent_since = self._silent_since(request.host)
        silence = 0.0 if silent_since is None else self._time.monotonic() - silent_since
        return max(request.patience - max(request.tried, silence), request.patience * PROBE_SHARE, 1.0)

    def refused_keys(self, request: ApiRequest, rule: Rule, refusal: Refusal) -> None:
        """Note a signed request that failed for good with HTTP 401, and the rule that it failed by."""
        with self._lock:
            self._refused_by.add(request.endpoint if self._ever_accepted else request.url)
            if len(self._refused_by) >= PLACES:
                self._refused = rule, refusal

    def _close(self, request: ApiRequest) -> None:
        for name in _places(request):
            self._circuits.pop(name, None)
        self._alive[request.host] = self._time.monotonic()

    def _silent_since(self, host: str) -> float | None:
        circuit = self._circuits.get(host)
        recent = circuit and self._time.monotonic() - circuit.last < LONGEST_GAP
        return circuit.silent_since if circuit and recent else None

    def _open_circuits(self, request: ApiRequest) -> dict[str, _Circuit]:
        """Return the open circuits by name, that of the host first."""
        now = self._time.monotonic()
        known = {name: self._circuits.get(name) for name in _places(request)}
        return {name: circuit for name, circuit in known.items() if circuit and circuit.is_open(self._timeout, now)}


def _cause(name: str) -> str:
    return f"Requests to {name} fail: check the network of the machine that runs the sync and X's status page."


def _places(request: ApiRequest, silent: bool = False) -> dict[str, str]:
    """Return the names of the circuits of a request's host and endpoint, each with the place on it that is asked."""
    place = request.url if silent else request.endpoint
    return {request.host: place, f"{request.host} {request.endpoint}": request.url}

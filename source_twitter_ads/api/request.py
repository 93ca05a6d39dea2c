# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One request to X, with what is known of its attempts so far."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from source_twitter_ads.api.bodies import Body, parse_envelope
from source_twitter_ads.api.errors import Refusal, RequestContext

_ACCOUNT = re.compile(r"/accounts/([^/]+)")
_JOB = re.compile(r"(/stats/jobs/accounts/:id)/[^/]+$")


def endpoint_of(method: str, url: str) -> str:
    """Name the endpoint without ids, for instance `GET /12/accounts/:id/campaigns`; a result file is its host."""
    parts = urlsplit(url)
    if not re.match(r"/\d+/", parts.path):
        return f"{method} {parts.netloc}"
    return f"{method} " + _JOB.sub(r"\1/:job", _ACCOUNT.sub("/accounts/:id", parts.path))


def account_of(url: str) -> str | None:
    """Return the ad account of a URL, None for global lists and result files."""
    found = _ACCOUNT.search(urlsplit(url).path)
    return found.group(1) if found else None


@dataclass
class ApiRequest:
    """A request and the account of its time: what it waited for X's limits is no sign of an outage.

    Attributes:
        method, url, params, form: what is sent.
        context: the place in the sync, for messages.
        patience: seconds for which it is tried again while X or the network fails.
        longest_wait: seconds that it may wait for X's limits, all in all.
        result: whether it fetches a result file.
        signed: whether it carries a signature.
        parse: makes the answer's document of its body; raises BadBody.
        attempts, failures, redirects, skews: how many there were; a failure is an attempt without a good answer, other
            than one that X's limits refused; a skew is a signature refused for its time.
        sent: when the latest attempt had passed all gates, by the monotonic clock.
        refusal: X's words in the latest answer, None when there were none.
        failing_since: when the first of the failures in a row was noticed, by the monotonic clock.
        limited: seconds spent at gates, all in all.
        excused: seconds since `failing_since` that were spent waiting for limits and workers.
        demanded: seconds that X asked to stay away because it fails; they count as trying.
        held_since: since when a limit has held it back, by the monotonic clock, where its caller does not wait.
    """

    method: str
    url: str
    context: RequestContext
    patience: float
    longest_wait: float
    params: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None
    result: bool = False
    signed: bool = True
    parse: Callable[[Body], Any] = parse_envelope
    attempts: int = 0
    failures: int = 0
    redirects: int = 0
    skews: int = 0
    sent: float = 0.0
    refusal: Refusal | None = None
    failing_since: float | None = None
    limited: float = 0.0
    excused: float = 0.0
    demanded: float = 0.0
    held_since: float | None = None

    def __str__(self) -> str:
        return f"{self.method} {urlsplit(self.url).path}"

    @property
    def host(self) -> str:
        """Host and, where there is one, port."""
        return urlsplit(self.url).netloc

    @property
    def endpoint(self) -> str:
        """The endpoint without ids."""
        return endpoint_of(self.method, self.url)

    @property
    def account_id(self) -> str | None:
        """The ad account in the path."""
        return account_of(self.url)

    @property
    def scopes(self) -> tuple[str, ...]:
        """What may be out of order when this call fails."""
        return self.host, f"{self.host} {self.endpoint}"

    def places(self, silent: bool) -> tuple[str, ...]:
        """The part of each scope that this call asked for: failures in one part say nothing of the others.

        Args:
            silent: whether it was left without an answer. A bad endpoint answers, so that says something of the host.
        """
        return self.url if silent else self.endpoint, self.url

    def waited(self, seconds: float) -> None:
        """Note a wait for limits and workers."""
        self.limited += seconds
        self.excused += max(0.0, seconds - self.demanded)
        self.demanded = 0.0

    def failed(self, since: float) -> None:
        """Note a failure that began at a time of the monotonic clock."""
        self.failures += 1
        if self.failing_since is None:
            self.failing_since, self.excused = since, 0.0

    @property
    def tried(self) -> float:
        """For how many seconds the call has been failing."""
        return 0.0 if self.failing_since is None else time.monotonic() - self.failing_since - self.excused

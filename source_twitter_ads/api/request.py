# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One request to X, with what is known of its attempts so far."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from source_twitter_ads.api.envelope import Read
from source_twitter_ads.api.errors import Refusal, RequestContext

_ACCOUNT = re.compile(r"/accounts/([^/]+)")
_JOB = re.compile(r"(/stats/jobs/accounts/:id)/[^/]+$")


def endpoint_of(method: str, url: str) -> str:
    """Name the endpoint without ids, for instance `GET /12/accounts/:id/campaigns`; a result file is its host."""
    parts = urlsplit(url)
    if not re.match(r"/\d+/", parts.path):
        return f"{method} {parts.netloc}"
    return f"{method} " + _JOB.sub(r"\1/:job", _ACCOUNT.sub("/accounts/:id", parts.path))


@dataclass
class ApiRequest:
    """What is sent, and how its attempts have fared.

    Attributes:
        patience: seconds for which it is retried while X or the network fails.
        longest_wait: seconds that it may wait for rate limits, all in all.
        result: whether it fetches a result file.
        read: makes of each record what the connector itself needs of it; None where records stay as they are.
        attempts, failures, redirects, skews: how many there were. A failure is an attempt without a valid response,
            rate limits aside; a skew is a signature that X refused for its timestamp.
        sent: when the latest attempt was sent, by the monotonic clock.
        refusal: X's words in the latest response, None when it was none.
        tried: seconds spent on failed attempts and on the pauses after them; waits for rate limits and workers are not
            among them.
        limited: seconds spent waiting for rate limits and workers.
        held_since: when the present wait for rate limits began, by the monotonic clock; None when there is none.
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
    read: Read | None = None
    attempts: int = 0
    failures: int = 0
    redirects: int = 0
    skews: int = 0
    sent: float = 0.0
    refusal: Refusal | None = None
    tried: float = 0.0
    limited: float = 0.0
    held_since: float | None = None

    def __str__(self) -> str:
        return f"{self.method} {urlsplit(self.url).path}"

    @property
    def host(self) -> str:
        """Host and, if it is not the standard one, port."""
        return urlsplit(self.url).netloc

    @property
    def endpoint(self) -> str:
        """The endpoint without ids; see `endpoint_of`."""
        return endpoint_of(self.method, self.url)

    @property
    def account_id(self) -> str | None:
        """The ad account in the path, None for global lists and result files."""
        found = _ACCOUNT.search(urlsplit(self.url).path)
        return found.group(1) if found else None

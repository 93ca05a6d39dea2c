# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which endpoint and account a URL belongs to: the scope of X's rate limits (x-ads-api.md §4)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

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

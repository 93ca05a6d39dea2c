# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The HTTP session: connections that are kept alive, and nothing else that `requests` does of its own accord."""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import HTTPAdapter

from source_twitter_ads.configuration import Settings


class _PlainSession(requests.Session):
    """A session that keeps no cookies and leaves redirects, and the reading of their bodies, to `Transport`."""

    def __init__(self) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: `requests` would read the body of a redirect whole, even of one that it does not follow."""
        return None


def new_session(settings: Settings) -> requests.Session:
    """Open a session with as many connections to a host as there are workers."""
    session = _PlainSession()
    adapter = HTTPAdapter(pool_connections=8, pool_maxsize=settings.num_workers)
    session.mount("https://", adapter)
    session.mount("http://", adapter)  # ignore-https-check: validate.py allows it to loopback only
    # gzip alone: of what is packed otherwise it cannot be told whether it arrived whole (`answers.read_body`).
    accepted = {"Accept": "application/json", "Accept-Encoding": "gzip"}
    session.headers.update({"User-Agent": settings.user_agent, **accepted})
    return session

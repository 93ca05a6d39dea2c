# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The HTTP session: connections that are kept alive, and nothing else that `requests` does of its own accord."""

from __future__ import annotations

import socket
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from source_twitter_ads.configuration import Settings

# A connection may rest for a quarter of an hour while a limit is waited for, and firewalls forget silent ones.
_KEEP_ALIVE: list[tuple[int, int, int]] = [
    *HTTPConnection.default_socket_options,
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *([(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)] if hasattr(socket, "TCP_KEEPIDLE") else []),
]


class _KeptAlive(HTTPAdapter):
    """An adapter whose connections give a sign of life while they rest."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools of direct connections."""
        super().init_poolmanager(*args, **options, socket_options=_KEEP_ALIVE)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """Make the pools of connections through a proxy."""
        return super().proxy_manager_for(*args, **options, socket_options=_KEEP_ALIVE)


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
    adapter = _KeptAlive(pool_connections=8, pool_maxsize=settings.num_workers)
    session.mount("https://", adapter)
    session.mount("http://", adapter)  # ignore-https-check: validate.py allows it to loopback only
    # gzip alone: of what is packed otherwise it cannot be told whether it arrived whole (`answers.read_body`).
    accepted = {"Accept": "application/json", "Accept-Encoding": "gzip"}
    session.headers.update({"User-Agent": settings.user_agent, **accepted})
    return session

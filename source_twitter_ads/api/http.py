# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The HTTP session: connections that are kept alive, and nothing else that `requests` does of its own accord."""

from __future__ import annotations

import logging
import socket
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests_oauthlib import OAuth1
from urllib3.connection import HTTPConnection

from source_twitter_ads.configuration import Settings
from source_twitter_ads.configuration.settings import API_VERSION, RESULT_HOSTS, X_HOSTS

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
    """A session that keeps no cookies and leaves redirects, and the reading of their bodies, to `ApiClient`."""

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


# These two log the signature base string and the header, which repeats key and token, at debug level.
for _name in ("oauthlib", "requests_oauthlib"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Signer(AuthBase):
    """Signs one request at the moment that it is prepared, with a nonce and a timestamp of its own."""

    def __init__(self, settings: Settings) -> None:
        self._oauth = OAuth1(
            client_key=settings.consumer_key,
            client_secret=settings.consumer_secret,
            resource_owner_key=settings.access_token,
            resource_owner_secret=settings.access_token_secret,
        )

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Return the request with its Authorization header, as text, where requests-oauthlib leaves bytes."""
        signed: PreparedRequest = self._oauth(request)
        value: str | bytes = signed.headers["Authorization"]
        signed.headers["Authorization"] = value.decode() if isinstance(value, bytes) else value
        return signed


class Unsigned(AuthBase):
    """Sends a request as it is, and keeps `requests` from adding credentials of a .netrc file."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Return the request unchanged."""
        return request


class Hosts:
    """Judges urls that X names: redirects and result files.

    Args:
        settings: names the API's own address.
    """

    def __init__(self, settings: Settings) -> None:
        own = urlsplit(settings.base_url)
        self._own = (own.scheme, own.netloc)

    def signed(self, url: str, result: bool) -> bool | None:
        """Tell whether a request to a url is signed; None when it must not be sent at all.

        Args:
            url: an absolute url.
            result: whether a result file is fetched: further hosts serve those, and the API's own host serves them
                unsigned outside of its versioned path.
        """
        try:
            parts = urlsplit(url)
            standard_port = parts.port in (None, 443)
        except ValueError:
            return None
        secure = parts.scheme == "https" and standard_port and "@" not in parts.netloc
        if secure and parts.hostname in X_HOSTS:
            return True
        if (parts.scheme, parts.netloc) == self._own:
            return not result or parts.path.startswith(f"/{API_VERSION}/")
        return False if secure and result and parts.hostname in RESULT_HOSTS else None

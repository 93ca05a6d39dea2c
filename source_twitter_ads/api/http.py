# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The HTTP session, OAuth signatures, and which hosts may see them."""

from __future__ import annotations

import logging
from enum import Enum
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from airbyte_cdk.sources.streams.http.tcp_keepalive import TcpKeepaliveHTTPAdapter
from requests_oauthlib import OAuth1

from source_twitter_ads.configuration import Settings
from source_twitter_ads.configuration.spec import API_VERSION

# Hosts that X may name in redirects and for result files, besides the configured one (docs/x-ads-api.md §1).
X_HOSTS = frozenset({"ads-api.x.com", "ads-api.twitter.com", "ads-api-sandbox.x.com", "ads-api-sandbox.twitter.com"})
RESULT_HOSTS = X_HOSTS | {"ton.twimg.com"}


class _PlainSession(requests.Session):
    """A session that leaves redirects, and the reading of their bodies, to `ApiClient`."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: `requests` would read the whole body of a redirect, even of one that it does not follow."""
        return None


def new_session(settings: Settings) -> requests.Session:
    """Open a session without cookies, with as many connections to a host as there are workers.

    TCP keep-alive, since a connection may rest for a quarter of an hour and firewalls drop silent ones.
    """
    session = _PlainSession()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = TcpKeepaliveHTTPAdapter(pool_connections=8, pool_maxsize=settings.num_workers)
    session.mount("https://", adapter)
    session.mount("http://", adapter)  # ignore-https-check: validate.py allows it to loopback only
    # gzip alone: it is the only encoding that tells a complete body from one that is cut off (`bodies.read_body`).
    session.headers.update({"User-Agent": settings.user_agent, "Accept": "application/json", "Accept-Encoding": "gzip"})
    return session


# These two log the signature base string and the header, which repeats key and token, at debug level.
for _name in ("oauthlib", "requests_oauthlib"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Signer(OAuth1):  # type: ignore[misc]  # requests-oauthlib has no types
    """Signs a request when it is prepared, with a nonce and a timestamp of its own (docs/x-ads-api.md §1)."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            client_key=settings.consumer_key,
            client_secret=settings.consumer_secret,
            resource_owner_key=settings.access_token,
            resource_owner_secret=settings.access_token_secret,
            decoding=None,  # The header is text; by default requests-oauthlib leaves bytes.
        )


def unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in for a `Signer`: add no credentials, and keep `requests` from adding those of a .netrc file."""
    return request


class Access(Enum):
    """How a url may be requested."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    FORBIDDEN = "not at all"


class Hosts:
    """Tells how the urls of redirects and result files may be requested; `base_url` is trusted like X's hosts."""

    def __init__(self, settings: Settings) -> None:
        own = urlsplit(settings.base_url)
        self._own = (own.scheme, own.netloc)

    def access(self, url: str, result: bool) -> Access:
        """Return how an absolute url may be requested.

        A result file (`result`) may come from further hosts, and the API's own host serves it unsigned outside of its
        versioned path (docs/x-ads-api.md §7.2).
        """
        try:
            parts = urlsplit(url)
            standard_port = parts.port in (None, 443)
        except ValueError:
            return Access.FORBIDDEN
        secure = parts.scheme == "https" and standard_port and "@" not in parts.netloc
        if secure and parts.hostname in X_HOSTS:
            return Access.SIGNED
        if (parts.scheme, parts.netloc) == self._own:
            return Access.UNSIGNED if result and not parts.path.startswith(f"/{API_VERSION}/") else Access.SIGNED
        return Access.UNSIGNED if secure and result and parts.hostname in RESULT_HOSTS else Access.FORBIDDEN

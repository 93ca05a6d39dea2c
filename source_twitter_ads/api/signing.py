# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""OAuth 1.0a signatures (x-ads-api.md §1: HMAC-SHA1 over method, URL, query and form parameters)."""

from __future__ import annotations

import logging

from requests import PreparedRequest
from requests.auth import AuthBase
from requests_oauthlib import OAuth1

from source_twitter_ads.configuration import Settings

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

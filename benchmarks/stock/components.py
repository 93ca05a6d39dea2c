# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""OAuth 1.0a, the one component that the CDK lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.sources.declarative.auth.declarative_authenticator import DeclarativeAuthenticator
from requests import PreparedRequest

from benchmarks.credentials import oauth1


@dataclass
class OAuth1Authenticator(DeclarativeAuthenticator):
    """Signs each request."""

    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._oauth = oauth1()

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Return the request with its Authorization header."""
        signed: PreparedRequest = self._oauth(request)
        return signed

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The configuration as one immutable, typed value with every default applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from typing import Any
from urllib.parse import urlsplit

# x-ads-api.md §1.
API_URL = "https://ads-api.x.com"
SANDBOX_URL = "https://ads-api-sandbox.x.com"
API_VERSION = "12"
# Hosts that X's own answers may point to (redirects and result files), besides the configured one: x-ads-api.md §1.
X_HOSTS = frozenset({"ads-api.x.com", "ads-api.twitter.com", "ads-api-sandbox.x.com", "ads-api-sandbox.twitter.com"})
RESULT_HOSTS = X_HOSTS | {"ton.twimg.com"}

DEFAULTS: Mapping[str, Any] = {
    "account_ids": [],
    "end_date": None,
    "with_deleted": True,
    "country_codes": ["US"],
    "attribution_window": 14,
    "reports": [],
    "page_size": 1000,
    "num_workers": 10,
    "request_timeout": 300,
    "job_timeout": 60,
    "outage_timeout": 300,
    "rate_limit_timeout": 3600,
    "sandbox": False,
}


@cache
def version() -> str:
    """Return the version of the installed package, "0.0.0" when it runs from a bare source tree."""
    try:
        return metadata.version("source-twitter-ads")
    except metadata.PackageNotFoundError:
        return "0.0.0"


@dataclass(frozen=True)
class Settings:
    """What the connector was asked to do.

    Attributes:
        account_ids: the ad accounts to read; empty means all that the token can see.
        start_date, end_date: as the user wrote them, ISO 8601 date or date-time.
        attribution_window: days that a report reads again behind its bookmark.
        page_size: records per page, before an endpoint's own maximum.
        num_workers: requests in flight at once.
        request_timeout: seconds that one read from the network may take.
        job_timeout: minutes after which an analytics job counts as stuck.
        outage_timeout: seconds that a request is tried again while X or the network fails.
        rate_limit_timeout: seconds that a request may wait for rate limits in total.
        base_url: scheme and host, without a trailing slash.
    """

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)
    start_date: str
    end_date: str | None
    account_ids: tuple[str, ...]
    with_deleted: bool
    country_codes: tuple[str, ...]
    attribution_window: int
    page_size: int
    num_workers: int
    request_timeout: int
    job_timeout: int
    outage_timeout: int
    rate_limit_timeout: int
    user_agent: str
    base_url: str

    @staticmethod
    def from_config(config: Mapping[str, Any]) -> Settings:
        """Build settings from a normalised, valid configuration."""
        values = {**DEFAULTS, **config}
        default_url = SANDBOX_URL if values["sandbox"] else API_URL
        # The production address typed out beside `sandbox: true` is the form's default, not a proxy.
        base_url = str(values.get("base_url") or default_url).rstrip("/")
        return Settings(
            consumer_key=str(values.get("consumer_key", "")),
            consumer_secret=str(values.get("consumer_secret", "")),
            access_token=str(values.get("access_token", "")),
            access_token_secret=str(values.get("access_token_secret", "")),
            start_date=str(values.get("start_date", "")),
            end_date=values["end_date"],
            account_ids=tuple(values["account_ids"]),
            with_deleted=values["with_deleted"],
            country_codes=tuple(values["country_codes"]),
            attribution_window=values["attribution_window"],
            page_size=values["page_size"],
            num_workers=values["num_workers"],
            request_timeout=values["request_timeout"],
            job_timeout=values["job_timeout"],
            outage_timeout=values["outage_timeout"],
            rate_limit_timeout=values["rate_limit_timeout"],
            user_agent=str(values.get("user_agent") or f"source-twitter-ads/{version()}"),
            base_url=default_url if base_url == API_URL else base_url,
        )

    @property
    def api_url(self) -> str:
        """The versioned root of every API path, for instance `https://ads-api.x.com/12`."""
        return f"{self.base_url}/{API_VERSION}"

    @property
    def host(self) -> str:
        """Host and, where one was given, port of the API."""
        return urlsplit(self.base_url).netloc

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The settings: as the manifest's spec declares them, and as one typed value with every default applied."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import metadata
from typing import Any

from source_twitter_ads.specification import specification

Schema = Mapping[str, Any]

CONFIG: Schema = specification().connectionSpecification
SETTINGS: Mapping[str, Schema] = CONFIG["properties"]
REPORT: Schema = SETTINGS["reports"]["items"]
REPORT_SETTINGS: Mapping[str, Schema] = REPORT["properties"]

SECRETS = tuple(key for key, setting in SETTINGS.items() if setting.get("airbyte_secret"))
DEFAULTS: Mapping[str, Any] = {key: setting["default"] for key, setting in SETTINGS.items() if "default" in setting}
DATE_FORM = re.compile(SETTINGS["start_date"]["pattern"])

# docs/x-ads-api.md §1.
API_URL: str = DEFAULTS["base_url"]
SANDBOX_URL = "https://ads-api-sandbox.x.com"
API_VERSION = "12"


def choices(key: str) -> tuple[str, ...]:
    """Return what a report's setting, such as `segment`, accepts; empty when that is any text."""
    setting = REPORT_SETTINGS[key]
    return tuple(setting.get("items", setting).get("enum", ()))


def served(key: str) -> tuple[str, ...]:
    """Return those of the choices that X serves today: the spec's examples."""
    examples = REPORT_SETTINGS[key]["examples"]
    return tuple(value for example in examples for value in ([example] if isinstance(example, str) else example))


def retired(key: str) -> tuple[str, ...]:
    """Return those of the choices that X's documents have retired; some of them still work."""
    return tuple(value for value in choices(key) if value not in served(key))


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
        base_url = str(values["base_url"]).rstrip("/")
        # The production address typed out beside `sandbox: true` is the form's default, not a proxy.
        values["base_url"] = default_url if base_url == API_URL else base_url
        values.setdefault("user_agent", f"source-twitter-ads/{version()}")
        chosen = ((key.name, values.get(key.name)) for key in fields(Settings))
        typed: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in chosen}
        return Settings(**typed)

    @property
    def api_url(self) -> str:
        """The versioned root of every API path, for instance `https://ads-api.x.com/12`."""
        return f"{self.base_url}/{API_VERSION}"

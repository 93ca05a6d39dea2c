# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the Python streams have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import requests
from airbyte_cdk.sources.streams.http import HttpStream

from source_twitter_ads.api.services import Services


class XAdsStream(HttpStream):
    """An HttpStream whose requests go through the sync's own client.

    Subclasses override `read_records`, so nothing calls `next_page_token` and `parse_response`: they are here because
    HttpStream is abstract without them.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        super().__init__()

    @property
    def url_base(self) -> str:
        """The versioned root of the API, with a trailing slash."""
        return f"{self._services.settings.api_url}/"

    def next_page_token(self, response: requests.Response) -> Mapping[str, Any] | None:
        """Return X's own cursor (docs/x-ads-api.md §2.2)."""
        cursor = response.json().get("next_cursor")
        return {"cursor": cursor} if cursor else None

    def parse_response(self, response: requests.Response, **_: Any) -> Iterable[Mapping[str, Any]]:
        """Return the records of a page."""
        return response.json()["data"]  # type: ignore[no-any-return]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The countries and platforms that jobs of some segments must name (docs/x-ads-api.md §7.6)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.bodies import text_of
from source_twitter_ads.api.client import Transport
from source_twitter_ads.api.errors import Action, ApiFailure, Rule, Where
from source_twitter_ads.api.pagination import MAX_PAGE_SIZE, pages
from source_twitter_ads.reports.catalog import ReportDefinition

logger = logging.getLogger("airbyte")

_NO_COUNTRY = Rule(
    Action.FAIL,
    FailureType.config_error,
    "Name countries in which X sells ads in country_codes, for instance US, or take the report out.",
)
_NO_PLATFORM = Rule(Action.FAIL, FailureType.transient_error, "Run the sync again; if it stays so, please report it.")


class TargetingValues:
    """Targeting values that reports have in common, each list looked up once per sync.

    Args:
        transport: sends the requests.
        country_codes: the configured countries.
    """

    def __init__(self, transport: Transport, country_codes: Sequence[str]) -> None:
        self._transport = transport
        self._codes = country_codes
        # Of their own, and one each: X may take long for one list, and nothing else has to wait for it.
        self._asking_countries, self._asking_platforms = threading.Lock(), threading.Lock()
        self._countries: list[str] | None = None
        self._platforms: list[str] | None = None

    def countries(self, definition: ReportDefinition) -> Sequence[str | None]:
        """Return the countries that each job of a report is made for, one after another; (None,) where none is needed.

        Raises:
            ApiFailure: when X has none for any of them, since the report would come out empty and look complete.
        """
        if not definition.needs_country:
            return (None,)
        where = Where(definition.name)
        with self._asking_countries:
            if self._countries is None:
                self._countries = [value for code in self._codes for value in self._country(code, where)]
        if not self._countries:
            happened = (
                f"X lists no targeting value for {', '.join(self._codes)}, and {definition.segmentation} needs one"
            )
            raise ApiFailure(_NO_COUNTRY, where, happened)
        return self._countries

    def platforms(self, definition: ReportDefinition) -> Sequence[str | None]:
        """Return the platforms, as `countries` does.

        Raises:
            ApiFailure: when X lists none, for the same reason.
        """
        if not definition.needs_platform:
            return (None,)
        where = Where(definition.name)
        with self._asking_platforms:
            if self._platforms is None:
                self._platforms = self._list("targeting_criteria/platforms", {}, where)
        if not self._platforms:
            raise ApiFailure(_NO_PLATFORM, where, f"X lists no platform, and {definition.segmentation} needs one")
        return self._platforms

    def _country(self, code: str, where: Where) -> list[str]:
        query = {"country_code": code, "location_type": "COUNTRIES"}
        values = self._list("targeting_criteria/locations", query, where)
        if not values:
            logger.warning(
                "X lists no targeting value for country code %s, so reports that are made country by country have no "
                "rows of it. Take it out of country_codes, or correct it.",
                code,
            )
        return values

    def _list(self, path: str, query: Mapping[str, str], where: Where) -> list[str]:
        listing = pages(self._transport, path, query, where, count=MAX_PAGE_SIZE, read=_targeting_value)
        return [value for page in listing for value in page]


def _targeting_value(record: Mapping[str, Any]) -> str:
    return text_of(record, "targeting_value")

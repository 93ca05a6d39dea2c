# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The table of the endpoints without an account (docs/x-ads-api.md §2.2, §4, §5.3, §5.10, §5.12, §5.22 to §5.33)."""

from __future__ import annotations

from typing import Any, Final

from x_ads_emulator.http import params as p
from x_ads_emulator.http.params import Param
from x_ads_emulator.routes.endpoint import NAME_PREFIX, Endpoint, page
from x_ads_emulator.routes.enums import CONVERSATION_TYPES, EVENT_TYPES, TV_LOCALES


def _option(name: str, *more: Param, limit: int = 400, **options: Any) -> Endpoint:
    chosen: dict[str, Any] = {"limit_scope": "targeting options", "single": False, "of_account": False} | options
    return Endpoint(
        f"targeting_criteria/{name}",
        f"targeting_{name}",
        f"targeting_criteria/{name}",
        params=more,
        limit=limit,
        **chosen,
    )


def _small(name: str, **options: Any) -> Endpoint:
    """A global read: 5 requests per 15 minutes (§4)."""
    return Endpoint(name, name, name, False, default_count=None, has_cursor=False, limit=5, single=False, **options)


GLOBAL_ENDPOINTS: Final = (
    _small("advertiser_business_categories"),
    _small("content_categories", envelope={"total_count": None}),
    Endpoint(
        "iab_categories",
        "iab_categories",
        "iab_categories",
        False,
        (*page(), Param("with_total_count", p.boolean)),
        limit=5,
        single=False,
    ),
    _option(
        "app_store_categories",
        NAME_PREFIX,
        Param("os_type", p.choice("ANDROID", "IOS")),
        default_count=None,
        has_cursor=False,
    ),
    _option("conversations", Param("conversation_type", p.choice(*CONVERSATION_TYPES)), *page()),
    _option("devices", Param("count", p.integer(1, 1000)), NAME_PREFIX, has_cursor=False),
    _option(
        "events",
        Param("event_types", p.choices(*EVENT_TYPES), required=True),
        Param("country_codes", p.countries),
        Param("start_time", p.instant),
        Param("end_time", p.instant),
        *page(),
        envelope={"data_type": "events"},
    ),
    _option("interests", *page(), NAME_PREFIX),
    _option("languages", *page(), NAME_PREFIX),
    _option(
        "locations",
        *page(),
        Param("country_code", p.country),
        Param("location_type", p.choice("COUNTRIES", "REGIONS", "METROS", "CITIES", "POSTAL_CODES")),
        NAME_PREFIX,
    ),
    _option("network_operators", *page(), Param("country_code", p.country), NAME_PREFIX),
    _option(
        "platform_versions",
        NAME_PREFIX,
        default_count=None,
        has_cursor=False,
        envelope={"data_type": "targeting_criterion"},
    ),
    _option(
        "platforms", Param("count", p.integer(1, 1000)), NAME_PREFIX, Param("lang", p.text(2, 5)), has_cursor=False
    ),
    _option(
        "tv_markets", default_count=None, has_cursor=False, prints_cursor=False, limit=2_000, limit_scope="endpoint"
    ),
    _option(
        "tv_shows",
        Param("locale", p.locale(lambda: TV_LOCALES), required=True),
        *page(50),
        NAME_PREFIX,
        default_count=50,
        limit=2_000,
        limit_scope="endpoint",
    ),
)

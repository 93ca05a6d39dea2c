# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The table of the 34 streams' endpoints: path, parameters, paging and limits (x-ads-api.md §2.2, §2.3, §4, §5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from integration_tests.emulator.http import params as p
from integration_tests.emulator.http.params import Param

_TV_LOCALES: Final = frozenset(
    "fr-FR es-CL de-DE nl-NL en-US es-VE pt-BR es-MX es-CO en-GB es-AR ja-JP en-CA es-ES it-IT es-US en-IE".split()
)
_CONVERSATION_TYPES: Final = (
    "ACTORS ATHLETES BOOK_GENRES BOOKS BRAND_CATEGORIES BRANDS CELEBRITIES COACHES DIGITAL_CREATORS "
    "ENTERTAINMENT_BRANDS ENTERTAINMENT_PERSONALITIES FICTIONAL_CHARACTERS JOURNALISTS LIFESTYLES MOVIE_GENRES MOVIES "
    "MUSIC_GENRES MUSICIANS NEWS_STORIES NEWS PERSONS PLACES PODCASTS POLITICAL_AFFILIATIONS POLITICIANS PRODUCTS "
    "RADIO_STATIONS SPORTS_LEAGUES SPORTS_PERSONALITIES SPORTS_TEAMS SPORTS TRENDS TV_SHOWS VIDEO_GAME_PLATFORMS "
    "VIDEO_GAME_PUBLISHERS VIDEO_GAMES"
).split()
_CARD_TYPES: Final = (
    "IMAGE_APP IMAGE_CAROUSEL_APP IMAGE_CAROUSEL_WEBSITE IMAGE_MULTI_DEST_CAROUSEL_WEBSITE IMAGE_WEBSITE "
    "MIXED_MEDIA_MULTI_DEST_CAROUSEL_WEBSITE MIXED_MEDIA_SINGLE_DEST_CAROUSEL_APP "
    "MIXED_MEDIA_SINGLE_DEST_CAROUSEL_WEBSITE VIDEO_APP VIDEO_CAROUSEL_APP VIDEO_CAROUSEL_WEBSITE "
    "VIDEO_MULTI_DEST_CAROUSEL_WEBSITE VIDEO_WEBSITE"
).split()
_MEDIA_TYPES: Final = (
    "BANNER BANNER_TABLET INTERSTITIAL INTERSTITIAL_LANDSCAPE INTERSTITIAL_LANDSCAPE_TABLET INTERSTITIAL_TABLET "
    "MEDIUM_RECTANGLE PREROLL VAST_PREROLL"
).split()
_EVENT_TYPES: Final = "CONFERENCE HOLIDAY MUSIC_AND_ENTERTAINMENT OTHER POLITICS RECURRING SPORTS".split()
_BASE_SORT: Final = ("created_at", "updated_at", "deleted")


@dataclass(frozen=True)
class Endpoint:
    """One collection.

    Attributes:
        key: name in the request log and of the rate-limit bucket.
        stream: the world's stream behind it.
        path: under `/12/` for global lists, under `/12/accounts/:account_id/` otherwise.
        of_account: whether the path has an account.
        params: documented parameters.
        default_count: page size without `count`; None where the endpoint is not paged and returns everything.
        has_cursor: whether `cursor` is documented.
        limit: requests per 15 minutes (§4).
        limit_scope: `endpoint`, `account` (per endpoint and account) or a category that several endpoints share.
        id_filters: parameter -> record field it selects by.
        not_found: code of the single GET's 404 (§3).
        echo_account: whether `request.params` names the account (§2.1: not for Tweets).
        echo_extra, envelope: members that this endpoint adds to the echo, to the envelope.
        prints_cursor: whether the envelope has `next_cursor`.
        ordered: False where the listing keeps to an order of its own and `sort_by` is not documented.
    """

    key: str
    stream: str
    path: str
    of_account: bool = True
    params: tuple[Param, ...] = ()
    default_count: int | None = 200
    has_cursor: bool = True
    limit: int = 2_000
    limit_scope: str = "endpoint"
    id_filters: dict[str, str] = field(default_factory=dict)
    not_found: str = "NOT_FOUND"
    echo_account: bool = True
    echo_extra: dict[str, Any] = field(default_factory=dict)
    envelope: dict[str, Any] = field(default_factory=dict)
    prints_cursor: bool = True
    single: bool = True


def _page(maximum: int = 1000) -> tuple[Param, ...]:
    return (Param("count", p.integer(1, maximum)), Param("cursor", p.text(1, 2000)))


def _std(*more_sort: str, total: bool = True) -> tuple[Param, ...]:
    """The STD parameters of §5.0."""
    extra = (Param("with_total_count", p.boolean),) if total else ()
    sort = Param("sort_by", p.sorting((*_BASE_SORT, *more_sort)))
    return (*_page(), sort, Param("with_deleted", p.boolean), *extra)


def _ids(**filters: str) -> tuple[Param, ...]:
    return tuple(Param(name, p.ids) for name in filters)


def _account(
    stream: str,
    filters: dict[str, str],
    *more: Param,
    sort: tuple[str, ...] = (),
    path: str = "",
    limit: int = 2_000,
    scope: str = "endpoint",
    **options: Any,
) -> Endpoint:
    path = path or stream
    listed = (*_ids(**filters), *more, *_std(*sort))
    return Endpoint(
        f"accounts/:id/{path}",
        stream,
        path,
        True,
        listed,
        limit=limit,
        limit_scope=scope,
        id_filters=filters,
        **options,
    )


_Q: Final = Param("q", p.text(0, 255))
_Q80: Final = Param("q", p.text(0, 80))
_DRAFT: Final = Param("with_draft", p.boolean)
_LINE_ITEMS: Final = {"line_item_ids": "line_item_id"}


def _conversation_card(kind: str) -> Endpoint:
    """§5.7-§5.9."""
    return _account(
        f"cards_{kind}",
        {"card_ids": "id"},
        _Q80,
        sort=("name",),
        path=f"cards/{kind}",
        echo_extra={"card_type": kind},
        not_found="CARD_NOT_FOUND",
    )


ACCOUNTS: Final = Endpoint(
    "accounts",
    "accounts",
    "accounts",
    False,
    (Param("account_ids", p.ids), _Q, *_std("name")),
    id_filters={"account_ids": "id"},
)

ACCOUNT_ENDPOINTS: Final = (
    _account(
        "account_media",
        {"account_media_ids": "id"},
        Param("creative_types", p.choices(*_MEDIA_TYPES)),
        not_found="ACCOUNT_MEDIA_NOT_FOUND",
    ),
    _account("tracking_tags", {**_LINE_ITEMS, "tracking_tag_ids": "id"}),
    _account(
        "campaigns",
        {"campaign_ids": "id", "funding_instrument_ids": "funding_instrument_id"},
        _Q,
        _DRAFT,
        sort=(
            "name",
            "start_time",
            "end_time",
            "daily_budget_amount_local_micro",
            "total_budget_amount_local_micro",
            "standard_delivery",
        ),
        limit=10_000,
        scope="account",
        not_found="CAMPAIGN_NOT_FOUND",
    ),
    Endpoint(
        "accounts/:id/cards",
        "cards",
        "cards",
        True,
        (
            Param("card_types", p.choices(*_CARD_TYPES)),
            Param("card_id", p.ids),
            Param("card_uris", p.card_uris),
            *_page(200),
            Param("include_legacy_cards", p.boolean),
            _Q80,
            Param("sort_by", p.sorting((*_BASE_SORT, "name"))),
            Param("with_deleted", p.boolean),
        ),
        default_count=100,
        id_filters={"card_id": "id", "card_uris": "card_uri"},
        not_found="CARD_NOT_FOUND",
    ),
    _conversation_card("poll"),
    _conversation_card("image_conversation"),
    _conversation_card("video_conversation"),
    _account(
        "funding_instruments",
        {"funding_instrument_ids": "id"},
        sort=("funded_amount_local_micro", "start_time", "end_time"),
        scope="account",
        not_found="FUNDING_INSTRUMENT_NOT_FOUND",
    ),
    _account(
        "line_items",
        {"campaign_ids": "campaign_id", "funding_instrument_ids": "funding_instrument_id", "line_item_ids": "id"},
        _Q,
        _DRAFT,
        sort=("bid_amount_local_micro",),
        limit=10_000,
        scope="account",
        not_found="LINE_ITEM_NOT_FOUND",
    ),
    Endpoint(
        "accounts/:id/targeting_criteria",
        "targeting_criteria",
        "targeting_criteria",
        True,
        (
            Param("line_item_ids", p.ids, required=True),
            Param("targeting_criterion_ids", p.ids),
            Param("lang", p.text(2, 5)),
            *_std(),
        ),
        limit=10_000,
        limit_scope="account",
        id_filters={**_LINE_ITEMS, "targeting_criterion_ids": "id"},
        not_found="TARGETING_CRITERION_NOT_FOUND",
    ),
    _account(
        "media_creatives",
        {**_LINE_ITEMS, "media_creative_ids": "id"},
        Param("campaign_id", p.one_id),
        not_found="MEDIA_CREATIVE_NOT_FOUND",
    ),
    _account("preroll_call_to_actions", {**_LINE_ITEMS, "preroll_call_to_action_ids": "id"}),
    _account(
        "promoted_accounts",
        {**_LINE_ITEMS, "promoted_account_ids": "id"},
        sort=("paused",),
        scope="account",
        not_found="PROMOTED_ACCOUNT_NOT_FOUND",
    ),
    _account(
        "promoted_tweets",
        {**_LINE_ITEMS, "promoted_tweet_ids": "id"},
        sort=("paused",),
        limit=10_000,
        scope="account",
        not_found="PROMOTED_TWEET_NOT_FOUND",
    ),
    _account("promotable_users", {"promotable_user_ids": "id"}, not_found="PROMOTABLE_USER_NOT_FOUND"),
    _account("scheduled_promoted_tweets", {**_LINE_ITEMS, "scheduled_promoted_tweet_ids": "id"}, scope="account"),
    _account(
        "tailored_audiences",
        {"custom_audience_ids": "id"},
        Param("permission_scope", p.choice("OWNER", "SHARED")),
        Param("q", p.text(1, 255)),
        sort=("name",),
        path="custom_audiences",
        not_found="TAILORED_AUDIENCE_NOT_FOUND",
    ),
    Endpoint(
        "accounts/:id/tweets",
        "tweets",
        "tweets",
        True,
        (
            Param("tweet_type", p.choice("DRAFT", "PUBLISHED", "SCHEDULED"), required=True),
            *_page(),
            Param("include_mentions_and_replies", p.boolean),
            Param("name", p.text(0, 80)),
            Param("timeline_type", p.choice("NULLCAST", "ORGANIC", "ALL")),
            Param("trim_user", p.boolean),
            Param("tweet_ids", p.ids),
            Param("user_id", p.integer(1, 2**63 - 1)),
        ),
        id_filters={"tweet_ids": "tweet_id"},
        echo_account=False,
        single=False,
    ),
)


def _option(name: str, *more: Param, limit: int = 400, **options: Any) -> Endpoint:
    options = {"limit_scope": "targeting options", "single": False, "of_account": False} | options
    return Endpoint(
        f"targeting_criteria/{name}",
        f"targeting_{name}",
        f"targeting_criteria/{name}",
        params=more,
        limit=limit,
        **options,
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
        (*_page(), Param("with_total_count", p.boolean)),
        limit=5,
        single=False,
    ),
    _option(
        "app_store_categories", _Q, Param("os_type", p.choice("ANDROID", "IOS")), default_count=None, has_cursor=False
    ),
    _option("conversations", Param("conversation_type", p.choice(*_CONVERSATION_TYPES)), *_page()),
    _option("devices", Param("count", p.integer(1, 1000)), _Q, has_cursor=False),
    _option(
        "events",
        Param("event_types", p.choices(*_EVENT_TYPES), required=True),
        Param("country_codes", p.countries),
        Param("start_time", p.instant),
        Param("end_time", p.instant),
        *_page(),
        envelope={"data_type": "events"},
    ),
    _option("interests", *_page(), _Q),
    _option("languages", *_page(), _Q),
    _option(
        "locations",
        *_page(),
        Param("country_code", p.country),
        Param("location_type", p.choice("COUNTRIES", "REGIONS", "METROS", "CITIES", "POSTAL_CODES")),
        _Q,
    ),
    _option("network_operators", *_page(), Param("country_code", p.country), _Q),
    _option(
        "platform_versions", _Q, default_count=None, has_cursor=False, envelope={"data_type": "targeting_criterion"}
    ),
    _option("platforms", Param("count", p.integer(1, 1000)), _Q, Param("lang", p.text(2, 5)), has_cursor=False),
    _option(
        "tv_markets", default_count=None, has_cursor=False, prints_cursor=False, limit=2_000, limit_scope="endpoint"
    ),
    _option(
        "tv_shows",
        Param("locale", p.locale(lambda: _TV_LOCALES), required=True),
        *_page(50),
        _Q,
        default_count=50,
        limit=2_000,
        limit_scope="endpoint",
    ),
)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The table of the account streams' endpoints: path, parameters, paging and limits (docs/x-ads-api.md §2-§5)."""

from __future__ import annotations

from typing import Any, Final

from x_ads_emulator.http import params as p
from x_ads_emulator.http.params import Param
from x_ads_emulator.routes.endpoint import BASE_SORT, NAME_PREFIX, Endpoint, page, std
from x_ads_emulator.routes.enums import CARD_TYPES, MEDIA_TYPES


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
    listed = (*_ids(**filters), *more, *std(*sort))
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
    (Param("account_ids", p.ids), NAME_PREFIX, *std("name")),
    id_filters={"account_ids": "id"},
)

ACCOUNT_ENDPOINTS: Final = (
    _account(
        "account_media",
        {"account_media_ids": "id"},
        Param("creative_types", p.choices(*MEDIA_TYPES)),
        not_found="ACCOUNT_MEDIA_NOT_FOUND",
    ),
    _account("tracking_tags", {**_LINE_ITEMS, "tracking_tag_ids": "id"}),
    _account(
        "campaigns",
        {"campaign_ids": "id", "funding_instrument_ids": "funding_instrument_id"},
        NAME_PREFIX,
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
            Param("card_types", p.choices(*CARD_TYPES)),
            Param("card_id", p.ids),
            Param("card_uris", p.card_uris),
            *page(200),
            Param("include_legacy_cards", p.boolean),
            _Q80,
            Param("sort_by", p.sorting((*BASE_SORT, "name"))),
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
        NAME_PREFIX,
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
            *std(),
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
            *page(),
            Param("include_mentions_and_replies", p.boolean),
            Param("name", p.text(0, 80)),
            Param("timeline_type", p.choice("NULLCAST", "ORGANIC", "ALL")),
            Param("trim_user", p.boolean),
            Param("tweet_ids", p.ids),
            Param("user_id", p.integer(1, 2**63 - 1)),
        ),
        id_filters={"tweet_ids": "tweet_id"},
        single=False,
    ),
)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The JSON schema of a report's rows. Pure: touches no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from source_twitter_ads.reports.definition import ReportDefinition

COUNT = "count"
MICROS = "micros of the account's currency, 1,000,000 is one unit"


class Column(NamedTuple):
    """One flat metric column: its name, what it counts, and the unit of its integers."""

    name: str
    description: str
    unit: str


_ENGAGEMENT = {
    "engagements": "All interactions with the ad",
    "impressions": "Times the ad was shown",
    "retweets": "Reposts of the ad",
    "replies": "Replies to the ad",
    "likes": "Likes of the ad",
    "follows": "Follows of the advertiser from the ad",
    "card_engagements": "Interactions with the ad's card",
    "clicks": "Clicks on the ad, anywhere in it",
    "app_clicks": "Clicks that open or install an app",
    "url_clicks": "Clicks on the ad's link; X's name until 2026, see link_clicks",
    "link_clicks": "Clicks on the ad's link; X's name since 2026, see url_clicks",
    "qualified_impressions": "Impressions that X counts as qualified",
    "carousel_swipes": "Swipes through a carousel",
    "tweets_send": "Posts sent from the ad",
    "unfollows": "Unfollows of the advertiser from the ad",
    "poll_card_vote": "Votes in the ad's poll",
}
_VIDEO = {
    "video_total_views": "Video views by X's standard (half visible for two seconds)",
    "video_views_25": "Views of a quarter of the video",
    "video_views_50": "Views of half of the video",
    "video_views_75": "Views of three quarters of the video",
    "video_views_100": "Views of the whole video",
    "video_cta_clicks": "Clicks on the video's call to action",
    "video_content_starts": "Starts of the video",
    "video_3s100pct_views": "Views of three seconds or more, fully visible",
    "video_6s_views": "Views of six seconds or more",
    "video_15s_views": "Views of fifteen seconds or more, or of 95 percent of the video",
    "video_mrc_views": "Video views by the Media Rating Council's standard",
}
_MEDIA = {
    "media_views": "Views of the ad's media",
    "media_engagements": "Interactions with the ad's media",
}

_SUBS = {
    "metric": ("all conversions", COUNT),
    "post_engagement": ("conversions after an engagement", COUNT),
    "post_view": ("conversions after a view alone", COUNT),
    "assisted": ("conversions that the ad assisted", COUNT),
    "order_quantity": ("items ordered", COUNT),
    "order_quantity_engagement": ("items ordered after an engagement", COUNT),
    "order_quantity_view": ("items ordered after a view alone", COUNT),
    "sale_amount": ("value of the sales", MICROS),
    "sale_amount_engagement": ("value of the sales after an engagement", MICROS),
    "sale_amount_view": ("value of the sales after a view alone", MICROS),
}

_WEB_SUBS = (
    "metric",
    "order_quantity",
    "order_quantity_engagement",
    "order_quantity_view",
    "post_engagement",
    "post_view",
    "sale_amount",
    "sale_amount_engagement",
    "sale_amount_view",
)
_WEB = (
    "site_visits downloads custom add_to_carts checkouts_initiated content_views payment_info_additions "
    "add_to_wishlists searches landing_page_views subscriptions"
)
_WEB_ASSISTED = "purchases sign_ups"
_AUTO_CREATED = (
    "add_to_cart add_to_wish_list added_payment_info checkout_initiated complete_registration content_view download "
    "landing_page_view page_view purchase search session sign_up_initiated"
)
_MOBILE = (
    "spent_credits installs content_views add_to_wishlists checkouts_initiated reservations tutorials_completed "
    "achievements_unlocked searches add_to_carts payment_info_additions re_engages shares rates logins updates "
    "levels_achieved invites downloads purchases sign_ups site_visits"
)
_MOBILE_WITHOUT_SALES = "key_page_views installs_skan purchases_skan"
_LIFETIME = (
    "purchases sign_ups updates tutorials_completed reservations add_to_carts add_to_wishlists checkouts_initiated "
    "levels_achieved achievements_unlocked shares invites payment_info_additions spent_credits rates content_views "
    "logins searches"
)


def _objects(prefix: str, names: str, subs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    return {f"{prefix}{name}": tuple(subs) for name in names.split()}


_FLAT: dict[str, tuple[Column, ...]] = {
    "ENGAGEMENT": tuple(Column(name, text, COUNT) for name, text in _ENGAGEMENT.items()),
    "BILLING": (
        Column("billed_engagements", "Engagements that were billed", COUNT),
        Column("billed_charge_local_micro", "Spend; X corrects it for up to 14 days", MICROS),
    ),
    "VIDEO": tuple(Column(name, text, COUNT) for name, text in _VIDEO.items()),
    "MEDIA": tuple(Column(name, text, COUNT) for name, text in _MEDIA.items()),
}

_OBJECTS: dict[str, dict[str, tuple[str, ...]]] = {
    "WEB_CONVERSION": {
        **_objects("conversion_", _WEB_ASSISTED, ("assisted", *_WEB_SUBS)),
        **_objects("conversion_", _WEB, _WEB_SUBS),
        **_objects("auto_created_conversion_", _AUTO_CREATED, _WEB_SUBS),
    },
    "MOBILE_CONVERSION": {
        **_objects(
            "mobile_conversion_", _MOBILE, ("assisted", "order_quantity", "post_engagement", "post_view", "sale_amount")
        ),
        **_objects("mobile_conversion_", _MOBILE_WITHOUT_SALES, ("post_engagement", "post_view")),
    },
    "LIFE_TIME_VALUE_MOBILE_CONVERSION": _objects(
        "mobile_conversion_lifetime_value_", _LIFETIME, ("metric", "order_quantity", "sale_amount")
    ),
}

OBJECT_METRICS: frozenset[str] = frozenset(name for metrics in _OBJECTS.values() for name in metrics)
"""Names that X answers with an object of arrays, or with null for the whole object."""


def columns(metric_groups: Iterable[str]) -> Iterator[Column]:
    """The flat columns of some metric groups, in X's order."""
    for group in metric_groups:
        yield from _FLAT.get(group, ())
        for metric, subs in _OBJECTS.get(group, {}).items():
            for sub in subs:
                yield _sub_column(metric, sub)


def _sub_column(metric: str, sub: str) -> Column:
    meaning, unit = _SUBS[sub]
    if metric.startswith("mobile_conversion_lifetime_value_"):
        event, kind = metric[len("mobile_conversion_lifetime_value_") :], "Lifetime value of app conversions"
    elif metric.startswith("mobile_conversion_"):
        event, kind = metric[len("mobile_conversion_") :], "App conversions"
    elif metric.startswith("auto_created_conversion_"):
        event, kind = metric[len("auto_created_conversion_") :], "Web conversions of an event that X created itself"
    else:
        event, kind = metric[len("conversion_") :], "Web conversions"
    return Column(f"{metric}_{sub}", f"{kind} ({event.replace('_', ' ')}): {meaning}", unit)


FIXED_COLUMNS = (
    "account_id",
    "entity",
    "entity_id",
    "placement",
    "granularity",
    "date",
    "start_time",
    "end_time",
    "segment_type",
    "segment_name",
    "segment_value",
    "country",
    "platform",
)
"""The columns that stand before the metrics in every row of every report, in this order."""

_INSTANT = {"type": "string", "format": "date-time", "airbyte_type": "timestamp_with_timezone"}
_NULLABLE_TEXT = {"type": ["null", "string"]}
_FIXED: dict[str, dict[str, Any]] = {
    "account_id": {"type": "string", "description": "Id of the ad account."},
    "entity": {"type": "string", "description": "What the numbers are about, such as CAMPAIGN or LINE_ITEM."},
    "entity_id": {"type": "string", "description": "Id of the entity; for ACCOUNT the account's own id."},
    "placement": {"type": "string", "description": "Where the ads ran: ALL_ON_TWITTER, SPOTLIGHT or TREND."},
    "granularity": {"type": "string", "description": "The span of one row: DAY, HOUR or TOTAL."},
    "date": {
        "type": "string",
        "format": "date",
        "description": "Calendar day in the account's time zone: the day itself (DAY), the day in which the hour "
        "starts (HOUR), the period's first day (TOTAL).",
    },
    "start_time": {**_INSTANT, "description": "First instant of the period, in UTC."},
    "end_time": {**_INSTANT, "description": "Instant at which the period ends, exclusive, in UTC."},
    "segment_type": {**_NULLABLE_TEXT, "description": "What splits the rows, such as GENDER. Null if nothing does."},
    "segment_name": {**_NULLABLE_TEXT, "description": "The segment's label. Null if nothing splits the rows."},
    "segment_value": {
        **_NULLABLE_TEXT,
        "description": "The segment's value or id, as text. Null if nothing splits the rows. An empty text "
        "says that X names no segment for this entity in this period; rows of it from earlier syncs are void.",
    },
    "country": {
        **_NULLABLE_TEXT,
        "description": "Targeting value of the country that was asked for. Null if the segment needs none.",
    },
    "platform": {
        **_NULLABLE_TEXT,
        "description": "Targeting value of the platform that was asked for. Null if the segment needs none.",
    },
}


def json_schema(definition: ReportDefinition) -> dict[str, Any]:
    """The draft-07 schema of a report: the fixed columns, then every metric of its groups as a nullable integer.

    Money stays in micros. Each metric's description ends with its unit. A metric that X adds later is allowed by
    `additionalProperties`. Columns of the primary key are never null.
    """
    properties: dict[str, dict[str, Any]] = {name: dict(_FIXED[name]) for name in FIXED_COLUMNS}
    for name in definition.primary_key:
        properties[name]["type"] = "string"
    for column in columns(definition.metric_groups):
        properties[column.name] = {
            "type": ["null", "integer"],
            "description": f"{column.description}. Unit: {column.unit}. Null where X has no number.",
        }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": True,
        "properties": properties,
    }

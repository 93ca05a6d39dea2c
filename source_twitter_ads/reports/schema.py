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


_AUTO_CREATED = (
    "add_to_cart add_to_wish_list added_payment_info checkout_initiated complete_registration content_view download "
    "landing_page_view page_view purchase search session sign_up_initiated"
)
# Metrics that X answers with an array each.
_FLAT = {
    "ENGAGEMENT": {
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
    },
    "BILLING": {
        "billed_engagements": "Engagements that were billed",
        "billed_charge_local_micro": "Spend; X corrects it for up to 14 days",
    },
    "VIDEO": {
        "video_total_views": "Video views: three seconds wholly visible, or a click on play; until 2026-08-13 two "
        "seconds half visible",
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
    },
    "MEDIA": {
        "media_views": "Views of the ad's media",
        "media_engagements": "Interactions with the ad's media",
    },
    "WEB_CONVERSION": {
        f"auto_created_conversion_{name}": f"Web conversions of X's own event tag ({name.replace('_', ' ')})"
        for name in _AUTO_CREATED.split()
    },
}

# Members of the objects of arrays that X answers with for all other metrics.
_SUBS = {
    "metric": ("all conversions", COUNT),
    "order_quantity": ("items ordered", COUNT),
    "order_quantity_engagement": ("items ordered after an engagement", COUNT),
    "order_quantity_view": ("items ordered after a view alone", COUNT),
    "post_engagement": ("conversions after an engagement", COUNT),
    "post_view": ("conversions after a view alone", COUNT),
    "sale_amount": ("value of the sales", MICROS),
    "sale_amount_engagement": ("value of the sales after an engagement", MICROS),
    "sale_amount_view": ("value of the sales after a view alone", MICROS),
    "assisted": ("conversions that the ad assisted", COUNT),
}
_WEB_SUBS = tuple(sub for sub in _SUBS if sub != "assisted")

_WEB = (
    "site_visits downloads custom add_to_carts checkouts_initiated content_views payment_info_additions "
    "add_to_wishlists searches landing_page_views subscriptions"
)
_WEB_ASSISTED = "purchases sign_ups"
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

_APP_SUBS = ("assisted", "order_quantity", "post_engagement", "post_view", "sale_amount")
_LIFETIME_SUBS = ("metric", "order_quantity", "sale_amount")
# By group: a prefix, what it stands for, the names behind it, and the members that each of these has.
_OBJECTS: dict[str, tuple[tuple[str, str, str, tuple[str, ...]], ...]] = {
    "WEB_CONVERSION": (
        ("conversion_", "Web conversions", _WEB_ASSISTED, ("assisted", *_WEB_SUBS)),
        ("conversion_", "Web conversions", _WEB, _WEB_SUBS),
    ),
    "MOBILE_CONVERSION": (
        ("mobile_conversion_", "App conversions", _MOBILE, _APP_SUBS),
        ("mobile_conversion_", "App conversions", _MOBILE_WITHOUT_SALES, ("post_engagement", "post_view")),
    ),
    "LIFE_TIME_VALUE_MOBILE_CONVERSION": (
        ("mobile_conversion_lifetime_value_", "Lifetime value of app conversions", _LIFETIME, _LIFETIME_SUBS),
    ),
}


def columns(metric_groups: Iterable[str]) -> Iterator[Column]:
    """The flat columns of some metric groups, in X's order."""
    for group in metric_groups:
        for name, description in _FLAT.get(group, {}).items():
            yield Column(name, description, MICROS if name.endswith("_micro") else COUNT)
        for prefix, kind, names, subs in _OBJECTS.get(group, ()):
            for name in names.split():
                for sub in subs:
                    meaning, unit = _SUBS[sub]
                    yield Column(f"{prefix}{name}_{sub}", f"{kind} ({name.replace('_', ' ')}): {meaning}", unit)


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
FIXED_COLUMNS = tuple(_FIXED)
"""The columns that stand before the metrics in every row of every report, in this order."""


def json_schema(definition: ReportDefinition) -> dict[str, Any]:
    """The draft-07 schema of a report: the fixed columns, then every metric of its groups as a nullable integer.

    Money stays in micros. Each metric's description ends with its unit. A metric that X adds later is allowed by
    `additionalProperties`. Columns of the primary key are never null.
    """
    properties: dict[str, dict[str, Any]] = {name: dict(column) for name, column in _FIXED.items()}
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

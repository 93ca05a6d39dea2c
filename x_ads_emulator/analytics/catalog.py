# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The names of analytics: entities, placements, metric groups and metrics.

Source: docs/x-ads-api.md §7.1, §7.4, §7.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GRANULARITIES: Final = ("DAY", "HOUR", "TOTAL")

ENTITIES: Final = (
    "ACCOUNT",
    "CAMPAIGN",
    "FUNDING_INSTRUMENT",
    "LINE_ITEM",
    "PROMOTED_ACCOUNT",
    "PROMOTED_TWEET",
    "MEDIA_CREATIVE",
    "ORGANIC_TWEET",
)
PLACEMENTS: Final = ("ALL_ON_TWITTER", "SPOTLIGHT", "TREND", "PUBLISHER_NETWORK")
METRIC_GROUPS: Final = (
    "BILLING",
    "ENGAGEMENT",
    "LIFE_TIME_VALUE_MOBILE_CONVERSION",
    "MEDIA",
    "MOBILE_CONVERSION",
    "VIDEO",
    "WEB_CONVERSION",
)

#: Dropped from X's documents on 2026-06-18 (§0). §11.5 leaves open whether X refuses them: `retired_refused`.
RETIRED_ENTITIES: Final = frozenset({"MEDIA_CREATIVE", "ORGANIC_TWEET"})
RETIRED_PLACEMENTS: Final = frozenset({"PUBLISHER_NETWORK"})
RETIRED_GROUPS: Final = frozenset({"MEDIA"})

#: Entities that `active_entities` lists (§7.4, §7.7).
LISTED_ENTITIES: Final = frozenset(ENTITIES) - {"ACCOUNT", "ORGANIC_TWEET"}

#: The stream with the ids of an entity kind. The id of ACCOUNT is the account's own.
ENTITY_STREAMS: Final = {
    "CAMPAIGN": "campaigns",
    "FUNDING_INSTRUMENT": "funding_instruments",
    "LINE_ITEM": "line_items",
    "PROMOTED_ACCOUNT": "promoted_accounts",
    "PROMOTED_TWEET": "promoted_tweets",
    "MEDIA_CREATIVE": "media_creatives",
    "ORGANIC_TWEET": "tweets",
}

_ALL_GROUPS: Final = frozenset(METRIC_GROUPS)

#: Groups with numbers per entity (§7.4). PROMOTED_ACCOUNT lacks a row there (§11.19); here it has two groups.
SERVED_GROUPS: Final[dict[str, frozenset[str]]] = {
    "ACCOUNT": frozenset({"ENGAGEMENT"}),
    "FUNDING_INSTRUMENT": frozenset({"ENGAGEMENT", "BILLING"}),
    "CAMPAIGN": _ALL_GROUPS,
    "LINE_ITEM": _ALL_GROUPS,
    "PROMOTED_TWEET": _ALL_GROUPS,
    "PROMOTED_ACCOUNT": frozenset({"ENGAGEMENT", "BILLING"}),
    "MEDIA_CREATIVE": _ALL_GROUPS,
    "ORGANIC_TWEET": frozenset({"ENGAGEMENT", "VIDEO"}),
}

_BASIC_ENGAGEMENT: Final = frozenset({"engagements", "impressions", "retweets", "replies", "likes", "follows"})
_FLAT: Final[dict[str, tuple[str, ...]]] = {
    "ENGAGEMENT": (
        "engagements",
        "impressions",
        "retweets",
        "replies",
        "likes",
        "follows",
        "card_engagements",
        "clicks",
        "app_clicks",
        "url_clicks",
        "qualified_impressions",
        "carousel_swipes",
        "tweets_send",
        "unfollows",
        "poll_card_vote",
    ),
    "BILLING": ("billed_engagements", "billed_charge_local_micro"),
    "VIDEO": (
        "video_total_views",
        "video_views_25",
        "video_views_50",
        "video_views_75",
        "video_views_100",
        "video_cta_clicks",
        "video_content_starts",
        "video_3s100pct_views",
        "video_6s_views",
        "video_15s_views",
        "video_mrc_views",
    ),
    "MEDIA": ("media_views", "media_engagements"),
}

_WEB_SUBS: Final = (
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
#: The five older web conversions, which CONVERSION_TAGS does not split (§7.6 rule 2).
OLD_WEB_CONVERSIONS: Final = ("purchases", "sign_ups", "site_visits", "downloads", "custom")
_NEW_WEB_CONVERSIONS: Final = (
    "add_to_carts",
    "checkouts_initiated",
    "content_views",
    "payment_info_additions",
    "add_to_wishlists",
    "searches",
    "landing_page_views",
    "subscriptions",
)
#: Flat in every public reader, null in a file of 2018 (§7.5 rule 2).
_AUTO_CREATED: Final = (
    "add_to_cart",
    "add_to_wish_list",
    "added_payment_info",
    "checkout_initiated",
    "complete_registration",
    "content_view",
    "download",
    "landing_page_view",
    "page_view",
    "purchase",
    "search",
    "session",
    "sign_up_initiated",
)
#: Those with numbers in the shape `objects`.
_AUTO_CREATED_OBJECTS: Final = ("landing_page_view", "session")
AUTO_CREATED_SHAPES: Final = ("flat", "objects")

_MOBILE_SUBS: Final = ("post_view", "post_engagement", "assisted", "order_quantity", "sale_amount")
_MOBILE_EVENTS: Final = (
    "spent_credits",
    "installs",
    "content_views",
    "add_to_wishlists",
    "checkouts_initiated",
    "reservations",
    "tutorials_completed",
    "achievements_unlocked",
    "searches",
    "add_to_carts",
    "payment_info_additions",
    "re_engages",
    "shares",
    "rates",
    "logins",
    "updates",
    "levels_achieved",
    "invites",
    "key_page_views",
    "downloads",
    "purchases",
    "sign_ups",
    "site_visits",
)
#: Mobile events whose sub-keys differ from the rule (§7.5).
_MOBILE_EXCEPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "key_page_views": ("post_view", "post_engagement"),
    "downloads": ("post_view", "post_engagement", "order_quantity", "sale_amount"),
    "site_visits": ("post_view", "post_engagement", "order_quantity", "sale_amount"),
}
_LTV_EVENTS: Final = (
    "purchases",
    "sign_ups",
    "updates",
    "tutorials_completed",
    "reservations",
    "add_to_carts",
    "add_to_wishlists",
    "checkouts_initiated",
    "levels_achieved",
    "achievements_unlocked",
    "shares",
    "invites",
    "payment_info_additions",
    "spent_credits",
    "rates",
    "content_views",
    "logins",
    "searches",
)


@dataclass(frozen=True)
class Metric:
    """One metric key of a result file.

    Attributes:
        name: the key, for instance `impressions`.
        subs: sub-keys of a conversion object; empty for a flat metric, which is an array.
        always_null: the whole value is null in every file (most auto-created conversions in the shape `objects`).
    """

    name: str
    subs: tuple[str, ...] = ()
    always_null: bool = False

    def series(self) -> tuple[tuple[str, str], ...]:
        """The (name, sub) pairs that hold numbers; sub is "" for a flat metric."""
        if self.always_null:
            return ()
        return tuple((self.name, sub) for sub in self.subs) or ((self.name, ""),)


def _web_conversions() -> tuple[Metric, ...]:
    with_assisted = {"purchases", "sign_ups"}
    return tuple(
        Metric(f"conversion_{event}", (*_WEB_SUBS, "assisted") if event in with_assisted else _WEB_SUBS)
        for event in OLD_WEB_CONVERSIONS + _NEW_WEB_CONVERSIONS
    )


def _auto_created(shape: str) -> tuple[Metric, ...]:
    names = {event: f"auto_created_conversion_{event}" for event in _AUTO_CREATED}
    if shape == "flat":
        return tuple(Metric(name) for name in names.values())
    return tuple(
        Metric(name, _WEB_SUBS) if event in _AUTO_CREATED_OBJECTS else Metric(name, always_null=True)
        for event, name in names.items()
    )


def _mobile_conversions() -> tuple[Metric, ...]:
    events = [Metric(f"mobile_conversion_{e}", _MOBILE_EXCEPTIONS.get(e, _MOBILE_SUBS)) for e in _MOBILE_EVENTS]
    skan = [Metric(f"mobile_conversion_{e}_skan", ("post_view", "post_engagement")) for e in ("installs", "purchases")]
    return tuple(events + skan)


_GROUP_METRICS: Final[dict[str, tuple[Metric, ...]]] = {
    **{group: tuple(Metric(name) for name in names) for group, names in _FLAT.items()},
    "WEB_CONVERSION": _web_conversions(),
    "MOBILE_CONVERSION": _mobile_conversions(),
    "LIFE_TIME_VALUE_MOBILE_CONVERSION": tuple(
        Metric(f"mobile_conversion_lifetime_value_{e}", ("metric", "order_quantity", "sale_amount"))
        for e in _LTV_EVENTS
    ),
}
_AUTO_CREATED_METRICS: Final = {shape: _auto_created(shape) for shape in AUTO_CREATED_SHAPES}
#: Metrics that X has not documented: `future_metrics` tests what a client does with a new metric.
_FUTURE_METRICS: Final[dict[str, tuple[Metric, ...]]] = {
    "ENGAGEMENT": (Metric("brand_new_metric_2027"),),
    "WEB_CONVERSION": (Metric("conversion_brand_new", ("metric",)),),
}


def metrics_of(group: str, *, future: bool, auto_created: str) -> tuple[Metric, ...]:
    """The metric keys that a file prints for a metric group, with or without numbers.

    Args:
        group: one of METRIC_GROUPS.
        future: adds the metrics that X has not documented.
        auto_created: the shape of the auto-created conversions, one of AUTO_CREATED_SHAPES.
    """
    created = _AUTO_CREATED_METRICS[auto_created] if group == "WEB_CONVERSION" else ()
    return _GROUP_METRICS[group] + created + (_FUTURE_METRICS.get(group, ()) if future else ())


def is_served(entity: str, group: str, metric: Metric, segmentation: str | None) -> bool:
    """Whether a metric can have numbers for an entity and a segment; others are null in the file (§7.9)."""
    if metric.always_null:
        return False
    if group == "WEB_CONVERSION" and segmentation is not None:
        return _serves_segmented_web(entity, metric, segmentation)
    if group == "LIFE_TIME_VALUE_MOBILE_CONVERSION" and segmentation is not None:
        return False
    if group not in SERVED_GROUPS[entity]:
        return False
    if group == "ENGAGEMENT" and entity in ("ACCOUNT", "FUNDING_INSTRUMENT"):
        return metric.name in _BASIC_ENGAGEMENT
    return True


def _serves_segmented_web(entity: str, metric: Metric, segmentation: str) -> bool:
    """PLATFORMS splits web conversions, CONVERSION_TAGS the eight newer ones only (§7.6 rule 2)."""
    if segmentation == "PLATFORMS":
        return "WEB_CONVERSION" in SERVED_GROUPS[entity]
    if segmentation != "CONVERSION_TAGS":
        return False
    # An account has web conversions by tag only (§7.4, first footnote).
    if entity != "ACCOUNT" and "WEB_CONVERSION" not in SERVED_GROUPS[entity]:
        return False
    return metric.name not in {f"conversion_{event}" for event in OLD_WEB_CONVERSIONS}

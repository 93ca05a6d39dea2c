# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Record templates of campaign management and audiences; shapes from docs/x-ads-api.md §5.

Each template makes row `row` of its stream without `id`, dates and `deleted`, which the table adds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Final

from x_ads_emulator.clock import print_instant
from x_ads_emulator.world.context import Context, Record
from x_ads_emulator.world.text import micros, name, snowflake

Template = Callable[[Context, Random, int], Record]


def _currency(context: Context) -> str:
    return {"Asia/Tokyo": "JPY", "Europe/Berlin": "EUR"}.get(context.account.timezone, "USD")


def _line_item(context: Context, row: int) -> str:
    return context.other("line_items", row, "8u94t")


def account_media(context: Context, rng: Random, row: int) -> Record:
    """§5.2: a video has `media_key`, an image `media_url`; the documented record has the older `video_id`."""
    media = snowflake(context.now - timedelta(days=100), row)
    if row % 2:
        return {"media_key": f"13_{media}", "media_url": None, "creative_type": rng.choice(("PREROLL", "VAST_PREROLL"))}
    kinds = ("BANNER", "BANNER_TABLET", "INTERSTITIAL", "MEDIUM_RECTANGLE")
    return {
        "media_key": None,
        "media_url": f"https://pbs.twimg.com/ad_img/{media}/a?format=png&name=orig",
        "creative_type": rng.choice(kinds),
    }


def tracking_tag(context: Context, rng: Random, row: int) -> Record:
    """§5.4."""
    return {
        "line_item_id": _line_item(context, row),
        "tracking_tag_url": f"https://ad.doubleclick.net/ddm/trackimp/N{row}.X;dc_trk_aid={rng.randrange(10**6)}?a=1,2:3",
        "tracking_tag_type": "IMPRESSION_TAG",
    }


def campaign(context: Context, rng: Random, row: int) -> Record:
    """§5.5. Every 13th lacks `frequency_cap`, every 20th is a draft, every 29th predates purchase orders."""
    paused = row % 3 == 0
    record: Record = {
        "name": name(rng, "campaign", row),
        "budget_optimization": "LINE_ITEM",
        "reasons_not_servable": ["PAUSED_BY_ADVERTISER", "INCOMPLETE"][: rng.randrange(1, 3)] if paused else [],
        "servable": not paused,
        "purchase_order_number": None if row % 2 else f"PO-{row}",
        "effective_status": "PAUSED" if paused else "RUNNING",
        "daily_budget_amount_local_micro": micros(rng, row),
        "funding_instrument_id": context.other("funding_instruments", row, "lygyi"),
        "duration_in_days": rng.choice((None, 1, 7, 30)),
        "standard_delivery": rng.choice((None, True, False)),
        "total_budget_amount_local_micro": None if row % 4 else micros(rng, row + 3),
        "entity_status": "DRAFT" if row % 20 == 19 else "PAUSED" if paused else "ACTIVE",
        "frequency_cap": rng.choice((None, 5)),
        "currency": _currency(context),
    }
    if row % 13 == 6:
        del record["frequency_cap"]
    return record


def funding_instrument(context: Context, rng: Random, row: int) -> Record:
    """§5.11: the only account record that carries `account_id`."""
    start = context.now - timedelta(days=rng.randrange(30, 900))
    return {
        "start_time": print_instant(start),
        "description": f"Visa ending in {rng.randrange(1000, 9999)}" if row % 2 else name(rng, "credit line", row),
        "credit_limit_local_micro": micros(rng, row),
        "end_time": None if row % 3 else print_instant(start + timedelta(days=400)),
        "entity_status": "ACTIVE",
        "account_id": context.account.id,
        "reasons_not_able_to_fund": [] if row % 3 else ["EXPIRED"],
        "io_header": None if row % 4 else f"IO-{row}",
        "currency": _currency(context),
        "funded_amount_local_micro": micros(rng, row + 1),
        "type": rng.choice(("CREDIT_CARD", "CREDIT_LINE", "INSERTION_ORDER", "AGENCY_CREDIT_LINE", "PARTNER_MANAGED")),
        "able_to_fund": bool(row % 3),
        "credit_remaining_local_micro": None if row % 2 else micros(rng, row + 2),
    }


def line_item(context: Context, rng: Random, row: int) -> Record:
    """§5.14. Every 20th is a draft; every 17th lacks the two store identifiers."""
    start = context.now - timedelta(days=rng.randrange(1, 600))
    objective, goal, pay_by = rng.choice(
        (
            ("ENGAGEMENTS", "ENGAGEMENT", "ENGAGEMENT"),
            ("WEBSITE_CLICKS", "LINK_CLICKS", "LINK_CLICK"),
            ("REACH", "MAX_REACH", "IMPRESSION"),
            ("VIDEO_VIEWS", "VIDEO_VIEW", "VIEW"),
            ("APP_INSTALLS", "APP_CLICKS", "APP_CLICK"),
        )
    )
    record: Record = {
        "advertiser_user_id": context.user_id,
        "name": name(rng, "line item", row),
        "placements": rng.choice(
            (["ALL_ON_TWITTER"], ["TWITTER_SEARCH", "TWITTER_TIMELINE"], ["SPOTLIGHT"], ["TREND"])
        ),
        "start_time": print_instant(start),
        "bid_amount_local_micro": None if row % 7 == 0 else micros(rng, row),
        "advertiser_domain": None if row % 5 else "example.com",
        "target_cpa_local_micro": None,
        "primary_web_event_tag": None if row % 4 else "o3bk1",
        "goal": goal,
        "daily_budget_amount_local_micro": None if row % 3 else micros(rng, row + 1),
        "product_type": "PROMOTED_TWEETS",
        "end_time": None if row % 2 else print_instant(start + timedelta(days=30)),
        "funding_instrument_id": context.other("funding_instruments", row, "lygyi"),
        "bid_strategy": rng.choice(("AUTO", "MAX", "TARGET")),
        "duration_in_days": None,
        "standard_delivery": rng.choice((None, True)),
        "total_budget_amount_local_micro": None if row % 9 else micros(rng, row + 2),
        "objective": objective,
        "entity_status": "DRAFT" if row % 20 == 19 else rng.choice(("ACTIVE", "PAUSED")),
        "automatic_tweet_promotion": None,
        "frequency_cap": rng.choice((None, 3)),
        "android_app_store_identifier": "com.twitter.android" if objective == "APP_INSTALLS" else None,
        "categories": rng.choice(([], ["IAB1"])),
        "currency": _currency(context),
        "pay_by": pay_by,
        "ios_app_store_identifier": None,
        "campaign_id": context.other("campaigns", row, "8wku2"),
        "creative_source": "MANUAL",
    }
    if row % 17 == 8:
        del record["android_app_store_identifier"], record["ios_app_store_identifier"]
    return record


def targeting_criterion(context: Context, rng: Random, row: int) -> Record:
    """§5.13: children of line items; `name` may be an emoji, `operator_type` may be absent."""
    kinds = (
        ("Custom audience targeting", "CUSTOM_AUDIENCE", context.other("tailored_audiences", row, "249yj")),
        ("⚽️", "BROAD_KEYWORD", "⚽️"),
        ("United States", "LOCATION", "96683cc9126741d1"),
        ("18 to 24", "AGE", "AGE_18_TO_24"),
        ("كرة القدم", "PHRASE_KEYWORD", "كرة القدم"),
    )
    title, kind, value = kinds[row % len(kinds)]
    record: Record = {
        "line_item_id": _line_item(context, row),
        "name": title,
        "operator_type": rng.choice(("EQ", "NE")),
        "targeting_value": value,
        "targeting_type": kind,
    }
    if row % 12 == 5:
        del record["operator_type"]
    if kind == "LOCATION" and row % 2:
        # As the sample of a batch prints it; the samples of reads have no place (§5.13).
        place = {"name": "San Francisco-Oakland-San Jose CA, US", "targeting_value": "5122804691e5fecc"}
        record |= {**place, "location_type": "CITY"}
    return record


def media_creative(context: Context, rng: Random, row: int) -> Record:
    """§5.15."""
    return {
        "line_item_id": _line_item(context, row),
        "landing_url": None if row % 4 == 0 else f"https://example.com/{row}?q=a,b:c",
        "creative_type": rng.choice(("INTERSTITIAL_LANDSCAPE_TABLET", "BANNER", "PREROLL")),
        "entity_status": rng.choice(("ACTIVE", "PAUSED")),
        "account_media_id": context.other("account_media", row, "10miy"),
        "approval_status": rng.choice(("ACCEPTED", "PENDING", "REJECTED")),
    }


def preroll_call_to_action(context: Context, rng: Random, row: int) -> Record:
    """§5.16."""
    return {
        "line_item_id": _line_item(context, row),
        "call_to_action_url": f"https://example.com/{row}",
        "call_to_action": rng.choice(("GO_TO", "SEE_MORE", "SHOP", "VISIT_SITE", "WATCH_NOW")),
    }


def promoted_account(context: Context, rng: Random, row: int) -> Record:
    """§5.17."""
    return {
        "line_item_id": _line_item(context, row),
        "user_id": context.user_id,
        "entity_status": rng.choice(("ACTIVE", "PAUSED")),
        "approval_status": "ACCEPTED",
    }


def promoted_tweet(context: Context, rng: Random, row: int) -> Record:
    """§5.18."""
    return {
        "line_item_id": _line_item(context, row),
        "entity_status": rng.choice(("ACTIVE", "PAUSED")),
        "approval_status": rng.choice(("ACCEPTED", "REJECTED")),
        "tweet_id": str(snowflake(context.now - timedelta(days=row % 500), row)),
    }


def promotable_user(context: Context, rng: Random, row: int) -> Record:
    """§5.19: row 0 is the FULL user of an account without documented records."""
    full = row == 0 and not context.account.has_examples
    return {
        "user_id": context.user_id if full else str(2**60 + context.index * 10**6 + row),
        "promotable_user_type": "FULL" if full else "RETWEETS_ONLY",
    }


def scheduled_promoted_tweet(context: Context, rng: Random, row: int) -> Record:
    """§5.20: `tweet_id` is null until the Tweet went live."""
    return {
        "line_item_id": _line_item(context, row),
        "scheduled_tweet_id": str(snowflake(context.now - timedelta(days=2), row)),
        "tweet_id": None if row % 2 else str(snowflake(context.now - timedelta(days=1), row)),
    }


def custom_audience(context: Context, rng: Random, row: int) -> Record:
    """§5.21. Every 10th is FLEXIBLE and has `metadata`; `audience_size` may be null."""
    record: Record = {
        "targetable": bool(row % 3),
        "name": name(rng, "audience", row),
        "targetable_types": ["CRM", "EXCLUDED_CRM"] if row % 2 else ["WEB", "EXCLUDED_WEB"],
        "audience_type": "CRM" if row % 2 else "WEB",
        "description": None if row % 4 else "Ünïcode déscription",
        "permission_level": "READ_WRITE",
        "owner_account_id": context.account.id,
        "reasons_not_targetable": [] if row % 3 else ["TOO_SMALL"],
        "partner_source": "OTHER",
        "audience_size": None if row % 3 == 0 else rng.randrange(100, 10**7),
    }
    if row % 10 == 9:
        segments = {"boolean_operator": "AND", "frequency": 1, "lookback_window": 30, "child_segments": []}
        record |= {"audience_type": "FLEXIBLE", "metadata": [{"name": record["name"], "segments": segments}]}
    return record


TEMPLATES: Final[dict[str, Template]] = {
    "account_media": account_media,
    "tracking_tags": tracking_tag,
    "campaigns": campaign,
    "funding_instruments": funding_instrument,
    "line_items": line_item,
    "targeting_criteria": targeting_criterion,
    "media_creatives": media_creative,
    "preroll_call_to_actions": preroll_call_to_action,
    "promoted_accounts": promoted_account,
    "promoted_tweets": promoted_tweet,
    "promotable_users": promotable_user,
    "scheduled_promoted_tweets": scheduled_promoted_tweet,
    "tailored_audiences": custom_audience,
}

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Record templates of cards and Tweets; shapes from docs/x-ads-api.md §5.6-§5.9 and §5.34."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Final

from x_ads_emulator.clock import print_instant
from x_ads_emulator.world.context import Context, Record
from x_ads_emulator.world.generate import Template
from x_ads_emulator.world.text import name, snowflake, tweet_date


def _media_key(context: Context, kind: int, row: int) -> str:
    return f"{kind}_{snowflake(context.now - timedelta(days=200), row)}"


def _card_uri(context: Context, row: int, salt: int) -> str:
    return f"card://{snowflake(context.now - timedelta(days=150, hours=salt), row + context.index * 1_000_000)}"


def card(context: Context, rng: Random, row: int) -> Record:
    """§5.6. Every 5th has `slides` instead of `components`, every 9th is a legacy card with flat fields.

    Every 7th opens a lead form, every 11th has a group of buttons, and every second website a `tco_url`.
    """
    record: Record = {"name": name(rng, "card", row)[:80], "card_uri": _card_uri(context, row, 0)}
    if row % 9 == 8:
        return record | {
            "website_title": "Developer Platform",
            "website_dest_url": "https://developer.x.com",
            "website_display_url": "developer.x.com",
            "image_display_height": "836",
            "image_display_width": "1600",
            "card_type": "WEBSITE",
        }
    destination = _destination(row)
    details = {"type": "DETAILS", "title": name(rng, "title", row), "destination": destination}
    if row % 5 == 4:
        slide = [{"type": "MEDIA", "media_key": _media_key(context, 3, row)}, details]
        return record | {"slides": [slide, slide], "card_type": "IMAGE_MULTI_DEST_CAROUSEL_WEBSITE"}
    media = {"type": "MEDIA", "media_key": _media_key(context, 13 if row % 2 else 3, row)}
    components = [media, details]
    if row % 11 == 6:
        # X documents that a group has buttons with destinations, not the name of their list (§5.6).
        label = {"type": "ENUM", "value": "SHOP"}
        buttons = [{"type": "BUTTON", "label": label, "destination": _destination(row + n)} for n in range(2)]
        components.append({"type": "BUTTON_GROUP", "buttons": buttons})
    return record | {"components": components, "card_type": "VIDEO_WEBSITE" if row % 2 else "IMAGE_WEBSITE"}


def _destination(row: int) -> Record:
    if row % 7 == 3:
        return {"type": "LEAD_FORM", "id": f"3f2b8c1a-8f4e-4a0b-9df2-{row:012x}"}
    destination: Record = {"type": "WEBSITE", "url": f"https://example.com/{row}"}
    return destination | ({"tco_url": f"https://t.co/{row:010x}"} if row % 2 else {})


def card_poll(context: Context, rng: Random, row: int) -> Record:
    """§5.7: sizes and durations are numeric strings; third and fourth choices are optional keys."""
    start = context.now - timedelta(days=rng.randrange(1, 300))
    record: Record = {
        "name": name(rng, "poll", row)[:80],
        "start_time": print_instant(start),
        "first_choice": "はい",
        "second_choice": "No",
        "end_time": print_instant(start + timedelta(minutes=2880)),
        "duration_in_minutes": "2880",
        "card_uri": _card_uri(context, row, 1),
        "card_type": "TEXT_POLLS",
    }
    if row % 3 == 0:
        record |= {"third_choice": "Maybe", "fourth_choice": "🤷"}
    if row % 4 == 0:
        record |= {"card_type": "IMAGE_POLLS", "image_display_height": "670", "image_display_width": "1280"}
    return record


def card_image_conversation(context: Context, rng: Random, row: int) -> Record:
    """§5.8: further calls to action are optional keys."""
    return _conversation(context, rng, row, 2) | {
        "image_display_height": "670",
        "image_display_width": "1280",
        "media_url": "https://pbs.twimg.com/media/DUhZuzxUQAAWZqr.jpg",
        "media_key": _media_key(context, 3, row),
        "card_type": "IMAGE_CONVERSATION",
    }


def card_video_conversation(context: Context, rng: Random, row: int) -> Record:
    """§5.9."""
    return _conversation(context, rng, row, 3) | {
        "video_height": "9",
        "video_width": "16",
        "video_owner_id": context.user_id,
        "media_url": "https://video.twimg.com/amplify_video/vmap/958388276489895936.vmap",
        "poster_media_url": "https://pbs.twimg.com/amplify_video_thumb/958388276489895936/img/a.jpg",
        "media_key": _media_key(context, 13, row),
        "card_type": "VIDEO_CONVERSATION",
    }


def _conversation(context: Context, rng: Random, row: int, salt: int) -> Record:
    record: Record = {
        "name": name(rng, "conversation", row)[:80],
        "title": "Full moon 🌕",
        "first_cta": "#moon",
        "first_cta_tweet": "stars",
        "thank_you_text": "thanks",
        "card_uri": _card_uri(context, row, salt),
    }
    if row % 3 == 1:
        record |= {"second_cta": "#sun", "second_cta_tweet": "day"}
    return record


def tweet(context: Context, rng: Random, row: int) -> Record:
    """§5.34: a whole row with its 64-bit ids. Every 4th is SCHEDULED, every 9th DRAFT, the rest PUBLISHED.

    Of the published ones every third is organic, every 40th a reply; some pairs share one second.
    """
    kind = "SCHEDULED" if row % 4 == 3 else "DRAFT" if row % 9 == 8 else "PUBLISHED"
    created = _tweet_instant(context, rng, row, kind)
    number = snowflake(created, row + context.index * 100_000)
    parent = number - 10_000 if row % 40 == 1 and kind == "PUBLISHED" else None
    scheduled = context.now + timedelta(days=rng.randrange(1, 30)) if kind == "SCHEDULED" else None
    text = name(rng, "hello", row)
    record: Record = {
        "coordinates": None,
        "retweeted": False,
        "name": None if row % 2 else name(rng, "tweet", row)[:80],
        "source": '<a href="https://ads-api.x.com" rel="nofollow">Ads</a>',
        "entities": {"hashtags": [{"text": "été", "indices": [0, 4]}], "symbols": [], "user_mentions": [], "urls": []},
        "display_text_range": [0, len(text)],
        "favorite_count": rng.randrange(1000),
        "in_reply_to_status_id_str": None if parent is None else str(parent),
        "geo": None,
        "id_str": str(number),
        "scopes": {"followers": False},
        "in_reply_to_user_id": None if parent is None else int(context.user_id),
        "truncated": False,
        "retweet_count": rng.randrange(100),
        "id": number,
        "in_reply_to_status_id": parent,
        "conversation_settings": "EVERYONE",
        "nullcast": row % 3 != 0,
        "created_at": tweet_date(created),
        "place": None,
        "scheduled_at": None if scheduled is None else print_instant(scheduled),
        "scheduled_status": None if scheduled is None else "SCHEDULED",
        "tweet_type": kind,
        "favorited": False,
        "full_text": text,
        "lang": "es",
        "contributors": [2_417_045_708] if row % 2 else None,
        "in_reply_to_screen_name": None,
        "in_reply_to_user_id_str": None if parent is None else context.user_id,
        "user": {"id": int(context.user_id), "id_str": context.user_id},
        "tweet_id": str(number),
    }
    if row % 6 == 2:
        record["card_uri"] = _card_uri(context, row, 0)
    return record


def _tweet_instant(context: Context, rng: Random, row: int, kind: str) -> datetime:
    if kind == "PUBLISHED" and row % 10 in (4, 5):
        return context.now - timedelta(days=1 + row // 10, hours=3)
    return context.now - timedelta(seconds=rng.randrange(60, 700 * 86_400))


CREATIVE_TEMPLATES: Final[dict[str, Template]] = {
    "cards": card,
    "cards_poll": card_poll,
    "cards_image_conversation": card_image_conversation,
    "cards_video_conversation": card_video_conversation,
}

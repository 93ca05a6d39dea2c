# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The rows of a stream that a request sees, before filters by id and name (docs/x-ads-api.md §2.4, §5)."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from x_ads_emulator.clock import print_instant
from x_ads_emulator.world.context import Record


@dataclass(frozen=True)
class View:
    """The parameters that decide which rows are visible; the defaults are the API's.

    Attributes:
        with_deleted, with_draft: §2.4.
        include_legacy_cards: §5.6.
        permission_scope: OWNER or SHARED, §5.21.
        tweet_type, timeline_type, include_mentions_and_replies, trim_user, user_id: §5.34; an empty user_id stands
            for the account's FULL promotable user.
    """

    with_deleted: bool = False
    with_draft: bool = False
    include_legacy_cards: bool = False
    permission_scope: str = "OWNER"
    tweet_type: str = "PUBLISHED"
    timeline_type: str = "NULLCAST"
    include_mentions_and_replies: bool = False
    user_id: str = ""
    trim_user: bool = False


def is_legacy_card(record: Record) -> bool:
    """Legacy cards have flat fields instead of components (§5.6)."""
    return "components" not in record and "slides" not in record


def predicate(
    stream: str, account_id: str, view: View, deleted_line_items: Container[str], full_user_id: str
) -> Callable[[Record], bool]:
    """The test for rows of the stream that the view shows.

    `deleted_line_items`: children of these promoted_tweets and targeting_criteria need with_deleted=true even though
    they say `"deleted": false` (§2.4, §5.13).
    """
    if stream == "tweets":
        return _tweet_predicate(view, full_user_id)

    def shown(record: Record) -> bool:
        if not view.with_deleted:
            if record.get("deleted"):
                return False
            if stream in ("promoted_tweets", "targeting_criteria") and record.get("line_item_id") in deleted_line_items:
                return False
        if stream in ("campaigns", "line_items"):
            return view.with_draft or record.get("entity_status") != "DRAFT"
        if stream == "cards":
            return view.include_legacy_cards or not is_legacy_card(record)
        if stream == "tailored_audiences":
            return (record.get("owner_account_id") == account_id) == (view.permission_scope == "OWNER")
        return True

    return shown


def _tweet_predicate(view: View, full_user_id: str) -> Callable[[Record], bool]:
    user = view.user_id or full_user_id

    def shown(record: Record) -> bool:
        if record["tweet_type"] != view.tweet_type or record["user"]["id_str"] != user:
            return False
        if view.tweet_type != "PUBLISHED":
            return True
        if record["in_reply_to_status_id"] is not None and not view.include_mentions_and_replies:
            return False
        return view.timeline_type == "ALL" or record["nullcast"] == (view.timeline_type == "NULLCAST")

    return shown


def print_tweet(record: Record, trim_user: bool) -> Record:
    """A Tweet as the API prints it: without `trim_user=true` it has a whole user object (§5.34 rule 6)."""
    if trim_user:
        return record
    user = record["user"]
    details = {
        "name": "API McTestface",
        "screen_name": f"user{user['id_str']}",
        "location": "",
        "description": "ads 📣",
        "followers_count": 2**53 + 1,
        "verified": False,
        "created_at": "Thu Jul 21 22:42:09 +0000 2016",
    }
    return {**record, "user": {**user, **details}}


def styled_tweet(record: Record, id_style: str, dates: str) -> Record:
    """A Tweet in another style of ids and dates, see `Settings` (§2.5 rule 3, §2.6 rule 3)."""
    if id_style == "string":
        record = {name: _id_text(name, value) for name, value in record.items() if not name.endswith("_str")}
        record["user"] = {**record["user"], "id": record["user"]["id_str"]}
        del record["user"]["id_str"]
    if dates == "iso":
        instant = datetime.strptime(record["created_at"], "%a %b %d %H:%M:%S %z %Y")
        record = {**record, "created_at": print_instant(instant)}
    return record


def _id_text(name: str, value: Any) -> Any:
    return str(value) if (name == "id" or name.endswith("_id")) and value is not None else value

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Endpoints beside the streams: cards/all, features, authenticated_user_access (docs/x-ads-api.md §5.6, §6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from x_ads_emulator.errors import ApiError
from x_ads_emulator.http.params import Param, boolean, card_uris, choices, read_params
from x_ads_emulator.payload import Payload
from x_ads_emulator.world.world import World

_CARD_STREAMS: Final = ("cards", "cards_poll", "cards_image_conversation", "cards_video_conversation")
_FEATURES: Final = ("CITY_TARGETING", "CONVERSATION_CARD", "PROMOTED_MEDIA_POLLS", "REACH_AND_FREQUENCY_ANALYTICS")
_CARD_PARAMS: Final = (Param("card_uris", card_uris, required=True), Param("with_deleted", boolean))


def cards_all(world: World, account_id: str, card_id: str, pairs: Iterable[tuple[str, str]]) -> Payload:
    """Cards of any kind by URI, or one by id. Raises ApiError 400 without card_uris, 404 for an unknown id."""
    values = read_params(_CARD_PARAMS if not card_id else _CARD_PARAMS[1:], pairs)
    cards = [record for stream in _CARD_STREAMS for record in world.records(stream, account_id)]
    shown = [record for record in cards if values.get("with_deleted") or not record["deleted"]]
    if not card_id:
        wanted = frozenset(values["card_uris"])
        return Payload([r for r in shown if r["card_uri"] in wanted], {**values, "account_id": account_id})
    found = [record for record in shown if record["id"] == card_id]
    if not found:
        raise ApiError(404, "CARD_NOT_FOUND", f"Card {card_id} was not found", "card_id", card_id)
    return Payload(found[0], {**values, "card_id": card_id, "account_id": account_id})


def features(account_id: str, pairs: Iterable[tuple[str, str]]) -> Payload:
    """The account's features, an array of strings."""
    values = read_params((Param("feature_keys", choices(*_FEATURES)),), pairs)
    held = [feature for feature in _FEATURES if feature in values.get("feature_keys", _FEATURES)]
    return Payload(held, {**values, "account_id": account_id})


def user_access(world: World, account_id: str) -> Payload:
    """The permissions of the token's user in the account."""
    data = {"user_id": world.full_user_id(account_id), "permissions": ["ACCOUNT_ADMIN", "TWEET_COMPOSER"]}
    return Payload(data, {"account_id": account_id})

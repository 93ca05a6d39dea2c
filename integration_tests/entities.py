# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The records that a sync must emit: the world's rows and the two fields that the connector adds.

Ids are text, and a Tweet's date is ISO 8601, which X writes otherwise.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from integration_tests.connector import GLOBAL_LISTS, STREAMS
from x_ads_emulator.clock import print_instant
from x_ads_emulator.world.world import World

Record = dict[str, Any]

# The primary keys that docs/integrations/sources/twitter-ads.md names.
KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(STREAMS, ("id",)),
    **{name: ("targeting_value",) for name in GLOBAL_LISTS if name.startswith("targeting_")},
    "targeting_tv_markets": ("locale",),
    "targeting_tv_shows": ("locale", "targeting_value"),
    "targeting_criteria": ("account_id", "line_item_id", "id"),
    "tailored_audiences": ("account_id", "id"),
    "tweets": ("account_id", "id"),
}


def expected(
    world: World,
    stream: str,
    account_ids: Sequence[str] | None = None,
    *,
    with_deleted: bool = True,
    country_codes: Sequence[str] = ("US",),
) -> list[Record]:
    """Every record of a stream that a first sync from the beginning of time must emit."""
    accounts = world.account_ids() if account_ids is None else list(account_ids)
    if stream == "accounts":
        return [r for r in world.visible("accounts", with_deleted=with_deleted) if r["id"] in accounts]
    if stream in GLOBAL_LISTS:
        return _global(world, stream, country_codes)
    return [
        {**record, "account_id": account_id}
        for account_id in accounts
        for record in _of_account(world, stream, account_id, with_deleted)
    ]


def _of_account(world: World, stream: str, account_id: str, with_deleted: bool) -> Iterable[Record]:
    if stream == "tweets":
        for tweet_type in ("PUBLISHED", "SCHEDULED"):
            rows = world.visible(stream, account_id, tweet_type=tweet_type, timeline_type="ALL")
            yield from map(_tweet, rows)
        return
    if stream == "tailored_audiences":
        for scope in ("OWNER", "SHARED"):
            yield from world.visible(stream, account_id, permission_scope=scope, with_deleted=with_deleted)
        return
    shown = {"with_deleted": with_deleted, "with_draft": True}
    rows = world.visible(stream, account_id, **shown, include_legacy_cards=True)
    if stream == "targeting_criteria":
        asked = {r["id"] for r in world.visible("line_items", account_id, **shown)}
        rows = [row for row in rows if row["line_item_id"] in asked]
    yield from rows


def _tweet(row: Record) -> Record:
    written = datetime.strptime(row["created_at"], "%a %b %d %H:%M:%S %z %Y")
    names = ("id", "in_reply_to_status_id", "in_reply_to_user_id", "quoted_status_id")
    texts = {name: str(row[name]) for name in names if row.get(name) is not None}
    return {**row, **texts, "created_at": f"{written:%Y-%m-%dT%H:%M:%SZ}"}


def _global(world: World, stream: str, country_codes: Sequence[str]) -> list[Record]:
    rows = world.visible(stream)
    if stream in ("targeting_locations", "targeting_network_operators"):
        return [row for row in rows if row["country_code"] in country_codes]
    if stream == "targeting_events":
        return [row for row in rows if row["end_time"] > print_instant(world.now())]
    if stream == "targeting_tv_shows":
        return [
            {
                **row,
                "targeting_value": str(row["targeting_value"]),
                "locale": f"{locale['language']}-{locale['country']}",
            }
            for row in rows
            for locale in row["locales"]
        ]
    return rows


def by_key(stream: str, records: Iterable[Record]) -> dict[tuple[Any, ...], Record]:
    """Records by primary key."""
    return {key_of(stream, record): record for record in records}


def key_of(stream: str, record: Record) -> tuple[Any, ...]:
    """A record's primary key."""
    return tuple(record[name] for name in KEYS[stream])


def repeated(stream: str, records: Iterable[Record]) -> list[tuple[Any, ...]]:
    """Keys that occur more than once."""
    return [key for key, times in Counter(key_of(stream, record) for record in records).items() if times > 1]


def differences(stream: str, got: Sequence[Record], wanted: Sequence[Record]) -> list[str]:
    """A few lines about lost, extra, repeated and changed records; empty when both sets are equal."""
    have, want = by_key(stream, got), by_key(stream, wanted)
    found = [f"lost {key}" for key in want.keys() - have.keys()]
    found += [f"added {key}" for key in have.keys() - want.keys()]
    found += [f"repeated {key}" for key in repeated(stream, got)]
    found += [
        f"changed {key}: {have[key]} is not {want[key]}"
        for key in have.keys() & want.keys()
        if _printed(have[key]) != _printed(want[key])
    ]
    return [f"{stream}: {line}" for line in found[:5]]


def _printed(record: Record) -> str:
    """As text: 1, 1.0 and True are equal in Python, but not the same value."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False)

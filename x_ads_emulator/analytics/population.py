# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The entities of a world: which exist, and when and under which placements they had numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from functools import partial
from typing import Any, Final

import numpy as np

from x_ads_emulator.analytics.catalog import ENTITY_STREAMS
from x_ads_emulator.analytics.conversions import missing_groups
from x_ads_emulator.analytics.numbers import (
    GRANULE_SECONDS,
    I64,
    Source,
    active_granules,
    is_active,
    key_of,
    mix,
)
from x_ads_emulator.analytics.rollup import ROLLED_UP, Member, RollUp
from x_ads_emulator.analytics.switches import WorldView

#: Lifetimes of entities, in percent of the account's activity period: whole, late, early, middle.
_LIFETIMES: Final = ((0, 100), (0, 100), (55, 100), (0, 30), (35, 70))


def granule_of(instant: datetime) -> int:
    """The granule that an instant lies in."""
    return int(instant.timestamp()) // GRANULE_SECONDS


def first_granule_from(instant: datetime) -> int:
    """The first granule that starts at or after an instant."""
    return -(-int(instant.timestamp()) // GRANULE_SECONDS)


def instant_of(granule: int) -> datetime:
    """Start of a granule, aware, UTC."""
    return datetime.fromtimestamp(granule * GRANULE_SECONDS, tz=timezone.utc)


class Population:
    """The entities of a world as analytics sees them.

    Args:
        world: the emulated world.
    """

    def __init__(self, world: WorldView) -> None:
        self._world = world
        self.seed = _seed_of(world)
        self._ids: dict[tuple[str, str], tuple[Sequence[Mapping[str, Any]] | None, frozenset[str]]] = {}
        self._periods: dict[str, tuple[int, int, float]] = {}
        self._members: dict[tuple[str, str], tuple[Sequence[Mapping[str, Any]], list[Member]]] = {}
        self._roll_ups: dict[tuple[str, str], tuple[list[Sequence[Member]], RollUp]] = {}

    def records(self, account_id: str, entity: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """(id, record) of every entity of a kind, deleted ones included (docs/x-ads-api.md §7.9)."""
        if entity == "ACCOUNT":
            yield account_id, self._world.account(account_id)
            return
        for record in self._world.records(ENTITY_STREAMS[entity], account_id):
            if _counts(entity, record):
                yield str(record["tweet_id" if entity == "ORGANIC_TWEET" else "id"]), record

    def has(self, account_id: str, entity: str, entity_ids: Iterable[str]) -> set[str]:
        """The ids that exist for this kind in this account."""
        if entity == "ACCOUNT":
            return {account_id} & set(entity_ids)
        rows = self._world.records(ENTITY_STREAMS[entity], account_id)
        find = getattr(rows, "find", None)
        if find is not None:
            # A table makes its rows on demand: looking up a few is cheap, reading all is not.
            found = {entity_id: find(entity_id) for entity_id in entity_ids}
            return {entity_id for entity_id, row in found.items() if row is not None and _counts(entity, row)}
        known, ids = self._ids.get((account_id, entity), (None, frozenset[str]()))
        if known is not rows:
            # A mutation of the world replaces the list.
            ids = frozenset(entity_id for entity_id, _ in self.records(account_id, entity))
            self._ids[account_id, entity] = (rows, ids)
        return set(ids.intersection(entity_ids))

    def members(self, account_id: str, entity: str) -> Sequence[Member]:
        """The entities of a listed kind that may have numbers, in the order of `records`."""
        if self._period(account_id)[2] <= 0:
            return ()
        rows = self._world.records(ENTITY_STREAMS[entity], account_id)
        known = self._members.get((account_id, entity))
        if known is None or known[0] is not rows:
            known = (rows, list(self._living(account_id, entity)))
            self._members[account_id, entity] = known
        return known[1]

    def roll_up(self, account_id: str, placement: str) -> RollUp:
        """When the account itself has numbers under a placement."""
        kinds = [self.members(account_id, entity) for entity in ROLLED_UP]
        known = self._roll_ups.get((account_id, placement))
        if known is None or any(old is not new for old, new in zip(known[0], kinds, strict=True)):
            known = (kinds, RollUp([member for members in kinds for member in members], placement))
            self._roll_ups[account_id, placement] = known
        return known[1]

    def live_granules(self, account_id: str, entity: str, entity_id: str, placement: str, span: tuple[int, int]) -> I64:
        """The granules of a span [first, end) in which an entity has numbers under a placement, ascending."""
        if placement not in self.placements(account_id, entity, entity_id):
            return np.zeros(0, dtype=np.int64)
        born, gone = self.lifetime(account_id, entity, entity_id)
        first, end = max(span[0], born), min(span[1], gone)
        if entity == "ACCOUNT":
            return self.roll_up(account_id, placement).granules(first, end)
        return active_granules(self.entity_key(account_id, entity, entity_id, placement), first, end)

    def activity(self, account_id: str, entity: str, entity_id: str, placement: str) -> Callable[[int], bool]:
        """A function that tells whether an entity has numbers in a granule of its lifetime."""
        if entity == "ACCOUNT":
            return self.roll_up(account_id, placement).is_active
        return partial(is_active, self.entity_key(account_id, entity, entity_id, placement))

    def entity_key(self, account_id: str, entity: str, entity_id: str, placement: str) -> int:
        """The key that decides in which hours an entity was active."""
        return Source.of(self.seed, account_id, entity, entity_id, placement).entity_key

    def placements(self, account_id: str, entity: str, entity_id: str) -> tuple[str, ...]:
        """The placements under which an entity may have numbers."""
        if entity == "ORGANIC_TWEET":
            return ("ALL_ON_TWITTER",)
        odds_of = [("SPOTLIGHT", 4), ("TREND", 5)]
        if self._world.spec_of(account_id).publisher_network:
            odds_of.append(("PUBLISHER_NETWORK", 2))
        if entity == "ACCOUNT":
            # It has the numbers of its entities under every placement.
            return ("ALL_ON_TWITTER", *(name for name, _ in odds_of))
        bits = key_of(self.seed, account_id, entity, entity_id, "placements")
        more = [name for name, odds in odds_of if mix(bits + odds) % odds == 0]
        return ("ALL_ON_TWITTER", *more)

    def lifetime(self, account_id: str, entity: str, entity_id: str) -> tuple[int, int]:
        """The granules [first, end) in which an entity may have numbers; (0, 0) for one that never had numbers.

        The account's `activity` is `{"from", "to", "share"}`: dates are UTC days, both inclusive, instants are
        half-open; `share` of the entities have numbers at all. None: no entity ever had numbers.
        """
        first, end, share = self._period(account_id)
        if share <= 0:
            return 0, 0
        if entity == "ACCOUNT":
            return first, end
        key = key_of(self.seed, account_id, entity, entity_id, "lifetime")
        if (key >> 11) / float(1 << 53) >= share:
            return 0, 0
        low, high = _LIFETIMES[mix(key) % len(_LIFETIMES)]
        span = end - first
        return first + span * low // 100, first + span * high // 100

    def missing_groups(self, account_id: str, entity: str, entity_id: str) -> frozenset[str]:
        """The metric groups without numbers for an entity, see conversions.py."""
        how = self._world.spec_of(account_id).conversions
        return missing_groups(self.seed, how, account_id, entity, entity_id)

    def has_segment(self, account_id: str, entity: str, entity_id: str, segment: tuple[str, str]) -> bool:
        """Whether an entity ever had numbers in a segment (seven of eight)."""
        return key_of(self.seed, account_id, entity, entity_id, "segment", *segment) % 8 != 5

    def _living(self, account_id: str, entity: str) -> Iterator[Member]:
        for entity_id, _ in self.records(account_id, entity):
            first, end = self.lifetime(account_id, entity, entity_id)
            if first < end:
                served = self.placements(account_id, entity, entity_id)
                keys = {placement: self.entity_key(account_id, entity, entity_id, placement) for placement in served}
                yield Member(entity_id, first, end, keys)

    def _period(self, account_id: str) -> tuple[int, int, float]:
        """(first, end, share) of the account's activity; the share is 0 for an account without activity."""
        period = self._periods.get(account_id)
        if period is None:
            activity = self._world.spec_of(account_id).activity
            period = (0, 0, 0.0)
            if activity is not None:
                first = _granule_from(activity["from"], closing=False)
                end = _granule_from(activity["to"], closing=True)
                period = (first, end, float(activity.get("share", 1.0)))
            self._periods[account_id] = period
        return period


def _counts(entity: str, record: Mapping[str, Any]) -> bool:
    """Whether a record is an entity; only published Tweets are (§7.4)."""
    return entity != "ORGANIC_TWEET" or record.get("tweet_type") == "PUBLISHED"


def _seed_of(world: WorldView) -> int:
    for holder in (world, getattr(world, "spec", None)):
        seed = getattr(holder, "seed", None)
        if isinstance(seed, int):
            return seed
    return 1


def _granule_from(text: str, *, closing: bool) -> int:
    if len(text) == 10:
        day = date.fromisoformat(text) + timedelta(days=1 if closing else 0)
        return granule_of(datetime(day.year, day.month, day.day, tzinfo=timezone.utc))
    return granule_of(datetime.fromisoformat(text.replace("Z", "+00:00")))

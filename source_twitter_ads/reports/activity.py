# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which entities have numbers, and which of their numbers have changed: X's feed of active entities (§7.7)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from source_twitter_ads.api.bodies import text_of
from source_twitter_ads.reports.account_calendar import ceil_hour, floor_hour, iso, parse_instant
from source_twitter_ads.reports.combinations import PLACEMENTS

# X answers for at most 90 days; windows have 30, today comes on top, and both readings of their bounds.
LONGEST_QUESTION = timedelta(days=33)


@dataclass(frozen=True, slots=True)
class Activity:
    """X's word that numbers of an entity changed.

    Attributes:
        entity_id: the entity.
        placements: where it has numbers.
        start, end: the period that the changed numbers belong to, UTC; it may lie long before the change.
    """

    entity_id: str
    placements: tuple[str, ...]
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """One request of active_entities: what changed of a kind of entity, by the time at which X recorded the change.

    Attributes:
        entity: the kind, for instance LINE_ITEM.
        start, end: whole hours, UTC.
    """

    entity: str
    start: datetime
    end: datetime

    def parameters(self) -> dict[str, str]:
        """Return the parameters of GET stats/accounts/:account_id/active_entities."""
        return {"entity": self.entity, "start_time": iso(self.start), "end_time": iso(self.end)}


def questions(entity: str, start: datetime, end: datetime) -> Iterator[Question]:
    """Yield the requests that cover the period between two instants."""
    first, last = floor_hour(start), ceil_hour(end)
    while first < last:
        until = min(first + LONGEST_QUESTION, last)
        yield Question(entity, first, until)
        first = until


def read_activity(entry: Mapping[str, Any]) -> Activity:
    """Read an entry of active_entities.

    Raises:
        KeyError, TypeError, ValueError: when it is not one.
    """
    placements = entry.get("placements")
    if placements is not None and not isinstance(placements, list):
        raise TypeError("placements is no list")
    # No placements listed: assume all, since an active entity was shown somewhere.
    where = _shared(tuple(map(str, placements))) if placements else PLACEMENTS
    times = _instant(entry["activity_start_time"]), _instant(entry["activity_end_time"])
    return Activity(sys.intern(text_of(entry, "entity_id")), where, *times)


@lru_cache(maxsize=64)
def _shared(placements: tuple[str, ...]) -> tuple[str, ...]:
    """The one tuple of these placements, which thousands of activities have in common."""
    return tuple(map(sys.intern, placements))


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    return parse_instant(text)

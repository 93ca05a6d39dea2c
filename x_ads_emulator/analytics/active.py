# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""active_entities: the entities with records of a window, and the periods they concern (docs/x-ads-api.md §7.7)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from x_ads_emulator.analytics import catalog
from x_ads_emulator.analytics.corrections import CorrectionBook
from x_ads_emulator.analytics.numbers import GRANULES_PER_DAY, is_quiet_day, is_zero_hour
from x_ads_emulator.analytics.population import Population, granule_of, instant_of
from x_ads_emulator.analytics.request import calendar_of, invalid, missing
from x_ads_emulator.analytics.rollup import ROLLED_UP, Member
from x_ads_emulator.analytics.switches import Switches, WorldView
from x_ads_emulator.analytics.windows import Window, resolve
from x_ads_emulator.clock import print_instant
from x_ads_emulator.errors import ApiError
from x_ads_emulator.payload import Payload
from x_ads_emulator.routes.paging import Cursor

MAX_FILTER_IDS: Final = 200
_FILTERS: Final = ("campaign_ids", "funding_instrument_ids", "line_item_ids")
#: Activity begins and ends a few seconds inside its half hour, as in the documented sample (01:30:07 … 07:42:55).
_AFTER_START: Final = timedelta(seconds=7)
_BEFORE_END: Final = timedelta(seconds=5)


@dataclass
class _Activity:
    """The records of one entity: the granules [first, end) that they concern, and the placements."""

    first: int
    end: int
    placements: set[str]

    def include(self, first: int, end: int, placement: str) -> None:
        self.first, self.end = min(self.first, first), max(self.end, end)
        self.placements.add(placement)


class ActiveEntities:
    """The endpoint GET stats/accounts/:account_id/active_entities."""

    def __init__(self, world: WorldView, population: Population, book: CorrectionBook) -> None:
        self._world = world
        self._population = population
        self._book = book

    def respond(self, switches: Switches, account_id: str, params: Mapping[str, str]) -> Payload:
        """The entities for which the hourly buckets of the window hold a record.

        Raises:
            ApiError: 400 MISSING_PARAMETER, INVALID_PARAMETER, INVALID_TIME_WINDOW or EXCLUSIVE_PARAMETERS.
        """
        entity = _entity(params, switches)
        filter_name, filter_ids = _filter(params)
        window = resolve(params, calendar_of(self._world, account_id, switches), "TOTAL")
        first, end = _buckets(window.start, window.end)
        # Only half hours that are over are recorded.
        end = min(end, granule_of(self._world.now()))
        found = self._active(account_id, entity, first, end)
        self._add_corrections(found, account_id, entity, window)
        order: Iterable[str] = found
        if filter_name is not None:
            owners = _Owners(self._world, account_id)
            records = self._population.records(account_id, entity) if found else ()
            order = [i for i, record in records if owners.of(entity, i, record, filter_name) & filter_ids]
        data = [_entry(entity_id, found[entity_id]) for entity_id in order if entity_id in found]
        echo: dict[str, Any] = {
            "account_id": account_id,
            "entity": entity,
            "start_time": print_instant(window.start),
            "end_time": print_instant(window.end),
        }
        if filter_name is not None:
            echo[filter_name] = params[filter_name].split(",")
        if switches.active_page_size is None:
            return Payload(data=data, params=echo)
        return _paged(data, echo, params.get("cursor"), switches.active_page_size)

    def _active(self, account_id: str, entity: str, first: int, end: int) -> dict[str, _Activity]:
        """The activity of the entities in the granules [first, end), by id."""
        found: dict[str, _Activity] = {}
        for member in self._population.members(account_id, entity):
            for placement in member.keys:
                period = _period(member, placement, first, end)
                if period is not None:
                    _include(found, member.entity_id, *period, placement)
        return found

    def _add_corrections(self, found: dict[str, _Activity], account_id: str, entity: str, window: Window) -> None:
        """Adds the corrections that were recorded in the window's buckets.

        active_entities lists no accounts (§7.4): a correction of an account lists the entities it is rolled up from.
        """
        first, last = _buckets(window.start, window.end)
        for one in self._book.all():
            booked = one.recorded_at <= self._world.now() and first <= granule_of(one.recorded_at) < last
            if not booked or one.account_id != account_id:
                continue
            if one.entity == entity:
                if self._population.has(account_id, entity, [one.entity_id]):
                    _include(found, one.entity_id, one.first, one.end, one.placement)
            elif one.entity == "ACCOUNT" and entity in ROLLED_UP:
                for member in self._population.members(account_id, entity):
                    period = _period(member, one.placement, one.first, one.end)
                    if period is not None:
                        _include(found, member.entity_id, *period, one.placement)


def _paged(data: list[dict[str, Any]], echo: dict[str, Any], cursor: str | None, size: int) -> Payload:
    """One page of the entities (§2.2 rule 6: undocumented at X). Raises ApiError for a cursor of other filters."""
    filters = json.dumps(echo)
    start = Cursor.decode(cursor, filters).offset if cursor is not None else 0
    following = Cursor(start + size, []).encode(filters) if start + size < len(data) else None
    printed = echo if cursor is None else {**echo, "cursor": cursor}
    return Payload(data=data[start : start + size], params=printed, next_cursor=following)


def _include(found: dict[str, _Activity], entity_id: str, first: int, end: int, placement: str) -> None:
    if entity_id in found:
        found[entity_id].include(first, end, placement)
    else:
        found[entity_id] = _Activity(first, end, {placement})


def _period(member: Member, placement: str, first: int, end: int) -> tuple[int, int] | None:
    """From the first to the last granule of [first, end) in which an entity was active under a placement."""
    key = member.keys.get(placement)
    if key is None:
        return None
    first, end = max(first, member.first), min(end, member.end)
    low = _first_active(key, first, end)
    return None if low is None else (low, _last_active(key, low, end) + 1)


def _first_active(key: int, first: int, end: int) -> int | None:
    granule = first
    while granule < end:
        if is_quiet_day(key, granule // GRANULES_PER_DAY):
            granule = (granule // GRANULES_PER_DAY + 1) * GRANULES_PER_DAY
        elif is_zero_hour(key, granule // 2):
            granule = (granule // 2 + 1) * 2
        else:
            return granule
    return None


def _last_active(key: int, first: int, end: int) -> int:
    """The last active granule of [first, end), where `first` is known to be active."""
    granule = end - 1
    while granule > first:
        if is_quiet_day(key, granule // GRANULES_PER_DAY):
            granule = granule // GRANULES_PER_DAY * GRANULES_PER_DAY - 1
        elif is_zero_hour(key, granule // 2):
            granule = granule // 2 * 2 - 1
        else:
            return granule
    return first


def _entry(entity_id: str, activity: _Activity) -> dict[str, Any]:
    return {
        "entity_id": entity_id,
        "activity_start_time": print_instant(instant_of(activity.first) + _AFTER_START),
        "activity_end_time": print_instant(instant_of(activity.end) - _BEFORE_END),
        "placements": [name for name in catalog.PLACEMENTS if name in activity.placements],
    }


def _buckets(start: datetime, end: datetime) -> tuple[int, int]:
    """The granules of the hourly buckets that overlap a window (a plain date may begin at a half hour)."""
    return granule_of(start) // 2 * 2, -(-granule_of(end) // 2) * 2


def _entity(params: Mapping[str, str], switches: Switches) -> str:
    entity = params.get("entity")
    if entity is None:
        raise missing("entity")
    retired = switches.retired_refused and entity in catalog.RETIRED_ENTITIES
    if entity not in catalog.LISTED_ENTITIES or retired:
        raise invalid("entity", entity, f"expected one of {', '.join(sorted(catalog.LISTED_ENTITIES))}")
    return entity


def _filter(params: Mapping[str, str]) -> tuple[str | None, set[str]]:
    given = [name for name in _FILTERS if name in params]
    if not given:
        return None, set()
    if len(given) > 1:
        raise ApiError(400, "EXCLUSIVE_PARAMETERS", f"{' and '.join(given)} are mutually exclusive", given[1])
    ids = params[given[0]].split(",")
    if not all(ids) or len(ids) > MAX_FILTER_IDS:
        raise invalid(given[0], params[given[0]], f"1 to {MAX_FILTER_IDS} ids")
    return given[0], set(ids)


class _Owners:
    """The line items, campaigns and funding instruments of an entity."""

    def __init__(self, world: WorldView, account_id: str) -> None:
        self._world = world
        self._account_id = account_id
        self._indexes: dict[tuple[str, str], dict[str, str]] = {}

    def of(self, entity: str, entity_id: str, record: Mapping[str, Any], filter_name: str) -> set[str]:
        """The ids of the filter's kind: the entity's parents, or the children of a parent entity."""
        levels = {"LINE_ITEM": 0, "CAMPAIGN": 1, "FUNDING_INSTRUMENT": 2}
        own_level = levels.get(entity, 0)
        wanted = ("line_item_ids", "campaign_ids", "funding_instrument_ids").index(filter_name)
        ids = (
            {entity_id} if entity in levels else {str(record["line_item_id"])} if record.get("line_item_id") else set()
        )
        parents = (("line_items", "campaign_id"), ("campaigns", "funding_instrument_id"))
        for stream, field in parents[own_level:wanted]:
            index = self._index(stream, field)
            ids = {index[one] for one in ids if one in index}
        for stream, field in reversed(parents[wanted:own_level]):
            index = self._index(stream, field)
            ids = {child for child, parent in index.items() if parent in ids}
        return ids

    def _index(self, stream: str, field: str) -> dict[str, str]:
        if (stream, field) not in self._indexes:
            records = self._world.records(stream, self._account_id)
            self._indexes[stream, field] = {str(r["id"]): str(r[field]) for r in records if r.get(field)}
        return self._indexes[stream, field]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which windows of an account a report reads, and for which entities (docs/x-ads-api.md §7.1, §7.7)."""

from __future__ import annotations

import sys
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from source_twitter_ads.api.bodies import text_of
from source_twitter_ads.configuration import Settings
from source_twitter_ads.reports.calendar import ONE_DAY, ceil_hour, floor_hour, iso, midnight, parse_instant
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.job import window_days
from source_twitter_ads.reports.options import HOUR, PLACEMENTS, RETIRED_PLACEMENTS, TOTAL
from source_twitter_ads.reports.windows import AccountCalendar, Span, Window, plan_windows, windows_between

# X answers for at most 90 days; windows have 30, today comes on top, and both readings of their bounds.
LONGEST_QUESTION = timedelta(days=33)


@dataclass(frozen=True, slots=True)
class Activity:
    """X's word that numbers of an entity changed, under some placements.

    They belong to the period from `start` to `end`, UTC, which may lie long before the change.
    """

    entity_id: str
    placements: tuple[str, ...]
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """One request of active_entities: what changed of a kind of entity, such as LINE_ITEM.

    X recorded the changes from `start` to `end`, whole hours in UTC.
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
        raise TypeError(f"placements is {type(placements).__name__}, not a list")
    # A placement that is not named may be any, since an active entity was shown somewhere.
    shown_under = _shared(tuple(placements)) if placements and None not in placements else _ANY_PLACEMENT
    times = _instant(entry["activity_start_time"]), _instant(entry["activity_end_time"])
    return Activity(sys.intern(text_of(entry, "entity_id")), shown_under, *times)


_ANY_PLACEMENT = (*PLACEMENTS, *RETIRED_PLACEMENTS)


@lru_cache(maxsize=64)
def _shared(placements: tuple[str, ...]) -> tuple[str, ...]:
    """The one tuple of these placements, which thousands of activities have in common; TypeError if one is no text."""
    return tuple(map(sys.intern, placements))


# Before this there was nothing on X that could have numbers, and a period may end in a year such as 9999.
_FIRST_ADS, _FAR_AHEAD = (datetime(year, 1, 1, tzinfo=timezone.utc) for year in (2006, 2100))


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    """The one object of this instant, which thousands of activities have in common."""
    return min(max(parse_instant(text), _FIRST_ADS), _FAR_AHEAD)


# A state that is further in the future than a clock can be wrong was made by hand: nothing is newer than that.
FUTURE = timedelta(days=1)
# Changes behind an end_date that has passed are looked for as long as X may still make them (docs/x-ads-api.md §7.9).
LONGEST_RESTATEMENT = timedelta(days=90)


@dataclass
class PlannedWindow:
    """A window and the entities that have numbers in it.

    Attributes:
        window: the period.
        entities: entity ids by placement; empty when nothing happened.
        closes_until: the bookmark that is reached once this window and all before it are read; None for an older
            window that is read again for a correction, or for the first time since start_date has moved back.
        before_start: whether it lies before the start_date that the state was made with.
    """

    window: Window
    closes_until: datetime | None = None
    entities: dict[str, Collection[str]] = field(default_factory=dict)
    before_start: bool = False

    def add(self, entity_id: str, placements: Iterable[str]) -> None:
        """Have an entity read under some placements."""
        for placement in placements:
            ids = self.entities.setdefault(placement, set())
            assert isinstance(ids, set)
            ids.add(entity_id)

    def packed(self) -> PlannedWindow:
        """The window in a fifth of the memory, complete: all windows of all accounts may wait at once to be read."""
        return replace(self, entities={placement: tuple(sorted(ids)) for placement, ids in self.entities.items()})


Plan = Generator[Sequence[Question], Sequence[Sequence[Activity]], list[PlannedWindow]]
"""Yields what X must be asked, is sent the answers in the same order, and returns the windows to read, oldest first."""
Changes = Generator[Sequence[Question], Sequence[Sequence[Activity]], list[Activity]]


class Planner:
    """Plans one report of one account. Pure: it names the questions to X and is handed the answers.

    `now`, aware, is the moment of the sync. `entity_ids` are of a kind that X's feed lacks, such as organic Tweets;
    they are read in every window.
    """

    def __init__(
        self,
        definition: ReportDefinition,
        settings: Settings,
        account_id: str,
        calendar: AccountCalendar,
        now: datetime,
        entity_ids: Sequence[str] = (),
    ) -> None:
        self._definition = definition
        self._settings = settings
        self._account_id = account_id
        self._calendar = calendar
        self._now = now
        self._entity_ids = entity_ids
        self._today = now.astimezone(calendar.zone).utcoffset() or timedelta()
        limits: dict[str, Any] = {
            "start": settings.start_date,
            "end": settings.end_date,
            "now": now,
            "max_days": window_days(definition),
        }
        self._windows = partial(plan_windows, calendar, definition.granularity, **limits)
        self._older_windows = partial(windows_between, calendar, definition.granularity, **limits)

    def plan(self, bookmark: datetime | None, read_from: datetime | None = None) -> Plan:
        """Plan the windows to read, oldest first; earlier syncs have read up to the bookmark, None at first.

        They have read from `read_from` on where start_date has moved back since: what lies before is read too.
        """
        if bookmark is not None and bookmark > self._now + FUTURE:
            return []
        windows = self._windows(bookmark=bookmark, attribution_days=self._settings.attribution_window)
        planned = [PlannedWindow(window, min(window.end_utc, self._now)) for window in windows]
        missing: list[PlannedWindow] = []
        if read_from is not None and planned:
            # Hours were read from the account's own midnight on, some of them after the start's.
            end = read_from + (ONE_DAY if self._definition.granularity == HOUR else timedelta())
            gap = self._older_windows(start_utc=_FIRST_ADS, end_utc=min(end, planned[0].window.start_utc))
            missing = [PlannedWindow(window, before_start=True) for window in gap]
        if not self._definition.feeds:
            for one in (*missing, *planned):
                for entity_id in self._entity_ids:
                    one.add(entity_id, self._definition.placements or PLACEMENTS)
            return [*missing, *planned]
        spans = (self._widest(one.window) for one in (*missing, *planned))
        recorded = [(start, min(end, self._now)) for start, end in spans]
        periods = [*recorded, *self._after_end(bookmark, planned)]
        changes = yield from self._ask(periods)
        for one in (*missing, *planned):
            start, end = self._widest(one.window)
            self._add(one, (change for change in changes if change.start < end and change.end >= start))
        corrected = yield from self._corrections(bookmark, planned, changes)
        return [*missing, *corrected, *planned]

    def _ask(self, periods: Iterable[Span]) -> Changes:
        """Ask what was recorded in some periods, of every kind of entity that makes the report's numbers."""
        wanted = [
            question
            for kind in self._definition.feeds
            for start, end in periods
            for question in questions(kind, start, end)
        ]
        answers = (yield list(dict.fromkeys(wanted))) if wanted else ()
        return list(chain.from_iterable(answers))

    def _widest(self, window: Window) -> Span:
        """The instants of a window by either reading of plain dates: each day's own offset, and today's (§7.1)."""
        if isinstance(window.start, datetime):
            return window.start_utc, window.end_utc
        first, last = (midnight(timezone(self._today), day) for day in (window.start, window.end))
        return min(window.start_utc, first), max(window.end_utc, last)

    def _either_reading(self, instant: datetime) -> Span:
        """An instant of the earliest, and one of the latest day that an instant belongs to, by either reading."""
        if self._definition.granularity == HOUR:
            return instant, instant
        zone = self._calendar.zone_of(self._calendar.local_date(instant))
        other = instant + self._today - (instant.astimezone(zone).utcoffset() or timedelta())
        return min(instant, other), max(instant, other)

    def _after_end(self, bookmark: datetime | None, planned: Sequence[PlannedWindow]) -> list[Span]:
        """With an end_date that has passed, changes to what lies before it are recorded after it."""
        end = planned[-1].window.end_utc if planned else bookmark
        if end is None or self._settings.end_date is None:
            return []
        last = min(self._now, end + LONGEST_RESTATEMENT)
        return [(end, last)] if end < last else []

    def _corrections(
        self, bookmark: datetime | None, planned: Sequence[PlannedWindow], changes: Sequence[Activity]
    ) -> Plan:
        """Older periods that X has corrected since the bookmark, for the entities concerned alone.

        The windows' own question reaches behind the bookmark by the attribution window. Only when it names an older
        period is X asked again for what is new, so that a correction is not read once more with every sync.
        """
        if bookmark is None:
            return []
        start = planned[0].window.start_utc if planned else bookmark
        if not any(self._either_reading(change.start)[0] < start for change in changes):
            return []
        last = min(self._now, bookmark + LONGEST_RESTATEMENT) if self._settings.end_date else self._now
        new = yield from self._ask([(bookmark, last)])
        older = [
            replace(change, start=earliest, end=min(self._either_reading(change.end)[1], start))
            for change in new
            if (earliest := self._either_reading(change.start)[0]) < start
        ]
        corrected: list[PlannedWindow] = []
        for cell in self._older_windows(start_utc=_FIRST_ADS, end_utc=start) if older else ():
            touching = [change for change in older if change.start < cell.end_utc and change.end >= cell.start_utc]
            if touching and cell.start_utc < start:
                corrected.extend(self._corrected(cell, touching))
        return corrected

    def _corrected(self, cell: Window, touching: Sequence[Activity]) -> Iterator[PlannedWindow]:
        """The part of a window that was corrected, for all entities alike, so that jobs hold as many as X allows.

        A segmented report reads the window whole: of an entity and segment without any number X says nothing, and
        only the days beside the corrected one show that the segment is there and has zero on it.
        """
        windows = [cell]
        if not self._definition.segmented and self._definition.granularity != TOTAL:
            first = max(cell.start_utc, min(change.start for change in touching))
            last = min(cell.end_utc, max(change.end for change in touching))
            windows = self._older_windows(start_utc=first, end_utc=last)
        for window in windows:
            planned = PlannedWindow(window)
            self._add(planned, touching)
            yield planned

    def _add(self, planned: PlannedWindow, changes: Iterable[Activity]) -> None:
        """Have the entities that changes are about read; X's feed never names the account that it is of.

        X lists a retired placement as active although it has no new numbers there (docs/x-ads-api.md §7.1 rule 2), so
        only a report that names it reads it.
        """
        wanted = self._definition.placements
        for change in changes:
            entity_id = self._account_id if self._definition.entity == "ACCOUNT" else change.entity_id
            planned.add(
                entity_id,
                [name for name in change.placements if (name in wanted if wanted else name not in RETIRED_PLACEMENTS)],
            )

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which windows of an account a report reads, and for which entities (docs/x-ads-api.md §7.1, §7.7)."""

from __future__ import annotations

import sys
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta, timezone
from functools import lru_cache
from itertools import chain
from typing import Any

from source_twitter_ads.api.bodies import text_of
from source_twitter_ads.configuration import Settings
from source_twitter_ads.reports.calendar import ceil_hour, floor_hour, iso, parse_instant
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.job import window_days
from source_twitter_ads.reports.options import PLACEMENTS
from source_twitter_ads.reports.points import Span
from source_twitter_ads.reports.windows import AccountCalendar, Window, plan_windows, windows_between

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
        raise TypeError(f"placements is {type(placements).__name__}, not a list")
    # No placements listed: assume all, since an active entity was shown somewhere.
    context = _shared(tuple(map(str, placements))) if placements else PLACEMENTS
    times = _instant(entry["activity_start_time"]), _instant(entry["activity_end_time"])
    return Activity(sys.intern(text_of(entry, "entity_id")), context, *times)


@lru_cache(maxsize=64)
def _shared(placements: tuple[str, ...]) -> tuple[str, ...]:
    """The one tuple of these placements, which thousands of activities have in common."""
    return tuple(map(sys.intern, placements))


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    return parse_instant(text)


# A state that is further in the future than a clock can be wrong was made by hand: nothing is newer than that.
FUTURE = timedelta(days=1)
# Changes behind an end_date that has passed are looked for as long as X may still make them (docs/x-ads-api.md §7.9).
LONGEST_RESTATEMENT = timedelta(days=90)
# Before this there was nothing on X that could have numbers.
_FIRST_ADS = datetime(2006, 1, 1, tzinfo=timezone.utc)


@dataclass
class PlannedWindow:
    """A window and the entities that have numbers in it.

    Attributes:
        window: the period.
        entities: entity ids by placement; empty when nothing happened.
        closes_until: the bookmark that is reached once this window and all before it are read; None for an older
            window that is read again for a correction.
    """

    window: Window
    closes_until: datetime | None = None
    entities: dict[str, Collection[str]] = field(default_factory=dict)

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

    Args:
        definition: the report.
        settings: dates and attribution window.
        account_id: the ad account.
        calendar: its calendar.
        now: the moment of the sync, aware; the same for all reports.
        entity_ids: of a kind that X's feed lacks, such as organic Tweets; they are read in every window.
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

    def plan(self, bookmark: datetime | None) -> Plan:
        """Plan the windows to read, oldest first.

        Args:
            bookmark: the instant up to which earlier syncs have read, None at first.
        """
        if bookmark is not None and bookmark > self._now + FUTURE:
            return []
        planned = [PlannedWindow(window, min(window.end_utc, self._now)) for window in self._windows(bookmark)]
        if not self._definition.feeds:
            for window in planned:
                self._add(window, self._entity_ids, self._definition.placements or PLACEMENTS)
            return planned
        periods = [*map(self._recorded_in, planned), *self._after_end(bookmark, planned)]
        changes = yield from self._ask(periods)
        for window in planned:
            self._add_active(window, changes)
        corrected = yield from self._corrections(bookmark, planned, changes)
        return [*corrected, *planned]

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

    def _windows(self, bookmark: datetime | None) -> list[Window]:
        return plan_windows(
            self._calendar,
            self._definition.granularity,
            start=self._settings.start_date,
            end=self._settings.end_date,
            now=self._now,
            bookmark=bookmark,
            attribution_days=self._settings.attribution_window,
            max_days=window_days(self._definition),
        )

    def _recorded_in(self, planned: PlannedWindow) -> Span:
        start, end = self._widest(planned.window)
        return start, min(end, self._now)

    def _widest(self, window: Window) -> Span:
        """The instants of a window by either reading of plain dates: each day's own offset, and today's (§7.1)."""
        if isinstance(window.start, datetime):
            return window.start_utc, window.end_utc
        first, last = (datetime.combine(day, time(), timezone.utc) - self._today for day in (window.start, window.end))
        return min(window.start_utc, first), max(window.end_utc, last)

    def _earliest(self, instant: datetime) -> datetime:
        """An instant of the earliest day that an instant belongs to, by either reading."""
        return min(instant, instant + self._to_today(instant))

    def _latest(self, instant: datetime) -> datetime:
        """An instant of the latest day that an instant belongs to, by either reading."""
        return max(instant, instant + self._to_today(instant))

    def _to_today(self, instant: datetime) -> timedelta:
        if self._definition.granularity == "HOUR":
            return timedelta()
        zone = self._calendar.zone_of(self._calendar.local_date(instant))
        return self._today - (instant.astimezone(zone).utcoffset() or timedelta())

    def _after_end(self, bookmark: datetime | None, planned: Sequence[PlannedWindow]) -> list[Span]:
        """With an end_date that has passed, changes to what lies before it are recorded after it."""
        end = planned[-1].window.end_utc if planned else bookmark
        if end is None or self._settings.end_date is None:
            return []
        last = min(self._now, end + LONGEST_RESTATEMENT)
        return [(end, last)] if end < last else []

    def _add_active(self, planned: PlannedWindow, changes: Iterable[Activity]) -> None:
        start, end = self._widest(planned.window)
        for change in changes:
            if change.start < end and change.end >= start:
                self._add(planned, self._entities(change), self._placements(change))

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
        if not any(self._earliest(change.start) < start for change in changes):
            return []
        last = min(self._now, bookmark + LONGEST_RESTATEMENT) if self._settings.end_date else self._now
        new = yield from self._ask([(bookmark, last)])
        older = [
            replace(change, start=self._earliest(change.start), end=min(self._latest(change.end), start))
            for change in new
            if self._earliest(change.start) < start
        ]
        corrected: list[PlannedWindow] = []
        for cell in self._older_windows(_FIRST_ADS, start) if older else ():
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
        if not self._definition.segmented and self._definition.granularity != "TOTAL":
            first = max(cell.start_utc, min(change.start for change in touching))
            windows = self._older_windows(first, min(cell.end_utc, max(change.end for change in touching)))
        for window in windows:
            planned = PlannedWindow(window)
            for change in touching:
                self._add(planned, self._entities(change), self._placements(change))
            yield planned

    def _older_windows(self, start: datetime, end: datetime) -> list[Window]:
        return windows_between(
            self._calendar,
            self._definition.granularity,
            start,
            end,
            grid_start=self._settings.start_date,
            grid_end=self._settings.end_date,
            now=self._now,
            max_days=window_days(self._definition),
        )

    def _placements(self, change: Activity) -> tuple[str, ...]:
        wanted = self._definition.placements
        return tuple(placement for placement in change.placements if wanted is None or placement in wanted)

    def _entities(self, change: Activity) -> Sequence[str]:
        """The report's entities that a change is about: X's feed never names the account that it is of."""
        return (self._account_id,) if self._definition.entity == "ACCOUNT" else (change.entity_id,)

    @staticmethod
    def _add(planned: PlannedWindow, entity_ids: Iterable[str], placements: Iterable[str]) -> None:
        for entity_id in entity_ids:
            planned.add(entity_id, placements)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which windows of an account a report reads, and for which entities (design "Reports" 1–3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta, timezone
from itertools import chain

from source_twitter_ads.api.errors import ApiFailure, Where
from source_twitter_ads.configuration import Settings
from source_twitter_ads.reports.activity import Activity, ActivityFeed
from source_twitter_ads.reports.catalog import ReportDefinition, retired_parts
from source_twitter_ads.reports.combinations import PLACEMENTS
from source_twitter_ads.reports.points import Span
from source_twitter_ads.reports.refusals import explained
from source_twitter_ads.reports.sizing import window_days
from source_twitter_ads.reports.windows import AccountCalendar, Window, plan_windows, windows_between

# A state that is further in the future than a clock can be wrong was made by hand: nothing is newer than that.
FUTURE = timedelta(days=1)
# Changes behind an end_date that has passed are looked for as long as X may still make them (x-ads-api.md §7.9).
LONGEST_RESTATEMENT = timedelta(days=90)
# Questions of one plan that are asked side by side; of all plans together the transport sends so many as it may.
QUESTIONS_AT_ONCE = 4
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


class Planner:
    """Plans one report of one account.

    Args:
        definition: the report.
        settings: dates and attribution window.
        account_id: the ad account.
        calendar: its calendar.
        feed: what X says of its activity.
        now: the moment of the sync, aware; the same for all reports.
    """

    def __init__(
        self,
        definition: ReportDefinition,
        settings: Settings,
        account_id: str,
        calendar: AccountCalendar,
        feed: ActivityFeed,
        now: datetime,
    ) -> None:
        self._definition = definition
        self._settings = settings
        self._account_id = account_id
        self._calendar = calendar
        self._feed = feed
        self._now = now
        self._where = Where(definition.name, account_id)
        self._today = now.astimezone(calendar.zone).utcoffset() or timedelta()

    def plan(self, bookmark: datetime | None) -> list[PlannedWindow]:
        """Return the windows to read, oldest first.

        Args:
            bookmark: the instant up to which earlier syncs have read, None at first.

        Raises:
            ApiFailure: when X refuses to say what was active.
        """
        if bookmark is not None and bookmark > self._now + FUTURE:
            return []
        planned = [PlannedWindow(window, min(window.end_utc, self._now)) for window in self._windows(bookmark)]
        try:
            return self._filled(bookmark, planned)
        except ApiFailure as failure:
            raise explained(
                failure, retired_parts(self._definition), self._where, "to say what was active"
            ) from failure

    def _filled(self, bookmark: datetime | None, planned: list[PlannedWindow]) -> list[PlannedWindow]:
        if not self._definition.has_active_entities:
            self._add_all(planned)
            return planned
        changes = self._all_changes(planned)
        changes += self._changes_after_end(bookmark, planned)
        for window in planned:
            self._add_active(window, changes)
        return [*self._corrections(bookmark, planned, changes), *planned]

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

    def _all_changes(self, planned: Sequence[PlannedWindow]) -> list[Activity]:
        """What was recorded during each window, in their order; X is asked about some of them at a time."""
        if not planned:
            return []
        with ThreadPoolExecutor(min(QUESTIONS_AT_ONCE, len(planned)), thread_name_prefix="activity") as pool:
            return list(chain.from_iterable(pool.map(self._changes, planned)))

    def _changes(self, planned: PlannedWindow) -> list[Activity]:
        start, end = self._widest(planned.window)
        return self._feed.changes(self._definition.entity, start, min(end, self._now), self._where)

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

    def _changes_after_end(self, bookmark: datetime | None, planned: Sequence[PlannedWindow]) -> list[Activity]:
        """With an end_date that has passed, changes to what lies before it are recorded after it."""
        end = planned[-1].window.end_utc if planned else bookmark
        if end is None or self._settings.end_date is None:
            return []
        last = min(self._now, end + LONGEST_RESTATEMENT)
        return self._feed.changes(self._definition.entity, end, last, self._where) if end < last else []

    def _add_active(self, planned: PlannedWindow, changes: Iterable[Activity]) -> None:
        start, end = self._widest(planned.window)
        for change in changes:
            if change.start < end and change.end >= start:
                planned.add(change.entity_id, self._placements(change))

    def _corrections(
        self, bookmark: datetime | None, planned: Sequence[PlannedWindow], changes: Sequence[Activity]
    ) -> list[PlannedWindow]:
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
        new = self._feed.changes(self._definition.entity, bookmark, last, self._where)
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
                planned.add(change.entity_id, self._placements(change))
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

    def _add_all(self, planned: Iterable[PlannedWindow]) -> None:
        """Entities of which X lists no activity: the account itself, and organic Tweets."""
        placements = self._definition.placements or PLACEMENTS
        organic = self._definition.entity == "ORGANIC_TWEET"
        ids = self._feed.organic_tweets(self._where) if organic else [self._account_id]
        for window in planned:
            for entity_id in ids:
                window.add(entity_id, placements)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The expected rows of a report: plain loops over half hours, each labelled with its local day.

Shares with the emulator the definition of the data (the scalar granule function, which entities live when, metric and
segment names, corrections), but not the code that resolves windows and makes files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final
from zoneinfo import ZoneInfo

from integration_tests.truth.rows import Key, Rows
from x_ads_emulator.analytics.catalog import RETIRED_PLACEMENTS, is_served, metrics_of
from x_ads_emulator.analytics.corrections import Correction
from x_ads_emulator.analytics.numbers import GranuleReader, Series, Source
from x_ads_emulator.analytics.population import Population
from x_ads_emulator.analytics.segments import segments_of
from x_ads_emulator.analytics.service import Analytics
from x_ads_emulator.analytics.switches import Switches, WorldView

_HALF_HOUR: Final = 1800
_LOS_ANGELES: Final = ZoneInfo("America/Los_Angeles")
_OUTPUT: Final = "%Y-%m-%dT%H:%M:%SZ"


def expected_rows(
    world: WorldView,
    corrections: Analytics | Iterable[Correction | Mapping[str, Any]] = (),
    *,
    account_id: str,
    entity: str,
    granularity: str,
    metric_groups: Sequence[str],
    segmentation: str | None = None,
    placements: Sequence[str] | None = None,
    first_day: date | str | None = None,
    last_day_exclusive: date | str | None = None,
    start: datetime | str | None = None,
    end: datetime | str | None = None,
    country: str | None = None,
    platform: str | None = None,
    entity_ids: Sequence[str] | None = None,
    dst_reading: str | None = None,
    link_clicks_drift: bool | None = None,
    future_metrics: bool | None = None,
    auto_created_shape: str | None = None,
    publisher_network_end: str | None = "2026-06-18",
    retired_refused: bool | None = None,
    as_of: datetime | None = None,
) -> Rows:
    """The numbers of one report, as a dict that `rows_by_key` of a connector's rows must equal.

    Args:
        world: the emulated world, or one built from the same spec.
        corrections: an Analytics service, for its corrections and switches, or a list of corrections (also as the
            JSON objects of the control plane).
        account_id: one ad account.
        entity: for instance `LINE_ITEM`; all entities of the kind are covered, or only `entity_ids`.
        granularity: DAY, HOUR or TOTAL. TOTAL gives one row per entity for the whole window.
        metric_groups: the requested groups.
        segmentation: segment type or None.
        placements: the requested ones; None for all under which an entity has numbers.
        first_day, last_day_exclusive: local days of the account; or else
        start, end: UTC instants, end exclusive. HOUR points count from the start.
        country, platform: targeting values, where the segmentation needs them.
        dst_reading: `that_day` (default) or `today`, see docs/x-ads-api.md §7.1.
        link_clicks_drift: whether `url_clicks` is printed as `link_clicks` (default True).
        future_metrics: whether there are metrics that the documents do not know (default False).
        auto_created_shape: whether auto-created conversions are `flat` or `objects` (default as in `Switches`).
        publisher_network_end: the UTC day from which PUBLISHER_NETWORK has no numbers (docs/x-ads-api.md §7.1); None
            for no such day. An Analytics service knows its own.
        retired_refused: whether X refuses jobs for retired placements, so that their numbers are missing (default
            False; docs/x-ads-api.md §11.5).
        as_of: count activity and corrections up to this instant; default the world's now.

    Returns:
        {key: {metric: value}} with values other than zero only; metric is `<metric>` or `<metric>_<sub>`.
    """
    switches = corrections.switches if isinstance(corrections, Analytics) else None
    reading = dst_reading or (switches.dst_reading if switches else "that_day")
    drift = link_clicks_drift if link_clicks_drift is not None else (switches.link_clicks_drift if switches else True)
    future = future_metrics if future_metrics is not None else bool(switches and switches.future_metrics)
    refused = retired_refused if retired_refused is not None else bool(switches and switches.retired_refused)
    shape = auto_created_shape or (switches or Switches()).auto_created_shape
    ending = switches.publisher_network_end if switches else publisher_network_end
    until = as_of or world.now()
    clock = _LocalClock(world, account_id, reading)
    points = _labelled_granules(clock, granularity, _window(clock, first_day, last_day_exclusive, start, end), until)
    booked = [one for one in _corrections(corrections, world) if one.recorded_at <= until]
    columns = _columns(entity, metric_groups, segmentation, drift=drift, future=future, auto_created=shape)
    population = Population(world)
    known = [one for one, _ in population.records(account_id, entity)]
    rows: Rows = {}
    for entity_id in known if entity_ids is None else [one for one in known if one in set(entity_ids)]:
        missing = population.missing_groups(account_id, entity, entity_id)
        measured = [column for column in columns if column.group not in missing]
        all_served = population.placements(account_id, entity, entity_id)
        served = [one for one in all_served if not (refused and one in RETIRED_PLACEMENTS)]
        for placement in served if placements is None else [one for one in placements if one in served]:
            own = [c for c in booked if c.concerns(account_id, entity, entity_id) and c.placement == placement]
            series = _Entity(population, account_id, entity, entity_id, placement, own)
            served_points = [one for one in points if not _is_over(placement, one[0], ending)]
            for segment in series.segments(segmentation, country, platform):
                rows.update(series.rows(segment, measured, served_points))
    return rows


@dataclass(frozen=True)
class _Column:
    """One metric column, its metric group, and the series that it holds."""

    name: str
    group: str
    series: Series


@dataclass(frozen=True)
class _Entity:
    """One entity under one placement."""

    population: Population
    account_id: str
    entity: str
    entity_id: str
    placement: str
    corrections: list[Correction]

    def segments(
        self, segmentation: str | None, country: str | None, platform: str | None
    ) -> Sequence[tuple[str, str] | None]:
        """The (type, value) segments of a report, or [None] without segmentation."""
        if segmentation is None:
            return [None]
        found = [(segmentation, value) for _, value in segments_of(segmentation, country, platform)]
        names = (self.account_id, self.entity, self.entity_id)
        return [segment for segment in found if self.population.has_segment(*names, segment)]

    def rows(self, segment: tuple[str, str] | None, columns: list[_Column], points: list[tuple[int, str]]) -> Rows:
        """The rows of one segment: sums of the granules under each label."""
        names = (self.account_id, self.entity, self.entity_id)
        source = Source.of(self.population.seed, *names, self.placement, segment)
        born, gone = self.population.lifetime(*names)
        activity = self.population.activity(*names, self.placement)
        reader = GranuleReader(source, [column.series for column in columns], activity)
        printed = [(column.name, column.series.scale(source.huge)) for column in columns]
        rows: Rows = {}
        for granule, label in points:
            if not born <= granule < gone:
                continue
            key: Key = (self.account_id, self.entity_id, self.placement, label, segment[1] if segment else None)
            for (name, scale), count in zip(printed, reader.counts(granule), strict=True):
                value = self._corrected(count, granule) * scale if count else 0
                if value:
                    metrics = rows.setdefault(key, {})
                    metrics[name] = metrics.get(name, 0) + value
        return rows

    def _corrected(self, count: int, granule: int) -> int:
        for one in self.corrections:
            if one.first <= granule < one.end:
                count = count * one.percent // 100
        return count


def _is_over(placement: str, granule: int, ending: str | None) -> bool:
    """Whether a half hour lies after the end of a placement."""
    if placement != "PUBLISHER_NETWORK" or ending is None:
        return False
    return datetime.fromtimestamp(granule * _HALF_HOUR, tz=timezone.utc).date() >= date.fromisoformat(ending)


def _columns(
    entity: str, groups: Sequence[str], segmentation: str | None, *, drift: bool, future: bool, auto_created: str
) -> list[_Column]:
    columns = []
    for group in groups:
        for metric in metrics_of(group, future=future, auto_created=auto_created):
            if not is_served(entity, group, metric, segmentation):
                continue
            for name, sub in metric.series():
                printed = "link_clicks" if drift and name == "url_clicks" else name
                columns.append(_Column(f"{printed}_{sub}" if sub else printed, group, Series(name, sub)))
    return columns


def _corrections(
    source: Analytics | Iterable[Correction | Mapping[str, Any]], world: WorldView
) -> Iterator[Correction]:
    for one in source.corrections() if isinstance(source, Analytics) else source:
        yield one if isinstance(one, Correction) else Correction.from_dict(one, world.now())


class _LocalClock:
    """Computes local dates of instants from the zone data alone."""

    def __init__(self, world: WorldView, account_id: str, reading: str) -> None:
        account = world.account(account_id)
        self._own = ZoneInfo(account["timezone"])
        switch = account.get("timezone_switch_at")
        self._switch = None if not switch else _instant(switch)
        now = world.now()
        self._fixed = now.astimezone(self._zone_at(now)).utcoffset() if reading == "today" else None

    def _zone_at(self, instant: datetime) -> ZoneInfo:
        before = self._switch is not None and instant < self._switch
        return _LOS_ANGELES if before else self._own

    def date_at(self, instant: datetime) -> date:
        """The account's local date at an instant."""
        if self._fixed is not None:
            return (instant + self._fixed).date()
        return instant.astimezone(self._zone_at(instant)).date()

    def start_of(self, day: date) -> datetime:
        """The first quarter of an hour with this local date or a later one."""
        instant = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) - timedelta(days=1)
        while self.date_at(instant) < day:
            instant += timedelta(minutes=15)
        return instant


def _window(
    clock: _LocalClock,
    first_day: date | str | None,
    last_day_exclusive: date | str | None,
    start: datetime | str | None,
    end: datetime | str | None,
) -> tuple[datetime, datetime]:
    if (first_day is None) == (start is None) or (last_day_exclusive is None) == (end is None):
        raise ValueError("give first_day or start, and last_day_exclusive or end")
    low = clock.start_of(_day(first_day)) if first_day is not None else _instant(start)
    high = clock.start_of(_day(last_day_exclusive)) if last_day_exclusive is not None else _instant(end)
    return low, high


def _labelled_granules(
    clock: _LocalClock, granularity: str, window: tuple[datetime, datetime], until: datetime
) -> list[tuple[int, str]]:
    """(granule, label of the point that it belongs to) for each half hour that starts in the window and is over."""
    start, end = window
    labelled = []
    for granule in range(int(start.timestamp()) // _HALF_HOUR, int(end.timestamp()) // _HALF_HOUR + 1):
        instant = datetime.fromtimestamp(granule * _HALF_HOUR, tz=timezone.utc)
        if not start <= instant < end or instant + timedelta(seconds=_HALF_HOUR) > until:
            continue
        if granularity == "DAY":
            label = clock.date_at(instant).isoformat()
        elif granularity == "HOUR":
            label = (start + (instant - start) // timedelta(hours=1) * timedelta(hours=1)).strftime(_OUTPUT)
        else:
            label = start.strftime(_OUTPUT)
        labelled.append((granule, label))
    return labelled


def _day(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def _instant(instant: datetime | str | None) -> datetime:
    if instant is None:
        raise ValueError("an instant is needed")
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant.replace("Z", "+00:00"))
    return instant.astimezone(timezone.utc)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The ground truth of analytics: one exact integer per series and half-hour granule, in UTC.

A granule is `unix seconds // 1800`. Hours are two granules; a local day is the sum of the granules that start in it, so
that a day which is one hour off is a wrong number, also in zones with half-hour offsets. Every value is a pure function
of the world's seed and the names involved. `GranuleReader` is the scalar form, `sum_points` the same vectorised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

GRANULE_SECONDS: Final = 1800
GRANULES_PER_DAY: Final = 48

_MASK: Final = (1 << 64) - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15
_MIX_1: Final = 0xBF58476D1CE4E5B9
_MIX_2: Final = 0x94D049BB133111EB
#: Salts that separate the streams of random bits drawn from one key.
_QUIET_DAY: Final = 0x51ED270B0A1F39C1
_ZERO_HOUR: Final = 0x2545F4914F6CDD1D

#: Values lie in 0…63 before the threshold is subtracted.
_VALUE_SHIFT: Final = 58
_ABSENT: Final = 64
#: Thresholds by three bits of the series: with 64 it never has a value, with 56 rarely, with 0 mostly.
_THRESHOLDS: Final = (0, 0, 0, 24, 24, 56, 56, _ABSENT)

#: Counts per block.
_BLOCK: Final = 32_000

_THRESHOLD_ARRAY: Final = np.array(_THRESHOLDS, dtype=np.int16)

CHARGE_SCALE: Final = 10_007
#: Lifts a day of `billed_charge_local_micro` above 2^53, where floats lose integers; a 90-day total still fits 63 bits.
HUGE_CHARGE_SCALE: Final = 20_000_000_000_001
SALE_SCALE: Final = 1_000_003

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def key_of(*parts: object) -> int:
    """A 64-bit key of a list of names."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


@cache
def series_key(name: str, sub: str) -> int:
    """The key of a metric or sub-metric, the same in every world."""
    return key_of("metric", name, sub)


def mix(x: int) -> int:
    """The finaliser of splitmix64 (64 bits in, 64 bits out)."""
    x &= _MASK
    x = ((x ^ (x >> 30)) * _MIX_1) & _MASK
    x = ((x ^ (x >> 27)) * _MIX_2) & _MASK
    return x ^ (x >> 31)


def mix_array(x: U64) -> U64:
    """`mix` of every element."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(_MIX_1)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(_MIX_2)
    mixed: U64 = x ^ (x >> np.uint64(31))
    return mixed


@dataclass(frozen=True)
class Source:
    """The subject of numbers: one entity under one placement, as a whole or one segment.

    Attributes:
        entity_key: key of (seed, account, kind, id, placement); decides the active hours.
        row_key: equal to entity_key for the whole entity, another one per segment; decides the values.
        huge: whether its charges exceed 2^53.
    """

    entity_key: int
    row_key: int
    huge: bool

    @classmethod
    def of(
        cls,
        seed: int,
        account_id: str,
        entity: str,
        entity_id: str,
        placement: str,
        segment: tuple[str, str] | None = None,
    ) -> Source:
        """The source for an entity; `segment` is (segment type, segment value) or None."""
        names = (seed, account_id, entity, entity_id, placement)
        entity_key = key_of(*names)
        row_key = entity_key if segment is None else key_of(*names, *segment)
        return cls(entity_key, row_key, huge=key_of(seed, account_id, entity, entity_id) % 8 == 3)


@dataclass(frozen=True)
class Series:
    """One metric or sub-metric: (name, sub), sub being "" for a flat metric."""

    name: str
    sub: str = ""

    @property
    def key(self) -> int:
        """See `series_key`."""
        return series_key(self.name, self.sub)

    @property
    def always(self) -> bool:
        """Whether it has a value in every active granule: impressions do, so active entities have numbers."""
        return self.name == "impressions"

    def scale(self, huge: bool) -> int:
        """The factor of a count: 1, or micros (§2.5)."""
        if self.name == "billed_charge_local_micro":
            return HUGE_CHARGE_SCALE if huge else CHARGE_SCALE
        return SALE_SCALE if self.sub.startswith("sale_amount") else 1


def is_quiet_day(entity_key: int, day: int) -> bool:
    """Whether a UTC day, counted from the epoch, is without activity (one in eight)."""
    return mix(entity_key + _QUIET_DAY + day * _GOLDEN) >> 61 == 0


def is_zero_hour(entity_key: int, hour: int) -> bool:
    """Whether an hour, counted from the epoch, is without activity (one in eight)."""
    return mix(entity_key + _ZERO_HOUR + hour * _GOLDEN) >> 61 == 0


def is_active(entity_key: int, granule: int) -> bool:
    """Whether a granule has activity."""
    return not is_quiet_day(entity_key, granule // GRANULES_PER_DAY) and not is_zero_hour(entity_key, granule // 2)


def active_granules(entity_key: int, first: int, end: int) -> I64:
    """The active granules of [first, end), ascending."""
    granules = np.arange(first, max(first, end), dtype=np.int64)
    active: I64 = granules[_active(np.array([entity_key], dtype=np.uint64), granules)]
    return active


def active_of_any(keys: U64, first: I64, end: I64, granules: I64) -> Bools:
    """Whether at least one of some entities was active in each of the granules.

    Args:
        keys: their entity keys.
        first, end: their lifetimes, granules [first, end).
        granules: ascending.
    """
    alive = (first[:, None] <= granules) & (granules < end[:, None])
    any_active: Bools = np.any(alive & _active(keys[:, None], granules), axis=0)
    return any_active


def _active(keys: U64, granules: I64) -> Bools:
    wide = granules.astype(np.uint64)
    days, hours = wide // np.uint64(GRANULES_PER_DAY), wide // np.uint64(2)
    loud = mix_array(keys + np.uint64(_QUIET_DAY) + days * np.uint64(_GOLDEN)) >> np.uint64(61) != 0
    busy = mix_array(keys + np.uint64(_ZERO_HOUR) + hours * np.uint64(_GOLDEN)) >> np.uint64(61) != 0
    active: Bools = loud & busy
    return active


def _threshold(row_key: int, series: Series) -> int:
    return 0 if series.always else _THRESHOLDS[mix(row_key ^ series.key) & 7]


class GranuleReader:
    """The scalar truth: counts of several series of one source, half hour by half hour.

    Args:
        source: the subject.
        series: the series, in the order in which `counts` returns them.
        activity: tells whether a granule is active; None: the source's key decides.
    """

    def __init__(self, source: Source, series: Sequence[Series], activity: Callable[[int], bool] | None = None) -> None:
        self._source = source
        self._is_active = activity or partial(is_active, source.entity_key)
        self._nothing = [0] * len(series)
        self._drawn = [(one.key | 1, _threshold(source.row_key, one), int(one.always)) for one in series]

    def counts(self, granule: int) -> list[int]:
        """One count per series, before corrections; the printed number is the corrected count times `Series.scale`."""
        if not self._is_active(granule):
            return self._nothing
        noise = mix(self._source.row_key + granule * _GOLDEN)
        counts = []
        for multiplier, threshold, least in self._drawn:
            count = ((noise * multiplier) & _MASK) >> _VALUE_SHIFT
            counts.append((count - threshold if count > threshold else 0) + least)
        return counts


@dataclass(frozen=True)
class SeriesTable:
    """The series of a request, with the arrays that all entities of a file share."""

    series: tuple[Series, ...]
    keys: U64
    always: npt.NDArray[np.bool_]
    scales: I64
    huge_scales: I64

    @classmethod
    def of(cls, series: Sequence[Series]) -> SeriesTable:
        """The table for a list of series."""
        return cls(
            tuple(series),
            np.array([one.key for one in series], dtype=np.uint64),
            np.array([one.always for one in series], dtype=np.bool_),
            np.array([one.scale(huge=False) for one in series], dtype=np.int64),
            np.array([one.scale(huge=True) for one in series], dtype=np.int64),
        )

    def thresholds(self, row_key: int) -> npt.NDArray[np.int16]:
        """The threshold of every series of a row."""
        drawn = _THRESHOLD_ARRAY[mix_array(np.uint64(row_key) ^ self.keys) & np.uint64(7)]
        thresholds: npt.NDArray[np.int16] = np.where(self.always, np.int16(0), drawn)
        return thresholds


@dataclass(frozen=True)
class Factor:
    """A correction of the granules [first, end): counts become `count * percent // 100`."""

    first: int
    end: int
    percent: int


def sum_points(
    source: Source, table: SeriesTable, live: I64, edges: I64, factors: Sequence[Factor]
) -> dict[int, list[int]]:
    """Numbers per point: {index of the series in the table: one integer per point}, without series that have no value.

    Args:
        source: the subject.
        table: the series asked for.
        live: active granules inside the window, ascending.
        edges: n + 1 positions in `live`: the start of each of n points, and the end of the last.
        factors: corrections in the order in which they were recorded.
    """
    thresholds = table.thresholds(source.row_key)
    present = np.flatnonzero(thresholds < _ABSENT)
    if not len(live) or not len(present):
        return {}
    noise = mix_array(np.uint64(source.row_key) + live.astype(np.uint64) * np.uint64(_GOLDEN))
    scales = table.huge_scales if source.huge else table.scales
    numbers: dict[int, list[int]] = {}
    # A block of series at a time: its counts fit into the processor's cache.
    for some in np.array_split(present, -(-present.size * noise.size // _BLOCK)):
        raw = noise[None, :] * (table.keys[some] | np.uint64(1))[:, None]
        raw >>= np.uint64(_VALUE_SHIFT)
        counts = raw.astype(np.int16)
        counts -= thresholds[some, None]
        np.maximum(counts, 0, out=counts)
        counts[table.always[some]] += 1
        sums = _sum_between(_corrected(counts, live, factors), edges)
        sums *= scales[some, None]
        kept = np.flatnonzero(sums.any(axis=1))
        numbers.update(zip(some[kept].tolist(), sums[kept].tolist(), strict=True))
    return numbers


def _corrected(counts: npt.NDArray[np.int16], live: I64, factors: Sequence[Factor]) -> npt.NDArray[np.integer[Any]]:
    if not factors:
        return counts
    wide = counts.astype(np.int64)
    for factor in factors:
        low, high = np.searchsorted(live, (factor.first, factor.end))
        wide[:, low:high] = wide[:, low:high] * factor.percent // 100
    return wide


def _sum_between(counts: npt.NDArray[np.integer[Any]], edges: I64) -> I64:
    """Sums of the columns between consecutive edges, in 64 bits; empty stretches are 0."""
    filled = edges[:-1] < edges[1:]
    sums = np.zeros((counts.shape[0], len(edges) - 1), dtype=np.int64)
    sums[:, filled] = np.add.reduceat(counts, edges[:-1][filled], axis=1, dtype=np.int64)
    return sums

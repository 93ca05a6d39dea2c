# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The two forms of the ground truth agree, and its values have the variety that a test of a connector needs."""

from __future__ import annotations

import numpy as np
import pytest

from x_ads_emulator.analytics.catalog import metrics_of
from x_ads_emulator.analytics.numbers import (
    Factor,
    GranuleReader,
    Series,
    SeriesTable,
    Source,
    active_granules,
    is_active,
    sum_points,
)

FIRST = 1_790_000_000 // 1800
SERIES = [
    Series(*pair)
    for group in ("ENGAGEMENT", "BILLING", "WEB_CONVERSION")
    for metric in metrics_of(group, future=True, auto_created="flat")
    for pair in metric.series()
]


def _source(entity_id: str, segment: tuple[str, str] | None = None) -> Source:
    return Source.of(1, "acc", "LINE_ITEM", entity_id, "ALL_ON_TWITTER", segment)


def _scalar_sums(source: Source, bounds: list[int], factors: list[Factor]) -> list[list[int]]:
    reader = GranuleReader(source, SERIES)
    sums = [[0] * (len(bounds) - 1) for _ in SERIES]
    for point in range(len(bounds) - 1):
        for granule in range(bounds[point], bounds[point + 1]):
            for index, count in enumerate(reader.counts(granule)):
                for factor in factors:
                    if factor.first <= granule < factor.end:
                        count = count * factor.percent // 100
                sums[index][point] += count * SERIES[index].scale(source.huge)
    return sums


@pytest.mark.parametrize("segment", [None, ("GENDER", "2")])
@pytest.mark.parametrize("factors", [[], [Factor(FIRST + 7, FIRST + 90, 50), Factor(FIRST + 40, FIRST + 60, 0)]])
def test_given_uneven_points_when_summed_vectorised_then_they_equal_the_scalar_sums(
    segment: tuple[str, str] | None, factors: list[Factor]
) -> None:
    source = _source("a1", segment)
    bounds = [FIRST, FIRST + 46, FIRST + 96, FIRST + 97, FIRST + 144]
    live = active_granules(source.entity_key, bounds[0], bounds[-1])
    found = sum_points(source, SeriesTable.of(SERIES), live, np.searchsorted(live, bounds), factors)
    zeros = [0] * (len(bounds) - 1)
    assert [found.get(index, zeros) for index in range(len(SERIES))] == _scalar_sums(source, bounds, factors)


def test_given_any_entity_when_a_month_passes_then_it_has_quiet_days_and_zero_hours() -> None:
    key = _source("a1").entity_key
    active = [is_active(key, FIRST + granule) for granule in range(48 * 60)]
    days = [any(is_active(key, day * 48 + granule) for granule in range(48)) for day in range(20_000, 20_060)]
    assert False in days
    assert 0.3 < sum(active) / len(active) < 0.9


def test_given_both_half_hours_of_an_hour_when_active_then_both_are() -> None:
    key = _source("a1").entity_key
    assert all(is_active(key, hour * 2) == is_active(key, hour * 2 + 1) for hour in range(400_000, 400_500))


def test_given_an_active_granule_when_read_then_impressions_have_a_value() -> None:
    source = _source("a1", ("AGE", "x"))
    granules = active_granules(source.entity_key, FIRST, FIRST + 480)
    reader = GranuleReader(source, [Series("impressions")])
    assert all(reader.counts(int(granule))[0] > 0 for granule in granules)


def test_given_many_entities_when_charged_then_some_days_exceed_a_float() -> None:
    charge = Series("billed_charge_local_micro")
    table = SeriesTable.of([charge])
    totals = []
    for number in range(80):
        source = _source(f"e{number}")
        live = active_granules(source.entity_key, FIRST, FIRST + 48)
        totals += sum_points(source, table, live, np.array([0, len(live)]), []).get(0, [])
    assert max(totals) > 2**53
    assert min(totals) < 2**40
    assert any(int(float(total)) != total for total in totals)


def test_given_two_metrics_when_compared_then_their_series_differ() -> None:
    source = _source("a1")
    live = active_granules(source.entity_key, FIRST, FIRST + 480)
    found = sum_points(source, SeriesTable.of(SERIES), live, np.array([0, len(live)]), [])
    values = [total for (total,) in found.values()]
    assert len(set(values)) > len(values) * 0.8


def test_given_days_that_are_one_hour_off_when_summed_then_nearly_all_numbers_differ() -> None:
    source = _source("a1")
    table = SeriesTable.of([Series("impressions")])
    sums: list[list[int]] = []
    for shift in (0, 2):
        days = np.arange(FIRST + shift, FIRST + shift + 48 * 40 + 1, 48)
        live = active_granules(source.entity_key, int(days[0]), int(days[-1]))
        sums.append(sum_points(source, table, live, np.searchsorted(live, days), [])[0])
    busy = [day for day in range(40) if sums[0][day]]
    assert sum(sums[0][day] != sums[1][day] for day in busy) >= 0.9 * len(busy)

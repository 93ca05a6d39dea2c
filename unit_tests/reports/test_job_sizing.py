# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How many entities one job asks for (docs/x-ads-api.md §7.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.api.bodies import MAX_FILE_BYTES
from source_twitter_ads.reports.job import (
    MAX_ENTITIES,
    MAX_NUMBERS,
    batch_size,
    estimate_numbers,
    expected_rows,
    window_days,
)
from source_twitter_ads.reports.options import GRANULARITIES, RETIRED_SEGMENTS, SEGMENTS
from unit_tests.reports.builders import report, window


@pytest.mark.parametrize("segment", [None, *SEGMENTS])
def test_given_a_month_of_days_when_sized_then_jobs_are_as_full_as_x_allows(segment: str | None) -> None:
    assert batch_size(report(segment=segment), window("2026-03-01", "2026-03-30")) == MAX_ENTITIES == 20


@pytest.mark.parametrize("segment", [None, "AGE", "GENDER", "PLATFORMS"])
def test_given_a_month_of_hours_when_split_by_few_segments_then_jobs_are_full(
    segment: str | None,
) -> None:
    period = window("2026-03-01T00:00:00Z", "2026-03-30T23:59:59Z", "HOUR")
    assert batch_size(report(segment=segment, granularity="HOUR"), period) == 20


@given(
    segment=st.sampled_from((None, *SEGMENTS, *RETIRED_SEGMENTS)),
    granularity=st.sampled_from(GRANULARITIES),
    days=st.integers(1, 30),
)
def test_given_any_report_when_its_windows_are_long_then_its_files_can_be_unpacked(
    segment: str | None, granularity: str, days: int
) -> None:
    definition = report(segment=segment, granularity=granularity)
    length = min(days, window_days(definition))
    period = window("2026-03-01T00:00:00Z", f"2026-03-{length:02}T23:59:59Z", granularity)
    size = batch_size(definition, period)
    assert 1 <= size <= MAX_ENTITIES
    assert estimate_numbers(definition, size, period) * len("123456789,") <= MAX_FILE_BYTES
    assert size == MAX_ENTITIES or estimate_numbers(definition, size + 1, period) > MAX_NUMBERS


def test_given_many_segments_by_the_hour_when_sized_then_jobs_have_fewer_entities() -> None:
    period = window("2026-03-01T00:00:00Z", "2026-03-30T23:59:59Z", "HOUR")
    assert batch_size(report(segment="METROS", granularity="HOUR"), period) == 2


def test_given_hours_split_by_postal_codes_when_sized_then_windows_are_shorter() -> None:
    assert window_days(report(segment="METROS", granularity="HOUR")) == 30
    assert 1 <= window_days(report(segment="POSTAL_CODES", granularity="HOUR")) < 30


def test_given_totals_when_sized_then_the_grid_stays_thirty_days() -> None:
    assert window_days(report(segment="POSTAL_CODES", granularity="TOTAL")) == 30


def test_given_entities_of_two_placements_when_rows_are_expected_then_all_count() -> None:
    entities = {"ALL_ON_TWITTER": ["c1", "c2"], "TREND": ["c1"]}
    period = window("2026-03-01", "2026-03-30")
    assert expected_rows(report(), period, entities) == 3 * 30
    assert expected_rows(report(segment="GENDER"), period, entities) == 3 * 3 * 30

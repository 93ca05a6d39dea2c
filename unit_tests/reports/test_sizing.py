# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How many entities one job asks for (design "Reports" 5; x-ads-api.md §7.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.reports.combinations import GRANULARITIES, RETIRED_SEGMENTS, SEGMENTS
from source_twitter_ads.reports.sizing import MAX_NUMBERS, batch_size, estimate_numbers, window_days
from unit_tests.reports.builders import report, window


@pytest.mark.parametrize("segment", [None, "AGE", "GENDER", "PLATFORMS"])
def test_given_a_month_of_days_when_sized_then_jobs_are_as_full_as_x_allows(segment: str | None) -> None:
    assert batch_size(report(segment=segment), window("2026-03-01", "2026-03-30")) == 20


@given(
    segment=st.sampled_from((None, *SEGMENTS, *RETIRED_SEGMENTS)),
    granularity=st.sampled_from(GRANULARITIES),
    days=st.integers(1, 30),
)
def test_given_any_report_when_its_windows_have_the_advised_length_then_no_file_outgrows_the_limit(
    segment: str | None, granularity: str, days: int
) -> None:
    definition = report(segment=segment, granularity=granularity)
    length = min(days, window_days(definition))
    period = window("2026-03-01T00:00:00Z", f"2026-03-{length:02}T23:59:59Z", granularity)
    size = batch_size(definition, period)
    assert 1 <= size <= 20
    assert estimate_numbers(definition, size, period) <= MAX_NUMBERS


def test_given_hours_split_by_metros_when_sized_then_windows_are_shorter() -> None:
    assert 1 <= window_days(report(segment="METROS", granularity="HOUR")) < 30


def test_given_totals_when_sized_then_the_grid_stays_thirty_days() -> None:
    assert window_days(report(segment="POSTAL_CODES", granularity="TOTAL")) == 30

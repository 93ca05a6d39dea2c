# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The comparison of rows with the truth."""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.truth import differences, rows_by_key


def _row(**changes: Any) -> dict[str, Any]:
    row = {
        "account_id": "a",
        "entity": "LINE_ITEM",
        "entity_id": "l",
        "placement": "TREND",
        "granularity": "DAY",
        "date": "2026-10-01",
        "start_time": "2026-10-01T07:00:00Z",
        "end_time": "2026-10-02T07:00:00Z",
        "segment_type": None,
        "segment_name": None,
        "segment_value": None,
        "country": None,
        "platform": None,
        "impressions": 3,
        "clicks": None,
        "likes": 0,
    }
    return {**row, **changes}


def test_given_a_row_when_normalised_then_dimensions_zeros_and_nulls_are_gone() -> None:
    assert rows_by_key([_row()]) == {("a", "l", "TREND", "2026-10-01", None): {"impressions": 3}}


def test_given_an_hour_when_normalised_then_the_key_has_its_start() -> None:
    (key,) = rows_by_key([_row(granularity="HOUR")])
    assert key[3] == "2026-10-01T07:00:00Z"


def test_given_a_later_row_of_nothing_when_upserted_then_the_key_is_empty() -> None:
    assert rows_by_key([_row(), _row(impressions=None)]) == {}


def test_given_two_rows_of_one_key_when_overwriting_is_off_then_it_is_an_error() -> None:
    with pytest.raises(ValueError, match="two rows"):
        rows_by_key([_row(), _row()], overwrite=False)


@pytest.mark.parametrize("value", [3.0, "3", True, [3]])
def test_given_a_metric_when_it_is_not_an_integer_then_it_is_an_error(value: object) -> None:
    with pytest.raises(ValueError, match="not an integer"):
        rows_by_key([_row(impressions=value)])


def test_given_other_numbers_when_compared_then_each_difference_is_told() -> None:
    expected = rows_by_key([_row(), _row(date="2026-10-02")])
    actual = rows_by_key([_row(impressions=4), _row(date="2026-10-03")])
    assert [text.split(": ", 1)[1] for text in differences(expected, actual)] == [
        "impressions is 4, expected 3",
        "no row, expected impressions=3",
        "unexpected row with impressions=3",
    ]

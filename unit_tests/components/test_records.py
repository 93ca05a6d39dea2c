# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Records without a key or a date are told, not lost; times compare as instants."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.api.errors import ApiFailure, RequestContext
from source_twitter_ads.components.records import CheckedRecords, instant_text, iso_text

CONTEXT = RequestContext("campaigns", "18ce54d4x5t")
UTC_FORM = "%Y-%m-%dT%H:%M:%SZ"
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=ZONES).map(
    lambda moment: moment.replace(microsecond=0)
)


def checked(*key: str) -> CheckedRecords:
    return CheckedRecords("accounts/18ce54d4x5t/campaigns", CONTEXT, key or ("id",), "updated_at")


class TestTimes:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("2026-05-01T00:00:00Z", "2026-05-01T00:00:00Z"),
            ("2026-05-01T00:00:00.789Z", "2026-05-01T00:00:00Z"),
            ("2026-05-01T02:00:00+02:00", "2026-05-01T00:00:00Z"),
            ("2026-04-30T19:00:00-0500", "2026-05-01T00:00:00Z"),
            ("2026-05-01T00:00:00", "2026-05-01T00:00:00Z"),
            ("2026-05-01", "2026-05-01T00:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ],
    )
    def test_given_a_time_in_any_iso_form_when_written_then_it_is_utc(self, value: str, text: str) -> None:
        assert (iso_text(value), instant_text(value)) == (text, text)

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("Tue Aug 27 22:22:12 +0000 2019", "2019-08-27T22:22:12Z"),
            ("Wed Aug 28 00:22:12 +0200 2019", "2019-08-27T22:22:12Z"),
        ],
    )
    def test_given_the_date_of_a_tweet_when_written_then_it_is_iso(self, value: str, text: str) -> None:
        assert instant_text(value) == text

    @pytest.mark.parametrize(
        "value",
        [
            None,
            "",
            0,
            1761955200,
            1761955200000,
            1.5,
            True,
            ["2026-05-01"],
            {},
            "soon",
            "2026-02-31T00:00:00Z",
            "2026-99-01T00:00:00Z",
            "Tue Feb 31 22:22:12 +0000 2019",
            "xxxx Aug 27 22:22:12 +0000 year",
            "0001-01-01T00:00:00+10:00",
            "9999-12-31T23:59:59-10:00",
        ],
    )
    def test_given_what_is_not_a_time_when_written_then_it_is_none(self, value: Any) -> None:
        assert instant_text(value) is None

    @given(MOMENTS, MOMENTS)
    def test_given_two_times_in_any_offset_when_written_then_their_texts_compare(
        self, one: datetime, other: datetime
    ) -> None:
        first, second = instant_text(one.isoformat()), instant_text(other.isoformat())
        assert first is not None
        assert second is not None
        assert (first < second) == (one < other)
        assert first == one.astimezone(timezone.utc).strftime(UTC_FORM)


class TestKeys:
    def test_given_records_with_keys_when_read_then_pages_stay_as_they_are(self) -> None:
        looked = checked()
        pages = [[{"id": "a"}, {"id": "b"}], [], [{"id": "c", "updated_at": None}]]
        assert list(looked.pages(iter(pages))) == pages
        looked.close()

    def test_given_a_whole_number_as_key_when_read_then_it_becomes_text(self) -> None:
        looked = checked("targeting_value")
        page = [{"targeting_value": 10000283242}, {"targeting_value": "x"}, {"targeting_value": 2**63 + 1}]
        assert [r["targeting_value"] for r in next(looked.pages([page]))] == ["10000283242", "x", "9223372036854775809"]
        looked.close()

    @pytest.mark.parametrize("value", [None, "", 1.5, True, ["a"], {"a": 1}])
    def test_given_a_record_without_key_when_read_then_the_rest_arrives_and_it_fails(self, value: Any) -> None:
        looked = checked()
        pages = list(looked.pages([[{"id": "a"}, {"id": value}], [{"name": "x"}, {"id": "c"}]]))
        assert pages == [[{"id": "a"}], [{"id": "c"}]]
        with pytest.raises(ApiFailure) as caught:
            looked.close()
        assert str(caught.value.message).startswith(
            "GET /12/accounts/18ce54d4x5t/campaigns: id is missing in 2 of 4 records; such records are left out "
            "(stream campaigns, account 18ce54d4x5t). "
        )

    def test_given_a_key_of_two_fields_when_one_is_missing_then_the_record_is_left_out(self) -> None:
        looked = checked("line_item_id", "id")
        page = [{"line_item_id": "l", "id": "a"}, {"line_item_id": None, "id": "b"}, {"line_item_id": "l"}]
        assert list(looked.pages([page])) == [[{"line_item_id": "l", "id": "a"}]]
        with pytest.raises(ApiFailure, match="line_item_id or id is missing in 2 of 3 records"):
            looked.close()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
RECORDS = st.lists(st.dictionaries(st.sampled_from(["id", "updated_at", "name"]), JSON, max_size=3), max_size=6)


@given(st.lists(RECORDS, max_size=3))
def test_given_any_records_when_read_then_each_is_kept_or_an_error_counts_it(pages: list[list[Any]]) -> None:
    looked = checked()
    kept = [record for page in looked.pages(pages) for record in page]
    assert all(isinstance(record["id"], str) and record["id"] for record in kept)
    assert all(text is None or isinstance(text, str) for text in looked.cursor_values(kept))
    left_out = sum(map(len, pages)) - len(kept)
    if left_out:
        with pytest.raises(ApiFailure, match=f"id is missing in {left_out} of "):
            looked.close()
    else:
        looked.close()


class TestDates:
    @pytest.mark.parametrize(
        "odd",
        ["2026-05-01T00:00:00Z\n2026-05-02T00:00:00Z", "2026-13-01T00:00:00Z", 5, "Fri May 01 00:00:00 +0000 2026"],
        ids=["two in one", "no such month", "number", "form of Tweets"],
    )
    def test_given_one_odd_date_among_others_when_read_then_it_is_looked_at_alone(self, odd: Any) -> None:
        """A page is looked at as a whole first."""
        page = [{"updated_at": value} for value in ("2026-05-03T00:00:00Z", odd, "2026-05-01T00:00:00Z")]
        alone = checked().cursor_values([page[1]])
        assert checked().cursor_values(page) == ["2026-05-03T00:00:00Z", *alone, "2026-05-01T00:00:00Z"]
        assert alone in ([None], ["2026-05-01T00:00:00Z"])

    def test_given_dates_of_mixed_types_when_read_then_one_warning_names_the_place(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        looked = checked()
        dates = ["2026-05-01T00:00:00Z", None, 1761955200000, ["x"]]
        (page,) = looked.pages([[{"id": str(n), "updated_at": value} for n, value in enumerate(dates)]])
        assert looked.cursor_values(page) == [dates[0], None, None, None]
        with caplog.at_level(logging.WARNING, "airbyte"):
            looked.close()
        assert [record.getMessage() for record in caplog.records] == [
            "GET /12/accounts/18ce54d4x5t/campaigns: updated_at is 1761955200000, which is not a date, in 3 of 4 "
            "records. They are read, but move no bookmark (stream campaigns, account 18ce54d4x5t)."
        ]

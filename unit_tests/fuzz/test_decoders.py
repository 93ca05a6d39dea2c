# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A decoder returns the input's content or raises its own error, for any input."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.api.bodies import InvalidBody, gunzip, text_of
from source_twitter_ads.api.envelope import check, load, read_records, result_file
from source_twitter_ads.api.errors import read_refusal, rule_for
from source_twitter_ads.api.rate_limits import number, retry_after
from source_twitter_ads.components.records import instant_text
from source_twitter_ads.reports.definition import PREBUILT_REPORTS
from source_twitter_ads.reports.job import JobRequest, job_id_of, result_url
from source_twitter_ads.reports.planner import read_activity
from source_twitter_ads.reports.result_file import read_rows
from source_twitter_ads.reports.rows import MalformedResult
from source_twitter_ads.reports.windows import AccountCalendar, Window

_SCALARS = [
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
]
JSON = st.recursive(
    st.one_of(_SCALARS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
RECORDS = st.lists(st.dictionaries(st.sampled_from(["id", "name", "x"]), JSON, max_size=3), max_size=5)


def cut(body: bytes, share: float) -> bytes:
    """The beginning of a body, always incomplete."""
    return body[: int(len(body) * share)]


def parsed(body: bytes) -> Any:
    """An envelope that a client has read."""
    return check(load(body)[0], None)


SHARES = st.floats(0, 1, exclude_max=True)


class TestEnvelope:
    @given(RECORDS)
    def test_given_a_whole_envelope_when_parsed_then_every_record_is_there(self, records: list[Any]) -> None:
        assert parsed(json.dumps({"data": records, "next_cursor": None}).encode())["data"] == records

    @given(RECORDS, SHARES)
    def test_given_a_cut_envelope_when_parsed_then_it_is_bad(self, records: list[Any], share: float) -> None:
        with pytest.raises(InvalidBody):
            parsed(cut(json.dumps({"data": records}).encode(), share))

    @given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
    def test_given_anything_when_parsed_then_it_is_an_envelope_or_bad(self, body: bytes) -> None:
        try:
            document = parsed(body)
        except InvalidBody:
            return
        assert document["data"] == json.loads(body)["data"]

    @given(JSON)
    def test_given_any_data_when_parsed_then_records_are_objects_or_it_is_bad(self, data: Any) -> None:
        try:
            found = parsed(json.dumps({"data": data}).encode())["data"]
        except InvalidBody:
            assert not isinstance(data, dict)
            assert not (isinstance(data, list) and all(isinstance(one, dict) for one in data))
        else:
            assert found == data

    @given(JSON)
    def test_given_any_json_when_it_is_a_refusal_then_there_is_a_rule_for_it(self, document: Any) -> None:
        for status in (400, 401, 403, 404, 418, 429, 500, 599):
            refusal = read_refusal(status, json.dumps(document).encode())
            assert rule_for(refusal).advice
            assert str(status) in str(refusal)

    @given(JSON)
    def test_given_any_errors_when_it_is_a_refusal_then_it_is_read(self, errors: Any) -> None:
        assert read_refusal(400, json.dumps({"errors": errors}).encode()).status == 400
        assert read_refusal(400, json.dumps({"errors": [errors]}).encode()).status == 400


@pytest.mark.parametrize(
    "read", [job_id_of, read_activity, lambda record: text_of(record, "id")], ids=["job", "active", "id"]
)
@given(
    records=st.lists(
        st.dictionaries(
            st.sampled_from(["id", "id_str", "entity_id", "activity_start_time", "activity_end_time", "placements"]),
            JSON,
            max_size=6,
        )
    )
)
def test_given_any_record_when_needed_then_it_is_read_or_the_response_is_refused(
    read: Callable[[Any], Any], records: list[dict[str, Any]]
) -> None:
    try:
        document = read_records(parsed(json.dumps({"data": records}).encode()), read)
    except InvalidBody:
        return
    assert len(document["data"]) == len(records)
    assert all(document["data"])


class TestFiles:
    @given(st.binary(max_size=5000), st.integers(1, 9))
    def test_given_a_whole_file_when_unpacked_then_it_is_what_was_packed(self, content: bytes, level: int) -> None:
        packed = gzip.compress(content, level)
        assert gunzip(packed) == content
        file = gzip.compress(b'{"data":' + content + b"}", level)
        assert result_file(file) == file

    @given(st.binary(max_size=3000), st.binary(max_size=3000))
    def test_given_a_file_of_two_members_when_unpacked_then_both_are_there(self, one: bytes, two: bytes) -> None:
        assert gunzip(gzip.compress(one) + gzip.compress(two)) == one + two

    @given(st.binary(min_size=1, max_size=3000), SHARES)
    def test_given_a_cut_file_when_fetched_then_it_is_bad(self, content: bytes, share: float) -> None:
        with pytest.raises(InvalidBody):
            result_file(cut(gzip.compress(content), share))

    @given(st.binary(min_size=30, max_size=3000), st.data())
    def test_given_a_changed_byte_when_unpacked_then_it_is_the_same_content_or_bad(
        self, content: bytes, data: st.DataObject
    ) -> None:
        packed = bytearray(gzip.compress(content))
        # Bytes 4 to 9 are the header's time stamp and hints, which are not used.
        position = data.draw(st.integers(10, len(packed) - 1))
        packed[position] ^= data.draw(st.integers(1, 255))
        with suppress(InvalidBody):
            assert gunzip(bytes(packed)) == content

    @given(st.binary(max_size=300))
    def test_given_any_bytes_when_fetched_then_they_are_a_file_or_bad(self, body: bytes) -> None:
        with suppress(InvalidBody):
            assert result_file(body) == body

    def test_given_a_bomb_when_unpacked_then_it_ends_at_the_limit(self) -> None:
        bomb = gzip.compress(gzip.compress(bytes(50_000_000)) + bytes(50_000_000))
        assert len(bomb) < 200_000
        with pytest.raises(InvalidBody, match="unpacks to more than 1000000 bytes"):
            gunzip(bomb, limit=1_000_000)


@given(st.text(max_size=40) | JSON)
def test_given_any_date_of_a_tweet_when_read_then_it_is_a_comparable_text_or_none(value: Any) -> None:
    text = instant_text(value)
    assert text is None or datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


@given(st.datetimes(datetime(2006, 3, 21), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0)))
def test_given_a_date_of_a_tweet_when_read_then_it_is_the_same_moment(moment: datetime) -> None:
    moment = moment.replace(tzinfo=timezone.utc)
    written = instant_text(moment.strftime("%a %b %d %H:%M:%S +0000 %Y"))
    assert written == moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@given(st.text(max_size=40))
def test_given_any_header_when_read_as_a_number_then_it_is_one_or_none(value: str) -> None:
    found = number({"x": value}, "x")
    assert found is None or 0 <= found < 1e12
    seconds = retry_after({"retry-after": value}, 0.0)
    assert seconds is None or seconds >= 0


def test_given_a_retry_after_with_a_date_when_read_then_it_is_seconds_from_now() -> None:
    now = datetime(2026, 6, 30, 12, 0, 0, tzinfo=timezone.utc).timestamp()
    assert retry_after({"retry-after": "Tue, 30 Jun 2026 12:01:30 GMT"}, now) == 90


@given(st.text(max_size=60))
def test_given_any_url_when_mended_then_its_last_part_counts(url: str) -> None:
    assert url.endswith(result_url(url))


_SERIES = st.lists(st.none() | st.integers(0, 100), max_size=4) | JSON
_ITEM = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["a", "b", 3, None]),
        "id_data": JSON
        | st.lists(
            st.fixed_dictionaries(
                {},
                optional={"segment": JSON, "metrics": JSON | st.dictionaries(st.text(max_size=8), _SERIES, max_size=3)},
            ),
            max_size=2,
        ),
    },
)
_DOCUMENT = JSON | st.fixed_dictionaries(
    {},
    optional={
        "data": st.lists(_ITEM | JSON, max_size=3) | JSON,
        "time_series_length": st.sampled_from([3, 2, 0, -1, None, True, "3", 10**9]),
        "request": JSON | st.just({"params": {"entity": "LINE_ITEM", "granularity": "DAY"}}),
    },
)


@given(_DOCUMENT)
def test_given_any_result_file_when_decoded_then_all_have_rows_or_it_is_refused(
    document: Any,
) -> None:
    packed = gzip.compress(json.dumps(document).encode())
    whole, in_parts = _rows_of(packed, 10**9), _rows_of(packed, 0)
    assert whole == in_parts
    assert whole is None or Counter(row["entity_id"] for row in whole) == {"a": 3, "b": 3}


def _rows_of(packed: bytes, whole_file_bytes: int) -> list[dict[str, Any]] | None:
    """The rows of a file, None if it is refused."""
    (definition,) = [one for one in PREBUILT_REPORTS if one.entity == "LINE_ITEM"]
    with pytest.MonkeyPatch.context() as patch, suppress(InvalidBody, MalformedResult):
        patch.setattr("source_twitter_ads.reports.result_file.WHOLE_FILE_BYTES", whole_file_bytes)
        period = Window(date(2026, 6, 1), date(2026, 6, 4), AccountCalendar("Etc/UTC", None))
        request = JobRequest(definition, period, "ALL_ON_TWITTER", ("a", "b"))
        blocks = read_rows(packed, request, "1first", datetime(2026, 7, 1, tzinfo=timezone.utc))
        return [row for block in blocks for row in block]
    return None

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Pages print what the CDK would print, message for message, but for the nulls that it loses."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type
from airbyte_cdk.sources.types import StreamSlice
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.engine.page import Page
from unit_tests.documented_records import DOCUMENTED_RECORDS

_SLICE = StreamSlice(partition={"account_id": "a"}, cursor_slice={})
_values = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner | st.none(), max_size=3) | st.dictionaries(st.text(), inner | st.none(), max_size=3),
    max_leaves=8,
)


def by_the_cdk(page: Page, record: dict[str, Any]) -> bytes:
    message = AirbyteRecordMessage(stream=page.stream_name, data=record, emitted_at=page.emitted_at)
    return AirbyteEntrypoint.airbyte_message_to_string(AirbyteMessage(type=Type.RECORD, record=message)).encode()


def lines_of(page: Page) -> list[bytes]:
    assert page.lines.endswith(b"\n")
    return page.lines[:-1].split(b"\n")


@pytest.mark.parametrize("stream", sorted(DOCUMENTED_RECORDS))
def test_given_records_without_nulls_when_printed_then_the_bytes_are_the_cdks(stream: str) -> None:
    records = [{k: v for k, v in record.items() if v is not None} for record in DOCUMENTED_RECORDS[stream]]
    page = Page(stream, records, _SLICE)
    assert lines_of(page) == [by_the_cdk(page, record) for record in records]


@pytest.mark.parametrize("stream", sorted(DOCUMENTED_RECORDS))
def test_given_documented_records_when_printed_then_their_nulls_are_there_too(stream: str) -> None:
    records = DOCUMENTED_RECORDS[stream]
    printed = [json.loads(line)["record"]["data"] for line in lines_of(Page(stream, records, _SLICE))]
    assert printed == records


@given(st.lists(st.dictionaries(st.text(), _values, max_size=5), min_size=1, max_size=4))
def test_given_any_records_when_printed_then_the_bytes_are_those_of_the_cdk(records: list[dict[str, Any]]) -> None:
    page = Page("tweets", records, _SLICE)
    assert lines_of(page) == [by_the_cdk(page, record) for record in records]


@pytest.mark.parametrize("text", ["\u2028\u2029", "line\nbreak", "\x00\x1f", "🗼 مرحبا", '"\\'])
def test_given_text_that_could_end_a_line_when_printed_then_a_record_stays_one_line(text: str) -> None:
    (line,) = lines_of(Page("campaigns", [{"name": text}], _SLICE))
    assert orjson.loads(line)["record"]["data"] == {"name": text}


def test_given_a_rendered_page_when_asked_for_messages_then_it_has_none() -> None:
    """The worker lets go of them, so that the queue holds bytes only."""
    page = Page("campaigns", [{"id": "1"}], _SLICE)
    page.render()
    assert list(page.messages()) == []
    assert len(lines_of(page)) == page.size == 1


def test_given_a_page_when_turned_into_messages_then_nothing_is_lost() -> None:
    records = [{"id": "1", "budget": 2**53 + 1, "note": None}, {"id": "2"}]
    messages = list(Page("campaigns", records, _SLICE).messages())
    assert [(m.type, m.record.stream, m.record.data) for m in messages if m.record] == [
        (Type.RECORD, "campaigns", record) for record in records
    ]


def test_given_a_page_when_asked_whether_it_is_something_then_it_is() -> None:
    """The CDK stops reading its queue at an item that is falsy, and a mapping without keys is."""
    assert bool(Page("campaigns", [{"id": "1"}], _SLICE))


def test_given_an_integer_beyond_64_bits_when_printed_then_it_is_the_cdks_text() -> None:
    records = [{"id": 2**70, "name": "x"}, {"id": 1}]
    assert [json.loads(line)["record"]["data"] for line in lines_of(Page("campaigns", records, _SLICE))] == records

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Bookmarks: one per partition, never backwards, only after a whole partition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessageSerializer
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import Record, StreamSlice

from source_twitter_ads.engine import bookmarks as module
from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.page import Page


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """State as often as it changes."""
    monkeypatch.setattr(module, "STATE_BYTES_PER_SECOND", math.inf)


class Part:
    """A partition that was read."""

    def __init__(self, **partition: str) -> None:
        self.slice = StreamSlice(partition=partition, cursor_slice={})

    def to_slice(self) -> StreamSlice:
        return self.slice


class Reading:
    """A cursor, and what it emitted."""

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        self.repository = InMemoryMessageRepository()
        self.cursor = BookmarkCursor("campaigns", "updated_at", state or {}, self.repository)

    def page(self, part: Part, newest: str | None) -> Reading:
        self.cursor.observe(Page("campaigns", [{"id": "1"}], part.slice, newest))
        return self

    def close(self, part: Part) -> Reading:
        self.cursor.close_partition(part)  # type: ignore[arg-type]
        return self

    def emitted(self) -> list[dict[str, Any]]:
        messages: list[AirbyteMessage] = list(self.repository.consume_queue())
        return [AirbyteStateMessageSerializer.dump(message.state) for message in messages]  # type: ignore[arg-type]


def entry(account_id: str, value: str, **more: str) -> dict[str, Any]:
    return {"partition": {"account_id": account_id, **more}, "cursor": {"updated_at": value}}


A, B = Part(account_id="a"), Part(account_id="b")


def test_given_two_partitions_when_closed_then_the_state_has_the_cdks_form_and_a_bookmark_each() -> None:
    reading = Reading().page(A, "2026-06-02").page(B, "2026-06-01").close(A).close(B)
    assert reading.emitted()[-1] == {
        "type": "STREAM",
        "stream": {
            "stream_descriptor": {"name": "campaigns"},
            "stream_state": {
                "use_global_cursor": False,
                "states": [entry("a", "2026-06-02"), entry("b", "2026-06-01")],
            },
        },
    }


def test_given_a_partition_of_two_fields_when_closed_then_each_combination_has_its_own_bookmark() -> None:
    published, scheduled = Part(account_id="a", kind="P"), Part(kind="S", account_id="a")
    reading = Reading().page(published, "2026-06-02").close(published).page(scheduled, "2026-01-01").close(scheduled)
    assert reading.cursor.bookmark({"kind": "P", "account_id": "a"}) == "2026-06-02"
    assert reading.cursor.bookmark({"account_id": "a", "kind": "S"}) == "2026-01-01"


def test_given_pages_when_the_partition_is_not_closed_then_no_bookmark_moves() -> None:
    reading = Reading({"states": [entry("a", "2026-01-01")]}).page(A, "2026-06-02").page(B, "2026-06-02")
    assert reading.emitted() == []
    assert reading.cursor.state["states"] == [entry("a", "2026-01-01")]


def test_given_several_pages_when_closed_then_the_newest_of_all_counts() -> None:
    reading = Reading().page(A, "2026-06-02").page(A, "2026-06-09").page(A, None).page(A, "2026-06-01").close(A)
    assert reading.cursor.bookmark({"account_id": "a"}) == "2026-06-09"


def test_given_older_records_when_closed_then_the_bookmark_never_moves_backwards() -> None:
    reading = Reading({"states": [entry("a", "2026-06-09")]}).page(A, "2026-06-02").close(A)
    assert reading.cursor.state["states"] == [entry("a", "2026-06-09")]


def test_given_records_without_a_cursor_value_when_closed_then_there_is_no_bookmark() -> None:
    reading = Reading().page(A, None).close(A)
    assert reading.cursor.bookmark({"account_id": "a"}) is None
    assert reading.cursor.state["states"] == []


def test_given_an_account_that_the_state_does_not_know_when_asked_then_it_has_no_bookmark() -> None:
    """The CDK's cursor would give it that of the others, and so skip its history (docs/x-ads-api.md §10.3)."""
    reading = Reading({"states": [entry("a", "2026-06-09")]}).page(A, "2026-06-10").close(A)
    assert reading.cursor.bookmark({"account_id": "b"}) is None
    assert "state" not in reading.cursor.state


def test_given_an_account_that_is_not_read_this_time_when_others_close_then_its_bookmark_is_kept() -> None:
    reading = Reading({"states": [entry("b", "2026-06-09")]}).page(A, "2026-06-10").close(A)
    assert reading.cursor.bookmark({"account_id": "b"}) == "2026-06-09"


def test_given_a_partition_without_news_when_closed_then_it_says_nothing() -> None:
    assert Reading({"states": [entry("a", "2026-06-09")]}).close(A).emitted() == []


def test_given_a_stream_without_news_when_it_ends_then_one_state_is_emitted() -> None:
    reading = Reading({"states": [entry("a", "2026-06-09")]})
    reading.cursor.ensure_at_least_one_state_emitted()
    (message,) = reading.emitted()
    assert message["stream"]["stream_state"]["states"] == [entry("a", "2026-06-09")]


def test_given_a_state_that_was_just_emitted_when_the_stream_ends_then_it_is_not_emitted_twice() -> None:
    reading = Reading().page(A, "2026-06-09").close(A)
    reading.cursor.ensure_at_least_one_state_emitted()
    assert len(reading.emitted()) == 1


def test_given_a_partition_that_is_not_closed_when_the_stream_ends_then_its_records_have_a_state_after_them() -> None:
    reading = Reading().page(A, "2026-06-09").close(A).page(B, "2026-06-09")
    reading.cursor.ensure_at_least_one_state_emitted()
    assert [len(message["stream"]["stream_state"]["states"]) for message in reading.emitted()] == [1, 1]


def test_given_thousands_of_partitions_when_closed_quickly_then_states_are_few_and_the_last_one_is_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "STATE_BYTES_PER_SECOND", 1000.0)
    reading = Reading()
    for number in range(3000):
        part = Part(account_id=str(number))
        reading.page(part, "2026-06-09").close(part)
    reading.cursor.ensure_at_least_one_state_emitted()
    *others, last = [orjson.dumps(message["stream"]["stream_state"]) for message in reading.emitted()]
    # Each record counts as 500 bytes, and the state grows meanwhile.
    assert sum(map(len, others)) <= 3000 * 500 / 10
    assert last.count(b"updated_at") == 3000


def test_given_an_ordinary_record_when_observed_then_nothing_moves() -> None:
    reading = Reading()
    reading.cursor.observe(Record(data={"updated_at": "2026-06-09"}, stream_name="campaigns", associated_slice=A.slice))
    reading.close(A)
    assert reading.cursor.state["states"] == []


class TestCommonBookmark:
    """A state of another maker may have one bookmark for all accounts."""

    OLD = "2026-06-05"

    def test_given_partitions_that_are_listed_when_one_is_closed_then_the_others_keep_it(self) -> None:
        reading = Reading({"updated_at": self.OLD})
        for part in (A, B):
            reading.cursor.listed(part.slice.partition)
        reading.page(A, "2026-06-09").close(A)
        assert reading.cursor.state["states"] == [entry("a", "2026-06-09"), entry("b", self.OLD)]

    def test_given_a_bookmark_of_its_own_when_listed_then_it_stays(self) -> None:
        reading = Reading({"updated_at": self.OLD, "states": [entry("a", "2026-06-07")]})
        reading.cursor.listed(A.slice.partition)
        assert reading.cursor.state["states"] == [entry("a", "2026-06-07")]

    def test_given_none_when_listed_then_there_is_nothing_to_keep(self) -> None:
        reading = Reading()
        reading.cursor.listed(A.slice.partition)
        assert reading.cursor.state["states"] == []

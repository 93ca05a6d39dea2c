# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Bookmarks: one per partition, never backwards, only after a whole partition; and how often a state is emitted."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import orjson
import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessageSerializer
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import Record, StreamSlice

from source_twitter_ads.engine.bookmarks import (
    RECORDS_PER_STATE,
    STATE_BYTES_PER_SECOND,
    BookmarkCursor,
    StateWriter,
    convert_cursor_values,
)
from source_twitter_ads.engine.page import Page


class Part:
    """A partition that was read."""

    def __init__(self, **partition: str) -> None:
        self.slice = StreamSlice(partition=partition, cursor_slice={})

    def to_slice(self) -> StreamSlice:
        return self.slice


class Reading:
    """A cursor, and what it emitted."""

    def __init__(
        self,
        state: Mapping[str, Any] | None = None,
        clock: Callable[[], float] | None = None,
        start: str | None = None,
    ) -> None:
        self.repository = InMemoryMessageRepository()
        # An hour passes between two looks at the clock, so that no state is held back.
        clock = clock or map(float, count(step=3600)).__next__
        self.cursor = BookmarkCursor("campaigns", "updated_at", state or {}, self.repository, clock, start)

    def page(self, part: Part, cursor_value: str | None) -> Reading:
        self.cursor.observe(Page("campaigns", [{"id": "1"}], part.slice, cursor_value))
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


def test_given_two_partitions_when_closed_then_the_state_has_the_cdks_form() -> None:
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


def test_given_two_partition_fields_when_closed_then_each_pair_has_a_bookmark() -> None:
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


def test_given_a_new_partition_when_asked_then_it_has_no_bookmark() -> None:
    """The CDK's cursor would give it that of the others, and so skip its history (docs/x-ads-api.md §10.3)."""
    reading = Reading({"states": [entry("a", "2026-06-09")]}).page(A, "2026-06-10").close(A)
    assert reading.cursor.bookmark({"account_id": "b"}) is None
    assert "state" not in reading.cursor.state


def test_given_a_partition_that_is_not_read_when_others_close_then_it_is_kept() -> None:
    reading = Reading({"states": [entry("b", "2026-06-09")]}).page(A, "2026-06-10").close(A)
    assert reading.cursor.bookmark({"account_id": "b"}) == "2026-06-09"


def test_given_a_partition_without_news_when_closed_then_it_says_nothing() -> None:
    assert Reading({"states": [entry("a", "2026-06-09")]}).close(A).emitted() == []


def test_given_a_stream_without_news_when_it_ends_then_one_state_is_emitted() -> None:
    reading = Reading({"states": [entry("a", "2026-06-09")]})
    reading.cursor.ensure_at_least_one_state_emitted()
    (message,) = reading.emitted()
    assert message["stream"]["stream_state"]["states"] == [entry("a", "2026-06-09")]


def test_given_a_state_just_emitted_when_the_stream_ends_then_it_is_not_repeated() -> None:
    reading = Reading().page(A, "2026-06-09").close(A)
    reading.cursor.ensure_at_least_one_state_emitted()
    assert len(reading.emitted()) == 1


def test_given_an_open_partition_when_the_stream_ends_then_a_state_follows_it() -> None:
    reading = Reading().page(A, "2026-06-09").close(A).page(B, "2026-06-09")
    reading.cursor.ensure_at_least_one_state_emitted()
    assert [len(message["stream"]["stream_state"]["states"]) for message in reading.emitted()] == [1, 1]


def test_given_thousands_of_partitions_when_closed_quickly_then_states_are_few() -> None:
    reading = Reading(clock=time.monotonic)
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


class TestSlices:
    """A partition may have several slices, and a stream no partitions at all."""

    def test_given_two_slices_when_the_later_one_is_closed_first_then_the_bookmark_waits(self) -> None:
        reading = Reading()
        for _ in range(2):
            reading.cursor.open_partition(A.slice.partition)
        reading.page(A, "2026-06-09").close(A)
        assert reading.cursor.bookmark({"account_id": "a"}) is None
        reading.page(A, "2026-06-02").close(A)
        assert reading.cursor.bookmark({"account_id": "a"}) == "2026-06-09"

    def test_given_a_stream_without_partitions_when_closed_then_its_state_is_flat(self) -> None:
        reading = Reading({"updated_at": "2026-06-01"})
        reading.cursor.open_partition({})
        assert reading.cursor.state == {"updated_at": "2026-06-01"}
        whole = Part()
        reading.page(whole, "2026-06-02").close(whole)
        assert reading.cursor.state == {"updated_at": "2026-06-02"}


class TestCommonBookmark:
    """A state of another maker may have one bookmark for all accounts."""

    OLD = "2026-06-05"

    def test_given_partitions_that_are_listed_when_one_is_closed_then_the_others_keep_it(self) -> None:
        reading = Reading({"updated_at": self.OLD})
        for part in (A, B):
            reading.cursor.open_partition(part.slice.partition)
        reading.page(A, "2026-06-09").close(A)
        assert reading.cursor.state["states"] == [entry("a", "2026-06-09"), entry("b", self.OLD)]

    def test_given_a_bookmark_of_its_own_when_listed_then_it_stays(self) -> None:
        reading = Reading({"updated_at": self.OLD, "states": [entry("a", "2026-06-07")]})
        reading.cursor.open_partition(A.slice.partition)
        assert reading.cursor.state["states"] == [entry("a", "2026-06-07")]

    def test_given_none_when_listed_then_there_is_nothing_to_keep(self) -> None:
        reading = Reading()
        reading.cursor.open_partition(A.slice.partition)
        assert reading.cursor.state["states"] == []


class TestConvertCursorValues:
    def convert(self, state: dict[str, Any]) -> dict[str, Any]:
        return convert_cursor_values(state, ["updated_at"], lambda name, value: f"{name}:{value}")

    def test_given_each_form_of_state_when_converted_then_cursor_values_alone_change(self) -> None:
        assert self.convert({"updated_at": 1, "more": 2}) == {"updated_at": "updated_at:1", "more": 2}
        assert self.convert({"state": {"updated_at": 1}}) == {"state": {"updated_at": "updated_at:1"}}
        partition = {"partition": {"updated_at": 1}, "more": 2}
        assert self.convert({"states": [{**partition, "cursor": {"updated_at": 3}}]}) == {
            "states": [{**partition, "cursor": {"updated_at": "updated_at:3"}}]
        }

    @pytest.mark.parametrize(
        ("state", "message"),
        [
            ({"states": {}}, "states is {}, not a list"),
            ({"states": ["a"]}, "states holds 'a', which has no partition"),
            ({"states": [{"partition": {}, "cursor": 1}]}, "a cursor is 1, not an object"),
            ({"state": "2026"}, "a cursor is '2026', not an object"),
        ],
    )
    def test_given_another_form_when_converted_then_it_says_what_is_wrong(
        self, state: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(ValueError, match=re.escape(message)):
            self.convert(state)


class Writing:
    """A writer, the state that it is given, and what it has emitted."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.repository = InMemoryMessageRepository()
        self.writer = StateWriter("spend", self.repository, lambda: self.seconds)
        self.state: dict[str, Any] = {"states": ["x" * 4000]}
        self.made = 0

    @property
    def size(self) -> int:
        """How long the state is."""
        return len(orjson.dumps(self.state))

    def emit(self, final: bool = False) -> bool:
        """Have the state emitted."""

        def state() -> dict[str, Any]:
            self.made += 1
            return self.state

        return self.writer.emit(state, final)

    def records(self, size: int) -> None:
        """Let records of so many bytes go out."""
        page = Page("spend", [{"text": "x" * size}], None)
        page.render()
        self.writer.observe(page)

    def emitted(self) -> list[Any]:
        """The states that were emitted."""
        messages = list(self.repository.consume_queue())
        return [AirbyteStateMessageSerializer.dump(one.state)["stream"] for one in messages]  # type: ignore[arg-type]


@pytest.fixture
def writing() -> Writing:
    return Writing()


class TestPace:
    def test_given_no_state_before_when_emitted_then_at_once_and_in_the_stream_s_name(self, writing: Writing) -> None:
        assert writing.emit()
        (message,) = writing.emitted()
        assert message == {"stream_descriptor": {"name": "spend"}, "stream_state": writing.state}

    def test_given_a_state_a_moment_ago_when_emitted_then_it_is_not_even_made(self, writing: Writing) -> None:
        writing.emit()
        assert not writing.emit()
        assert writing.made == 1

    def test_given_a_state_that_was_held_back_when_its_time_has_come_then_it_is_emitted(self, writing: Writing) -> None:
        writing.emit()
        writing.emit()
        writing.seconds += writing.size / STATE_BYTES_PER_SECOND
        assert writing.emit()

    def test_given_records_of_many_times_its_bytes_when_emitted_then_it_does_not_wait(self, writing: Writing) -> None:
        writing.emit()
        writing.records(RECORDS_PER_STATE * writing.size)
        assert writing.emit()

    def test_given_records_of_fewer_bytes_when_emitted_then_it_waits(self, writing: Writing) -> None:
        writing.emit()
        writing.records(RECORDS_PER_STATE * writing.size - 1000)
        assert not writing.emit()

    def test_given_records_before_the_last_state_when_emitted_then_they_do_not_count(self, writing: Writing) -> None:
        writing.records(2 * RECORDS_PER_STATE * writing.size)
        writing.emit()
        assert not writing.emit()


class TestDue:
    def test_given_nothing_held_back_when_asked_then_nothing_is_due(self, writing: Writing) -> None:
        assert writing.writer.due_in is None
        writing.emit()
        assert writing.writer.due_in is None

    def test_given_a_state_held_back_when_asked_then_the_seconds_until_it_may_go(self, writing: Writing) -> None:
        writing.emit()
        writing.emit()
        writing.seconds += 1
        assert writing.writer.due_in == pytest.approx(writing.size / STATE_BYTES_PER_SECOND - 1)

    def test_given_a_state_that_is_overdue_when_asked_then_no_seconds(self, writing: Writing) -> None:
        writing.emit()
        writing.emit()
        writing.seconds += 3600
        assert writing.writer.due_in == 0

    def test_given_a_state_that_was_held_back_when_emitted_then_nothing_is_due_any_more(self, writing: Writing) -> None:
        writing.emit()
        writing.emit()
        writing.seconds += 3600
        writing.emit()
        assert writing.writer.due_in is None


class TestFinal:
    def test_given_no_state_before_when_the_stream_ends_then_one_is_emitted(self, writing: Writing) -> None:
        assert writing.emit(final=True)

    def test_given_the_same_state_before_when_the_stream_ends_then_none_is_emitted(self, writing: Writing) -> None:
        writing.emit()
        assert not writing.emit(final=True)

    def test_given_a_state_that_was_held_back_when_the_stream_ends_then_it_does_not_wait(
        self, writing: Writing
    ) -> None:
        writing.emit()
        writing.state = {"states": ["y"]}
        writing.emit()
        assert writing.emit(final=True)

    def test_given_records_since_the_last_state_when_the_stream_ends_then_it_is_repeated(
        self, writing: Writing
    ) -> None:
        writing.emit()
        writing.records(10)
        assert writing.emit(final=True)

    def test_given_another_state_than_the_last_when_the_stream_ends_then_it_is_emitted(self, writing: Writing) -> None:
        writing.emit()
        writing.state = {"states": []}
        assert writing.emit(final=True)


class TestStart:
    """A start that moves between two syncs."""

    A, B = Part(account_id="1a"), Part(account_id="2b")

    def made(self, account_id: str, value: str, start: str) -> dict[str, Any]:
        return {**entry(account_id, value), "start_date": start}

    def entries(self, reading: Reading) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = reading.cursor.state["states"]
        return found

    def test_given_a_start_when_read_then_the_state_keeps_it(self) -> None:
        reading = Reading(start="2026-03-01")
        reading.cursor.open_partition(self.A.slice.partition)
        reading.page(self.A, "2026-06-01").close(self.A)
        assert self.entries(reading) == [self.made("1a", "2026-06-01", "2026-03-01")]

    def test_given_an_earlier_start_when_read_then_the_partition_is_read_from_there(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        made = [self.made("1a", "2026-06-01", "2026-03-01"), self.made("2b", "2026-06-02", "2026-01-01")]
        reading = Reading({"states": made}, start="2026-01-01")
        assert caplog.messages == [
            "start_date moved back to 2026-01-01, and campaigns was read from 2026-03-01 on until now: what is between "
            "is read in this sync, in 1 of 2 partitions."
        ]
        assert reading.cursor.bookmark(self.A.slice.partition) is None
        assert reading.cursor.bookmark(self.B.slice.partition) == "2026-06-02"
        assert self.entries(reading) == made
        reading.cursor.open_partition(self.A.slice.partition)
        reading.page(self.A, "2026-05-01").close(self.A)
        assert self.entries(reading)[0] == self.made("1a", "2026-06-01", "2026-01-01")

    def test_given_an_earlier_start_and_no_records_when_read_then_it_is_read_once(self) -> None:
        reading = Reading({"states": [self.made("1a", "2026-06-01", "2026-03-01")]}, start="2026-01-01")
        reading.cursor.open_partition(self.A.slice.partition)
        reading.close(self.A)
        assert self.entries(reading) == [self.made("1a", "2026-06-01", "2026-01-01")]

    def test_given_a_later_start_when_read_then_the_state_keeps_the_earlier_one(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        reading = Reading({"states": [self.made("1a", "2026-06-01", "2026-01-01")]}, start="2026-03-01")
        assert (caplog.messages, reading.cursor.bookmark(self.A.slice.partition)) == ([], "2026-06-01")
        reading.cursor.open_partition(self.A.slice.partition)
        reading.page(self.A, "2026-06-03").close(self.A)
        assert self.entries(reading) == [self.made("1a", "2026-06-03", "2026-01-01")]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How often a stream says its state: seldom enough that states stay few beside the records."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from airbyte_cdk.models import AirbyteStateMessageSerializer
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_twitter_ads.engine import bookmarks as module
from source_twitter_ads.engine.bookmarks import RECORDS_PER_STATE, STATE_BYTES_PER_SECOND, StateWriter
from source_twitter_ads.engine.page import Page


class Clock:
    """A monotonic clock that stands still until told to go; stands in for the module `time`."""

    seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


class Writing:
    """A writer, the state that it is given, and what it has emitted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        monkeypatch.setattr(module, "time", self.clock)
        self.repository = InMemoryMessageRepository()
        self.writer = StateWriter("spend", self.repository)
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
        page.to_lines()
        self.writer.observe(page)

    def emitted(self) -> list[Any]:
        """The states that were emitted."""
        messages = list(self.repository.consume_queue())
        return [AirbyteStateMessageSerializer.dump(one.state)["stream"] for one in messages]  # type: ignore[arg-type]


@pytest.fixture
def writing(monkeypatch: pytest.MonkeyPatch) -> Writing:
    return Writing(monkeypatch)


class TestPace:
    def test_given_no_state_before_when_emitted_then_at_once_and_in_the_stream_s_name(self, writing: Writing) -> None:
        assert writing.emit()
        (message,) = writing.emitted()
        assert message == {"stream_descriptor": {"name": "spend"}, "stream_state": writing.state}

    def test_given_a_state_a_moment_ago_when_emitted_then_it_is_held_back_and_not_even_made(
        self, writing: Writing
    ) -> None:
        writing.emit()
        assert not writing.emit()
        assert writing.made == 1

    def test_given_a_state_that_was_held_back_when_its_time_has_come_then_it_is_emitted(self, writing: Writing) -> None:
        writing.emit()
        writing.emit()
        writing.clock.seconds += writing.size / STATE_BYTES_PER_SECOND
        assert writing.emit()

    def test_given_records_of_many_times_its_bytes_when_emitted_then_it_does_not_wait(self, writing: Writing) -> None:
        writing.emit()
        writing.records(RECORDS_PER_STATE * writing.size)
        assert writing.emit()

    def test_given_records_of_fewer_bytes_when_emitted_then_it_waits(self, writing: Writing) -> None:
        writing.emit()
        writing.records(RECORDS_PER_STATE * writing.size - 1000)
        assert not writing.emit()

    def test_given_records_before_the_last_state_when_emitted_then_they_do_not_count_again(
        self, writing: Writing
    ) -> None:
        writing.records(2 * RECORDS_PER_STATE * writing.size)
        writing.emit()
        assert not writing.emit()


class TestDue:
    def test_given_nothing_held_back_when_asked_then_nothing_is_due(self, writing: Writing) -> None:
        assert writing.writer.due_in is None
        writing.emit()
        assert writing.writer.due_in is None

    def test_given_a_state_that_was_held_back_when_asked_then_the_seconds_until_it_may_go(
        self, writing: Writing
    ) -> None:
        writing.emit()
        writing.emit()
        writing.clock.seconds += 1
        assert writing.writer.due_in == pytest.approx(writing.size / STATE_BYTES_PER_SECOND - 1)

    def test_given_a_state_that_is_overdue_when_asked_then_no_seconds(self, writing: Writing) -> None:
        writing.emit()
        writing.emit()
        writing.clock.seconds += 3600
        assert writing.writer.due_in == 0

    def test_given_a_state_that_was_held_back_when_emitted_then_nothing_is_due_any_more(self, writing: Writing) -> None:
        writing.emit()
        writing.emit()
        writing.clock.seconds += 3600
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

    def test_given_records_since_the_last_state_when_the_stream_ends_then_it_is_said_once_more(
        self, writing: Writing
    ) -> None:
        writing.emit()
        writing.records(10)
        assert writing.emit(final=True)

    def test_given_another_state_than_the_last_when_the_stream_ends_then_it_is_emitted(self, writing: Writing) -> None:
        writing.emit()
        writing.state = {"states": []}
        assert writing.emit(final=True)

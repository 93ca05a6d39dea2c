# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The use of states, for every incremental stream (docs/x-ads-api.md §10.2 "Incremental")."""

from __future__ import annotations

from typing import Any

from integration_tests.acceptance.conftest import MOST_STATES, Resumed
from integration_tests.acceptance.reading import FAR_FUTURE, Stream, is_incremental, key_of, of_stream
from integration_tests.connector import Output


def names(streams: list[Stream]) -> list[str]:
    return [stream["name"] for stream in streams if is_incremental(stream)]


def bookmarks(state: dict[str, Any]) -> list[str]:
    """Every cursor value of a stream's state; a text longer than a date is an instant in X's form."""
    cursors = [partition["cursor"] for partition in state.get("states", [])] or [state]
    return [str(value) for cursor in cursors for value in cursor.values()]


class TestFirstSync:
    def test_given_no_state_when_read_then_the_run_succeeds(self, incremental: Output) -> None:
        assert (incremental.exit_code, incremental.errors) == (0, [])

    def test_given_no_state_when_read_then_every_stream_has_records_and_a_bookmark(
        self, incremental: Output, streams: list[Stream]
    ) -> None:
        assert incremental.records.keys() == set(names(streams))
        assert [name for name in names(streams) if not bookmarks(incremental.stream_state(name))] == []

    def test_given_no_state_when_read_incrementally_then_records_equal_a_full_refresh(
        self, incremental: Output, full: Output, streams: list[Stream]
    ) -> None:
        chosen = [stream for stream in streams if is_incremental(stream)]

        def keys(output: Output, stream: Stream) -> set[tuple[Any, ...]]:
            return {key_of(stream, record) for record in output.records[stream["name"]]}

        assert [s["name"] for s in chosen if keys(incremental, s) != keys(full, s)] == []


class TestResumedSync:
    def test_given_the_sampled_states_when_counted_then_each_stream_has_one_to_five(
        self, incremental: Output, resumed: list[Resumed], streams: list[Stream]
    ) -> None:
        """Guards the tests below: they prove little without intermediate states."""
        for name in names(streams):
            positions = [sync.positions[name] for sync in resumed if name in sync.positions]
            assert 1 <= len(positions) <= MOST_STATES
            assert max(positions) == len(incremental.state_messages[name]) - 1
        assert sum(len(sync.positions) for sync in resumed) > 3 * len(names(streams))

    def test_given_an_intermediate_state_when_resumed_then_the_run_succeeds(self, resumed: list[Resumed]) -> None:
        assert [(sync.output.exit_code, sync.output.errors) for sync in resumed] == [(0, [])] * len(resumed)

    def test_given_an_intermediate_state_when_resumed_then_all_after_it_comes_again(
        self, incremental: Output, resumed: list[Resumed], streams: list[Stream]
    ) -> None:
        lost = []
        for stream in [stream for stream in streams if is_incremental(stream)]:
            tails = after_each_state(incremental, stream)
            for sync in resumed:
                if stream["name"] not in sync.positions:
                    continue
                again = {key_of(stream, record) for record in sync.output.records.get(stream["name"], [])}
                missing = tails[sync.positions[stream["name"]]] - again
                if missing:
                    lost.append((stream["name"], sync.positions[stream["name"]], sorted(missing)[:3]))
        assert lost == []

    def test_given_the_last_state_when_resumed_then_each_stream_reads_less_than_at_first(
        self, incremental: Output, resumed: list[Resumed], streams: list[Stream]
    ) -> None:
        """Records as old as the bookmark and a report's last days (attribution_window) are read again.

        Not the accounts: there are two, and both were changed in the same second. Nor the TOTAL report: windows of
        30 days that overlap the attribution window are read whole (docs/x-ads-api.md §7.9), here both.
        """
        greedy = [
            (name, len(again), len(incremental.records[name]))
            for name in set(names(streams)) - {"accounts", "campaigns_by_metro"}
            for sync in resumed
            if sync.positions.get(name) == len(incremental.state_messages[name]) - 1
            and len(again := sync.output.records.get(name, [])) >= len(incremental.records[name])
        ]
        assert greedy == []

    def test_given_the_last_state_when_resumed_then_no_bookmark_moves_back(
        self, incremental: Output, resumed: list[Resumed], streams: list[Stream]
    ) -> None:
        moved = []
        for name in names(streams):
            last = len(incremental.state_messages[name]) - 1
            before = sorted(bookmarks(incremental.stream_state(name)))
            for sync in resumed:
                if sync.positions.get(name) == last and sorted(bookmarks(sync.output.stream_state(name))) < before:
                    moved.append(name)
        assert moved == []


class TestFarFuture:
    def test_given_a_state_in_the_far_future_when_read_then_no_record_comes(self, from_far_future: Output) -> None:
        assert (from_far_future.exit_code, from_far_future.records) == (0, {})

    def test_given_a_state_in_the_far_future_when_read_then_each_stream_sends_a_state(
        self, from_far_future: Output, streams: list[Stream]
    ) -> None:
        assert from_far_future.state_messages.keys() == set(names(streams))

    def test_given_a_state_in_the_far_future_when_read_then_it_is_kept(
        self, from_far_future: Output, streams: list[Stream]
    ) -> None:
        kept = {value for name in names(streams) for value in bookmarks(from_far_future.stream_state(name))}
        assert kept == {FAR_FUTURE}


def after_each_state(output: Output, stream: Stream) -> list[set[tuple[Any, ...]]]:
    """For each STATE message of a stream, the keys of the records that came after it."""
    tails: list[set[tuple[Any, ...]]] = []
    for message in of_stream(output, stream["name"]):
        if "data" in message:
            for tail in tails:
                tail.add(key_of(stream, message["data"]))
        else:
            tails.append(set())
    return tails

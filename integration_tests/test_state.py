# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""State from one sync to the next (docs/x-ads-api.md §9 E3, E7, E8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from integration_tests.conftest import NOW, small_world
from integration_tests.connector import GLOBAL_LISTS, INCREMENTAL, STREAMS, Output, Record, State, run, run_here
from integration_tests.entities import by_key, differences, expected
from x_ads_emulator.client import Emulator
from x_ads_emulator.world.spec import AccountSpec, WorldSpec

FUTURE = "2999-01-01T00:00:00Z"


def merged(stream: str, *runs: Output) -> list[Record]:
    """The rows of a destination that overwrites rows with the same key."""
    rows: dict[tuple[Any, ...], Record] = {}
    for output in runs:
        rows.update(by_key(stream, output.records.get(stream, [])))
    return list(rows.values())


def lost(emulator: Emulator, streams: Iterable[str], *runs: Output) -> list[str]:
    return [
        s for stream in streams for s in differences(stream, merged(stream, *runs), expected(emulator.world, stream))
    ]


def future_state(*account_ids: str) -> State:
    def partitions(stream: str) -> list[dict[str, Any]]:
        more: dict[str, tuple[str, list[str]]] = {
            "tweets": ("tweet_type", ["PUBLISHED", "SCHEDULED"]),
            "tailored_audiences": ("permission_scope", ["OWNER", "SHARED"]),
        }
        name, values = more.get(stream, ("", [""]))
        return [{"account_id": a, **({name: v} if name else {})} for a in account_ids for v in values]

    def state_of(stream: str) -> dict[str, Any]:
        cursor = {"created_at" if stream == "tweets" else "updated_at": FUTURE}
        if stream == "accounts":
            return cursor
        return {"states": [{"partition": p, "cursor": cursor} for p in partitions(stream)]}

    return [
        {"type": "STREAM", "stream": {"stream_descriptor": {"name": s}, "stream_state": state_of(s)}}
        for s in INCREMENTAL
    ]


def at(minutes: float) -> str:
    """A moment from now, as X writes it."""
    return (datetime.now(timezone.utc) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def first(demo: Emulator) -> Output:
    return run("read", demo.config())


class TestSecondSync:
    def test_given_unchanged_data_when_synced_again_then_a_partition_costs_one_request(
        self, demo: Emulator, first: Output
    ) -> None:
        demo.reset_log()
        second = run_here(demo.config(), INCREMENTAL, first.state)
        assert (second.exit_code, second.errors) == (0, [])
        asked = Counter((e["endpoint"], e["account_id"]) for e in demo.requests())
        twice = {"accounts/:id/tweets", "accounts/:id/custom_audiences"}
        # One request serves the stream of accounts and the partitions of all others.
        assert asked.pop(("accounts", None)) == 1
        assert {key: times for key, times in asked.items() if times != (2 if key[0] in twice else 1)} == {}
        assert len(asked) == (len(INCREMENTAL) - 1) * 3

    def test_given_unchanged_data_when_synced_again_then_only_bookmarked_records_come(
        self, demo: Emulator, first: Output
    ) -> None:
        streams = set(INCREMENTAL) - {"tweets", "tailored_audiences"}
        second = run_here(demo.config(), sorted(streams), first.state)
        for stream, records in second.records.items():
            entries = first.stream_state(stream)["states"]
            bookmarks = {e["partition"]["account_id"]: e["cursor"]["updated_at"] for e in entries}
            assert {r["updated_at"] for r in records if r["updated_at"] != bookmarks[_account(r)]} == set()
        assert second.records.keys() == second.state_messages.keys() == streams

    def test_given_unchanged_data_when_synced_again_then_the_state_stays_the_same(
        self, demo: Emulator, first: Output
    ) -> None:
        second = run_here(demo.config(), INCREMENTAL, first.state)
        for stream in INCREMENTAL:
            before, after = first.stream_state(stream), second.stream_state(stream)
            assert _sorted(after) == _sorted(before)

    def test_given_a_state_in_the_far_future_when_synced_then_only_one_state_comes(self, demo: Emulator) -> None:
        output = run_here(demo.config(), INCREMENTAL, future_state(*demo.world.account_ids()))
        assert output.exit_code == 0
        assert {stream: len(records) for stream, records in output.records.items()} == {}
        assert {s: len(messages) for s, messages in output.state_messages.items()} == dict.fromkeys(INCREMENTAL, 1)


def _account(record: Record) -> str:
    """The account of a record; an account's own record has it as its id."""
    return str(record.get("account_id", record["id"]))


def _sorted(state: dict[str, Any]) -> Any:
    return {**state, "states": sorted(map(repr, state.get("states", [])))}


class TestStateFormat:
    def test_given_a_first_sync_when_it_ended_then_every_account_has_its_own_bookmark(
        self, demo: Emulator, first: Output
    ) -> None:
        state = first.stream_state("campaigns")
        assert state["use_global_cursor"] is False
        for entry in state["states"]:
            account = entry["partition"]["account_id"]
            newest = max(r["updated_at"] for r in first.records["campaigns"] if r["account_id"] == account)
            assert entry == {"partition": {"account_id": account}, "cursor": {"updated_at": newest}}
        assert len(state["states"]) == 3

    def test_given_a_first_sync_when_ended_then_tweets_have_sortable_bookmarks_by_type(self, first: Output) -> None:
        entries = first.stream_state("tweets")["states"]
        assert {(e["partition"]["account_id"], e["partition"]["tweet_type"]) for e in entries} == {
            (account, kind)
            for account in ("18ce54d4x5t", "2tokyo8n9q", "3berlin5km")
            for kind in ("PUBLISHED", "SCHEDULED")
        }
        assert all(len(e["cursor"]["created_at"]) == 20 and e["cursor"]["created_at"][4] == "-" for e in entries)

    def test_given_a_state_message_when_read_then_it_counts_the_records_before_it(self, first: Output) -> None:
        for stream in STREAMS:
            counted = sum(message["sourceStats"]["recordCount"] for message in first.state_messages[stream])
            assert counted == len(first.records[stream])


class TestInterruption:
    @pytest.mark.parametrize("nth_state", [1, 25])
    def test_given_kill_9_when_resumed_from_the_last_state_then_nothing_is_lost(
        self, demo: Emulator, nth_state: int
    ) -> None:
        seen: list[bytes] = []

        def enough(line: bytes) -> bool:
            seen.extend([line] if line.startswith(b'{"type":"STATE"') else [])
            return len(seen) >= nth_state

        demo.set_settings(latency_ms=15)
        try:
            killed = run("read", demo.config(page_size=50), kill_when=enough)
        finally:
            demo.set_settings(latency_ms=0)
        assert killed.exit_code == -9
        assert len(killed.records) < len(STREAMS)
        resumed = run("read", demo.config(), state=killed.state)
        assert (resumed.exit_code, lost(demo, STREAMS, killed, resumed)) == (0, [])

    def test_given_an_account_that_fails_midway_when_synced_again_then_it_is_complete(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(small_world(volumes={"campaigns": 30}))
        rule = {"match": {"path_regex": "campaigns", "account_id": "2second", "nth": [3, 99]}, "fault": "status"}
        emulator.set_faults([{**rule, "status": 403, "code": "ACTION_NOT_ALLOWED", "message": "not now"}])
        failed = run_here(emulator.config(page_size=5), ["campaigns"])
        emulator.set_faults([])
        again = run_here(emulator.config(page_size=5), ["campaigns"], failed.state)
        assert failed.exit_code == 1
        assert [s["partition"]["account_id"] for s in failed.stream_state("campaigns")["states"]] == ["1first"]
        assert (again.exit_code, lost(emulator, ["campaigns"], failed, again)) == (0, [])


class TestChangesBetweenAndDuringSyncs:
    def test_given_a_change_in_the_bookmarks_second_when_synced_again_then_it_arrives(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(small_world("1first", volumes={"campaigns": 12}))
        before = run_here(emulator.config(), ["campaigns"])
        bookmark = before.stream_state("campaigns")["states"][0]["cursor"]["updated_at"]
        oldest = min(emulator.world.visible("campaigns", "1first"), key=lambda r: r["updated_at"])
        fields = {"name": "renamed in the same second"}
        change = {"op": "touch", "stream": "campaigns", "account_id": "1first", "id": oldest["id"], "fields": fields}
        emulator.mutate({**change, "updated_at": bookmark})
        after = run_here(emulator.config(), ["campaigns"], before.state)
        assert fields["name"] in [r["name"] for r in after.records["campaigns"]]
        assert lost(emulator, ["campaigns"], before, after) == []

    @pytest.mark.parametrize("paging", ["keyset", "offset"])
    def test_given_a_record_updated_during_paging_when_synced_again_then_it_arrives(
        self, start: Callable[..., Emulator], paging: str
    ) -> None:
        """The record moves from a page not yet read to the front, which has been read."""
        emulator = start(small_world("1first", volumes={"line_items": 40}), paging=paging)
        rows = sorted(emulator.world.visible("line_items", "1first"), key=lambda r: r["updated_at"])
        change = {"op": "touch", "stream": "line_items", "account_id": "1first", "id": rows[0]["id"]}
        emulator.mutate({**change, "fields": {"name": "moved"}, "after": {"path_regex": "/line_items$", "nth": 2}})
        before = run_here(emulator.config(page_size=6), ["line_items"])
        assert "moved" not in [r["name"] for r in before.records["line_items"]]
        after = run_here(emulator.config(page_size=6), ["line_items"], before.state)
        assert lost(emulator, ["line_items"], before, after) == []

    def test_given_a_date_ahead_of_xs_clock_when_synced_again_then_later_changes_arrive(
        self, start: Callable[..., Emulator]
    ) -> None:
        """A bookmark in the future would hide all changes until its time has come."""
        emulator = start(small_world("1first", volumes={"campaigns": 5}))
        ahead, other = [r["id"] for r in emulator.world.visible("campaigns", "1first")][:2]
        change = {"op": "touch", "stream": "campaigns", "account_id": "1first"}
        emulator.mutate({**change, "id": ahead, "fields": {"name": "ahead"}, "updated_at": at(minutes=60)})
        before = run_here(emulator.config(), ["campaigns"])

        emulator.mutate({**change, "id": other, "fields": {"name": "changed since"}, "updated_at": at(minutes=0)})
        after = run_here(emulator.config(), ["campaigns"], before.state)

        assert {r["name"] for r in after.records["campaigns"]} == {"ahead", "changed since"}

    def test_given_a_deletion_when_synced_again_then_the_record_arrives_as_deleted(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(small_world("1first"))
        before = run_here(emulator.config(), ["promoted_tweets"])
        living = next(r for r in before.records["promoted_tweets"] if not r["deleted"])
        change = {"op": "delete", "stream": "promoted_tweets", "account_id": "1first", "id": living["id"]}
        emulator.mutate(change)
        after = run_here(emulator.config(), ["promoted_tweets"], before.state)
        assert [r["deleted"] for r in after.records["promoted_tweets"] if r["id"] == living["id"]] == [True]

    def test_given_a_criterion_changed_but_not_its_line_item_when_synced_then_it_arrives(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(small_world("1first"))
        before = run_here(emulator.config(), ["targeting_criteria"])
        criterion = before.records["targeting_criteria"][0]
        change = {"op": "delete", "stream": "targeting_criteria", "account_id": "1first", "id": criterion["id"]}
        emulator.mutate(change)
        after = run_here(emulator.config(), ["targeting_criteria"], before.state)
        assert lost(emulator, ["targeting_criteria"], after) == []
        assert {r["id"] for r in after.records["targeting_criteria"] if r["deleted"]} >= {criterion["id"]}

    def test_given_an_account_that_appears_later_when_synced_then_its_history_arrives(
        self, start: Callable[..., Emulator]
    ) -> None:
        accounts = [AccountSpec(i, volumes={"*": 4}, examples=False) for i in ("1old", "2old", "3new", "4new")]
        emulator = start(WorldSpec(accounts=accounts, data_now=NOW))
        before = run_here(emulator.config(account_ids=["1old", "2old"]), [s for s in STREAMS if s not in GLOBAL_LISTS])
        after = run_here(emulator.config(), [s for s in STREAMS if s not in GLOBAL_LISTS], before.state)
        streams = [s for s in STREAMS if s not in GLOBAL_LISTS]
        assert (after.exit_code, lost(emulator, streams, before, after)) == (0, [])


def state_message(stream: str, state: dict[str, Any]) -> State:
    return [{"type": "STREAM", "stream": {"stream_descriptor": {"name": stream}, "stream_state": state}}]


class TestStartThatMovesBack:
    def test_given_an_earlier_start_when_tweets_are_synced_then_what_is_between_arrives(self, demo: Emulator) -> None:
        whole = run_here(demo.config(), ["tweets"])
        dates = sorted(r["created_at"] for r in whole.records["tweets"] if r["tweet_type"] == "PUBLISHED")
        late = run_here(demo.config(start_date=dates[len(dates) // 2]), ["tweets"])
        assert 0 < len(late.records["tweets"]) < len(whole.records["tweets"])

        second = run_here(demo.config(), ["tweets"], late.state)
        third = run_here(demo.config(), ["tweets"], second.state)

        wanted = {r["id"] for r in whole.records["tweets"]}
        assert {r["id"] for output in (late, second) for r in output.records["tweets"]} == wanted
        assert len(third.records["tweets"]) < len(second.records["tweets"])
        start = {entry["start_date"] for entry in second.stream_state("tweets")["states"]}
        assert start == {demo.config()["start_date"]}


class TestStatesOfOtherMakers:
    @pytest.mark.parametrize("stream", ["campaigns", "tweets", "accounts_daily_report"])
    @pytest.mark.parametrize(
        "state",
        [
            {"states": {"a": 1}},
            {"states": ["a"]},
            {"states": [{"cursor": {"updated_at": "2026-01-01T00:00:00Z"}}]},
            {"states": [{"partition": {"account_id": "1first"}}]},
            {"states": [{"partition": {"account_id": "1first"}, "cursor": {"updated_at": "yesterday"}}]},
            {"states": [{"partition": {"account_id": "1first"}, "cursor": {"updated_at": 17}}]},
            {"updated_at": "yesterday"},
            {"jobs": None},
        ],
    )
    def test_given_a_malformed_state_when_read_then_an_error_names_stream_and_remedy(
        self, demo: Emulator, stream: str, state: dict[str, Any]
    ) -> None:
        output = run_here(demo.config(), ["campaigns"], state_message(stream, state))
        assert output.exit_code == 1
        (error,) = output.errors
        assert error["failure_type"] == "config_error"
        assert f"The state of stream {stream} cannot be read" in error["message"]
        assert "Reset the stream" in error["message"]

    @pytest.mark.parametrize("form", ["{}.000Z", "{}+00:00", "{}.000000+0000"])
    @pytest.mark.parametrize("stream", ["campaigns", "tweets"])
    def test_given_bookmarks_in_another_form_when_read_then_they_count_all_the_same(
        self, demo: Emulator, first: Output, stream: str, form: str
    ) -> None:
        state = first.stream_state(stream)
        wanted = run_here(demo.config(), [stream], state_message(stream, state))
        other = {**state, "states": [_rewritten(entry, form) for entry in state["states"]]}
        output = run_here(demo.config(), [stream], state_message(stream, other))
        assert output.exit_code == 0
        assert differences(stream, output.records[stream], wanted.records[stream]) == []
        assert len(output.records[stream]) < len(first.records[stream])
        assert _sorted(output.stream_state(stream)) == _sorted(wanted.stream_state(stream))

    def test_given_a_bookmark_in_xs_date_format_when_read_then_older_tweets_do_not_come(self, demo: Emulator) -> None:
        state = {
            "states": [
                {
                    "partition": {"account_id": account, "tweet_type": "PUBLISHED"},
                    "cursor": {"created_at": "Tue Jan 01 00:00:00 +0000 2999"},
                }
                for account in demo.world.account_ids()
            ]
        }
        output = run_here(demo.config(), ["tweets"], state_message("tweets", state))
        assert output.exit_code == 0
        assert {r["tweet_type"] for r in output.records["tweets"]} == {"SCHEDULED"}

    @pytest.mark.parametrize("stream", ["campaigns", "tweets"])
    @pytest.mark.parametrize("wrapped", [False, True])
    def test_given_one_bookmark_for_all_accounts_when_synced_twice_then_each_keeps_it(
        self, demo: Emulator, first: Output, stream: str, wrapped: bool
    ) -> None:
        field = "created_at" if stream == "tweets" else "updated_at"
        newest = max(entry["cursor"][field] for entry in first.stream_state(stream)["states"])
        state = {"state": {field: newest}, "use_global_cursor": True} if wrapped else {field: newest}
        of_each = [{**entry, "cursor": {field: newest}} for entry in first.stream_state(stream)["states"]]
        wanted = run_here(demo.config(), [stream], state_message(stream, {"states": of_each}))

        second = run_here(demo.config(), [stream], state_message(stream, state))
        third = run_here(demo.config(), [stream], second.state)

        assert differences(stream, second.records[stream], wanted.records[stream]) == []
        assert differences(stream, third.records[stream], wanted.records[stream]) == []


def _rewritten(entry: dict[str, Any], form: str) -> dict[str, Any]:
    return {**entry, "cursor": {name: form.format(value.rstrip("Z")) for name, value in entry["cursor"].items()}}

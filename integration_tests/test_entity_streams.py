# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A full read emits exactly what X has: no loss, no repeat, no changed value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from jsonschema import Draft7Validator
from jsonschema.validators import extend

from integration_tests.conftest import small_world
from integration_tests.connector import SCHEMAS, STREAMS, Output, Record, run, run_here
from integration_tests.entities import differences, expected
from x_ads_emulator.client import Emulator
from x_ads_emulator.world.spec import AccountSpec, WorldSpec

# JSON Schema counts 1.0 as an integer; destinations with typed columns do not.
StrictValidator = extend(
    Draft7Validator,
    type_checker=Draft7Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


def values_of(record: Any) -> Iterator[Any]:
    if isinstance(record, dict):
        for value in record.values():
            yield from values_of(value)
    elif isinstance(record, list):
        for value in record:
            yield from values_of(value)
    else:
        yield record


def all_differences(emulator: Emulator, output: Output, **asked: Any) -> list[str]:
    return [
        line
        for stream in STREAMS
        for line in differences(stream, output.records.get(stream, []), expected(emulator.world, stream, **asked))
    ]


@pytest.fixture(scope="module")
def full(demo: Emulator) -> Output:
    demo.reset_log()
    return run("read", demo.config())


class TestFullRead:
    def test_given_the_demo_world_when_all_streams_are_read_then_the_run_is_quiet(self, full: Output) -> None:
        assert (full.exit_code, full.errors, full.stderr) == (0, [], "")

    @pytest.mark.parametrize("stream", STREAMS)
    def test_given_the_demo_world_when_read_then_the_records_are_exactly_those_of_x(
        self, demo: Emulator, full: Output, stream: str
    ) -> None:
        wanted = expected(demo.world, stream)
        assert wanted, "a stream without records proves nothing"
        assert differences(stream, full.records[stream], wanted) == []

    @pytest.mark.parametrize("stream", STREAMS)
    def test_given_a_record_when_validated_with_strict_integers_then_it_fits_its_schema(
        self, full: Output, stream: str
    ) -> None:
        validator = StrictValidator(json.loads((SCHEMAS / f"{stream}.json").read_text(encoding="utf-8")))
        wrong = {error.message for record in full.records[stream] for error in validator.iter_errors(record)}
        assert wrong == set()

    @pytest.mark.parametrize("stream", STREAMS)
    def test_given_the_demo_world_when_read_then_no_top_level_field_is_undeclared(
        self, full: Output, stream: str
    ) -> None:
        declared = json.loads((SCHEMAS / f"{stream}.json").read_text(encoding="utf-8"))["properties"].keys()
        assert {name for record in full.records[stream] for name in record} - declared == set()

    def test_given_unusual_values_in_the_world_when_read_then_they_were_compared(self, full: Output) -> None:
        """Guards the tests above: they prove little without such values."""
        seen = [value for records in full.records.values() for record in records for value in values_of(record)]
        whole = [v for v in seen if isinstance(v, int) and not isinstance(v, bool)]
        texts = [v for v in seen if isinstance(v, str)]
        assert max(whole) > 2**62
        assert any(v > 2**53 and v % 2 for v in whole)
        assert any("\u2028" in text for text in texts)
        assert any(max(map(ord, text), default=0) > 0xFFFF for text in texts)
        assert None in seen

    def test_given_all_streams_when_read_then_x_refused_no_request(self, demo: Emulator, full: Output) -> None:
        assert {entry["status"] for entry in demo.requests()} == {200}

    def test_given_three_accounts_when_read_then_global_lists_were_fetched_once(
        self, demo: Emulator, full: Output
    ) -> None:
        paths = [entry["path"] for entry in demo.requests()]
        for name in ("iab_categories", "content_categories", "targeting_criteria/interests"):
            assert paths.count(f"/12/{name}") == 1

    def test_given_criteria_of_three_accounts_when_read_then_batches_hold_one_account(
        self, demo: Emulator, full: Output
    ) -> None:
        asked = [e for e in demo.requests() if e["endpoint"] == "accounts/:id/targeting_criteria"]
        ids = {a: {r["id"] for r in demo.world.records("line_items", a)} for a in demo.world.account_ids()}
        batches = [(e["account_id"], _list(e["params"]["line_item_ids"])) for e in asked]
        assert all(len(batch) <= 200 and set(batch) <= ids[account] for account, batch in batches)
        assert sorted(len(batch) for _, batch in batches)[-3:] == [200, 200, 200]

    def test_given_an_audience_shared_between_accounts_when_read_then_both_keep_it(self, full: Output) -> None:
        owners: dict[str, set[str]] = {}
        for record in full.records["tailored_audiences"]:
            owners.setdefault(record["id"], set()).add(record["account_id"])
        assert [accounts for accounts in owners.values() if len(accounts) > 1] == [{"18ce54d4x5t", "2tokyo8n9q"}]


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else str(value).split(",")


class TestOptions:
    @pytest.mark.parametrize("page_size", [1, 7])
    def test_given_small_pages_when_read_then_nothing_is_lost_or_repeated(
        self, start: Callable[..., Emulator], page_size: int
    ) -> None:
        emulator = start(small_world(volumes={"*": 9, "tweets": 15}))
        output = run_here(emulator.config(page_size=page_size), STREAMS)
        assert (output.exit_code, all_differences(emulator, output)) == (0, [])

    def test_given_full_last_pages_with_a_cursor_when_read_then_an_empty_page_ends_it(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(small_world(volumes={"*": 6}), cursor_after_full_page=True)
        output = run_here(emulator.config(page_size=3), STREAMS)
        assert (output.exit_code, all_differences(emulator, output)) == (0, [])

    def test_given_page_size_1000_when_read_then_each_endpoint_gets_its_own_maximum(
        self, demo: Emulator, full: Output
    ) -> None:
        counts = {
            e["endpoint"]: int(e["params"]["count"]) for e in demo.requests() if e["params"].get("count") is not None
        }
        assert counts.pop("accounts/:id/cards") == 200
        assert counts.pop("targeting_criteria/tv_shows") == 50
        assert set(counts.values()) == {1000}

    def test_given_with_deleted_false_when_read_then_only_living_entities_arrive(self, demo: Emulator) -> None:
        output = run_here(demo.config(with_deleted=False), STREAMS)
        assert (output.exit_code, all_differences(demo, output, with_deleted=False)) == (0, [])

    def test_given_one_account_and_two_countries_when_read_then_only_those_arrive(self, demo: Emulator) -> None:
        streams = ["accounts", "campaigns", "tweets", "targeting_locations", "targeting_network_operators"]
        config = demo.config(account_ids="2tokyo8n9q", country_codes="us, jp")
        output = run_here(config, streams)
        wanted = {"account_ids": ["2tokyo8n9q"], "country_codes": ["US", "JP"]}
        found = [line for s in streams for line in differences(s, output.records[s], expected(demo.world, s, **wanted))]
        assert (output.exit_code, found) == (0, [])

    @pytest.mark.parametrize(
        "date", ["2026-05-01", "2026-05-01T00:00:00", "2026-05-01T02:00:00+02:00", "2026-05-01T00:00:00.000Z"]
    )
    def test_given_a_start_date_in_any_form_when_read_then_it_bounds_tweets_alone(
        self, start: Callable[..., Emulator], date: str
    ) -> None:
        emulator = start(small_world("1first", volumes={"campaigns": 60, "tweets": 60}))
        output = run_here(emulator.config(date), ["campaigns", "accounts", "tweets"])
        for stream in ("campaigns", "accounts"):
            assert differences(stream, output.records[stream], expected(emulator.world, stream)) == []
        tweets = expected(emulator.world, "tweets")
        newer = [r for r in tweets if r["tweet_type"] == "SCHEDULED" or r["created_at"] >= "2026-05-01T00:00:00Z"]
        assert 0 < len(newer) < len(tweets)
        assert differences("tweets", output.records["tweets"], newer) == []

    def test_given_a_time_ago_as_start_when_read_then_it_counts_from_today(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(WorldSpec(accounts=[AccountSpec("1first", volumes={"tweets": 60}, examples=False)]))
        today = datetime.now(timezone.utc).date()
        output = run("read", emulator.config("8 weeks ago"), ["tweets"])
        first = f"{today - timedelta(weeks=8)}T00:00:00Z"
        tweets = [r for r in expected(emulator.world, "tweets") if r["tweet_type"] == "PUBLISHED"]
        newer = {r["id"] for r in tweets if r["created_at"] >= first}
        assert output.exit_code == 0
        assert 0 < len(newer) < len(tweets)
        assert {r["id"] for r in output.records["tweets"] if r["tweet_type"] == "PUBLISHED"} == newer

    def test_given_an_end_date_when_read_then_it_bounds_tweets_alone(self, start: Callable[..., Emulator]) -> None:
        emulator = start(small_world("1first", volumes={"campaigns": 60, "tweets": 60}))
        end = "2026-05-01T00:00:00Z"
        output = run_here(emulator.config(end_date=end), ["campaigns", "tweets"])
        campaigns = expected(emulator.world, "campaigns")
        assert any(r["updated_at"] > end for r in campaigns)
        assert differences("campaigns", output.records["campaigns"], campaigns) == []
        (partition,) = output.stream_state("campaigns")["states"]
        assert partition["cursor"]["updated_at"] == max(r["updated_at"] for r in campaigns)
        tweets = [r for r in expected(emulator.world, "tweets") if r["created_at"] <= end]
        assert differences("tweets", output.records["tweets"], tweets) == []
        bookmarks = {s["partition"]["tweet_type"]: s["cursor"] for s in output.stream_state("tweets")["states"]}
        assert bookmarks["PUBLISHED"]["created_at"] == max(
            r["created_at"] for r in tweets if r["tweet_type"] == "PUBLISHED"
        )


class TestOddRecords:
    def test_given_a_field_that_x_adds_later_when_read_then_it_reaches_the_user(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(small_world("1first"))
        campaign = emulator.world.visible("campaigns", "1first")[0]
        added = {"a_field_of_next_year": {"deep": [1, None, 2**63 - 1]}}
        emulator.mutate(
            {"op": "touch", "stream": "campaigns", "account_id": "1first", "id": campaign["id"], "fields": added}
        )
        records = run_here(emulator.config(), ["campaigns"]).records["campaigns"]
        assert [r["a_field_of_next_year"] for r in records if r["id"] == campaign["id"]] == list(added.values())

    def test_given_records_without_updated_at_when_read_then_they_move_no_bookmark(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(small_world("1first", volumes={"campaigns": 20}, undated=4))
        output = run_here(emulator.config(page_size=5), ["campaigns"])
        wanted = expected(emulator.world, "campaigns")
        assert sum(not r.get("updated_at") for r in wanted) >= 1
        assert differences("campaigns", output.records["campaigns"], wanted) == []
        (partition,) = output.stream_state("campaigns")["states"]
        assert partition["cursor"]["updated_at"] == max(r.get("updated_at") or "" for r in wanted)

    def test_given_integers_beyond_64_bits_when_read_then_they_are_not_rounded(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(small_world("1first"))
        campaign: Record = emulator.world.visible("campaigns", "1first")[0]
        change = {"op": "touch", "stream": "campaigns", "account_id": "1first", "id": campaign["id"]}
        emulator.mutate({**change, "fields": {"total_budget_amount_local_micro": 2**64 - 1}})
        records = run_here(emulator.config(), ["campaigns"]).records["campaigns"]
        assert 2**64 - 1 in [r["total_budget_amount_local_micro"] for r in records]

    def test_given_an_account_below_a_service_level_when_read_then_it_is_skipped(
        self, start: Callable[..., Emulator]
    ) -> None:
        limited = AccountSpec(
            "2lesser", access="service_level", service_level_streams=["cards"], volumes={"*": 2}, examples=False
        )
        world = WorldSpec(accounts=[AccountSpec("1full", volumes={"*": 2}, examples=False), limited])
        emulator = start(world)
        output = run("read", emulator.config(), ["cards", "campaigns"])
        assert (output.exit_code, output.errors) == (0, [])
        assert {r["account_id"] for r in output.records["cards"]} == {"1full"}
        assert {r["account_id"] for r in output.records["campaigns"]} == {"1full", "2lesser"}
        assert any("2lesser" in text and "cards" in text for text in output.logs)

    def test_given_a_suspended_account_when_read_then_others_arrive_and_it_is_named(
        self, start: Callable[..., Emulator]
    ) -> None:
        blocked = AccountSpec("2blocked", access="suspended", volumes={"*": 2}, examples=False)
        world = WorldSpec(accounts=[AccountSpec("1fine", volumes={"*": 2}, examples=False), blocked])
        emulator = start(world)
        streams = ["campaigns", "targeting_criteria", "tweets", "accounts"]
        output = run("read", emulator.config(), streams)
        assert output.exit_code == 1
        for stream in streams:
            wanted = expected(emulator.world, stream, ["1fine", "2blocked"] if stream == "accounts" else ["1fine"])
            assert differences(stream, output.records[stream], wanted) == []
        assert output.statuses["campaigns"][-1] == "INCOMPLETE"
        assert output.statuses["accounts"][-1] == "COMPLETE"
        assert all("2blocked" in error["message"] for error in output.errors[:-1])
        assert [s["partition"]["account_id"] for s in output.stream_state("campaigns")["states"]] == ["1fine"]


class TestOddAnswers:
    """X's answers that its documents do not show: nothing is lost without a word."""

    PLACE = "(stream campaigns, account 1first)"

    @pytest.fixture
    def emulator(self, start: Callable[..., Emulator]) -> Emulator:
        return start(small_world("1first", volumes={"campaigns": 100, "tweets": 40}))

    def fault(self, emulator: Emulator, fault: str, stream: str = "campaigns", **arguments: Any) -> None:
        emulator.set_faults([{"fault": fault, "match": {"endpoint": f"accounts/:id/{stream}"}, **arguments}])

    def warnings(self, output: Output) -> list[str]:
        return [m["log"]["message"] for m in output.of_type("LOG") if m["log"]["level"] == "WARN"]

    def test_given_times_in_other_offsets_when_synced_again_then_every_change_arrives(self, emulator: Emulator) -> None:
        wanted = expected(emulator.world, "campaigns")
        bookmark = sorted(r["updated_at"] for r in wanted)[60]
        due = {r["id"] for r in wanted if r["updated_at"] >= bookmark}
        cursor = [{"partition": {"account_id": "1first"}, "cursor": {"updated_at": bookmark}}]
        state = [
            {
                "type": "STREAM",
                "stream": {
                    "stream_descriptor": {"name": "campaigns"},
                    "stream_state": {"use_global_cursor": False, "states": cursor},
                },
            }
        ]
        self.fault(emulator, "time_offset", offsets=["-05:00", "+09:30", "Z"])
        output = run_here(emulator.config(page_size=10), ["campaigns"], state)
        assert (output.exit_code, self.warnings(output)) == (0, [])
        assert {r["id"] for r in output.records["campaigns"]} == due
        (partition,) = output.stream_state("campaigns")["states"]
        assert partition["cursor"]["updated_at"] == max(r["updated_at"] for r in wanted)

    @pytest.mark.parametrize("value", [None, "", 1761955200000, ["2026-05-01"], "yesterday"])
    def test_given_dates_that_are_none_when_read_then_all_arrive_with_a_warning(
        self, emulator: Emulator, value: Any
    ) -> None:
        self.fault(emulator, "odd_record", field="updated_at", value=value, rows=[3, 50])
        output = run("read", emulator.config(), ["campaigns"])
        assert (output.exit_code, output.errors) == (0, [])
        assert len(output.records["campaigns"]) == len(expected(emulator.world, "campaigns"))
        (warning,) = self.warnings(output)
        assert warning.startswith(
            f"GET /12/accounts/1first/campaigns: updated_at is {value!r}, which is not a date, in 2"
        )
        assert warning.endswith(f"They are read, but move no bookmark {self.PLACE}.")
        assert output.stream_state("campaigns")["states"]

    @pytest.mark.parametrize("odd", [{}, {"value": None}, {"value": ""}])
    def test_given_a_record_without_id_when_read_then_an_error_names_its_place(
        self, emulator: Emulator, odd: dict[str, Any]
    ) -> None:
        self.fault(emulator, "odd_record", field="id", rows=[7], **odd)
        output = run("read", emulator.config(), ["campaigns"])
        assert output.exit_code == 1
        wanted = expected(emulator.world, "campaigns")
        assert len(output.records["campaigns"]) == len(wanted) - 1
        assert output.errors[0]["message"].startswith(
            f"GET /12/accounts/1first/campaigns: id is missing in 1 of {len(wanted)} records; "
            f"such records are left out {self.PLACE}. "
        )
        assert "campaigns" not in output.state_messages or not output.stream_state("campaigns").get("states")
        emulator.set_faults([])
        again = run_here(emulator.config(), ["campaigns"], output.state)
        assert differences("campaigns", again.records["campaigns"], wanted) == []

    def test_given_ids_as_numbers_when_read_then_they_become_text(self, emulator: Emulator) -> None:
        self.fault(emulator, "odd_record", field="id", value=2**53 + 1, rows=[0])
        output = run_here(emulator.config(), ["campaigns"])
        assert output.exit_code == 0
        assert "9007199254740993" in [r["id"] for r in output.records["campaigns"]]

    @pytest.mark.parametrize("field", ["id", "tweet_id", "id_str"])
    def test_given_tweets_without_one_of_their_ids_when_read_then_the_key_is_whole(
        self, emulator: Emulator, field: str
    ) -> None:
        self.fault(emulator, "odd_record", "tweets", field=field)
        output = run_here(emulator.config(), ["tweets"])
        assert output.exit_code == 0
        assert {r["id"] for r in output.records["tweets"]} == {r["id"] for r in expected(emulator.world, "tweets")}

    def test_given_tweets_with_iso_dates_when_read_then_the_bookmark_moves(self, emulator: Emulator) -> None:
        self.fault(emulator, "odd_record", "tweets", field="created_at", value="2026-05-01T10:00:00+02:00")
        output = run_here(emulator.config(), ["tweets"])
        assert {r["created_at"] for r in output.records["tweets"]} == {"2026-05-01T08:00:00Z"}
        states = output.stream_state("tweets")["states"]
        assert {s["cursor"]["created_at"] for s in states} == {"2026-05-01T08:00:00Z"}

    @pytest.mark.parametrize("value", [None, "soon", 1761955200])
    def test_given_tweets_without_a_readable_date_when_read_then_warnings_name_the_place(
        self, emulator: Emulator, value: Any
    ) -> None:
        self.fault(emulator, "odd_record", "tweets", field="created_at", value=value)
        output = run("read", emulator.config(), ["tweets"])
        assert (output.exit_code, output.errors) == (0, [])
        assert len(output.records["tweets"]) == len(expected(emulator.world, "tweets"))
        published, scheduled = sorted(self.warnings(output), key=lambda text: "SCHEDULED" in text)
        for warning, tweet_type in ((published, "PUBLISHED"), (scheduled, "SCHEDULED")):
            assert f"created_at is {value!r}, which is not a date" in warning
            assert f"(stream tweets, account 1first, {tweet_type})" in warning


class TestDeletedAccounts:
    STREAMS = ("accounts", "campaigns", "targeting_criteria", "tweets")

    def world(self, access: str = "ok") -> WorldSpec:
        gone = AccountSpec("2gone", volumes={"*": 4}, examples=False, deleted=True, access=access)
        return WorldSpec(accounts=[AccountSpec("1here", volumes={"*": 4}, examples=False), gone])

    def test_given_no_account_ids_when_read_then_records_of_deleted_accounts_arrive(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(self.world())
        output = run_here(emulator.config(), self.STREAMS)
        found = [d for s in self.STREAMS for d in differences(s, output.records[s], expected(emulator.world, s))]
        assert (output.exit_code, found) == (0, [])
        assert {r["id"]: r["deleted"] for r in output.records["accounts"]} == {"1here": False, "2gone": True}

    def test_given_with_deleted_false_when_read_then_deleted_accounts_get_no_request(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(self.world())
        output = run_here(emulator.config(with_deleted=False), self.STREAMS)
        assert output.exit_code == 0
        assert {r["id"] for r in output.records["accounts"]} == {"1here"}
        assert {e["account_id"] for e in emulator.requests()} == {None, "1here"}

    @pytest.mark.parametrize("access", ["revoked", "suspended"])
    def test_given_a_deleted_account_that_x_refuses_when_read_then_only_warnings_come(
        self, start: Callable[..., Emulator], access: str
    ) -> None:
        emulator = start(self.world(access))
        output = run("read", emulator.config(), self.STREAMS)
        assert (output.exit_code, output.errors) == (0, [])
        assert {r["id"] for r in output.records["accounts"]} == {"1here", "2gone"}
        for stream in self.STREAMS[1:]:
            wanted = expected(emulator.world, stream, ["1here"])
            assert differences(stream, output.records[stream], wanted) == []
            assert output.statuses[stream][-1] == "COMPLETE"
            warnings = [m["log"]["message"] for m in output.of_type("LOG") if m["log"]["level"] == "WARN"]
            assert any(stream in text and "2gone" in text for text in warnings)


class TestDrafts:
    @pytest.mark.parametrize("stream", ["campaigns", "line_items", "targeting_criteria"])
    def test_given_drafts_when_read_then_they_and_what_lies_below_them_arrive(
        self, start: Callable[..., Emulator], stream: str
    ) -> None:
        emulator = start(small_world("1first", volumes={"*": 45}))
        drafts = {
            row["id"]
            for name in ("campaigns", "line_items")
            for row in emulator.world.records(name, "1first")
            if row["entity_status"] == "DRAFT"
        }
        records = run_here(emulator.config(), [stream]).records[stream]
        assert drafts & {r["line_item_id"] if stream == "targeting_criteria" else r["id"] for r in records}
        assert differences(stream, records, expected(emulator.world, stream)) == []

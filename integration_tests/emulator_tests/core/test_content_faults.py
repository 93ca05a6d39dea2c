# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Faults that leave HTTP and JSON sound and change what a response says (docs/x-ads-api.md §2, §3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from integration_tests.emulator_tests.core.builders import ACCOUNT, Caller, signed
from x_ads_emulator.http.faults import FaultPlan

CAMPAIGNS = f"accounts/{ACCOUNT}/campaigns"
OTHER = "2tokyo8n9q"


def asked(rule: dict[str, Any], path: str = CAMPAIGNS, **params: Any) -> Any:
    """The body of a page of ten under a rule."""
    return Caller(faults=[rule]).get(path, **{"count": 10, **params}).json


def times_of(rows: list[dict[str, Any]]) -> Iterator[str]:
    return (row[name] for row in rows for name in ("created_at", "updated_at"))


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


class TestErrorsBesideData:
    def test_given_a_code_when_it_strikes_then_200_with_all_data_and_the_error(self, demo: Caller) -> None:
        rule = {"fault": "errors_beside_data", "code": "ACCOUNT_NOT_FOUND", "message": "No.", "parameter": "account_id"}
        got = Caller(faults=[rule]).get(CAMPAIGNS, count=10)
        assert got.status == 200
        assert got.json["errors"] == [{"code": "ACCOUNT_NOT_FOUND", "message": "No.", "parameter": "account_id"}]
        assert got.json["data"] == demo.get(CAMPAIGNS, count=10).json["data"]

    @pytest.mark.parametrize("kept", [0, 4])
    def test_given_kept_when_it_strikes_then_so_many_rows_and_the_envelope_stay(self, kept: int, demo: Caller) -> None:
        body, honest = asked({"fault": "errors_beside_data", "kept": kept}), demo.get(CAMPAIGNS, count=10).json
        assert body["data"] == honest["data"][:kept]
        assert {**honest, "data": [], "errors": body["errors"]} == {**body, "data": []}

    @pytest.mark.parametrize("path", ["accounts", "iab_categories", f"stats/jobs/accounts/{ACCOUNT}"])
    def test_given_another_endpoint_when_it_strikes_then_likewise(self, path: str) -> None:
        assert set(asked({"fault": "errors_beside_data", "kept": 0}, path)) > {"errors", "data"}

    def test_given_one_record_when_none_is_kept_then_null(self) -> None:
        assert asked({"fault": "errors_beside_data", "kept": 0}, f"accounts/{ACCOUNT}")["data"] is None

    def test_given_a_refusal_when_it_strikes_then_the_refusal_stays(self) -> None:
        assert "data" not in asked({"fault": "errors_beside_data"}, count=0)


class TestOddRecords:
    def test_given_a_field_when_it_strikes_then_no_row_has_it(self) -> None:
        assert not any("id" in row for row in asked({"fault": "odd_record", "field": "id"})["data"])

    def test_given_rows_and_a_value_when_it_strikes_then_only_those_have_it(self, demo: Caller) -> None:
        honest = demo.get(CAMPAIGNS, count=10).json["data"]
        rows = asked({"fault": "odd_record", "field": "updated_at", "value": 1, "rows": [0, 3]})["data"]
        assert [n for n, row in enumerate(rows) if row != honest[n]] == [0, 3]
        assert rows[3] == {**honest[3], "updated_at": 1}

    def test_given_a_value_alone_when_it_strikes_then_it_replaces_the_record(self) -> None:
        assert [row is None for row in asked({"fault": "odd_record", "value": None, "rows": [1, 99]})["data"]] == [
            n == 1 for n in range(10)
        ]

    def test_given_one_record_when_it_strikes_then_it_is_changed(self) -> None:
        assert asked({"fault": "odd_record", "field": "name", "value": 5}, f"accounts/{ACCOUNT}")["data"]["name"] == 5

    @pytest.mark.parametrize("value", [2**64 + 1, -(2**63) - 1])
    def test_given_a_number_beyond_64_bits_when_it_strikes_then_it_is_printed_whole(self, value: int) -> None:
        assert asked({"fault": "odd_record", "field": "budget", "value": value})["data"][0]["budget"] == value

    @pytest.mark.parametrize("value", [[], {}, None, "text"], ids=str)
    def test_given_odd_data_when_it_strikes_then_it_takes_the_place_of_all(self, value: Any) -> None:
        body = asked({"fault": "odd_data", "value": value})
        assert (body["data"], body["request"]["params"]["account_id"]) == (value, ACCOUNT)


class TestOddTexts:
    @pytest.mark.parametrize(("kind", "raw"), [("lone_surrogate", b"\\ud83d"), ("invalid_byte", b"\xff")])
    def test_given_a_kind_when_it_strikes_then_one_name_ends_so(self, kind: str, raw: bytes, demo: Caller) -> None:
        caller = Caller(faults=[{"fault": "odd_text", "kind": kind, "rows": [2]}])
        body = caller.app.handle(signed(f"/12/{CAMPAIGNS}", {"count": 10})).body
        assert body.count(raw) == 1
        honest = demo.get(CAMPAIGNS, count=10).json
        name = honest["data"][2]["name"].encode()
        assert json.loads(body.replace(raw, b"")) == honest
        assert (json.dumps(name.decode(), ensure_ascii=False)[1:-1].encode() + raw) in body

    def test_given_no_rows_when_it_strikes_then_all_names(self) -> None:
        caller = Caller(faults=[{"fault": "odd_text", "kind": "invalid_byte"}])
        assert caller.app.handle(signed(f"/12/{CAMPAIGNS}", {"count": 10})).body.count(b"\xff") == 10


class TestTimeOffsets:
    @pytest.mark.parametrize("offset", ["-05:00", "+0900", "+05:30"])
    def test_given_an_offset_when_it_strikes_then_the_same_instants_end_so(self, offset: str, demo: Caller) -> None:
        honest = list(times_of(demo.get(CAMPAIGNS, count=10).json["data"]))
        times = list(times_of(asked({"fault": "time_offset", "offsets": [offset]})["data"]))
        assert all(one.endswith(offset) for one in times)
        assert [instant(one) for one in times] == [instant(one) for one in honest]

    def test_given_several_when_it_strikes_then_they_take_turns(self) -> None:
        times = list(times_of(asked({"fault": "time_offset", "offsets": ["Z", "-05:00"]})["data"]))
        assert {one[19:] for one in times} == {"Z", "-05:00"}

    def test_given_tweets_when_it_strikes_then_their_dates_have_the_offset_too(self, demo: Caller) -> None:
        path, form = f"accounts/{ACCOUNT}/tweets", "%a %b %d %H:%M:%S %z %Y"
        honest = [row["created_at"] for row in demo.get(path, count=10, tweet_type="PUBLISHED").json["data"]]
        rows = asked({"fault": "time_offset"}, path, tweet_type="PUBLISHED")["data"]
        assert all(" -0500 " in row["created_at"] for row in rows)
        assert [datetime.strptime(row["created_at"], form) for row in rows] == [
            datetime.strptime(one, form) for one in honest
        ]


class TestOtherAccount:
    def test_given_another_account_when_it_strikes_then_its_page_with_its_echo(self, demo: Caller) -> None:
        caller = Caller(faults=[{"fault": "other_account", "account_id": OTHER, "times": 1}])
        assert caller.get(CAMPAIGNS, count=10).json == demo.get(f"accounts/{OTHER}/campaigns", count=10).json
        assert caller.get(CAMPAIGNS, count=10).json == demo.get(CAMPAIGNS, count=10).json
        assert [one["account_id"] for one in caller.log()] == [ACCOUNT, ACCOUNT]

    def test_given_a_list_without_an_account_when_it_strikes_then_nothing_changes(self, demo: Caller) -> None:
        rule = {"fault": "other_account", "account_id": OTHER}
        assert Caller(faults=[rule]).get("iab_categories").json == demo.get("iab_categories").json


class TestRefusals:
    def test_given_a_header_that_is_repeated_when_it_strikes_then_the_message_holds_it(self) -> None:
        request = signed(f"/12/{CAMPAIGNS}")
        got = Caller(faults=[{"fault": "repeat_authorization"}]).send(request)
        assert (got.status, got.code) == (400, "INVALID_PARAMETER")
        assert request.headers["authorization"] in got.json["errors"][0]["message"]

    def test_given_402_when_it_strikes_then_xs_envelope(self) -> None:
        got = Caller(faults=[{"fault": "status", "status": 402}]).get(CAMPAIGNS)
        assert (got.status, got.code) == (402, "PAYMENT_REQUIRED")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"fault": "other_account"}, "other_account needs account_id"),
        ({"fault": "odd_data"}, "odd_data needs value"),
        ({"fault": "odd_record", "rows": [1]}, "odd_record needs field or value"),
        ({"fault": "odd_text", "kind": "emoji"}, "kind is one of lone_surrogate, invalid_byte, not 'emoji'"),
    ],
)
def test_given_a_rule_that_lacks_something_when_read_then_it_is_refused(rule: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FaultPlan([rule])

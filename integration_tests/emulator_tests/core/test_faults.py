# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The fault plan: which request is hit, and what an answering fault looks like."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from integration_tests.emulator_tests.core.builders import ACCOUNT, HOST, Caller, signed
from x_ads_emulator.http.faults import FaultPlan

CAMPAIGNS = f"accounts/{ACCOUNT}/campaigns"


def statuses(rule: dict[str, Any], asked: int = 6, path: str = CAMPAIGNS) -> list[int]:
    caller = Caller(faults=[{"fault": "status", "status": 503, **rule}])
    return [caller.get(path).status for _ in range(asked)]


def test_given_times_when_matched_more_often_then_it_strikes_that_often() -> None:
    assert statuses({"times": 2}) == [503, 503, 200, 200, 200, 200]


def test_given_nth_when_matched_then_it_strikes_those() -> None:
    assert statuses({"match": {"nth": [2, 5]}}) == [200, 503, 200, 200, 503, 200]


def test_given_a_probability_with_a_seed_when_repeated_then_it_hits_the_same_ones() -> None:
    rule = {"match": {"probability": 0.5, "seed": 7}}
    first = statuses(rule, asked=30)
    assert first == statuses(rule, asked=30)
    assert {200, 503} == set(first)


@pytest.mark.parametrize(
    "match",
    [
        {"path_regex": "/line_items$"},
        {"method": "POST"},
        {"account_id": "2tokyo8n9q"},
        {"endpoint": "accounts"},
    ],
)
def test_given_a_match_that_does_not_fit_when_asked_then_no_fault(match: dict[str, str]) -> None:
    assert statuses({"match": match}, asked=1) == [200]


def test_given_two_rules_when_both_match_then_the_first_strikes_and_the_log_names_it() -> None:
    rules = [{"name": "one", "fault": "empty_body"}, {"name": "two", "fault": "garbage"}]
    caller = Caller(faults=rules)
    caller.get(CAMPAIGNS)
    assert caller.log()[0]["fault"] == "one"


def test_given_a_bad_signature_when_a_fault_matches_then_401_and_it_is_not_used_up() -> None:
    caller = Caller(faults=[{"fault": "status", "status": 500, "times": 1}])
    assert caller.send(replace(signed("/12/accounts"), headers={})).status == 401
    assert caller.get("accounts").status == 500


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "TOO_MANY_REQUESTS"),
        (500, "INTERNAL_ERROR"),
        (502, "INTERNAL_ERROR"),
        (503, "SERVICE_UNAVAILABLE"),
        (504, "INTERNAL_ERROR"),
        (403, "ACTION_NOT_ALLOWED"),
        (408, "CANCELLED_REQUEST"),
    ],
)
def test_given_a_status_fault_when_it_strikes_then_xs_envelope(status: int, code: str) -> None:
    got = Caller(faults=[{"fault": "status", "status": status}]).get(CAMPAIGNS)
    assert (got.status, got.code) == (status, code)


def test_given_a_code_and_message_when_it_strikes_then_they_are_printed() -> None:
    rule = {"fault": "status", "status": 400, "code": "INVALID_ACCOUNT_SERVICE_LEVEL", "message": "No."}
    got = Caller(faults=[rule]).get(CAMPAIGNS)
    assert got.json["errors"] == [{"code": "INVALID_ACCOUNT_SERVICE_LEVEL", "message": "No."}]


def test_given_429_with_reset_in_when_it_hits_then_account_headers_and_a_wait() -> None:
    caller = Caller(faults=[{"fault": "status", "status": 429, "reset_in": 3}])
    headers = caller.get(CAMPAIGNS).headers
    assert 2 < int(headers["x-account-rate-limit-reset"]) - time.time() <= 4
    assert int(headers["x-rate-limit-reset"]) > int(headers["x-account-rate-limit-reset"]) + 800
    assert caller.log()[0]["not_before"] == int(headers["x-account-rate-limit-reset"])


def test_given_429_of_the_user_when_it_strikes_then_user_headers_only() -> None:
    rule = {"fault": "status", "status": 429, "reset_in": 3, "reset_scope": "user"}
    headers = Caller(faults=[rule]).get(CAMPAIGNS).headers
    assert 2 < int(headers["x-rate-limit-reset"]) - time.time() <= 4
    assert "x-account-rate-limit-reset" not in headers


def test_given_a_bare_429_when_it_strikes_then_no_headers_and_no_demand() -> None:
    caller = Caller(faults=[{"fault": "status", "status": 429, "bare": True}])
    headers = caller.get(CAMPAIGNS).headers
    assert not [name for name in headers if "rate-limit" in name or name == "retry-after"]
    assert caller.log()[0]["not_before"] is None


def test_given_503_with_retry_after_when_it_strikes_then_the_wait_is_demanded() -> None:
    caller = Caller(faults=[{"fault": "status", "status": 503, "retry_after": 2}])
    assert caller.get(CAMPAIGNS).headers["retry-after"] == "2"
    assert caller.log()[0]["not_before"] == pytest.approx(time.time() + 2, abs=0.5)


def test_given_clock_skew_when_it_strikes_then_401_that_says_timestamp() -> None:
    got = Caller(faults=[{"fault": "clock_skew"}]).get(CAMPAIGNS)
    assert (got.status, got.json["errors"][0]["message"]) == (401, "Timestamp out of bounds")


def test_given_wordless_clock_skew_when_it_strikes_then_401_as_for_any_signature() -> None:
    got = Caller(faults=[{"fault": "clock_skew", "wordless": True}]).get(CAMPAIGNS)
    assert (got.status, got.json["errors"][0]["message"]) == (401, "This request is not properly authenticated")


def test_given_a_redirect_to_itself_when_it_hits_then_the_location_is_the_address() -> None:
    got = Caller(faults=[{"fault": "redirect", "to_itself": True}]).get(CAMPAIGNS, count=3)
    assert (got.status, got.headers["location"]) == (302, f"{HOST}/12/{CAMPAIGNS}?count=3")


def test_given_a_redirect_when_it_strikes_then_status_and_location() -> None:
    rule = {"fault": "redirect", "status": 307, "location": "https://elsewhere.example/"}
    got = Caller(faults=[rule]).get(CAMPAIGNS)
    assert (got.status, got.headers["location"]) == (307, "https://elsewhere.example/")


def test_given_html_when_it_strikes_then_a_page_with_that_status() -> None:
    got = Caller(faults=[{"fault": "html", "status": 502}]).get(CAMPAIGNS)
    assert got.status == 502
    assert got.json.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("fault", ["cut_json", "garbage", "empty_body", "cut_gzip"])
def test_given_a_fault_of_the_body_when_it_strikes_then_200_without_json(fault: str) -> None:
    got = Caller(faults=[{"fault": fault}]).get(CAMPAIGNS)
    assert got.status == 200
    assert not isinstance(got.json, dict)


def test_given_cut_json_with_a_share_when_it_strikes_then_that_much_is_left() -> None:
    got = Caller(faults=[{"fault": "cut_json", "share": 0.999999}]).get(CAMPAIGNS)
    assert got.json.endswith(b"]")


@pytest.mark.parametrize(
    "rule",
    [{"fault": "meteor"}, {"fault": "hang", "minutes": 1}, {"fault": "status", "match": {"path": "x"}}],
)
def test_given_a_rule_with_a_mistake_when_read_then_it_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"meteor|minutes|path"):
        FaultPlan([rule])

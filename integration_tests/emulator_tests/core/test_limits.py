# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rate limits (docs/x-ads-api.md §4) and how the log tells whether a client obeyed."""

from __future__ import annotations

import time
from typing import Any

import pytest

from integration_tests.emulator_tests.core.builders import ACCOUNT, Caller

CAMPAIGNS = f"accounts/{ACCOUNT}/campaigns"
FEW = {"rate_limit": {"requests": 2, "seconds": 1}, "early_grace_seconds": 0.0}
FEW_FOR_ALL = {"rate_limit": {"requests": 2, "seconds": 1, "scope": "user"}, "early_grace_seconds": 0.0}
OTHERS_CAMPAIGNS = "accounts/2tokyo8n9q/campaigns"
DOCUMENTED: dict[str, Any] = {"rate_limit": None}


def test_given_a_core_entity_when_asked_then_account_headers_and_a_large_user_quota() -> None:
    headers = Caller(settings=DOCUMENTED).get(CAMPAIGNS).headers
    assert (headers["x-account-rate-limit-limit"], headers["x-account-rate-limit-remaining"]) == ("10000", "9999")
    assert int(headers["x-rate-limit-limit"]) > 10_000
    assert 895 <= int(headers["x-account-rate-limit-reset"]) - time.time() <= 901


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("accounts", "2000"),
        (f"accounts/{ACCOUNT}/cards", "2000"),
        ("content_categories", "5"),
        ("targeting_criteria/interests", "400"),
        ("targeting_criteria/tv_markets", "2000"),
    ],
)
def test_given_other_endpoints_when_asked_then_headers_of_the_user_only(path: str, limit: str) -> None:
    headers = Caller(settings=DOCUMENTED).get(path).headers
    assert headers["x-rate-limit-limit"] == limit
    assert "x-account-rate-limit-limit" not in headers


def test_given_a_global_list_when_asked_six_times_then_429() -> None:
    caller = Caller(settings=DOCUMENTED)
    assert [caller.get("iab_categories").status for _ in range(6)] == [200] * 5 + [429]


def test_given_targeting_options_when_asked_then_they_share_one_category() -> None:
    caller = Caller(settings=DOCUMENTED)
    caller.get("targeting_criteria/interests")
    headers = caller.get("targeting_criteria/languages").headers
    assert headers["x-rate-limit-remaining"] == "398"


def test_given_with_total_count_when_asked_then_its_own_limit() -> None:
    headers = Caller(settings=DOCUMENTED).get(CAMPAIGNS, with_total_count="true").headers
    assert headers["x-account-rate-limit-limit"] == "200"


def test_given_an_override_when_exceeded_then_429_until_its_reset() -> None:
    caller = Caller(settings=FEW)
    assert [caller.get(CAMPAIGNS).status for _ in range(2)] == [200, 200]
    refused = caller.get(CAMPAIGNS)
    assert (refused.status, refused.code) == (429, "TOO_MANY_REQUESTS")
    assert refused.headers["x-account-rate-limit-remaining"] == "0"
    time.sleep(max(0.0, int(refused.headers["x-account-rate-limit-reset"]) - time.time()))
    assert caller.get(CAMPAIGNS).status == 200


def test_given_an_override_when_one_account_is_over_then_another_is_not() -> None:
    caller = Caller(settings=FEW)
    assert [caller.get(CAMPAIGNS).status for _ in range(3)] == [200, 200, 429]
    assert caller.get(OTHERS_CAMPAIGNS).status == 200


@pytest.mark.parametrize("ahead", [-100, 100])
def test_given_another_server_clock_when_refused_then_the_reset_follows_it(
    ahead: int,
) -> None:
    caller = Caller(settings={**FEW, "clock_ahead_seconds": ahead})
    for _ in range(3):
        refused = caller.get(CAMPAIGNS)
    left = int(refused.headers["x-account-rate-limit-reset"]) - ahead - time.time()
    assert 0 < left <= 2
    assert caller.log()[-1]["not_before"] == pytest.approx(time.time() + left, abs=0.5)


def test_given_a_user_override_when_one_account_exceeds_it_then_all_are_refused() -> None:
    caller = Caller(settings=FEW_FOR_ALL)
    assert [caller.get(CAMPAIGNS).status for _ in range(2)] == [200, 200]
    refused = caller.get(OTHERS_CAMPAIGNS)
    assert refused.status == 429
    assert refused.headers["x-rate-limit-remaining"] == "0"
    assert "x-account-rate-limit-reset" not in refused.headers
    assert caller.get(f"accounts/{ACCOUNT}/line_items").status == 200


@pytest.mark.parametrize("limit", [{"requests": 2}, {"requests": 2, "seconds": 1, "scope": "app"}, "on"])
def test_given_an_override_with_a_mistake_when_set_then_it_is_refused(limit: Any) -> None:
    with pytest.raises(ValueError, match="rate_limit must be null"):
        Caller(settings={"rate_limit": limit})


def test_given_a_demanded_wait_when_asked_before_its_end_then_the_log_says_early() -> None:
    caller = Caller(settings=FEW)
    for _ in range(4):
        caller.get(CAMPAIGNS)
    caller.get(OTHERS_CAMPAIGNS)
    assert [entry["early"] for entry in caller.log()] == [False, False, False, True, False]
    assert caller.log()[2]["not_before"] > time.time() - 1


def test_given_a_wait_of_the_user_when_another_account_asks_then_it_is_early() -> None:
    caller = Caller(settings=FEW_FOR_ALL)
    for _ in range(3):
        caller.get(CAMPAIGNS)
    caller.get(OTHERS_CAMPAIGNS)
    caller.get(f"accounts/{ACCOUNT}/line_items")
    assert [entry["early"] for entry in caller.log()] == [False, False, False, True, False]
    assert [entry["user_level"] for entry in caller.log()] == [False, False, True, True, False]


@pytest.mark.parametrize(("scope", "early"), [("account", False), ("user", True)])
def test_given_a_429_fault_when_another_account_asks_then_early_by_user_scope_only(scope: str, early: bool) -> None:
    rule = {"fault": "status", "status": 429, "reset_in": 5, "reset_scope": scope, "times": 1}
    caller = Caller(settings={"early_grace_seconds": 0.0}, faults=[rule])
    caller.get(CAMPAIGNS)
    caller.get(OTHERS_CAMPAIGNS)
    assert caller.log()[1]["early"] is early


def test_given_a_demanded_wait_when_asked_after_its_end_then_not_early() -> None:
    caller = Caller(settings=FEW)
    for _ in range(3):
        caller.get(CAMPAIGNS)
    time.sleep(max(0.0, caller.log()[2]["not_before"] - time.time()))
    caller.get(CAMPAIGNS)
    assert caller.log()[-1]["early"] is False


def test_given_a_request_on_its_way_when_it_arrives_within_the_grace_then_not_early() -> None:
    caller = Caller(settings={**FEW, "early_grace_seconds": 5.0})
    for _ in range(4):
        caller.get(CAMPAIGNS)
    assert [entry["early"] for entry in caller.log()] == [False] * 4

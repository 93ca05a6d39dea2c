# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Routes and accounts that are refused (docs/x-ads-api.md §0, §3)."""

from __future__ import annotations

import pytest

from integration_tests.emulator_tests.core.builders import ACCOUNT, Caller, signed, world_of
from x_ads_emulator.world.spec import AccountSpec


def caller_with(access: str, streams: list[str] | None = None) -> Caller:
    volumes = {"campaigns": 3, "cards": 3}
    blocked = AccountSpec("blocked1", access=access, service_level_streams=streams or [], volumes=volumes)
    return Caller(world_of([AccountSpec("fine1", volumes=volumes), blocked]))


def test_given_an_unknown_account_when_asked_then_403_account_not_found(demo: Caller) -> None:
    got = demo.get("accounts/nowhere/campaigns")
    assert (got.status, got.code) == (403, "ACCOUNT_NOT_FOUND")


@pytest.mark.parametrize(
    ("access", "code"),
    [
        ("forbidden", "ACCOUNT_NOT_FOUND"),
        ("revoked", "ACCOUNT_NOT_FOUND"),
        ("suspended", "ACTION_NOT_ALLOWED"),
        ("user_suspended", "CURRENT_USER_SUSPENDED"),
        ("locked_out", "ACCOUNT_LOCKED_OUT"),
    ],
)
def test_given_an_account_without_access_when_asked_then_403_and_the_others_go_on(access: str, code: str) -> None:
    caller = caller_with(access)
    got = caller.get("accounts/blocked1/campaigns")
    assert (got.status, got.code) == (403, code)
    assert caller.get("accounts/fine1/campaigns").status == 200


@pytest.mark.parametrize(("access", "listed"), [("forbidden", False), ("revoked", True), ("suspended", True)])
def test_given_accounts_without_access_when_listed_then_only_forbidden_is_hidden(access: str, listed: bool) -> None:
    assert ("blocked1" in [row["id"] for row in caller_with(access).rows("accounts")]) is listed


def test_given_a_service_level_on_one_stream_when_asked_then_400_there_only() -> None:
    caller = caller_with("service_level", ["cards"])
    got = caller.get("accounts/blocked1/cards")
    assert (got.status, got.code) == (400, "INVALID_ACCOUNT_SERVICE_LEVEL")
    assert caller.get("accounts/blocked1/campaigns").status == 200


def test_given_a_deleted_account_when_listed_then_only_with_deleted() -> None:
    caller = Caller(world_of([AccountSpec("gone1", deleted=True)]))
    assert caller.rows("accounts") == []
    assert [row["id"] for row in caller.rows("accounts", with_deleted="true")] == ["gone1"]
    assert caller.get("accounts/gone1").status == 404


def test_given_account_ids_when_accounts_are_listed_then_only_those(demo: Caller) -> None:
    rows = demo.rows("accounts", account_ids=f"{ACCOUNT},nowhere", sort_by="name-asc")
    assert [row["id"] for row in rows] == [ACCOUNT]


@pytest.mark.parametrize("path", ["/12/nothing", "/12/accounts/a1/nothing", "/12", "/", "/accounts", "/12/stats"])
def test_given_an_unknown_path_when_asked_then_route_not_found(demo: Caller, path: str) -> None:
    got = demo.send(signed(path))
    assert (got.status, got.code) == (404, "ROUTE_NOT_FOUND")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_given_a_wrong_verb_when_asked_then_405(demo: Caller, method: str) -> None:
    got = demo.send(signed(f"/12/accounts/{ACCOUNT}/campaigns", method=method))
    assert (got.status, got.code) == (405, "METHOD_NOT_ALLOWED")


def test_given_another_version_when_asked_then_the_observed_body(demo: Caller) -> None:
    error = {"code": "INVALID", "message": "Version 11.0 is not available."}
    assert demo.send(signed("/11/accounts")).json == {"errors": [error], "request": {"params": {}}}


def test_given_a_trailing_slash_when_asked_then_200(demo: Caller) -> None:
    assert demo.send(signed("/12/accounts/")).status == 200


def test_given_any_answer_when_received_then_it_names_the_version(demo: Caller) -> None:
    answers = [demo.get("accounts"), demo.get("nothing"), demo.get("accounts/nowhere/campaigns")]
    assert [a.headers["x-current-api-version"] for a in answers] == ["12.0"] * 3


def test_given_an_account_when_its_rights_are_asked_then_user_and_permissions(demo: Caller) -> None:
    data = demo.get(f"accounts/{ACCOUNT}/authenticated_user_access").json["data"]
    assert data == {"user_id": "756201191646691328", "permissions": ["ACCOUNT_ADMIN", "TWEET_COMPOSER"]}


def test_given_feature_keys_when_features_are_asked_then_an_array_of_strings(demo: Caller) -> None:
    got = demo.get(f"accounts/{ACCOUNT}/features", feature_keys="CITY_TARGETING")
    assert got.json["data"] == ["CITY_TARGETING"]

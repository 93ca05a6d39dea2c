# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Signatures (docs/x-ads-api.md §1, §3): what oauthlib signs is accepted, anything less is a 401."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from integration_tests.emulator_tests.core.builders import ACCOUNT, Caller, oauth, signed

CAMPAIGNS = f"/12/accounts/{ACCOUNT}/campaigns"
HEADER_VALUES = ("consumer_key", "nonce", "signature", "signature_method", "timestamp", "token", "version")


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"count": "5"},
        {"campaign_ids": "8wku2,f4z6x"},
        {"q": "ünï cöde & = + % 😀"},
        {"start_time": "2026-01-01T00:00:00+01:00"},
    ],
)
def test_given_a_signed_query_when_asked_then_it_is_accepted(demo: Caller, params: dict[str, str]) -> None:
    assert demo.send(signed(CAMPAIGNS, params)).status == 200


def test_given_a_signed_form_when_posted_then_the_signature_is_accepted(demo: Caller) -> None:
    request = signed("/12/accounts", method="POST", form={"metric_groups": "BILLING,VIDEO", "note": "a b"})
    assert demo.send(request).status == 405


def test_given_a_form_changed_after_signing_when_posted_then_401(demo: Caller) -> None:
    request = signed("/12/accounts", method="POST", form={"count": "1"})
    assert demo.send(replace(request, body=b"count=2")).status == 401


def test_given_a_query_changed_after_signing_when_asked_then_401(demo: Caller) -> None:
    request = signed(CAMPAIGNS, {"count": "1"})
    got = demo.send(replace(request, query="count=2", _pairs=None))
    assert (got.status, got.code) == (401, "UNAUTHORIZED_ACCESS")


@pytest.mark.parametrize("name", HEADER_VALUES)
def test_given_a_header_that_lacks_one_value_when_asked_then_401(demo: Caller, name: str) -> None:
    request = signed(CAMPAIGNS)
    header = re.sub(rf'(, )?oauth_{name}="[^"]*"', "", request.headers["authorization"])
    got = demo.send(replace(request, headers={**request.headers, "authorization": header.replace("OAuth ,", "OAuth ")}))
    assert got.status == 401


@pytest.mark.parametrize("name", ["client_key", "client_secret", "resource_owner_key", "resource_owner_secret"])
def test_given_a_wrong_credential_when_asked_then_401(demo: Caller, name: str) -> None:
    assert demo.send(signed(CAMPAIGNS, signer=oauth(**{name: "something-else"}))).status == 401


def test_given_no_authorization_when_asked_then_the_observed_body(demo: Caller) -> None:
    got = demo.send(replace(signed(CAMPAIGNS), headers={"host": "127.0.0.1:9999"}))
    error = {"code": "UNAUTHORIZED_ACCESS", "message": "This request is not properly authenticated"}
    assert got.json == {"errors": [error], "request": {"params": {}}}


@pytest.mark.parametrize("skew", [-301, 301])
def test_given_a_clock_that_is_off_when_asked_then_the_message_says_timestamp(demo: Caller, skew: int) -> None:
    got = demo.send(signed(CAMPAIGNS, signer=oauth(timestamp=str(int(time.time()) + skew))))
    assert (got.status, got.json["errors"][0]["message"]) == (401, "Timestamp out of bounds")


def test_given_a_clock_within_five_minutes_when_asked_then_200(demo: Caller) -> None:
    assert demo.send(signed(CAMPAIGNS, signer=oauth(timestamp=str(int(time.time()) - 290)))).status == 200


def test_given_the_same_request_twice_when_asked_then_the_repeated_nonce_is_401(demo: Caller) -> None:
    request = signed(CAMPAIGNS)
    assert [demo.send(request).status, demo.send(request).status] == [200, 401]


@pytest.mark.parametrize(("encoded", "raw"), [("%2C", ","), ("%3A", ":"), ("%20", "+")])
def test_given_a_reserved_character_in_the_query_when_asked_then_401(demo: Caller, encoded: str, raw: str) -> None:
    request = signed(CAMPAIGNS, {"q": "a,b:c d"})
    got = demo.send(replace(request, query=request.query.replace(encoded, raw)))
    assert got.status == 401


def test_given_a_refused_signature_when_logged_then_the_log_names_the_reason() -> None:
    caller = Caller()
    caller.send(signed(CAMPAIGNS, signer=oauth(client_secret="wrong")))
    assert caller.log()[0]["refused"] == "UNAUTHORIZED_ACCESS: signature"


def test_given_an_app_that_is_not_approved_when_asked_then_403() -> None:
    got = Caller(settings={"app_approved": False}).get("accounts")
    assert (got.status, got.code) == (403, "UNAUTHORIZED_CLIENT_APPLICATION")


def test_given_a_token_older_than_the_approval_when_asked_then_403() -> None:
    got = Caller(settings={"token_predates_approval": True}).get("accounts")
    assert (got.status, got.code) == (403, "INSUFFICIENT_USER_AUTHORIZED_PERMISSION")


@pytest.mark.parametrize("ahead", [-400, 400])
def test_given_another_server_clock_when_asked_then_401_unless_signed_by_its_time(ahead: float) -> None:
    caller = Caller(settings={"clock_ahead_seconds": ahead})
    assert caller.send(signed(CAMPAIGNS)).json["errors"][0]["message"] == "Timestamp out of bounds"
    assert caller.send(signed(CAMPAIGNS, signer=oauth(timestamp=str(int(time.time() + ahead))))).status == 200


def test_given_skew_that_is_not_named_when_asked_then_the_words_are_those_of_any_401() -> None:
    caller = Caller(settings={"clock_ahead_seconds": 400, "skew_named": False})
    got = caller.send(signed(CAMPAIGNS))
    assert (got.status, got.json["errors"][0]["message"]) == (401, "This request is not properly authenticated")
    assert "timestamp" in caller.log()[0]["refused"]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The table from X's refusals to actions, and the sentence that the user reads (docs/x-ads-api.md §3)."""

from __future__ import annotations

import json

import pytest
import requests
from airbyte_cdk.models import FailureType

from source_twitter_ads.api.errors import (
    Action,
    ApiFailure,
    Refusal,
    RequestContext,
    Rule,
    network_rule,
    read_refusal,
    rule_for,
)

CONFIG, TRANSIENT, SYSTEM = FailureType.config_error, FailureType.transient_error, FailureType.system_error
CONTEXT = RequestContext("campaigns", "18ce54d4x5t", "page 3")


def refused(status: int, code: str = "", message: str = "X's words") -> Rule:
    return rule_for(Refusal(status, code, message))


@pytest.mark.parametrize(
    ("status", "code", "action", "failure", "advice"),
    [
        (401, "UNAUTHORIZED_ACCESS", Action.FAIL, CONFIG, "four keys"),
        (401, "", Action.FAIL, CONFIG, "four keys"),
        (403, "UNAUTHORIZED_CLIENT_APPLICATION", Action.FAIL, CONFIG, "not approved for the Ads API"),
        (403, "INSUFFICIENT_USER_AUTHORIZED_PERMISSION", Action.FAIL, CONFIG, "older than the app's approval"),
        (403, "READONLY_CLIENT_APPLICATION", Action.FAIL, CONFIG, "Read and write"),
        (403, "ACCOUNT_NOT_FOUND", Action.FAIL, CONFIG, "Check the account id"),
        (403, "ACTION_NOT_ALLOWED", Action.FAIL, CONFIG, "has a role"),
        (403, "CURRENT_USER_SUSPENDED", Action.FAIL, CONFIG, "suspended"),
        (403, "ACCOUNT_LOCKED_OUT", Action.FAIL, CONFIG, "locked"),
        (403, "", Action.FAIL, CONFIG, "has a role"),
        (400, "INVALID_ACCOUNT_SERVICE_LEVEL", Action.SKIP, CONFIG, "nothing to read"),
        (400, "FEATURE_NOT_AVAILABLE", Action.SKIP, CONFIG, "nothing to read"),
        (400, "TOO_MANY_JOBS", Action.WAIT_FOR_SLOT, TRANSIENT, "100 analytics jobs"),
        (400, "INVALID_PARAMETER", Action.FAIL, SYSTEM, "report it"),
        (400, "", Action.FAIL, SYSTEM, "report it"),
        (404, "NOT_FOUND", Action.FAIL, SYSTEM, "report it"),
        (405, "METHOD_NOT_ALLOWED", Action.FAIL, SYSTEM, "report it"),
        (408, "CANCELLED_REQUEST", Action.RETRY, TRANSIENT, "again later"),
        (423, "LOCK_ACQUISITION_TIMEOUT", Action.RETRY, TRANSIENT, "again later"),
        (429, "TOO_MANY_REQUESTS", Action.WAIT, TRANSIENT, "again later"),
        (429, "TWEET_RATE_LIMIT_EXCEEDED", Action.WAIT, TRANSIENT, "again later"),
        (429, "", Action.WAIT, TRANSIENT, "again later"),
        (500, "INTERNAL_ERROR", Action.RETRY, TRANSIENT, "again later"),
        (502, "", Action.RETRY, TRANSIENT, "again later"),
        (503, "OVER_CAPACITY", Action.RETRY, TRANSIENT, "again later"),
        (504, "", Action.RETRY, TRANSIENT, "again later"),
        (418, "", Action.FAIL, SYSTEM, "report it"),
    ],
)
def test_given_a_refusal_when_looked_up_then_it_has_action_owner_and_advice(
    status: int, code: str, action: Action, failure: FailureType, advice: str
) -> None:
    rule = refused(status, code)
    assert (rule.action, rule.failure_type) == (action, failure)
    assert advice in rule.advice


@pytest.mark.parametrize("code", ["UNAUTHORIZED_ACCESS", "ACCOUNT_NOT_FOUND", "INVALID_ACCOUNT_SERVICE_LEVEL"])
def test_given_a_failing_server_that_prints_a_code_when_looked_up_then_retry(code: str) -> None:
    assert refused(503, code).action is Action.RETRY


def test_given_a_refused_timestamp_when_looked_up_then_the_clock_is_to_blame() -> None:
    rule = refused(401, "UNAUTHORIZED_ACCESS", "Timestamp out of bounds")
    assert rule.action is Action.RETRY
    assert "clock" in rule.advice


class TestReading:
    def test_given_xs_envelope_when_read_then_code_message_and_parameter_are_kept(self) -> None:
        error = {
            "code": "INVALID_PARAMETER",
            "message": 'Expected time, got ""',
            "parameter": "start_time",
            "value": "",
        }
        refusal = read_refusal(400, json.dumps({"errors": [error], "request": {"params": {}}}).encode())
        assert str(refusal) == 'HTTP 400 INVALID_PARAMETER: Expected time, got "" (parameter start_time)'

    @pytest.mark.parametrize(
        "body",
        [
            b"Bad Gateway",
            b"[]",
            b"null",
            b'{"errors": []}',
            b'{"errors": {}}',
            b'{"errors": ["text"]}',
        ],
    )
    def test_given_a_body_without_envelope_when_read_then_its_beginning_remains(self, body: bytes) -> None:
        refusal = read_refusal(502, body)
        assert (refusal.status, refusal.code) == (502, "")
        assert str(refusal) == f"HTTP 502: {body.decode()!r}"

    def test_given_a_long_page_when_read_then_sixty_characters_of_it_are_kept(self) -> None:
        assert str(read_refusal(403, b"<html>" + b"x" * 1000)) == f"HTTP 403: a web page ('<html>{'x' * 54}')"

    def test_given_a_page_with_a_title_when_read_then_the_title_is_kept(self) -> None:
        page = b"<!DOCTYPE html><html><head>" + b"<meta>" * 50 + b"<title lang=en>\n Blocked\n</title>"
        assert str(read_refusal(403, page)) == "HTTP 403: a web page ('Blocked')"

    def test_given_no_body_when_read_then_the_status_remains(self) -> None:
        assert str(read_refusal(502, b"")) == "HTTP 502"

    def test_given_an_envelope_with_strange_values_when_read_then_they_are_text(self) -> None:
        assert str(read_refusal(502, b'{"errors": [{"code": null, "message": 5}]}')) == "HTTP 502: 5"

    def test_given_bytes_that_are_not_text_when_read_then_they_are_shown_as_such(self) -> None:
        assert str(read_refusal(502, b"\xff\xfe")) == "HTTP 502: '\ufffd\ufffd'"


class TestFailure:
    def test_given_a_failure_when_shown_then_it_says_what_where_and_what_to_do(self) -> None:
        refusal = Refusal(403, "ACTION_NOT_ALLOWED", "This action is not allowed")
        rule = rule_for(refusal)
        failure = ApiFailure(rule, CONTEXT, f"X refused GET /12/x with {refusal}", refusal)
        text = str(failure.message)
        for part in (
            "HTTP 403 ACTION_NOT_ALLOWED: This action is not allowed",
            "stream campaigns",
            "account 18ce54d4x5t",
            "page 3",
            rule.advice,
        ):
            assert part in text
        assert failure.failure_type is CONFIG

    def test_given_a_global_list_when_a_failure_names_its_place_then_it_names_no_account(self) -> None:
        assert str(RequestContext("iab_categories")) == "stream iab_categories"


class TestNetwork:
    @pytest.mark.parametrize(
        "error",
        [
            requests.exceptions.ConnectionError("refused"),
            requests.exceptions.ReadTimeout("slow"),
            requests.exceptions.ChunkedEncodingError("cut"),
        ],
    )
    def test_given_a_broken_connection_when_looked_up_then_it_is_retried(
        self, error: requests.RequestException
    ) -> None:
        rule = network_rule(error)
        assert (rule.action, rule.failure_type) == (Action.RETRY, TRANSIENT)
        assert "network" in rule.advice

    def test_given_a_certificate_that_does_not_match_when_looked_up_then_fail(self) -> None:
        rule = network_rule(requests.exceptions.SSLError("certificate verify failed: self-signed"))
        assert (rule.action, rule.failure_type) == (Action.FAIL, CONFIG)
        assert "certificate" in rule.advice

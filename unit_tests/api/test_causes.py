# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Failures of one cause can be told from failures of several, and X's own warnings are passed on."""

from __future__ import annotations

import logging
import socket

import orjson
import pytest
from airbyte_cdk.models import FailureType

from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure, RequestContext
from unit_tests.api.tiny_server import CONTEXT, PATH, Reply, Server, client, failure, refusal
from unit_tests.api.virtual_time import VirtualTime
from unit_tests.conftest import settings_of

PATHS = tuple(f"accounts/a/{name}" for name in ("campaigns", "line_items", "cards", "promoted_tweets", "tweets"))


def causes(asked: ApiClient) -> list[str]:
    """The causes of failed requests to five endpoints, one after the other."""
    found = []
    for path in PATHS:
        with pytest.raises(ApiFailure) as caught:
            asked.get(path, {}, RequestContext(path))
        found.append(caught.value.cause)
    return found


class TestCause:
    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (401, "UNAUTHORIZED_ACCESS"),
            (403, "UNAUTHORIZED_CLIENT_APPLICATION"),
            (403, "INSUFFICIENT_USER_AUTHORIZED_PERMISSION"),
            (402, "PAYMENT_REQUIRED"),
            (410, "INVALID"),
        ],
    )
    def test_given_a_refusal_of_all_requests_when_several_fail_then_their_cause_is_one(
        self, server: Server, status: int, code: str
    ) -> None:
        server.replies(refusal(status, code))
        (cause,) = set(causes(client(server)))
        assert cause.endswith(".")

    def test_given_a_dead_network_when_several_fail_then_their_cause_is_one(self, time: VirtualTime) -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{nobody.getsockname()[1]}"
            found = causes(ApiClient(settings_of(base_url=f"http://{host}", outage_timeout=10), time))
        assert (
            found
            == [f"Requests to {host} fail: check the network of the machine that runs the sync and X's status page."]
            * 5
        )

    def test_given_a_login_page_when_several_fail_then_their_cause_is_one(self, server: Server) -> None:
        server.replies(Reply(200, b"<html>log in</html>"))
        assert len(set(causes(client(server)))) == 1

    def test_given_an_endpoint_that_is_broken_when_it_fails_then_its_cause_is_its_own(self, server: Server) -> None:
        server.replies(Reply(500))
        assert failure(server).cause == ""

    def test_given_x_is_down_when_its_circuit_is_open_then_the_failures_have_one_cause(self, server: Server) -> None:
        server.replies(Reply(500))
        found = causes(client(server))
        assert len(set(found[-2:])) == 1
        assert server.url.removeprefix("http://") in found[-1]

    @pytest.mark.parametrize(("status", "code"), [(403, "ACCOUNT_NOT_FOUND"), (400, "INVALID_PARAMETER")])
    def test_given_a_refusal_of_one_request_when_it_fails_then_its_cause_is_its_own(
        self, server: Server, status: int, code: str
    ) -> None:
        server.replies(refusal(status, code))
        assert failure(server).cause == ""


class TestVersion:
    """X switches a version off on one day, for everybody (docs/x-ads-api.md §0)."""

    @pytest.mark.parametrize("status", [200, 400, 403, 404, 410])
    def test_given_a_version_that_is_off_when_asked_then_an_update_is_the_advice(
        self, server: Server, status: int
    ) -> None:
        said = {"errors": [{"code": "INVALID", "message": "Version 12.0 is not available."}], "request": {"params": {}}}
        server.replies(Reply(status, orjson.dumps(said)))
        error = failure(server)
        assert "X has switched off the version of its API" in str(error.message)
        assert "update the connector" in str(error.message)
        assert "report it" not in str(error.message)
        assert error.failure_type is FailureType.config_error

    def test_given_a_refusal_about_another_version_when_asked_then_it_is_told_as_it_is(self, server: Server) -> None:
        server.replies(refusal(400, "INVALID_PARAMETER", "unknown platform version"))
        assert "switched off" not in str(failure(server).message)

    def test_given_a_402_when_asked_then_the_billing_of_the_app_is_named(self, server: Server) -> None:
        server.replies(refusal(402, "PAYMENT_REQUIRED"))
        error = failure(server)
        assert "check plan and billing of your app" in str(error.message)
        assert error.failure_type is FailureType.config_error


class TestWarnings:
    def test_given_warnings_of_x_when_asked_then_each_endpoint_is_told_once(
        self, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.replies(Reply(headers={"x-api-warn": "this version ends on 2027-01-31"}))
        asked = client(server)
        for path in (PATH, PATH, "accounts/b/campaigns", "accounts/a/line_items"):
            asked.get(path, {}, CONTEXT)
        said = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
        assert said == [
            f"X warns about GET /12/accounts/:id/{name} (stream campaigns, account a): this version ends on 2027-01-31"
            for name in ("campaigns", "line_items")
        ]

    def test_given_a_warning_beside_a_refusal_when_asked_then_it_is_told_too(
        self, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        reply = refusal(404, "NOT_FOUND")
        reply.headers["x-api-warn"] = "this endpoint has ended"
        server.replies(reply)
        failure(server)
        assert "this endpoint has ended" in caplog.text

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One request from its signature to a body that can be trusted, against a tiny server on this machine."""

from __future__ import annotations

import re
import socket
import time

import pytest
from airbyte_cdk.models import FailureType

from source_twitter_ads.api import client as module
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure, Skipped
from unit_tests.api.tiny_server import CONTEXT, GOOD, PATH, Reply, Server, client, failure, refusal
from unit_tests.conftest import settings_of


class SkippingClock:
    """Skips what the transport would sleep.

    Attributes:
        skipped: seconds, all in all.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.skipped = 0.0
        monotonic = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: monotonic() + self.skipped)

    def skip(self, seconds: float) -> None:
        """Let time pass."""
        self.skipped += seconds


@pytest.mark.timeout(30)
class TestRequest:
    def test_given_a_get_when_sent_then_it_is_signed_named_and_percent_encoded(self, server: Server) -> None:
        response = client(server, user_agent="acme (x@acme.example)").get(PATH, {"ids": "1,2", "t": "00:00"}, CONTEXT)
        (seen,) = server.seen
        assert response.document["data"] == [{"id": "1"}]
        assert seen["path"] == "/12/accounts/a/campaigns?ids=1%2C2&t=00%3A00"
        assert seen["headers"]["authorization"].startswith("OAuth oauth_nonce=")
        assert seen["headers"]["user-agent"] == "acme (x@acme.example)"

    def test_given_a_post_when_sent_then_its_parameters_travel_as_a_form(self, server: Server) -> None:
        asked = client(server)
        asked.send(asked.request("POST", "stats/jobs/accounts/a", CONTEXT, {"entity_ids": "1,2"}))
        (seen,) = server.seen
        assert (seen["method"], seen["form"]) == ("POST", b"entity_ids=1%2C2")
        assert seen["headers"]["content-type"] == "application/x-www-form-urlencoded"

    def test_given_several_requests_when_sent_then_each_has_a_nonce_of_its_own(self, server: Server) -> None:
        server.replies(Reply(500), Reply(500), Reply())
        client(server).get(PATH, {}, CONTEXT)
        assert len({seen["headers"]["authorization"] for seen in server.seen}) == 3


@pytest.mark.timeout(30)
class TestRetry:
    @pytest.mark.parametrize(
        "reply",
        [
            Reply(500),
            Reply(502, b"<html>Bad Gateway</html>"),
            Reply(503),
            Reply(504),
            Reply(408),
            Reply(423),
            Reply(200, b""),
            Reply(200, b"<html>log in</html>"),
            Reply(200, b'{"data": [{"id": "1"}'),
            Reply(200, GOOD, cut=True),
            refusal(401, "UNAUTHORIZED_ACCESS", "Timestamp out of bounds"),
        ],
        ids=lambda reply: f"{reply.status}-{reply.body[:12]!r}-{reply.cut}",
    )
    def test_given_a_passing_trouble_when_asked_then_it_is_asked_again_until_it_is_answered(
        self, server: Server, reply: Reply
    ) -> None:
        server.replies(reply, reply, Reply())
        assert client(server, outage_timeout=10).get(PATH, {}, CONTEXT).document["data"] == [{"id": "1"}]
        assert len(server.seen) == 3

    @pytest.mark.parametrize(
        ("status", "code"),
        [(400, "INVALID_PARAMETER"), (401, "UNAUTHORIZED_ACCESS"), (403, "ACCOUNT_NOT_FOUND"), (404, "NOT_FOUND")],
    )
    def test_given_a_refusal_that_stays_when_asked_then_it_is_asked_once(
        self, server: Server, status: int, code: str
    ) -> None:
        server.replies(refusal(status, code))
        error = failure(server)
        assert len(server.seen) == 1
        assert f"HTTP {status} {code}: X's words" in str(error.message)
        assert "stream campaigns, account a" in str(error.message)

    def test_given_a_bad_request_that_names_a_retry_after_when_asked_then_it_is_asked_once_all_the_same(
        self, server: Server
    ) -> None:
        server.replies(refusal(400, "INVALID_PARAMETER", retry_after="0"))
        failure(server)
        assert len(server.seen) == 1

    def test_given_a_feature_that_the_account_lacks_when_asked_then_it_is_skipped(self, server: Server) -> None:
        server.replies(refusal(400, "INVALID_ACCOUNT_SERVICE_LEVEL"))
        with pytest.raises(Skipped):
            client(server).get(PATH, {}, CONTEXT)

    def test_given_an_outage_when_it_lasts_then_it_is_reported_after_the_outage_timeout(self, server: Server) -> None:
        server.replies(Reply(500))
        began = time.monotonic()
        error = failure(server, outage_timeout=1)
        assert 0.9 < time.monotonic() - began < 5
        assert error.failure_type is FailureType.transient_error
        assert "HTTP 500" in str(error.message)
        assert len(server.seen) > 3

    def test_given_no_bound_of_ones_own_when_the_network_is_dead_then_five_minutes_later_the_message_names_the_host(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = SkippingClock(monkeypatch)
        monkeypatch.setattr(module, "LONGEST_PAUSE", 60.0)
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{nobody.getsockname()[1]}"
            asked = ApiClient(settings_of(base_url=f"http://{host}"))
            monkeypatch.setattr(asked._ended, "wait", clock.skip)
            with pytest.raises(ApiFailure, match=f"from {host}") as caught:
                asked.get(PATH, {}, CONTEXT)
        assert 299 < clock.skipped < 301
        assert "Check the network" in str(caught.value.message)

    def test_given_a_clock_that_is_wrong_when_asked_then_it_fails_after_a_few_signatures(self, server: Server) -> None:
        server.replies(refusal(401, "UNAUTHORIZED_ACCESS", "Timestamp out of bounds"))
        assert "clock" in str(failure(server).message)
        assert len(server.seen) == module.SKEW_TRIES

    def test_given_a_server_that_hangs_when_asked_then_the_request_times_out_and_is_asked_again(
        self, server: Server
    ) -> None:
        server.replies(Reply(seconds=3), Reply())
        client(server, request_timeout=1, outage_timeout=10).get(PATH, {}, CONTEXT)
        assert len(server.seen) == 2


@pytest.mark.timeout(30)
class TestLimits:
    def test_given_a_503_with_retry_after_when_asked_then_the_time_is_kept_to(self, server: Server) -> None:
        server.replies(refusal(503, "OVER_CAPACITY", retry_after="1"), Reply())
        client(server, outage_timeout=10).get(PATH, {}, CONTEXT)
        assert server.seen[1]["at"] - server.seen[0]["at"] >= 1

    @pytest.mark.parametrize("retry_after", ["0", "soon"])
    def test_given_a_503_that_asks_for_no_pause_when_it_lasts_then_it_is_not_hammered(
        self, server: Server, retry_after: str
    ) -> None:
        server.replies(refusal(503, "OVER_CAPACITY", retry_after=retry_after))
        failure(server, outage_timeout=1)
        assert len(server.seen) < 60

    def test_given_a_429_with_two_resets_when_asked_then_the_accounts_own_is_waited_for(self, server: Server) -> None:
        soon, late = str(int(time.time()) + 2), str(int(time.time()) + 600)
        server.replies(
            refusal(429, "TOO_MANY_REQUESTS", x_account_rate_limit_reset=soon, x_rate_limit_reset=late), Reply()
        )
        client(server).get(PATH, {}, CONTEXT)
        assert server.seen[1]["at"] >= float(soon)

    def test_given_a_limit_when_it_was_waited_for_then_the_signature_is_made_afterwards(self, server: Server) -> None:
        """X refuses a signature that is a few minutes old, and a limit may last for fifteen."""
        reset = str(int(time.time()) + 4)
        server.replies(refusal(429, "TOO_MANY_REQUESTS", x_account_rate_limit_reset=reset), Reply())
        client(server).get(PATH, {}, CONTEXT)
        signed_at = [int(re.findall(r'oauth_timestamp="(\d+)"', e["headers"]["authorization"])[0]) for e in server.seen]
        assert server.seen[1]["at"] - server.seen[0]["at"] > 2
        assert [entry["at"] - at < 2 for entry, at in zip(server.seen, signed_at, strict=True)] == [True, True]

    def test_given_a_429_without_a_header_when_asked_then_it_is_asked_again_after_a_pause(self, server: Server) -> None:
        server.replies(refusal(429, "TOO_MANY_REQUESTS"), Reply())
        client(server).get(PATH, {}, CONTEXT)
        assert len(server.seen) == 2

    def test_given_a_limit_longer_than_the_user_waits_when_asked_then_it_fails_at_once_and_says_until_when(
        self, server: Server
    ) -> None:
        server.replies(refusal(429, "TOO_MANY_REQUESTS", x_rate_limit_reset=str(int(time.time()) + 900)))
        error = failure(server, rate_limit_timeout=5)
        assert "UTC" in str(error.message)
        assert error.failure_type is FailureType.transient_error
        assert len(server.seen) == 1

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A request until X responds or it is given up, against a tiny server on this machine, in virtual time.

`ApiClient.attempt`, for callers that neither sleep nor wait, has its tests in test_attempt.py.
"""

from __future__ import annotations

import gzip
import re
import socket
import threading
from email.utils import formatdate

import pytest
from airbyte_cdk.models import FailureType
from pytest_mock import MockerFixture

from source_twitter_ads.api import client as module
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.clock import SystemTime
from source_twitter_ads.api.errors import ApiFailure, RequestContext, Skipped
from unit_tests.api.tiny_server import (
    CONTEXT,
    GOOD,
    HOUR,
    PATH,
    Reply,
    Server,
    client,
    failure,
    fetched,
    refusal,
    unauthorized,
)
from unit_tests.api.virtual_time import VirtualTime
from unit_tests.conftest import settings_of


def limited(time: VirtualTime, seconds: float, **headers: str) -> Reply:
    """A 429 whose window ends after so many seconds."""
    return refusal(429, "TOO_MANY_REQUESTS", x_rate_limit_reset=str(int(time.now() + seconds)), **headers)


class TestRequest:
    def test_given_a_get_when_sent_then_it_is_signed_named_and_percent_encoded(self, server: Server) -> None:
        asked = client(server, user_agent="acme (x@acme.example)")
        response = asked.get(PATH, {"ids": "1,2", "t": "00:00"}, CONTEXT)
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

    def test_given_several_attempts_when_sent_then_each_has_a_nonce_of_its_own(self, server: Server) -> None:
        server.replies(Reply(500), Reply(500), Reply())
        client(server).get(PATH, {}, CONTEXT)
        assert len({seen["headers"]["authorization"] for seen in server.seen}) == 3


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
    def test_given_a_passing_failure_when_sent_then_it_is_retried(self, server: Server, reply: Reply) -> None:
        server.replies(reply, reply, Reply())
        assert client(server).get(PATH, {}, CONTEXT).document["data"] == [{"id": "1"}]
        assert len(server.seen) == 3

    @pytest.mark.parametrize(
        ("status", "code"),
        [(400, "INVALID_PARAMETER"), (401, "UNAUTHORIZED_ACCESS"), (403, "ACCOUNT_NOT_FOUND"), (404, "NOT_FOUND")],
    )
    def test_given_a_lasting_refusal_when_sent_then_it_is_not_retried(
        self, server: Server, status: int, code: str
    ) -> None:
        server.replies(refusal(status, code))
        error = failure(server)
        assert len(server.seen) == 1
        assert f"HTTP {status} {code}: X's words" in str(error.message)
        assert "stream campaigns, account a" in str(error.message)

    def test_given_a_400_with_retry_after_when_sent_then_it_is_not_retried(self, server: Server) -> None:
        server.replies(refusal(400, "INVALID_PARAMETER", retry_after="0"))
        failure(server)
        assert len(server.seen) == 1

    def test_given_a_feature_that_the_account_lacks_when_sent_then_it_is_skipped(self, server: Server) -> None:
        server.replies(refusal(400, "INVALID_ACCOUNT_SERVICE_LEVEL"))
        with pytest.raises(Skipped):
            client(server).get(PATH, {}, CONTEXT)

    def test_given_an_outage_when_it_lasts_then_it_fails_after_outage_timeout(
        self, server: Server, time: VirtualTime
    ) -> None:
        server.replies(Reply(500))
        error = failure(server, outage_timeout=300)
        assert 299 < time.passed < 301
        assert error.failure_type is FailureType.transient_error
        assert re.search(r"HTTP 500.*, \d+ times in 300 s", str(error.message))
        assert 5 < len(server.seen) < 30

    def test_given_a_dead_network_when_sent_then_it_fails_after_five_minutes(self, time: VirtualTime) -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{nobody.getsockname()[1]}"
            with pytest.raises(ApiFailure, match=f"from {host}") as caught:
                ApiClient(settings_of(base_url=f"http://{host}"), time).get(PATH, {}, CONTEXT)
        assert 299 < time.passed < 301
        assert "Check the network" in str(caught.value.message)

    def test_given_a_timestamp_that_x_refuses_then_three_signatures_are_tried(self, server: Server) -> None:
        server.replies(refusal(401, "UNAUTHORIZED_ACCESS", "Timestamp out of bounds"))
        assert "clock" in str(failure(server).message)
        assert len(server.seen) == module.SKEW_TRIES

    def test_given_a_server_that_hangs_when_the_request_times_out_then_it_is_retried(self, server: Server) -> None:
        server.replies(Reply(seconds=1.5), Reply())
        client(server, request_timeout=1).get(PATH, {}, CONTEXT)
        assert len(server.seen) == 2


class TestRateLimits:
    def test_given_a_503_with_retry_after_when_sent_then_the_time_is_kept_to(self, server: Server) -> None:
        server.replies(refusal(503, "OVER_CAPACITY", retry_after="40"), Reply())
        client(server).get(PATH, {}, CONTEXT)
        assert 40 <= server.seen[1]["at"] - server.seen[0]["at"] < 42

    def test_given_503s_with_retry_after_when_they_last_then_the_pauses_count_as_trying(
        self, server: Server, time: VirtualTime
    ) -> None:
        server.replies(refusal(503, "OVER_CAPACITY", retry_after="40"))
        failure(server, outage_timeout=300)
        assert 299 < time.passed < 350

    @pytest.mark.parametrize("retry_after", ["0", "soon"])
    def test_given_a_503_without_a_pause_when_it_lasts_then_the_usual_pauses_are_made(
        self, server: Server, retry_after: str
    ) -> None:
        server.replies(refusal(503, "OVER_CAPACITY", retry_after=retry_after))
        failure(server)
        assert len(server.seen) < 30

    def test_given_a_429_with_two_resets_when_sent_then_the_accounts_own_counts(
        self, server: Server, time: VirtualTime
    ) -> None:
        soon = str(int(time.now()) + 20)
        server.replies(limited(time, 600, x_account_rate_limit_reset=soon), Reply())
        client(server).get(PATH, {}, CONTEXT)
        assert float(soon) <= server.seen[1]["at"] < float(soon) + 5

    def test_given_a_rate_limit_when_it_was_waited_for_then_the_signature_is_fresh(
        self, server: Server, time: VirtualTime, mocker: MockerFixture
    ) -> None:
        """X refuses a signature that is a few minutes old, and a limit may last for fifteen."""
        stamp = "oauthlib.oauth1.rfc5849.generate_timestamp"
        mocker.patch(stamp, side_effect=lambda: str(int(time.now())))
        server.replies(limited(time, 900), Reply())
        client(server).get(PATH, {}, CONTEXT)
        signed_at = [int(re.findall(r'oauth_timestamp="(\d+)"', e["headers"]["authorization"])[0]) for e in server.seen]
        assert server.seen[1]["at"] - server.seen[0]["at"] > 890
        assert [entry["at"] - at < 2 for entry, at in zip(server.seen, signed_at, strict=True)] == [True, True]

    def test_given_a_429_without_a_header_when_sent_then_it_is_retried_after_a_pause(
        self, server: Server, time: VirtualTime
    ) -> None:
        server.replies(refusal(429, "TOO_MANY_REQUESTS"), Reply())
        client(server).get(PATH, {}, CONTEXT)
        assert len(server.seen) == 2
        assert 0 < time.passed < 1

    def test_given_a_limit_that_ends_too_late_when_sent_then_it_fails_at_once(
        self, server: Server, time: VirtualTime
    ) -> None:
        server.replies(limited(time, 900))
        error = failure(server, rate_limit_timeout=60)
        assert "UTC" in str(error.message)
        assert error.failure_type is FailureType.transient_error
        assert len(server.seen) == 1
        assert time.passed < 1

    @pytest.mark.parametrize("remaining", [{}, {"x_rate_limit_remaining": "0"}], ids=["reset", "reset and count"])
    @pytest.mark.parametrize("ahead", [600, -600])
    def test_given_a_429_when_the_clock_is_off_then_xs_own_time_counts(
        self, server: Server, time: VirtualTime, ahead: int, remaining: dict[str, str]
    ) -> None:
        reply = limited(time, 30 - ahead, **remaining)
        reply.headers["Date"] = formatdate(time.now() - ahead, usegmt=True)
        server.replies(reply, Reply())
        client(server).get(PATH, {}, CONTEXT)
        assert 29 <= server.seen[1]["at"] - server.seen[0]["at"] < 36


class TestWrongClock:
    @pytest.mark.parametrize(("ahead", "word"), [(HOUR, "ahead of"), (-HOUR, "behind")])
    def test_given_a_401_when_the_clock_is_far_from_xs_then_the_advice_is_about_it(
        self, server: Server, time: VirtualTime, ahead: float, word: str
    ) -> None:
        server.replies(unauthorized(time, ahead))
        error = failure(server)
        assert len(server.seen) == module.SKEW_TRIES
        assert "synchronise it with an NTP time server" in str(error.message)
        assert word in str(error.message)
        assert "four keys" not in str(error.message)

    @pytest.mark.parametrize("date", ["half a minute ago", "noon", ""])
    def test_given_a_401_when_the_clocks_seem_right_then_the_advice_is_about_the_keys(
        self, server: Server, time: VirtualTime, date: str
    ) -> None:
        reply = unauthorized(time)
        recent = formatdate(time.now() - 30, usegmt=True)
        reply.headers["Date"] = recent if date == "half a minute ago" else date
        server.replies(reply)
        assert "four keys" in str(failure(server).message)
        assert len(server.seen) == 1


class TestForeignRefusals:
    @pytest.mark.parametrize("status", [403, 407])
    def test_given_a_page_of_a_proxy_when_it_refuses_then_it_is_shown_and_blamed(
        self, server: Server, status: int
    ) -> None:
        server.replies(Reply(status, b"<html><title>Blocked by Example Proxy</title></html>"))
        error = failure(server)
        assert "Blocked by Example Proxy" in str(error.message)
        assert "account id" not in str(error.message)
        assert "proxy" in str(error.message)
        assert error.failure_type is FailureType.transient_error

    def test_given_a_403_of_x_without_a_code_when_told_then_its_words_are_shown(self, server: Server) -> None:
        server.replies(refusal(403, "", "no access"))
        assert "HTTP 403: no access" in str(failure(server).message)
        assert "Check the account id" in str(failure(server).message)


class TestResultFile:
    FILE = gzip.compress(b'{"data": []}')

    def test_given_a_result_file_of_the_own_host_when_fetched_then_it_is_not_signed(self, server: Server) -> None:
        server.replies(Reply(200, self.FILE))
        got = fetched(client(server), f"{server.url}/advertiser-api-async-analytics/x.json.gz?a=b")
        assert got in (self.FILE, gzip.decompress(self.FILE))
        assert "authorization" not in server.seen[0]["headers"]
        assert server.seen[0]["path"].endswith("?a=b")

    def test_given_a_result_file_below_the_versioned_path_when_fetched_then_it_is_signed(self, server: Server) -> None:
        server.replies(Reply(200, self.FILE))
        fetched(client(server), f"{server.url}/12/stats/x.json.gz")
        assert "authorization" in server.seen[0]["headers"]

    @pytest.mark.parametrize("status", [404, 426, 500])
    def test_given_a_file_that_is_late_when_fetched_then_it_is_retried(self, server: Server, status: int) -> None:
        server.replies(Reply(status, b""), Reply(200, self.FILE))
        fetched(client(server), f"{server.url}/r/x.json.gz")
        assert len(server.seen) == 2

    def test_given_a_file_that_is_not_there_when_fetched_then_it_fails_after_a_minute(
        self, server: Server, time: VirtualTime
    ) -> None:
        server.replies(refusal(404, "NOT_FOUND"))
        asked = client(server, outage_timeout=300)
        with pytest.raises(ApiFailure, match="HTTP 404"):
            fetched(asked, f"{server.url}/r/x.json.gz")
        assert module.LATE_FILE_SECONDS <= time.passed < 2 * module.LATE_FILE_SECONDS

    def test_given_a_damaged_file_when_fetched_then_it_is_retried(self, server: Server) -> None:
        server.replies(Reply(200, self.FILE[:-4]), Reply(200, self.FILE))
        fetched(client(server), f"{server.url}/r/x.json.gz")
        assert len(server.seen) == 2

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example/x.json.gz",
            "https://ton.twimg.com.evil.example/x",
            "https://ton.twimg.com@evil.example/x",
            "http://ton.twimg.com/x",
            "file:///etc/passwd",
            "https://[broken",
            "",
        ],
    )
    def test_given_a_file_at_an_unknown_host_when_named_then_it_is_not_fetched(self, server: Server, url: str) -> None:
        with pytest.raises(ApiFailure, match="unknown"):
            client(server).file_request(url, CONTEXT)
        assert server.seen == []


class TestDelete:
    @pytest.mark.parametrize("status", [503, 429])
    def test_given_a_delete_that_x_holds_back_when_sent_then_it_is_not_waited_for(
        self, server: Server, time: VirtualTime, status: int
    ) -> None:
        server.replies(refusal(503, "OVER_CAPACITY", retry_after="900") if status == 503 else limited(time, 900))
        asked = client(server, outage_timeout=60, rate_limit_timeout=1000)
        with pytest.raises(ApiFailure, match="UTC") as caught:
            asked.send(asked.request("DELETE", "stats/jobs/accounts/a/1", CONTEXT))
        assert time.passed < 1
        assert len(server.seen) == 1
        assert "rate_limit_timeout" not in str(caught.value.message)


@pytest.mark.timeout(30)
class TestClosing:
    """Waits are real here: another thread ends them."""

    @pytest.fixture
    def time(self) -> SystemTime:
        return SystemTime()

    def failed(self, asked: ApiClient, seconds: float) -> str:
        """The message of a request whose client is closed meanwhile."""
        closing = threading.Timer(seconds, asked.close)
        closing.start()
        with pytest.raises(ApiFailure) as caught:
            asked.get(PATH, {}, RequestContext("campaigns", "a"))
        closing.join()
        return str(caught.value.message)

    def test_given_a_client_that_was_closed_when_asked_then_nothing_is_sent(self, server: Server) -> None:
        asked = client(server)
        asked.get(PATH, {}, CONTEXT)
        asked.close()
        for ask in (
            lambda: asked.get(PATH, {}, CONTEXT),
            lambda: fetched(asked, f"{server.url}/r/x.json.gz"),
            lambda: asked.send(asked.request("DELETE", "stats/jobs/accounts/a/1", CONTEXT)),
        ):
            with pytest.raises(ApiFailure, match="has ended"):
                ask()
        assert len(server.seen) == 1

    def test_given_a_request_that_waits_when_the_client_is_closed_then_it_ends(
        self, server: Server, time: VirtualTime
    ) -> None:
        server.replies(limited(time, 900))
        assert "has ended" in self.failed(client(server), 0.1)
        assert len(server.seen) == 1

    def test_given_a_request_that_is_retried_when_the_client_is_closed_then_it_ends(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.replies(Reply(500))
        monkeypatch.setattr(module, "FIRST_PAUSE", 20.0)
        assert "has ended" in self.failed(client(server, outage_timeout=100), 0.1)
        assert len(server.seen) == 1

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One request from its signature to a body that can be trusted, against a tiny server on this machine."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from airbyte_cdk.models import FailureType

from source_twitter_ads.api import answers
from source_twitter_ads.api import transport as module
from source_twitter_ads.api.errors import ApiFailure, Skipped, Where
from source_twitter_ads.api.transport import Transport
from unit_tests.conftest import settings_of

WHERE = Where("campaigns", "a")
PATH = "accounts/a/campaigns"
GOOD = b'{"data": [{"id": "1"}], "next_cursor": null}'


@dataclass
class Reply:
    status: int = 200
    body: bytes = GOOD
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    seconds: float = 0.0


def refusal(status: int, code: str, message: str = "X's words", **headers: str) -> Reply:
    body = json.dumps({"errors": [{"code": code, "message": message}], "request": {"params": {}}}).encode()
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


class Server:
    """Answers with the replies of a script, the last one again and again; remembers what it was asked."""

    def __init__(self) -> None:
        self.script: list[Reply] = [Reply()]
        self.seen: list[dict[str, Any]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                form = self.rfile.read(int(self.headers.get("content-length") or 0))
                seen = {"method": self.command, "path": self.path, "form": form, "at": time.time()}
                owner.seen.append({**seen, "headers": {k.lower(): v for k, v in self.headers.items()}})
                reply = owner.script.pop(0) if len(owner.script) > 1 else owner.script[0]
                time.sleep(reply.seconds)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body) + (50 if reply.cut else 0)))
                self.end_headers()
                self.wfile.write(reply.body)
                self.close_connection = self.close_connection or reply.cut

            do_GET = do_POST = do_DELETE = answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def replies(self, *script: Reply) -> None:
        self.script = list(script)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.05)


def transport(server: Server, **changes: Any) -> Transport:
    return Transport(settings_of(base_url=server.url, **{"outage_timeout": 1, "request_timeout": 5, **changes}))


def failure(server: Server, **changes: Any) -> ApiFailure:
    with pytest.raises(ApiFailure) as caught:
        transport(server, **changes).get(PATH, {}, WHERE)
    return caught.value


@pytest.mark.timeout(30)
class TestRequest:
    def test_given_a_get_when_sent_then_it_is_signed_named_and_percent_encoded(self, server: Server) -> None:
        answer = transport(server, user_agent="acme (x@acme.example)").get(PATH, {"ids": "1,2", "t": "00:00"}, WHERE)
        (seen,) = server.seen
        assert answer.document["data"] == [{"id": "1"}]
        assert seen["path"] == "/12/accounts/a/campaigns?ids=1%2C2&t=00%3A00"
        assert seen["headers"]["authorization"].startswith("OAuth oauth_nonce=")
        assert seen["headers"]["user-agent"] == "acme (x@acme.example)"

    def test_given_a_post_when_sent_then_its_parameters_travel_as_a_form(self, server: Server) -> None:
        transport(server).post("stats/jobs/accounts/a", {"entity_ids": "1,2"}, WHERE)
        (seen,) = server.seen
        assert (seen["method"], seen["form"]) == ("POST", b"entity_ids=1%2C2")
        assert seen["headers"]["content-type"] == "application/x-www-form-urlencoded"

    def test_given_several_requests_when_sent_then_each_has_a_nonce_of_its_own(self, server: Server) -> None:
        server.replies(Reply(500), Reply(500), Reply())
        transport(server).get(PATH, {}, WHERE)
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
        assert transport(server, outage_timeout=10).get(PATH, {}, WHERE).document["data"] == [{"id": "1"}]
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
            transport(server).get(PATH, {}, WHERE)

    def test_given_an_outage_when_it_lasts_then_it_is_reported_after_the_outage_timeout(self, server: Server) -> None:
        server.replies(Reply(500))
        began = time.monotonic()
        error = failure(server, outage_timeout=1)
        assert 0.9 < time.monotonic() - began < 5
        assert error.failure_type is FailureType.transient_error
        assert "HTTP 500" in str(error.message)
        assert len(server.seen) > 3

    def test_given_a_clock_that_is_wrong_when_asked_then_it_fails_after_a_few_signatures(self, server: Server) -> None:
        server.replies(refusal(401, "UNAUTHORIZED_ACCESS", "Timestamp out of bounds"))
        assert "clock" in str(failure(server).message)
        assert len(server.seen) == module.SKEW_TRIES

    def test_given_a_server_that_hangs_when_asked_then_the_request_times_out_and_is_asked_again(
        self, server: Server
    ) -> None:
        server.replies(Reply(seconds=3), Reply())
        transport(server, request_timeout=1, outage_timeout=10).get(PATH, {}, WHERE)
        assert len(server.seen) == 2


@pytest.mark.timeout(30)
class TestLimits:
    def test_given_a_503_with_retry_after_when_asked_then_the_time_is_kept_to(self, server: Server) -> None:
        server.replies(refusal(503, "OVER_CAPACITY", retry_after="1"), Reply())
        transport(server, outage_timeout=10).get(PATH, {}, WHERE)
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
        transport(server).get(PATH, {}, WHERE)
        assert server.seen[1]["at"] >= float(soon)

    def test_given_a_429_without_a_header_when_asked_then_it_is_asked_again_after_a_pause(self, server: Server) -> None:
        server.replies(refusal(429, "TOO_MANY_REQUESTS"), Reply())
        transport(server).get(PATH, {}, WHERE)
        assert len(server.seen) == 2

    def test_given_a_limit_longer_than_the_user_waits_when_asked_then_it_fails_at_once_and_says_until_when(
        self, server: Server
    ) -> None:
        server.replies(refusal(429, "TOO_MANY_REQUESTS", x_rate_limit_reset=str(int(time.time()) + 900)))
        error = failure(server, rate_limit_timeout=5)
        assert "UTC" in str(error.message)
        assert error.failure_type is FailureType.transient_error
        assert len(server.seen) == 1


@pytest.mark.timeout(30)
class TestRedirect:
    def test_given_a_redirect_on_the_same_host_when_followed_then_it_is_signed_anew(self, server: Server) -> None:
        server.replies(Reply(302, b"", {"Location": "/12/accounts/a/campaigns2"}), Reply())
        transport(server).get(PATH, {"count": "5"}, WHERE)
        assert server.seen[1]["path"].startswith("/12/accounts/a/campaigns2")
        assert server.seen[0]["headers"]["authorization"] != server.seen[1]["headers"]["authorization"]

    def test_given_a_redirect_to_another_host_when_answered_then_the_keys_stay_here(self, server: Server) -> None:
        other = Server()
        server.replies(Reply(302, b"", {"Location": f"{other.url}/12/steal"}))
        text = str(failure(server).message)
        other.close()
        assert other.seen == []
        assert other.url in text

    def test_given_redirects_in_a_circle_when_followed_then_it_ends(self, server: Server) -> None:
        server.replies(Reply(302, b"", {"Location": "/12/again"}))
        failure(server)
        assert len(server.seen) <= module.MAX_REDIRECTS + 1

    def test_given_a_post_that_is_redirected_when_answered_then_it_is_not_sent_twice(self, server: Server) -> None:
        server.replies(Reply(307, b"", {"Location": "/12/elsewhere"}))
        with pytest.raises(ApiFailure):
            transport(server).post("stats/jobs/accounts/a", {"a": "b"}, WHERE)
        assert len(server.seen) == 1

    def test_given_a_redirect_with_an_endless_body_when_answered_then_it_is_not_read_beyond_the_limit(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(answers, "MAX_BODY_BYTES", 1000)
        server.replies(Reply(302, b"x" * 100_000, {"Location": "/12/elsewhere"}))
        assert "more than 1000 bytes" in str(failure(server).message)

    def test_given_a_cookie_when_answered_then_it_is_not_sent_back(self, server: Server) -> None:
        server.replies(Reply(200, GOOD, {"Set-Cookie": "guest=1; Path=/"}))
        asked = transport(server)
        asked.get(PATH, {}, WHERE)
        asked.get(PATH, {}, WHERE)
        assert "cookie" not in server.seen[1]["headers"]

    def test_given_a_filter_around_session_send_when_asked_then_every_request_passes_it(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The CDK wraps it in Airbyte Cloud, to keep connectors out of private networks."""
        passed: list[str] = []
        send = requests.Session.send

        def filtered(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> Any:
            passed.append(str(request.url))
            return send(session, request, **options)

        monkeypatch.setattr(requests.Session, "send", filtered)
        server.replies(Reply(302, b"", {"Location": "/12/elsewhere"}), Reply())
        transport(server).get(PATH, {}, WHERE)
        assert passed == [f"{server.url}/12/accounts/a/campaigns", f"{server.url}/12/elsewhere"]


@pytest.mark.timeout(30)
class TestDownload:
    FILE = gzip.compress(b'{"data": []}')

    def test_given_a_result_file_of_the_own_host_when_fetched_then_no_signature_goes_with_it(
        self, server: Server
    ) -> None:
        server.replies(Reply(200, self.FILE))
        got = transport(server).download(f"{server.url}/advertiser-api-async-analytics/x.json.gz?a=b", WHERE)
        assert got in (self.FILE, gzip.decompress(self.FILE))
        assert "authorization" not in server.seen[0]["headers"]
        assert server.seen[0]["path"].endswith("?a=b")

    def test_given_a_result_file_below_the_versioned_path_when_fetched_then_it_is_signed(self, server: Server) -> None:
        server.replies(Reply(200, self.FILE))
        transport(server).download(f"{server.url}/12/stats/x.json.gz", WHERE)
        assert "authorization" in server.seen[0]["headers"]

    @pytest.mark.parametrize("status", [404, 426, 500])
    def test_given_a_file_that_is_late_when_fetched_then_it_is_asked_for_again(
        self, server: Server, status: int
    ) -> None:
        server.replies(Reply(status, b""), Reply(200, self.FILE))
        transport(server, outage_timeout=10).download(f"{server.url}/r/x.json.gz", WHERE)
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
    def test_given_a_file_at_an_unknown_place_when_named_then_it_is_not_fetched(self, server: Server, url: str) -> None:
        with pytest.raises(ApiFailure, match="unknown"):
            transport(server).download(url, WHERE)
        assert server.seen == []

    def test_given_a_damaged_file_when_fetched_then_it_is_asked_for_again(self, server: Server) -> None:
        server.replies(Reply(200, self.FILE[:-4]), Reply(200, self.FILE))
        transport(server, outage_timeout=10).download(f"{server.url}/r/x.json.gz", WHERE)
        assert len(server.seen) == 2

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Where a redirect may lead, and what goes with it."""

from __future__ import annotations

import logging

import pytest
import requests
from pytest_mock import MockerFixture

from source_twitter_ads.api import bodies as answers
from source_twitter_ads.api import client as module
from source_twitter_ads.api.errors import ApiFailure
from unit_tests.api.tiny_server import CONTEXT, GOOD, PATH, Reply, Server, client, failure


@pytest.mark.timeout(30)
class TestRedirect:
    def test_given_a_redirect_on_the_same_host_when_followed_then_it_is_signed_anew(self, server: Server) -> None:
        server.replies(Reply(302, b"", {"Location": "/12/accounts/a/campaigns2"}), Reply())
        client(server).get(PATH, {"count": "5"}, CONTEXT)
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
        asked = client(server)
        with pytest.raises(ApiFailure):
            asked.send(asked.request("POST", "stats/jobs/accounts/a", CONTEXT, {"a": "b"}))
        assert len(server.seen) == 1

    def test_given_a_redirect_with_an_endless_body_when_answered_then_it_is_not_read_beyond_the_limit(
        self, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(answers, "MAX_REFUSAL_BYTES", 1000)
        server.replies(Reply(302, b"x" * 100_000, {"Location": "/12/elsewhere"}), Reply())
        with caplog.at_level(logging.DEBUG, "airbyte"):
            client(server).get(PATH, {}, CONTEXT)
        assert "HTTP 302, 1000 bytes" in caplog.text

    def test_given_a_cookie_when_answered_then_it_is_not_sent_back(self, server: Server) -> None:
        server.replies(Reply(200, GOOD, {"Set-Cookie": "guest=1; Path=/"}))
        asked = client(server)
        asked.get(PATH, {}, CONTEXT)
        asked.get(PATH, {}, CONTEXT)
        assert "cookie" not in server.seen[1]["headers"]

    def test_given_a_filter_around_session_send_when_asked_then_every_request_passes_it(
        self, server: Server, mocker: MockerFixture
    ) -> None:
        """The CDK wraps it in Airbyte Cloud, to keep connectors out of private networks."""
        send = mocker.spy(requests.Session, "send")
        server.replies(Reply(302, b"", {"Location": "/12/elsewhere"}), Reply())
        client(server).get(PATH, {}, CONTEXT)
        passed = [call.args[1].url for call in send.call_args_list]
        assert passed == [f"{server.url}/12/accounts/a/campaigns", f"{server.url}/12/elsewhere"]

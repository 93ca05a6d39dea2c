# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What X says to keys it does not know, to clocks that are wrong, and who else may refuse.

Source: docs/x-ads-api.md §1, §3.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timezone
from email.utils import formatdate

import pytest
from airbyte_cdk.models import FailureType

from source_twitter_ads.api import client as module
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.clock import SAME, Clock
from source_twitter_ads.api.errors import ApiFailure, RequestContext
from unit_tests.api.tiny_server import CONTEXT, PATH, Reply, Server, client, failure, fetched, refusal

SAID = "This request is not properly authenticated"
HOUR = 3600


def unauthorized(clock_ahead: float = 0.0) -> Reply:
    """X's 401, with X's time as seen from a machine whose clock is ahead of it."""
    reply = refusal(401, "UNAUTHORIZED_ACCESS", SAID)
    reply.headers["Date"] = formatdate(time.time() - clock_ahead, usegmt=True)
    return reply


def message(asked: ApiClient, account: str, stream: str = "campaigns") -> str:
    with pytest.raises(ApiFailure) as caught:
        asked.get(f"accounts/{account}/campaigns", {}, RequestContext(stream, account))
    return str(caught.value.message)


@pytest.mark.timeout(30)
class TestRevokedKeys:
    def test_given_keys_that_three_requests_were_refused_for_when_more_come_then_they_are_not_sent(
        self, server: Server
    ) -> None:
        server.replies(unauthorized())
        asked = client(server)
        sent = [message(asked, account) for account in "abc"]
        unsent = message(asked, "d", "cards")
        assert len(server.seen) == 3
        assert all(SAID in text and "four keys" in text for text in [*sent, unsent])
        assert "stream cards, account d" in unsent
        assert "not sent" in unsent

    def test_given_refusals_with_answers_between_them_when_more_come_then_they_are_sent(self, server: Server) -> None:
        server.replies(unauthorized(), unauthorized(), Reply(), unauthorized(), unauthorized(), Reply())
        asked = client(server)
        for account in "ab":
            message(asked, account)
        asked.get(PATH, {}, CONTEXT)
        for account in "cd":
            message(asked, account)
        asked.get(PATH, {}, CONTEXT)

    @pytest.mark.parametrize(
        ("paths", "sent"),
        [(["campaigns"] * 5, 5), (["campaigns", "cards", "line_items", "tweets", "media"], 3)],
        ids=["one endpoint", "three endpoints"],
    )
    def test_given_keys_that_were_accepted_when_one_endpoint_refuses_them_then_others_are_asked_all_the_same(
        self, server: Server, paths: list[str], sent: int
    ) -> None:
        asked = client(server)
        asked.get(PATH, {}, CONTEXT)
        server.replies(unauthorized())
        for number, path in enumerate(paths):
            with pytest.raises(ApiFailure):
                asked.get(f"accounts/{number}/{path}", {}, CONTEXT)
        assert len(server.seen) == 1 + sent

    def test_given_keys_that_are_refused_when_a_result_file_needs_none_then_it_is_fetched(self, server: Server) -> None:
        server.replies(*[unauthorized()] * 3, Reply(200, b'{"data": []}'))
        asked = client(server)
        for account in "abc":
            message(asked, account)
        assert fetched(asked, f"{server.url}/r/x.json") == b'{"data": []}'


@pytest.mark.timeout(30)
class TestWrongClock:
    @pytest.mark.parametrize(("ahead", "word"), [(HOUR, "ahead of"), (-HOUR, "behind")])
    def test_given_a_401_when_the_clock_is_far_from_xs_then_the_advice_is_about_the_clock(
        self, server: Server, ahead: float, word: str
    ) -> None:
        server.replies(unauthorized(ahead))
        error = failure(server)
        assert len(server.seen) == module.SKEW_TRIES
        assert "set it by a time server" in str(error.message)
        assert word in str(error.message)
        assert "four keys" not in str(error.message)

    @pytest.mark.parametrize("date", ["half a minute ago", "noon", ""])
    def test_given_a_401_when_no_other_time_is_to_be_seen_then_the_advice_is_about_the_keys(
        self, server: Server, date: str
    ) -> None:
        reply = unauthorized()
        recent = formatdate(time.time() - 30, usegmt=True)
        reply.headers["Date"] = recent if date == "half a minute ago" else date
        server.replies(reply)
        assert "four keys" in str(failure(server).message)
        assert len(server.seen) == 1

    def test_given_a_clock_that_stays_wrong_when_more_requests_come_then_they_are_not_sent(
        self, server: Server
    ) -> None:
        server.replies(unauthorized(HOUR))
        asked = client(server)
        texts = [message(asked, account) for account in "abcd"]
        assert len(server.seen) == 3 * module.SKEW_TRIES
        assert "not sent" in texts[-1]
        assert "time server" in texts[-1]

    @pytest.mark.parametrize("remaining", [{}, {"x_rate_limit_remaining": "0"}], ids=["reset", "reset and count"])
    @pytest.mark.parametrize("ahead", [600, -600])
    def test_given_a_429_when_the_clock_is_off_then_xs_own_time_tells_how_long_to_wait(
        self, server: Server, ahead: int, remaining: dict[str, str]
    ) -> None:
        theirs = time.time() - ahead
        limited = refusal(429, "TOO_MANY_REQUESTS", x_rate_limit_reset=str(int(theirs) + 3), **remaining)
        limited.headers["Date"] = formatdate(theirs, usegmt=True)
        server.replies(limited, Reply())
        client(server, outage_timeout=10).get(PATH, {}, CONTEXT)
        assert 2 <= server.seen[1]["at"] - server.seen[0]["at"] < 6


@pytest.mark.timeout(30)
class TestForeignRefusals:
    @pytest.mark.parametrize("status", [403, 407])
    def test_given_a_page_of_a_proxy_when_it_refuses_then_it_is_shown_and_the_account_is_not_blamed(
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


@pytest.mark.timeout(30)
class TestDelete:
    @pytest.mark.parametrize("status", [503, 429])
    def test_given_a_delete_that_x_holds_back_when_asked_then_it_is_not_waited_for(
        self, server: Server, status: int
    ) -> None:
        reset = str(int(time.time()) + 900)
        limited = refusal(429, "TOO_MANY_REQUESTS", x_rate_limit_reset=reset)
        server.replies(refusal(503, "OVER_CAPACITY", retry_after="900") if status == 503 else limited)
        began = time.monotonic()
        asked = client(server, outage_timeout=60, rate_limit_timeout=1000)
        with pytest.raises(ApiFailure, match="UTC") as caught:
            asked.send(asked.request("DELETE", "stats/jobs/accounts/a/1", CONTEXT))
        assert time.monotonic() - began < 3
        assert len(server.seen) == 1
        assert "rate_limit_timeout" not in str(caught.value.message)


@pytest.mark.timeout(30)
class TestClosing:
    def test_given_a_transport_that_was_closed_when_asked_then_nothing_is_sent(self, server: Server) -> None:
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

    def test_given_a_request_that_waits_for_a_limit_when_the_transport_is_closed_then_it_ends(
        self, server: Server
    ) -> None:
        server.replies(refusal(429, "TOO_MANY_REQUESTS", x_rate_limit_reset=str(int(time.time()) + 900)))
        asked = client(server)
        closing = threading.Timer(0.5, asked.close)
        closing.start()
        assert "has ended" in message(asked, "a")
        closing.join()
        assert len(server.seen) == 1

    def test_given_a_request_that_is_tried_again_when_the_transport_is_closed_then_it_ends(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.replies(Reply(500))
        monkeypatch.setattr(module, "FIRST_PAUSE", 20.0)
        monkeypatch.setattr(module, "LONGEST_PAUSE", 20.0)
        asked = client(server, outage_timeout=100)
        closing = threading.Timer(0.5, asked.close)
        closing.start()
        began = time.monotonic()
        with pytest.raises(ApiFailure, match="has ended"):
            asked.get(PATH, {}, CONTEXT)
        assert time.monotonic() - began < 5
        assert len(server.seen) == 1


class TestClock:
    NOW = 1_790_000_000.0

    def at(self, epoch: float) -> dict[str, str]:
        return {"date": formatdate(epoch, usegmt=True)}

    @pytest.mark.parametrize("seconds", [4, -4])
    def test_given_clocks_a_few_seconds_apart_when_compared_then_the_difference_counts(self, seconds: int) -> None:
        assert Clock().ahead(self.at(self.NOW - seconds), self.NOW) == seconds

    def test_given_answers_that_took_a_while_when_compared_then_the_smallest_difference_counts(self) -> None:
        clock = Clock()
        assert [clock.ahead(self.at(self.NOW - late), self.NOW) for late in (600, 601, 599, 603)] == [
            600,
            600,
            599,
            599,
        ]

    def test_given_a_clock_that_was_set_wrong_when_compared_then_the_new_difference_counts(self) -> None:
        clock = Clock()
        assert [clock.ahead(self.at(self.NOW - late), self.NOW) for late in (1, 600)] == [1, 600]

    def test_given_a_moment_when_told_by_xs_clock_then_it_is_a_little_early(self) -> None:
        clock = Clock()
        clock.ahead(self.at(self.NOW - 600), self.NOW)
        assert clock.at_least(self.NOW) == (
            datetime.fromtimestamp(self.NOW - 600 - SAME, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        )

    def test_given_a_clock_that_was_set_right_when_compared_then_the_difference_is_gone(self) -> None:
        clock = Clock()
        clock.ahead(self.at(self.NOW - 600), self.NOW)
        assert clock.ahead(self.at(self.NOW), self.NOW) == 0.0

    def test_given_an_answer_without_a_date_when_compared_then_what_was_found_before_holds(self) -> None:
        clock = Clock()
        clock.ahead(self.at(self.NOW - 600), self.NOW)
        assert clock.ahead({}, self.NOW) == 600.0

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One attempt of a request, for a caller with other things to do: it neither sleeps nor waits.

Source: docs/x-ads-api.md §4.
"""

from __future__ import annotations

import time

import pytest

from source_twitter_ads.api.attempt import Call
from source_twitter_ads.api.bodies import Answer
from source_twitter_ads.api.client import Transport
from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.api.rate_limits import Limits
from unit_tests.api.tiny_server import PATH, WHERE, Reply, Server, refusal, transport

HOUR = 3600.0


class Shifted:
    """The machine's clocks, which go ahead when told to; whoever sleeps fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0.0
        monotonic, epoch = time.monotonic, time.time
        self.epoch = lambda: epoch() + self.ahead
        monkeypatch.setattr(time, "monotonic", lambda: monotonic() + self.ahead)
        monkeypatch.setattr(time, "time", self.epoch)

    def transport(self, server: Server, monkeypatch: pytest.MonkeyPatch, **changes: int) -> Transport:
        """A transport that goes by these clocks."""
        asked = transport(server, **changes)
        asked._limits = Limits(10, self.epoch)
        monkeypatch.setattr(asked._ended, "wait", pytest.fail)
        return asked


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Shifted:
    return Shifted(monkeypatch)


def page(asked: Transport) -> Call:
    return asked.call("GET", PATH, WHERE)


def limited_for(seconds: float, now: float) -> Reply:
    return refusal(429, "TOO_MANY_REQUESTS", x_rate_limit_reset=str(int(now + seconds)))


def held_back(asked: Transport, server: Server, clock: Shifted, seconds: float) -> Call:
    """A request that X's limit holds back for so long, once it has been refused for it."""
    server.replies(limited_for(seconds, clock.epoch()), Reply())
    call = page(asked)
    assert asked.attempt(call) == 0.0
    return call


@pytest.mark.timeout(30)
class TestAttempt:
    def test_given_an_x_that_answers_when_attempted_then_its_answer(self, server: Server) -> None:
        asked = transport(server)
        answer = asked.attempt(page(asked))
        assert isinstance(answer, Answer)
        assert answer.document["data"] == [{"id": "1"}]

    def test_given_an_x_that_fails_when_attempted_then_one_request_and_the_seconds_to_the_next(
        self, server: Server, clock: Shifted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.replies(Reply(500))
        asked = clock.transport(server, monkeypatch)
        outcome = asked.attempt(page(asked))
        assert isinstance(outcome, float)
        assert 0 < outcome <= 0.05
        assert len(server.seen) == 1

    def test_given_an_x_that_fails_on_when_attempted_again_then_it_fails_after_its_patience(
        self, server: Server, clock: Shifted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.replies(Reply(500))
        asked = clock.transport(server, monkeypatch, outage_timeout=60)
        call = page(asked)
        asked.attempt(call)
        clock.ahead += 61
        with pytest.raises(ApiFailure, match="2 times in 61 s"):
            asked.attempt(call)

    def test_given_a_redirect_when_attempted_then_it_may_be_followed_at_once(self, server: Server) -> None:
        server.replies(Reply(302, b"", {"Location": "/12/accounts/a/campaigns2"}), Reply())
        asked = transport(server)
        call = page(asked)
        assert asked.attempt(call) == 0.0
        assert isinstance(asked.attempt(call), Answer)

    def test_given_a_transport_that_was_closed_when_attempted_then_it_fails(self, server: Server) -> None:
        asked = transport(server)
        asked.close()
        with pytest.raises(ApiFailure, match="has ended"):
            asked.attempt(page(asked))


@pytest.mark.timeout(30)
class TestHeldBack:
    def test_given_a_limit_when_attempted_then_nothing_is_sent_and_its_end_is_told(
        self, server: Server, clock: Shifted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = clock.transport(server, monkeypatch)
        call = held_back(asked, server, clock, 900)
        assert 890 < float(asked.attempt(call)) < 902  # type: ignore[arg-type]
        assert len(server.seen) == 1

    def test_given_a_limit_that_has_ended_when_attempted_then_it_is_sent(
        self, server: Server, clock: Shifted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = clock.transport(server, monkeypatch)
        call = held_back(asked, server, clock, 900)
        asked.attempt(call)
        clock.ahead += 902
        assert isinstance(asked.attempt(call), Answer)

    def test_given_a_request_that_was_held_back_when_it_fails_then_its_patience_is_whole(
        self, server: Server, clock: Shifted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = clock.transport(server, monkeypatch, outage_timeout=60)
        server.replies(Reply(500), limited_for(900, clock.epoch()), Reply(500), Reply())
        call = page(asked)
        for ahead in (0, 0, 0, 902):
            clock.ahead += ahead
            assert isinstance(asked.attempt(call), float)
        assert call.tried < 5
        assert isinstance(asked.attempt(call), Answer)

    def test_given_a_request_that_was_held_back_when_sent_then_that_was_no_attempt(
        self, server: Server, clock: Shifted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = clock.transport(server, monkeypatch)
        call = held_back(asked, server, clock, 900)
        for _ in range(5):
            asked.attempt(call)
        assert call.attempts == 1

    def test_given_a_limit_beyond_rate_limit_timeout_when_attempted_then_it_fails_at_once(
        self, server: Server, clock: Shifted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = clock.transport(server, monkeypatch, rate_limit_timeout=600)
        call = held_back(asked, server, clock, 900)
        with pytest.raises(ApiFailure, match=r"rate_limit_timeout is 600 s"):
            asked.attempt(call)

    def test_given_limits_that_follow_each_other_when_attempted_then_all_waits_count_together(
        self, server: Server, clock: Shifted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = clock.transport(server, monkeypatch, rate_limit_timeout=1000)
        call = held_back(asked, server, clock, 900)
        asked.attempt(call)
        clock.ahead += 902
        server.replies(limited_for(900, clock.epoch()), Reply())
        asked.attempt(call)
        with pytest.raises(ApiFailure, match="rate_limit_timeout is 1000 s"):
            asked.attempt(call)

    def test_given_a_first_request_under_way_when_another_is_attempted_then_it_looks_again_soon(
        self, server: Server
    ) -> None:
        asked = transport(server)
        call = page(asked)
        with asked._limits.passage(call.endpoint, call.account_id, time.time() + HOUR):
            assert 0 < float(asked.attempt(call)) < 0.1  # type: ignore[arg-type]
        assert server.seen == []


@pytest.mark.timeout(30)
class TestWhatIsAllowed:
    """What the scheduler knows of X's limit of all accounts before it makes a request."""

    PATHS = ("stats/jobs/accounts/a", "stats/jobs/accounts/b")

    def test_given_nothing_known_when_asked_then_a_request_may_go(self, server: Server) -> None:
        asked = transport(server)
        assert [(asked.opens("GET", path), asked.remaining("GET", path)) for path in self.PATHS] == [(None, None)] * 2

    def test_given_a_count_of_all_accounts_when_asked_then_it_holds_for_each(self, server: Server) -> None:
        reset = str(int(time.time()) + 900)
        server.replies(Reply(headers={"x-rate-limit-remaining": "7", "x-rate-limit-reset": reset}))
        asked = transport(server)
        asked.get(self.PATHS[0], {}, WHERE)
        assert [asked.remaining("GET", path) for path in self.PATHS] == [7, 7]
        assert asked.remaining("POST", self.PATHS[0]) is None

    def test_given_a_used_up_limit_when_asked_then_the_moment_of_its_end(self, server: Server) -> None:
        reset = int(time.time()) + 900
        server.replies(Reply(headers={"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset)}))
        asked = transport(server)
        asked.get(self.PATHS[0], {}, WHERE)
        assert asked.opens("GET", self.PATHS[1]) == pytest.approx(reset, abs=2)
        assert asked.opens("POST", self.PATHS[1]) is None

    def test_given_a_limit_of_one_account_when_asked_then_the_others_are_allowed(self, server: Server) -> None:
        reset = str(int(time.time()) + 900)
        server.replies(Reply(headers={"x-account-rate-limit-remaining": "0", "x-account-rate-limit-reset": reset}))
        asked = transport(server)
        asked.get(self.PATHS[0], {}, WHERE)
        assert asked.opens("GET", self.PATHS[1]) is None

    def test_given_a_first_request_under_way_when_asked_then_soon(self, server: Server) -> None:
        asked = transport(server)
        call = asked.call("GET", self.PATHS[0], WHERE)
        with asked._limits.passage(call.endpoint, call.account_id, time.time() + HOUR):
            opens = asked.opens("GET", self.PATHS[1])
        assert opens is not None
        assert 0 < opens - time.time() < 0.1

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One attempt of a request, for a caller with other things to do: it neither sleeps nor waits.

Source: docs/x-ads-api.md §4.
"""

from __future__ import annotations

from contextlib import suppress

import pytest
from pytest_mock import MockerFixture

from source_twitter_ads.api.bodies import ApiResponse
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.api.rate_limit_window import RateLimitWindow
from source_twitter_ads.api.request import ApiRequest
from unit_tests.api.tiny_server import CONTEXT, PATH, Reply, Server, client, refusal
from unit_tests.api.virtual_time import VirtualTime

HOUR = 3600.0


class Awake(VirtualTime):
    """Time that a test moves; whoever waits fails."""

    def wait(self, signal: object, seconds: float) -> None:
        pytest.fail("waited")


@pytest.fixture
def time() -> Awake:
    return Awake()


def attempt_on(asked: ApiClient, request: ApiRequest, time: Awake) -> None:
    """Attempt a request whenever it is due."""
    while isinstance(outcome := asked.attempt(request), float):
        time.seconds += outcome


def page(asked: ApiClient) -> ApiRequest:
    return asked.request("GET", PATH, CONTEXT)


def limited_for(seconds: float, now: float) -> Reply:
    return refusal(429, "TOO_MANY_REQUESTS", x_rate_limit_reset=str(int(now + seconds)))


def held_back(asked: ApiClient, server: Server, time: Awake, seconds: float) -> ApiRequest:
    """A request that X's limit holds back for so long, once it has been refused for it."""
    server.replies(limited_for(seconds, time.now()), Reply())
    request = page(asked)
    assert asked.attempt(request) == 0.0
    return request


@pytest.mark.timeout(30)
class TestAttempt:
    def test_given_an_x_that_responds_when_attempted_then_its_response(self, server: Server) -> None:
        asked = client(server)
        response = asked.attempt(page(asked))
        assert isinstance(response, ApiResponse)
        assert response.document["data"] == [{"id": "1"}]

    def test_given_a_failure_when_attempted_then_the_seconds_to_the_next_attempt(
        self, server: Server, time: Awake
    ) -> None:
        server.replies(Reply(500))
        asked = client(server)
        outcome = asked.attempt(page(asked))
        assert isinstance(outcome, float)
        assert 0 < outcome <= 0.5
        assert len(server.seen) == 1

    def test_given_failures_that_last_when_attempted_then_it_fails_after_its_patience(
        self, server: Server, time: Awake
    ) -> None:
        server.replies(Reply(500))
        asked = client(server, outage_timeout=60)
        request = page(asked)
        with pytest.raises(ApiFailure, match=r"\d+ times in 60 s"):
            attempt_on(asked, request, time)
        assert 59 < time.passed < 61

    def test_given_a_redirect_when_attempted_then_it_may_be_followed_at_once(self, server: Server) -> None:
        server.replies(Reply(302, b"", {"Location": "/12/accounts/a/campaigns2"}), Reply())
        asked = client(server)
        request = page(asked)
        assert asked.attempt(request) == 0.0
        assert isinstance(asked.attempt(request), ApiResponse)

    def test_given_a_client_that_was_closed_when_attempted_then_it_fails(self, server: Server) -> None:
        asked = client(server)
        asked.close()
        with pytest.raises(ApiFailure, match="has ended"):
            asked.attempt(page(asked))


@pytest.mark.timeout(30)
class TestNoLimit:
    """What a response without the headers of a limit tells of the requests that follow it."""

    @pytest.mark.parametrize(
        ("reply", "unlimited"),
        [
            (Reply(), True),
            (refusal(404, "NOT_FOUND"), True),
            (refusal(429, "TOO_MANY_REQUESTS"), False),
            (Reply(503), False),
        ],
        ids=["200", "404", "429", "503"],
    )
    def test_given_no_headers_when_x_took_or_refused_it_then_it_sets_no_limit(
        self, server: Server, time: Awake, mocker: MockerFixture, reply: Reply, unlimited: bool
    ) -> None:
        server.replies(reply)
        left = mocker.spy(RateLimitWindow, "leave")
        with suppress(ApiFailure):
            client(server).attempt(page(client(server)))
        assert {call.args[3] for call in left.call_args_list} == {unlimited}


@pytest.mark.timeout(30)
class TestHeldBack:
    def test_given_a_limit_when_attempted_then_nothing_is_sent_and_its_end_is_told(
        self, server: Server, time: Awake
    ) -> None:
        asked = client(server)
        request = held_back(asked, server, time, 900)
        assert 890 < float(asked.attempt(request)) < 902  # type: ignore[arg-type]
        assert len(server.seen) == 1

    def test_given_a_limit_that_has_ended_when_attempted_then_it_is_sent(self, server: Server, time: Awake) -> None:
        asked = client(server)
        request = held_back(asked, server, time, 900)
        asked.attempt(request)
        time.seconds += 902
        assert isinstance(asked.attempt(request), ApiResponse)

    def test_given_a_request_that_was_held_back_when_it_fails_then_its_patience_is_whole(
        self, server: Server, time: Awake
    ) -> None:
        asked = client(server, outage_timeout=60)
        server.replies(Reply(500), limited_for(900, time.now()), Reply(500), Reply())
        request = page(asked)
        for ahead in (0, 0, 0, 902):
            time.seconds += ahead
            assert isinstance(asked.attempt(request), float)
        assert request.tried < 5
        assert isinstance(asked.attempt(request), ApiResponse)

    def test_given_a_request_that_was_held_back_when_sent_then_that_was_no_attempt(
        self, server: Server, time: Awake
    ) -> None:
        asked = client(server)
        request = held_back(asked, server, time, 900)
        for _ in range(5):
            asked.attempt(request)
        assert request.attempts == 1

    def test_given_a_limit_that_ends_too_late_when_attempted_then_it_fails_at_once(
        self, server: Server, time: Awake
    ) -> None:
        asked = client(server, rate_limit_timeout=600)
        request = held_back(asked, server, time, 900)
        with pytest.raises(ApiFailure, match=r"rate_limit_timeout is 600 s"):
            asked.attempt(request)

    def test_given_limits_that_follow_each_other_when_attempted_then_all_waits_count(
        self, server: Server, time: Awake
    ) -> None:
        asked = client(server, rate_limit_timeout=1000)
        request = held_back(asked, server, time, 900)
        asked.attempt(request)
        time.seconds += 902
        server.replies(limited_for(900, time.now()), Reply())
        asked.attempt(request)
        with pytest.raises(ApiFailure, match="rate_limit_timeout is 1000 s"):
            asked.attempt(request)

    def test_given_a_first_request_under_way_when_another_is_attempted_then_soon(
        self, server: Server, time: Awake
    ) -> None:
        asked = client(server)
        request = page(asked)
        with asked._limits.permit(request.endpoint, request.account_id, time.now() + HOUR):
            assert 0 < float(asked.attempt(request)) < 0.1  # type: ignore[arg-type]
        assert server.seen == []


@pytest.mark.timeout(30)
class TestWhatIsAllowed:
    """What the scheduler knows of X's limit of all accounts before it makes a request."""

    PATHS = ("stats/jobs/accounts/a", "stats/jobs/accounts/b")

    def test_given_nothing_known_when_asked_then_a_request_may_go(self, server: Server) -> None:
        asked = client(server)
        assert [(asked.opens("GET", path), asked.remaining("GET", path)) for path in self.PATHS] == [(None, None)] * 2

    def test_given_a_count_of_all_accounts_when_asked_then_it_holds_for_each(self, server: Server, time: Awake) -> None:
        reset = str(int(time.now()) + 900)
        server.replies(Reply(headers={"x-rate-limit-remaining": "7", "x-rate-limit-reset": reset}))
        asked = client(server)
        asked.get(self.PATHS[0], {}, CONTEXT)
        assert [asked.remaining("GET", path) for path in self.PATHS] == [7, 7]
        assert asked.remaining("POST", self.PATHS[0]) is None

    def test_given_a_used_up_limit_when_asked_then_the_moment_of_its_end(self, server: Server, time: Awake) -> None:
        reset = int(time.now()) + 900
        server.replies(Reply(headers={"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset)}))
        asked = client(server)
        asked.get(self.PATHS[0], {}, CONTEXT)
        assert asked.opens("GET", self.PATHS[1]) == pytest.approx(reset, abs=2)
        assert asked.opens("POST", self.PATHS[1]) is None

    def test_given_a_limit_of_one_account_when_asked_then_the_others_are_allowed(
        self, server: Server, time: Awake
    ) -> None:
        reset = str(int(time.now()) + 900)
        server.replies(Reply(headers={"x-account-rate-limit-remaining": "0", "x-account-rate-limit-reset": reset}))
        asked = client(server)
        asked.get(self.PATHS[0], {}, CONTEXT)
        assert asked.opens("GET", self.PATHS[1]) is None

    def test_given_a_first_request_under_way_when_asked_then_soon(self, server: Server, time: Awake) -> None:
        asked = client(server)
        request = asked.request("GET", self.PATHS[0], CONTEXT)
        with asked._limits.permit(request.endpoint, request.account_id, time.now() + HOUR):
            opens = asked.opens("GET", self.PATHS[1])
        assert opens is not None
        assert 0 < opens - time.now() < 0.1

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""An outage is waited out once, not once per request (docs/x-ads-api.md §9 H4)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest
import requests

from source_twitter_ads.api import client as module
from source_twitter_ads.api.circuit_breaker import SECONDS_BETWEEN_PROBES, CircuitBreaker
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure, Refusal, RequestContext, rule_for
from source_twitter_ads.api.request import ApiRequest
from unit_tests.api.tiny_server import CONTEXT, HOUR, PATH, SAID, Reply, Server, client, fetched, unauthorized
from unit_tests.api.virtual_time import VirtualTime
from unit_tests.conftest import settings_of

TIMEOUT = 300.0
HOST = "ads-api.x.com"
MANY = [f"accounts/{account}/{stream}" for stream in ("cards", "media", "videos") for account in "abcde"]


def request(path: str, sent: float = 0.0, tried: float = 0.0) -> ApiRequest:
    return ApiRequest("GET", f"https://{HOST}/12/{path}", CONTEXT, TIMEOUT, TIMEOUT, sent=sent, tried=tried)


def message(asked: ApiClient, path: str, stream: str = "campaigns") -> str:
    """What a request fails with, "" if it does not."""
    try:
        asked.get(path, {}, RequestContext(stream, path.split("/")[1]))
    except ApiFailure as failure:
        return str(failure.message)
    return ""


class TestCircuit:
    @pytest.fixture
    def time(self) -> VirtualTime:
        return VirtualTime(0.0)

    @pytest.fixture
    def breaker(self, time: VirtualTime) -> CircuitBreaker:
        return CircuitBreaker(TIMEOUT, time)

    @pytest.fixture
    def fail(self, breaker: CircuitBreaker, time: VirtualTime) -> Callable[..., ApiRequest]:
        """Have a request fail at a moment, 0 seconds after it was sent unless told otherwise."""

        def failed(path: str, at: float, sent: float | None = None, silent: bool = False) -> ApiRequest:
            time.seconds = at
            one = request(path, at if sent is None else sent)
            breaker.failed(one, "it broke", silent)
            return one

        return failed

    def is_open(self, breaker: CircuitBreaker, path: str) -> bool:
        try:
            breaker.check(request(path))
        except ApiFailure:
            return True
        return False

    def test_given_three_endpoints_when_they_fail_for_the_timeout_then_the_host_is_open(
        self, breaker: CircuitBreaker, fail: Callable[..., ApiRequest]
    ) -> None:
        for path, at in (("cards", 0.0), ("media", 140.0), ("videos", 280.0), ("cards", 299.0)):
            fail(path, at)
            assert not self.is_open(breaker, "campaigns")
        last = fail("cards", 300.0)
        assert breaker.outage(last) == 300.0
        with pytest.raises(ApiFailure, match=rf"not sent: requests to {HOST} have failed for 300 s.*it broke"):
            breaker.check(request("campaigns"))

    def test_given_three_urls_of_one_endpoint_that_fail_then_others_are_used(
        self, breaker: CircuitBreaker, fail: Callable[..., ApiRequest]
    ) -> None:
        for account, at in (("a", 0.0), ("b", 150.0), ("c", 300.0)):
            fail(f"accounts/{account}/cards", at)
        assert self.is_open(breaker, "accounts/d/cards")
        assert not self.is_open(breaker, "accounts/d/media")

    def test_given_one_url_that_fails_when_others_are_asked_then_they_are_sent(
        self, breaker: CircuitBreaker, fail: Callable[..., ApiRequest]
    ) -> None:
        for at in range(0, 600, 100):
            fail("accounts/a/cards", at)
        assert not self.is_open(breaker, "accounts/b/cards")

    def test_given_an_open_circuit_when_a_probe_is_due_then_one_request_is_sent(
        self, breaker: CircuitBreaker, fail: Callable[..., ApiRequest], time: VirtualTime
    ) -> None:
        for path, at in (("cards", 0.0), ("media", 150.0), ("videos", 300.0)):
            fail(path, at)
        time.seconds += SECONDS_BETWEEN_PROBES
        breaker.check(request("cards"))
        breaker.check(request("cards"), sending=True)
        assert self.is_open(breaker, "cards")

    def test_given_an_open_circuit_when_a_request_succeeds_then_it_is_closed(
        self, breaker: CircuitBreaker, fail: Callable[..., ApiRequest]
    ) -> None:
        for path, at in (("cards", 0.0), ("media", 150.0), ("videos", 300.0)):
            last = fail(path, at)
        breaker.succeeded(last)
        assert not self.is_open(breaker, "campaigns")

    def test_given_requests_under_way_together_when_all_fail_then_each_may_be_retried(
        self, breaker: CircuitBreaker, fail: Callable[..., ApiRequest]
    ) -> None:
        """So it is when a firewall has dropped the connections that rested while a limit was waited for."""
        for number in range(6):
            fail(f"endpoint{number}", at=300.0, sent=0.0, silent=True)
        assert not self.is_open(breaker, "endpoint0")
        fail("endpoint0", at=330.0, sent=300.0, silent=True)
        assert self.is_open(breaker, "endpoint0")

    def test_given_failures_with_nothing_sent_between_then_they_are_two_outages(
        self, breaker: CircuitBreaker, fail: Callable[..., ApiRequest]
    ) -> None:
        for path, at in (("cards", 0.0), ("media", 900.0), ("videos", 900.0)):
            fail(path, at)
        assert not self.is_open(breaker, "cards")

    def test_given_long_attempts_when_they_follow_each_other_then_they_are_one_outage(
        self, breaker: CircuitBreaker, fail: Callable[..., ApiRequest]
    ) -> None:
        for path, at in (("cards", 300.0), ("media", 600.0), ("videos", 900.0)):
            last = fail(path, at, sent=at - 300.0, silent=True)
        assert breaker.outage(last) == 900.0

    def test_given_a_request_that_hangs_when_others_succeed_then_its_time_starts_anew(
        self, breaker: CircuitBreaker, time: VirtualTime
    ) -> None:
        time.seconds = 240.0
        breaker.succeeded(request("media"))
        time.seconds = 300.0
        assert breaker.failed(request("cards", sent=0.0), "it hung", silent=True) == 60.0
        assert breaker.patience(request("cards", tried=60.0)) == 240.0

    def test_given_a_host_that_is_silent_for_long_when_asked_then_a_tenth_is_left(
        self, breaker: CircuitBreaker, fail: Callable[..., ApiRequest]
    ) -> None:
        assert breaker.patience(request("media")) == 300.0
        fail("cards", at=200.0, sent=0.0, silent=True)
        assert breaker.patience(request("media")) == 100.0
        fail("cards", at=330.0, sent=200.0, silent=True)
        assert breaker.patience(request("media")) == 30.0


class TestSilentHost:
    """Connections are accepted and get no response; both bounds are 300 s, as by default."""

    @pytest.fixture
    def asked(self, time: VirtualTime, monkeypatch: pytest.MonkeyPatch) -> ApiClient:
        asked = ApiClient(settings_of(num_workers=1), time)

        def hang(*_: object, timeout: tuple[float, float], **__: object) -> requests.Response:
            time.seconds += timeout[1]
            raise requests.exceptions.ReadTimeout("Read timed out.")

        monkeypatch.setattr(asked._session, "send", hang)
        return asked

    def test_given_a_silent_host_when_many_requests_follow_then_all_end_soon(
        self, asked: ApiClient, time: VirtualTime
    ) -> None:
        texts = [message(asked, path) for path in MANY]
        assert TIMEOUT < time.passed < 1.5 * TIMEOUT
        assert all(HOST in text and "Check the network" in text for text in texts)
        assert sum("was not sent" in text for text in texts) > 8

    def test_given_a_silent_host_when_one_endpoint_is_asked_then_all_end_soon(
        self, asked: ApiClient, time: VirtualTime
    ) -> None:
        assert all(message(asked, f"accounts/{number}/cards") for number in range(12))
        assert time.passed < 1.5 * TIMEOUT

    def test_given_one_request_when_the_host_stays_silent_then_its_retry_is_short(
        self, asked: ApiClient, time: VirtualTime
    ) -> None:
        assert "2 times in 330 s" in message(asked, PATH)
        assert time.passed == pytest.approx(330)

    @pytest.mark.timeout(60)
    def test_given_threads_when_a_real_host_is_silent_then_all_of_them_end(self) -> None:
        found: list[str] = []
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(256)
            host = f"127.0.0.1:{listener.getsockname()[1]}"
            settings = settings_of(base_url=f"http://{host}", outage_timeout=1, request_timeout=1)
            asked = ApiClient(settings)
            threads = [
                threading.Thread(target=lambda path=path: found.append(message(asked, path)), daemon=True)
                for path in MANY
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
        assert len(found) == len(MANY)
        assert all(host in text for text in found)


@pytest.mark.timeout(30)
def test_given_all_connections_when_they_hang_at_once_then_each_request_is_retried(server: Server) -> None:
    """So it is when a firewall has dropped the connections that rested while a limit was waited for."""
    paths = [path for path in MANY if "/a/" in path]
    server.replies(*[Reply(seconds=1.5)] * len(paths), Reply())
    asked = client(server, outage_timeout=1, request_timeout=1)
    found: list[str] = []
    threads = [threading.Thread(target=lambda path=path: found.append(message(asked, path))) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [""] * len(paths)


class TestRefusedKeys:
    def test_given_three_refusals_when_x_never_accepted_the_keys_then_nothing_is_sent(
        self, server: Server, time: VirtualTime
    ) -> None:
        server.replies(unauthorized(time))
        asked = client(server)
        sent = [message(asked, f"accounts/{account}/campaigns") for account in "abc"]
        unsent = message(asked, "accounts/d/campaigns", "cards")
        assert len(server.seen) == 3
        assert all(SAID in text and "four keys" in text for text in [*sent, unsent])
        assert "stream cards, account d" in unsent
        assert "not sent" in unsent

    def test_given_refusals_when_others_succeed_between_them_then_requests_are_sent(
        self, server: Server, time: VirtualTime
    ) -> None:
        refused = unauthorized(time)
        server.replies(refused, refused, Reply(), refused, refused, Reply())
        asked = client(server)
        texts = [message(asked, f"accounts/{account}/campaigns") for account in "abcdef"]
        assert [bool(text) for text in texts] == [True, True, False] * 2

    @pytest.mark.parametrize(
        ("paths", "sent"),
        [(["campaigns"] * 5, 5), (["campaigns", "cards", "line_items", "tweets", "media"], 3)],
        ids=["one endpoint", "three endpoints"],
    )
    def test_given_accepted_keys_when_one_endpoint_refuses_them_then_others_are_asked(
        self, server: Server, time: VirtualTime, paths: list[str], sent: int
    ) -> None:
        asked = client(server)
        asked.get(PATH, {}, CONTEXT)
        server.replies(unauthorized(time))
        assert all(message(asked, f"accounts/{number}/{path}") for number, path in enumerate(paths))
        assert len(server.seen) == 1 + sent

    def test_given_refused_keys_when_a_result_file_needs_none_then_it_is_fetched(
        self, server: Server, time: VirtualTime
    ) -> None:
        server.replies(*[unauthorized(time)] * 3, Reply(200, b'{"data": []}'))
        asked = client(server)
        for account in "abc":
            message(asked, f"accounts/{account}/campaigns")
        assert fetched(asked, f"{server.url}/r/x.json") == b'{"data": []}'

    def test_given_a_clock_that_stays_wrong_when_more_requests_come_then_none_is_sent(
        self, server: Server, time: VirtualTime
    ) -> None:
        server.replies(unauthorized(time, HOUR))
        asked = client(server)
        texts = [message(asked, f"accounts/{account}/campaigns") for account in "abcd"]
        assert len(server.seen) == 3 * module.SKEW_TRIES
        assert "not sent" in texts[-1]
        assert "time server" in texts[-1]

    def test_given_refused_keys_when_checked_then_the_rule_is_that_of_the_refusal(self, time: VirtualTime) -> None:
        breaker, said = CircuitBreaker(TIMEOUT, time), Refusal(401, "UNAUTHORIZED_ACCESS", SAID)
        for path in ("a", "b", "c"):
            breaker.refused_keys(request(path), rule_for(said), said)
        with pytest.raises(ApiFailure) as caught:
            breaker.check(request("d"))
        assert caught.value.refusal == said

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A network that is dead without saying so: connections are taken and nothing is ever answered.

Source: docs/x-ads-api.md §9 H4.

Both bounds are the same here, as they are by default.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from source_twitter_ads.api.circuit_breaker import SECONDS_BETWEEN_TRIES, Outage
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure, RequestContext
from unit_tests.api.tiny_server import CONTEXT, Reply, Server
from unit_tests.conftest import settings_of

BOUND = 3


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def client(url: str, **changes: int) -> ApiClient:
    bounds = {"outage_timeout": BOUND, "request_timeout": BOUND}
    return ApiClient(settings_of(base_url=url, **{**bounds, **changes}))


def outcomes(asked: ApiClient, calls: dict[str, list[str]]) -> dict[str, list[str]]:
    """Ask for the paths of each stream one after the other, all streams at once; "" or the message of each."""
    found: dict[str, list[str]] = {stream: [] for stream in calls}

    def read(stream: str) -> None:
        for path in calls[stream]:
            try:
                asked.get(path, {}, RequestContext(stream))
                found[stream].append("")
            except ApiFailure as failure:
                found[stream].append(str(failure.message))

    threads = [threading.Thread(target=read, args=(stream,), daemon=True) for stream in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10 * BOUND)
    return found


@pytest.mark.timeout(60)
class TestSilentHost:
    @pytest.mark.parametrize("workers", [10, 2, 1])
    def test_given_a_silent_host_when_many_streams_are_read_then_all_end_soon_after_the_bound(
        self, silent: str, workers: int
    ) -> None:
        calls = {name: [f"accounts/{account}/{name}" for account in "abcde"] for name in ("cards", "media", "videos")}
        began = time.monotonic()
        found = outcomes(client(silent, num_workers=workers), calls)
        # Each worker tries once more for a moment: at least a second, a tenth of the bound where that is more.
        assert BOUND <= time.monotonic() - began < 1.2 * BOUND + 3
        assert [len(texts) for texts in found.values()] == [5, 5, 5]
        assert all(silent.removeprefix("http://") in text for texts in found.values() for text in texts)

    def test_given_one_endpoint_when_many_ask_a_silent_host_then_those_who_wait_for_the_first_end_with_it(
        self, silent: str
    ) -> None:
        calls = {f"stream {number}": [f"accounts/{number}/cards"] for number in range(12)}
        began = time.monotonic()
        found = outcomes(client(silent, num_workers=4), calls)
        assert time.monotonic() - began < 1.2 * BOUND + 4
        assert all(texts and texts[0] for texts in found.values())

    def test_given_a_time_out_longer_than_the_bound_when_the_host_is_silent_then_the_bound_counts(
        self, silent: str
    ) -> None:
        began = time.monotonic()
        with pytest.raises(ApiFailure, match=silent.removeprefix("http://")):
            client(silent, outage_timeout=1, request_timeout=30).get("accounts/a/cards", {}, CONTEXT)
        assert time.monotonic() - began < 4

    def test_given_a_host_that_falls_silent_when_it_was_read_from_before_then_the_sync_ends_soon_after_the_bound(
        self, server: Server
    ) -> None:
        asked = client(server.url, num_workers=3)
        asked.get("accounts/a/cards", {}, CONTEXT)
        server.replies(Reply(seconds=10 * BOUND))
        began = time.monotonic()
        found = outcomes(asked, {name: [f"accounts/{a}/{name}" for a in "abc"] for name in ("media", "videos", "apps")})
        assert time.monotonic() - began < 1.2 * BOUND + 3
        assert all(text for texts in found.values() for text in texts)


@pytest.mark.timeout(60)
class TestHangingRequest:
    def test_given_a_request_that_hangs_when_others_are_answered_then_it_is_tried_again_as_long_as_before(
        self, server: Server
    ) -> None:
        """Its second attempt takes more than the moment that is left for a host that is silent."""
        server.replies(Reply(seconds=1.5 * BOUND), *[Reply()] * 3, Reply(seconds=0.7 * BOUND), Reply())
        asked = client(server.url)
        others = threading.Timer(0.8 * BOUND, outcomes, (asked, {"b": ["accounts/b/media"] * 3}))
        others.start()
        assert outcomes(asked, {"a": ["accounts/a/cards"]}) == {"a": [""]}
        others.join()

    def test_given_all_requests_in_flight_when_they_hang_at_once_then_each_is_tried_again(self, server: Server) -> None:
        """So it is when a firewall has forgotten the connections that rested while a limit was waited for."""
        names = ("cards", "media", "videos", "apps", "tweets", "users")
        server.replies(*[Reply(seconds=1.5 * BOUND)] * len(names), Reply())
        found = outcomes(client(server.url), {name: [f"accounts/a/{name}", f"accounts/b/{name}"] for name in names})
        assert found == {name: ["", ""] for name in names}

    def test_given_the_only_request_in_flight_when_it_hangs_then_it_is_tried_again(self, server: Server) -> None:
        server.replies(Reply(), Reply(seconds=1.5 * BOUND), Reply())
        asked = client(server.url)
        asked.get("accounts", {}, CONTEXT)
        assert asked.get("accounts/a/cards", {}, CONTEXT).document["data"] == [{"id": "1"}]


class Clock:
    """Seconds that move when told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class TestOutage:
    HOST = ("x", "x cards")

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    def down(self, clock: Clock) -> Outage:
        outage = Outage(clock)
        for clock.seconds in (0.0, 50.0, 100.0):
            places = f"endpoint {clock.seconds}", f"url {clock.seconds}"
            outage.failed(self.HOST, places, clock.seconds, "it broke", again=clock.seconds > 0)
        return outage

    def test_given_a_host_that_is_down_when_it_is_due_then_one_request_tries_it_and_the_others_do_not(
        self, clock: Clock
    ) -> None:
        outage = self.down(clock)
        assert outage.given_up(self.HOST, 100.0, claim=True)
        clock.seconds += SECONDS_BETWEEN_TRIES
        assert outage.given_up(self.HOST, 100.0, claim=True) is None
        assert outage.given_up(self.HOST, 100.0, claim=True)

    def test_given_one_endpoint_that_is_down_when_another_is_asked_then_it_is_sent(self, clock: Clock) -> None:
        outage = Outage(clock)
        for clock.seconds in (0.0, 50.0, 100.0):
            outage.failed(self.HOST, ("cards", f"url {clock.seconds}"), clock.seconds, "it broke", again=True)
        assert outage.given_up(self.HOST, 100.0)
        assert outage.given_up(("x", "x campaigns"), 100.0) is None

    def test_given_requests_that_failed_at_the_same_moment_when_none_was_tried_again_then_others_are_sent(
        self, clock: Clock
    ) -> None:
        outage = Outage(clock)
        clock.seconds = 300.0
        for number in range(5):
            outage.failed(self.HOST, (f"endpoint {number}", f"url {number}"), 0.0, "silent")
        assert outage.given_up(self.HOST, 300.0) is None
        outage.failed(self.HOST, ("endpoint 0", "url 0"), 0.0, "silent", again=True)
        assert outage.given_up(self.HOST, 300.0)

    def test_given_attempts_that_last_long_when_they_follow_each_other_then_they_belong_together(
        self, clock: Clock
    ) -> None:
        outage = Outage(clock)
        lasting = 0.0
        for place, ends in (("a", 300.0), ("b", 600.0), ("c", 900.0)):
            clock.seconds = ends
            lasting = outage.failed(self.HOST, (place, place), ends - 300.0, "silent")
        assert lasting == 900.0

    def test_given_an_answer_when_a_request_has_hung_for_longer_then_its_silence_counts_from_the_answer(
        self, clock: Clock
    ) -> None:
        outage = Outage(clock)
        clock.seconds = 40.0
        outage.heard("x")
        clock.seconds = 60.0
        assert outage.hung("x", 10.0) == 40.0
        assert outage.silence("x") == 20.0
        outage.heard("x")
        assert outage.silence("x") == 0.0

    def test_given_a_request_that_hung_when_nothing_was_asked_for_long_then_the_silence_in_between_does_not_count(
        self, clock: Clock
    ) -> None:
        outage = Outage(clock)
        clock.seconds = 30.0
        outage.hung("x", 0.0)
        clock.seconds = 1000.0
        assert outage.silence("x") == 0.0
        clock.seconds = 1030.0
        assert outage.hung("x", 1000.0) == 1000.0
        assert outage.silence("x") == 30.0

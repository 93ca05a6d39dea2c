# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A request ends soon, with the right document or an error that names it, for any response."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source_twitter_ads.api.bodies import gunzip
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure
from unit_tests.api.tiny_server import CONTEXT, PATH, Reply, Server, fetched
from unit_tests.api.virtual_time import VirtualTime
from unit_tests.conftest import settings_of

PAGE: dict[str, Any] = {"data": [{"id": str(n), "name": "ünï"} for n in range(20)], "next_cursor": None}
FILE: dict[str, Any] = {"data": [{"id": "c1", "id_data": [{"metrics": {"clicks": [1, 2, 3]}}]}], "request": {}}
PACKED = {"Content-Encoding": "gzip"}
# Virtual seconds: a request is tried for one, and a rate limit is waited for.
LONGEST = 6.0
few = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Damage:
    """Damage to a body in transit.

    Attributes:
        keeps: the share of the body that arrives.
        position, flip: the position of a byte, as a share, and the bits to flip there.
        cut: whether its length, or its last chunk, shows that it is cut off.
        chunked: whether it is sent in chunks.
    """

    keeps: float
    position: float
    flip: int
    cut: bool
    chunked: bool

    def done(self, status: int, body: bytes, headers: dict[str, str]) -> Reply:
        damaged = bytearray(body[: round(len(body) * self.keeps)])
        if damaged:
            damaged[int((len(damaged) - 1) * self.position)] ^= self.flip
        return Reply(status, bytes(damaged), headers, cut=self.cut, chunked=self.chunked)


SHARES = st.floats(0, 1)
DAMAGES = st.builds(
    Damage, st.just(1.0) | SHARES, SHARES, st.just(0) | st.integers(1, 255), st.booleans(), st.booleans()
)
# Most damage passes on a retry, which keeps the test fast.
LASTS = st.sampled_from([False, False, False, False, False, True])
PACKINGS = st.sampled_from([{}, PACKED])


@pytest.fixture
def server() -> Iterator[Server]:
    """A tiny server, in a time that moves while its client waits."""
    server = Server(VirtualTime())
    yield server
    server.close()


def outcome(ask: Callable[[ApiClient], Any], server: Server) -> tuple[Any, str]:
    """The document of a request, or the message of its failure; fails if it takes long."""
    settings = settings_of(base_url=server.url, outage_timeout=1, request_timeout=1)
    began = server.time.now()
    try:
        found, message = ask(ApiClient(settings, server.time)), ""
    except ApiFailure as failure:
        found, message = None, str(failure.message)
    assert server.time.now() - began < LONGEST
    return found, message


def sent(body: bytes, headers: dict[str, str]) -> bytes:
    return gzip.compress(body) if headers else body


def differs_by_one_byte(found: bytes, right: bytes) -> bool:
    return len(found) == len(right) and sum(a != b for a, b in zip(found, right, strict=True)) <= 1


@pytest.mark.timeout(120)
class TestWire:
    @few
    @given(damage=DAMAGES, headers=PACKINGS, lasts=LASTS)
    def test_given_a_damaged_page_when_read_then_it_is_whole_or_an_error_names_it(
        self, server: Server, damage: Damage, headers: dict[str, str], lasts: bool
    ) -> None:
        body = sent(orjson.dumps(PAGE), headers)
        server.replies(damage.done(200, body, headers), *([] if lasts else [Reply(200, body, headers)]))
        found, message = outcome(lambda client: client.get(PATH, {}, CONTEXT).document, server)
        if message:
            assert lasts
            assert f"GET /12/{PATH}" in message
            assert "stream campaigns, account a" in message
        else:
            # Flipped bits go unnoticed in text that is not compressed, but no part is ever missing.
            changed = not headers and damage.flip != 0
            assert found == PAGE or (changed and len(found["data"]) == len(PAGE["data"]))

    @few
    @given(damage=DAMAGES, headers=PACKINGS, lasts=LASTS, plain=st.booleans())
    def test_given_a_damaged_file_when_fetched_then_it_is_whole_or_an_error_names_it(
        self, server: Server, damage: Damage, headers: dict[str, str], lasts: bool, plain: bool
    ) -> None:
        content = orjson.dumps(FILE)
        body = sent(content if plain else gzip.compress(content), headers)
        server.replies(damage.done(200, body, headers), *([] if lasts else [Reply(200, body, headers)]))
        url = f"{server.url}/r/x.json.gz"
        found, message = outcome(lambda client: gunzip(fetched(client, url)), server)
        if message:
            assert lasts
            assert "GET /r/x.json.gz" in message
        else:
            assert found == content or (plain and not headers and differs_by_one_byte(found, content))

    @few
    @given(damage=DAMAGES, headers=PACKINGS, status=st.sampled_from([400, 401, 403, 404, 429, 503]))
    def test_given_a_damaged_refusal_when_asked_then_its_status_is_told(
        self, server: Server, damage: Damage, headers: dict[str, str], status: int
    ) -> None:
        body = orjson.dumps({"errors": [{"code": "SOME_CODE", "message": "X's words"}], "request": {"params": {}}})
        passes = status in (429, 503)
        server.replies(damage.done(status, sent(body, headers), headers), *([Reply()] if passes else []))
        _, message = outcome(lambda client: client.get(PATH, {}, CONTEXT), server)
        assert passes == (message == "")
        assert passes or (f"GET /12/{PATH}" in message and f"HTTP {status}" in message)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Bodies on the wire: whole and as X sends them, or refused (docs/x-ads-api.md §7.3)."""

from __future__ import annotations

import gzip
import logging

import orjson
import pytest

from source_twitter_ads.api import bodies
from source_twitter_ads.api.bodies import InvalidBody, gunzip
from unit_tests.api.tiny_server import CONTEXT, GOOD, PATH, Reply, Server, client, failure, fetched, refusal
from unit_tests.api.virtual_time import VirtualTime

GZIP = {"Content-Encoding": "gzip"}
PAGE = orjson.dumps({"data": [{"id": str(number)} for number in range(3000)], "next_cursor": None})
SMALL_FILE = b'{"data": [{"id": "8u94t", "id_data": []}]}'
FILE = orjson.dumps({"data": [{"id": "c1", "id_data": []}], "time_series_length": 1})


def packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


class TestEncodings:
    @pytest.mark.parametrize("chunked", [False, True])
    @pytest.mark.parametrize("zipped", [False, True])
    def test_given_a_page_however_it_is_sent_when_asked_then_it_is_whole(
        self, server: Server, chunked: bool, zipped: bool
    ) -> None:
        server.replies(Reply(200, packed(PAGE) if zipped else PAGE, GZIP if zipped else {}, chunked=chunked))
        assert client(server).get(PATH, {}, CONTEXT).document == orjson.loads(PAGE)

    def test_given_a_request_when_sent_then_it_accepts_no_packing_but_gzip(self, server: Server) -> None:
        client(server).get(PATH, {}, CONTEXT)
        assert server.seen[0]["headers"]["accept-encoding"] == "gzip"

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(200, PAGE, chunked=True, cut=True),
            Reply(200, packed(PAGE), GZIP, chunked=True, cut=True),
            Reply(200, packed(PAGE)[:-1], GZIP),
            Reply(200, packed(PAGE)[:-1], GZIP, chunked=True),
            Reply(200, packed(PAGE)[:20] + b"xxxx" + packed(PAGE)[24:], GZIP),
            Reply(200, b"", GZIP),
        ],
        ids=["chunked", "chunked, packed", "packed", "packed in whole chunks", "garbled", "nothing"],
    )
    def test_given_a_page_that_is_cut_off_or_garbled_when_asked_then_it_is_retried(
        self, server: Server, reply: Reply
    ) -> None:
        server.replies(reply, Reply())
        assert client(server).get(PATH, {}, CONTEXT).document == orjson.loads(GOOD)
        assert len(server.seen) == 2

    @pytest.mark.parametrize("body", [FILE, packed(FILE)], ids=["plain", "packed"])
    @pytest.mark.parametrize("chunked", [False, True])
    def test_given_a_result_file_in_a_packing_when_fetched_then_it_is_whole(
        self, server: Server, body: bytes, chunked: bool
    ) -> None:
        server.replies(Reply(200, packed(body), GZIP, chunked=chunked))
        assert bodies.gunzip(fetched(client(server), f"{server.url}/r/x.json.gz")) == FILE

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(200, packed(FILE)[:-1], GZIP),
            Reply(200, packed(FILE)[:-9], GZIP, chunked=True),
            Reply(200, packed(FILE[:-9]), GZIP),
            Reply(200, FILE[:-9]),
            Reply(200, packed(FILE), chunked=True, cut=True),
        ],
        ids=["packing cut", "chunked packing cut", "file in whole packing cut", "plain cut", "last chunk missing"],
    )
    def test_given_a_result_file_that_is_cut_off_when_fetched_then_it_is_retried(
        self, server: Server, reply: Reply
    ) -> None:
        server.replies(reply, Reply(200, packed(FILE)))
        url = f"{server.url}/r/x.json.gz"
        assert bodies.gunzip(fetched(client(server), url)) == FILE
        assert len(server.seen) == 2


class TestBounds:
    @pytest.mark.parametrize("headers", [{}, GZIP], ids=["plain", "packed"])
    def test_given_a_page_far_too_large_when_asked_then_it_is_not_kept(
        self, server: Server, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bodies, "MAX_BODY_BYTES", 1_000_000)
        bomb = b" " * 2_000_000
        server.replies(Reply(200, packed(bomb) if headers else bomb, headers))
        assert "more than 1000000 bytes" in str(failure(server).message)

    def test_given_the_bounds_then_a_result_file_may_be_larger_than_a_page(self) -> None:
        assert (bodies.MAX_BODY_BYTES, bodies.MAX_FILE_BYTES) == (64 << 20, 512 << 20)

    def test_given_a_result_file_larger_than_a_page_may_be_when_fetched_then_it_is_taken(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bodies, "MAX_BODY_BYTES", 10)
        server.replies(Reply(200, packed(FILE)))
        assert fetched(client(server), f"{server.url}/r/x.json.gz") == packed(FILE)


class TestRefusedBodies:
    def test_given_a_429_whose_body_is_cut_off_when_asked_then_its_reset_is_waited_for(
        self, server: Server, time: VirtualTime
    ) -> None:
        reset = str(int(time.now()) + 300)
        limited = refusal(429, "TOO_MANY_REQUESTS", x_rate_limit_reset=reset)
        limited.cut = True
        server.replies(limited, Reply())
        client(server).get(PATH, {}, CONTEXT)
        assert server.seen[1]["at"] >= float(reset)

    def test_given_a_400_whose_body_is_cut_off_when_asked_then_it_is_told_at_once(self, server: Server) -> None:
        server.replies(Reply(400, b'{"errors": [{"code": "INVAL', cut=True))
        error = failure(server)
        assert len(server.seen) == 1
        assert "HTTP 400" in str(error.message)

    @pytest.mark.parametrize("share", [0.5, 1])
    def test_given_a_503_in_a_broken_packing_when_asked_then_its_retry_after_is_kept_to(
        self, server: Server, share: float
    ) -> None:
        body = packed(b"not what it seems" * 20)
        server.replies(Reply(503, body[: int(len(body) * share)], {**GZIP, "retry-after": "40"}), Reply())
        client(server).get(PATH, {}, CONTEXT)
        assert server.seen[1]["at"] - server.seen[0]["at"] >= 40

    def test_given_a_packed_refusal_when_asked_then_its_words_are_read(self, server: Server) -> None:
        said = refusal(400, "INVALID_PARAMETER", "X's words")
        server.replies(Reply(400, packed(said.body), GZIP))
        assert "INVALID_PARAMETER: X's words" in str(failure(server).message)

    def test_given_a_redirect_with_an_endless_body_when_followed_then_little_is_read(
        self, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(bodies, "MAX_REFUSAL_BYTES", 1000)
        server.replies(Reply(302, b"x" * 100_000, {"Location": "/12/elsewhere"}), Reply())
        with caplog.at_level(logging.DEBUG, "airbyte"):
            client(server).get(PATH, {}, CONTEXT)
        assert "HTTP 302, 1000 bytes" in caplog.text


class TestGunzip:
    @pytest.mark.parametrize(
        "packed",
        [gzip.compress(SMALL_FILE), gzip.compress(SMALL_FILE[:9]) + gzip.compress(SMALL_FILE[9:]), SMALL_FILE],
        ids=["one part", "two parts", "unpacked"],
    )
    def test_given_a_file_in_one_part_in_several_or_unpacked_when_read_then_it_is_whole(self, packed: bytes) -> None:
        assert gunzip(packed) == SMALL_FILE

    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
    def test_given_a_file_that_is_cut_off_when_read_then_it_is_refused(self, share: float) -> None:
        packed = gzip.compress(SMALL_FILE * 50)
        with pytest.raises(InvalidBody, match=r"cut off|damaged"):
            gunzip(packed[: int(len(packed) * share)])

    def test_given_a_flipped_bit_when_read_then_it_is_refused(self) -> None:
        packed = bytearray(gzip.compress(SMALL_FILE * 50))
        packed[-6] ^= 1
        with pytest.raises(InvalidBody, match="damaged"):
            gunzip(bytes(packed))

    def test_given_a_bomb_when_read_then_it_is_refused_before_it_fills_the_memory(self) -> None:
        with pytest.raises(InvalidBody, match="more than 1000 bytes"):
            gunzip(gzip.compress(b"0" * 10_000_000), limit=1000)

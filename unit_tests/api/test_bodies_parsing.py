# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Bodies are believed only when they are what X sends there (docs/x-ads-api.md §2.1, §7.3)."""

from __future__ import annotations

import gzip

import pytest

from source_twitter_ads.api.bodies import InvalidBody, gunzip, parse_envelope

FILE = b'{"data": [{"id": "8u94t", "id_data": []}]}'


class TestEnvelope:
    @pytest.mark.parametrize(
        "body", [b'{"data": []}', b'{"data": [{"id": "1"}], "next_cursor": null}', b'{"data": {}}']
    )
    def test_given_a_success_envelope_when_parsed_then_it_is_its_document(self, body: bytes) -> None:
        assert "data" in parse_envelope(body)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html><title>502</title></html>",
            b'{"data": [{"id": "1"}',
            b"[]",
            b"null",
            b'"data"',
            b"{}",
            b'{"data": null}',
            b'{"data": "text"}',
            b'{"errors": [{"code": "INTERNAL_ERROR"}]}',
            b"\xff\xfe{}",
        ],
    )
    def test_given_anything_else_when_parsed_then_it_is_refused(self, body: bytes) -> None:
        with pytest.raises(InvalidBody):
            parse_envelope(body)

    def test_given_a_page_of_a_proxy_when_refused_then_the_message_shows_how_it_begins(self) -> None:
        with pytest.raises(InvalidBody, match="<html><title>Corporate proxy"):
            parse_envelope(b"<html><title>Corporate proxy</title>" + b"x" * 10_000)

    def test_given_integers_beyond_a_double_when_parsed_then_they_are_exact(self) -> None:
        assert parse_envelope(b'{"data": [{"id": 1166476031668015104}, {"id": 18446744073709551615}]}')["data"] == [
            {"id": 1166476031668015104},
            {"id": 2**64 - 1},
        ]


class TestGunzip:
    @pytest.mark.parametrize(
        "packed",
        [gzip.compress(FILE), gzip.compress(FILE[:9]) + gzip.compress(FILE[9:]), FILE],
        ids=["one part", "two parts", "unpacked"],
    )
    def test_given_a_file_in_one_part_in_several_or_unpacked_when_read_then_it_is_whole(self, packed: bytes) -> None:
        assert gunzip(packed) == FILE

    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
    def test_given_a_file_that_is_cut_off_when_read_then_it_is_refused(self, share: float) -> None:
        packed = gzip.compress(FILE * 50)
        with pytest.raises(InvalidBody, match=r"cut off|damaged"):
            gunzip(packed[: int(len(packed) * share)])

    def test_given_a_flipped_bit_when_read_then_it_is_refused(self) -> None:
        packed = bytearray(gzip.compress(FILE * 50))
        packed[-6] ^= 1
        with pytest.raises(InvalidBody, match="damaged"):
            gunzip(bytes(packed))

    def test_given_a_bomb_when_read_then_it_is_refused_before_it_fills_the_memory(self) -> None:
        with pytest.raises(InvalidBody, match="more than 1000 bytes"):
            gunzip(gzip.compress(b"0" * 10_000_000), limit=1000)

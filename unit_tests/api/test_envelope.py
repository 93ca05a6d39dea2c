# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The success envelope: read to the letter, leniently where only a text is damaged (docs/x-ads-api.md §2.1)."""

from __future__ import annotations

import gzip
import logging
import re
from typing import Any

import orjson
import pytest

from source_twitter_ads.api.bodies import InvalidBody
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.envelope import OtherAccount, check, load, read_records
from source_twitter_ads.api.errors import ApiFailure, RequestContext, Skipped
from unit_tests.api.tiny_server import CONTEXT, GOOD, PATH, Reply, Server, client, failure, fetched
from unit_tests.api.virtual_time import VirtualTime


def parsed(body: bytes) -> Any:
    return check(load(body)[0], "a")


def with_errors(*codes: str, data: Any = ()) -> Reply:
    """HTTP 200 with errors beside data."""
    errors = [{"code": code, "message": "X's words"} for code in codes]
    return Reply(200, orjson.dumps({"data": list(data), "errors": errors, "next_cursor": None}))


def of_account(account_id: str) -> Reply:
    echo = {"params": {"account_id": account_id}}
    return Reply(200, orjson.dumps({"request": echo, "data": [{"id": account_id}], "next_cursor": None}))


class TestForm:
    @pytest.mark.parametrize(
        "body", [b'{"data": []}', b'{"data": [{"id": "1"}], "next_cursor": null}', b'{"data": {}}']
    )
    def test_given_a_success_envelope_when_parsed_then_it_is_its_document(self, body: bytes) -> None:
        assert parsed(body) == orjson.loads(body)

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
            b'{"data": [null]}',
            b'{"data": [], "errors": ["text"]}',
            b'{"data": [], "errors": {"code": "INTERNAL_ERROR"}}',
            b'{"data": [NaN]}',
            b'{"data": [{"a": 1e400}]}',
            b"\xff\xfe{}",
            b"[" * 100_000,
            b"[" * 1020 + b"1" * 30 + b"]" * 1020,
        ],
        ids=lambda body: repr(body[:30]),
    )
    def test_given_anything_else_when_parsed_then_it_is_refused(self, body: bytes) -> None:
        with pytest.raises(InvalidBody):
            parsed(body)

    def test_given_a_record_that_lacks_a_field_when_read_then_the_field_is_named(self, server: Server) -> None:
        server.replies(Reply(200, b'{"data": [{"id": null}]}'))
        with pytest.raises(
            ApiFailure, match=r"GET /12/.* was a record without name, .*\(stream campaigns, account a\)"
        ):
            client(server).get(PATH, {}, CONTEXT, read=lambda record: record["name"])

    @pytest.mark.parametrize("read", [lambda _: [][0], lambda _: len(5), lambda _: int("x"), lambda _: None.id])  # type: ignore[arg-type, attr-defined]
    def test_given_a_record_of_an_unknown_form_when_read_then_its_body_is_refused(self, read: Any) -> None:
        with pytest.raises(InvalidBody, match="record of an unknown form"):
            read_records({"data": [{}]}, read)

    def test_given_no_record_when_a_resource_is_made_then_its_body_is_refused(self) -> None:
        with pytest.raises(InvalidBody, match="without the record"):
            read_records({"data": []}, lambda record: record["id"], required=True)

    def test_given_no_record_when_a_page_is_asked_then_it_is_an_empty_page(self) -> None:
        assert read_records({"data": []}, lambda record: record["id"])["data"] == []


class TestErrorsInSuccess:
    """HTTP 200 with errors is a refusal by its code (docs/x-ads-api.md §2.1 rule 6)."""

    @pytest.mark.parametrize("data", [[], [{"id": "1"}]], ids=["empty", "some"])
    def test_given_errors_beside_data_when_asked_then_it_fails_with_their_words(
        self, server: Server, data: list[Any]
    ) -> None:
        server.replies(with_errors("ACCOUNT_NOT_FOUND", data=data))
        error = failure(server)
        assert "HTTP 200 ACCOUNT_NOT_FOUND: X's words" in str(error.message)
        assert "has a role" in str(error.message)
        assert error.refusal is not None
        assert len(server.seen) == 1

    def test_given_errors_without_data_when_asked_then_their_words_are_told_at_once(
        self, server: Server, time: VirtualTime
    ) -> None:
        server.replies(Reply(200, b'{"errors": [{"code": "ACCOUNT_NOT_FOUND", "message": "gone"}]}'))
        assert "ACCOUNT_NOT_FOUND: gone" in str(failure(server).message)
        assert time.passed == 0

    @pytest.mark.parametrize("code", ["OVER_CAPACITY", "INTERNAL_ERROR", "LOCK_ACQUISITION_TIMEOUT"])
    def test_given_a_code_that_passes_when_asked_then_it_is_retried(self, server: Server, code: str) -> None:
        server.replies(with_errors(code), Reply())
        assert client(server).get(PATH, {}, CONTEXT).document["data"] == [{"id": "1"}]

    def test_given_a_rate_limit_when_asked_then_its_reset_is_waited_for(
        self, server: Server, time: VirtualTime
    ) -> None:
        limited = with_errors("TOO_MANY_REQUESTS")
        limited.headers["x-rate-limit-reset"] = str(int(time.now()) + 300)
        server.replies(limited, Reply())
        client(server).get(PATH, {}, CONTEXT)
        assert server.seen[1]["at"] - server.seen[0]["at"] >= 299

    def test_given_a_feature_that_the_account_lacks_when_asked_then_it_is_skipped(self, server: Server) -> None:
        server.replies(with_errors("FEATURE_NOT_AVAILABLE"))
        with pytest.raises(Skipped):
            client(server).get(PATH, {}, CONTEXT)

    def test_given_another_error_beside_a_lacking_feature_when_asked_then_it_fails(self, server: Server) -> None:
        server.replies(with_errors("FEATURE_NOT_AVAILABLE", "ACCOUNT_NOT_FOUND"))
        assert "ACCOUNT_NOT_FOUND" in str(failure(server).message)

    def test_given_keys_that_are_refused_when_asked_then_it_counts_like_a_401(self, server: Server) -> None:
        server.replies(with_errors("UNAUTHORIZED_ACCESS"))
        asked = client(server)
        for path in ("accounts/a/campaigns", "accounts/a/cards", "accounts/a/line_items"):
            with pytest.raises(ApiFailure, match="four keys"):
                asked.get(path, {}, CONTEXT)
        with pytest.raises(ApiFailure, match="was not sent: X refuses all requests"):
            asked.get("accounts/a/tweets", {}, CONTEXT)

    @pytest.mark.parametrize("errors", [b"[]", b"null", b"{}"])
    def test_given_an_empty_list_of_errors_when_asked_then_it_is_a_success(self, server: Server, errors: bytes) -> None:
        server.replies(Reply(200, b'{"data": [], "errors": %b}' % errors))
        assert client(server).get(PATH, {}, CONTEXT).document["data"] == []

    @pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
    def test_given_errors_in_a_result_file_when_fetched_then_it_fails_with_their_words(
        self, server: Server, pack: Any
    ) -> None:
        server.replies(Reply(200, pack(with_errors("INVALID", data=[{"id": "1"}]).body)))
        with pytest.raises(ApiFailure, match="HTTP 200 INVALID: X's words"):
            fetched(client(server), f"{server.url}/r/x.json.gz")


class TestAccount:
    """The envelope repeats the account of its request, unless the endpoint leaves it out."""

    def test_given_the_envelope_of_another_account_when_asked_then_it_is_asked_for_again(self, server: Server) -> None:
        server.replies(of_account("b"), of_account("a"))
        assert client(server).get(PATH, {}, CONTEXT).document["data"] == [{"id": "a"}]

    def test_given_envelopes_of_another_account_when_they_last_then_it_fails(self, server: Server) -> None:
        server.replies(of_account("b"))
        text = str(failure(server).message)
        assert f"The response to GET /12/{PATH} was the one to a request of account b" in text
        assert "stream campaigns, account a" in text

    def test_given_the_envelope_of_another_account_when_read_then_connections_close(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = client(server)
        closed: list[bool] = []
        close = asked._session.close
        monkeypatch.setattr(asked._session, "close", lambda: (closed.append(True), close()))
        server.replies(of_account("b"), of_account("a"))
        asked.get(PATH, {}, CONTEXT)
        assert closed == [True]

    @pytest.mark.parametrize(
        "request_part",
        [{"params": {"account_id": "A"}}, {"params": {}}, {"params": []}, {}, None, {"params": {"account_id": 5}}],
        ids=repr,
    )
    def test_given_the_same_account_or_none_when_checked_then_the_envelope_is_taken(self, request_part: Any) -> None:
        document = {"request": request_part, "data": []}
        assert check(document, "a") == document

    def test_given_a_global_list_when_checked_then_no_account_is_compared(self) -> None:
        check({"request": {"params": {"account_id": "b"}}, "data": []}, None)

    def test_given_another_account_when_checked_then_it_is_refused(self) -> None:
        with pytest.raises(OtherAccount):
            check({"request": {"params": {"account_id": "b"}}, "data": []}, "a")


class TestInterim:
    """A 103 has no body, and its connection still brings the final response."""

    def read(self, asked: ApiClient, account_id: str) -> Any:
        return asked.get(f"accounts/{account_id}/campaigns", {}, RequestContext("campaigns", account_id)).document

    @pytest.mark.parametrize("status", [102, 103])
    def test_given_an_interim_response_when_the_next_is_asked_then_each_gets_its_own(
        self, server: Server, status: int
    ) -> None:
        def named(name: str, interim: int | None = None) -> Reply:
            return Reply(200, orjson.dumps({"data": [{"id": name}]}), interim=interim, seconds=0.3 if interim else 0)

        server.replies(named("first", status), named("first again"), named("second"))
        asked = client(server)
        assert self.read(asked, "a")["data"] == [{"id": "first again"}]
        assert self.read(asked, "b")["data"] == [{"id": "second"}]

    def test_given_interim_responses_alone_when_they_last_then_it_is_told_as_such(self, server: Server) -> None:
        server.replies(Reply(interim=103))
        assert "only the interim response HTTP 103" in str(failure(server).message)


class TestText:
    """A broken character in one name must not cost the account's stream."""

    @pytest.mark.parametrize(
        ("text", "read"),
        [
            (b"x\\ud83d", "x\ufffd"),
            (b"x\\ud83d\\u0041", "x\ufffdA"),
            (b"\\ude00x", "\ufffdx"),
            (b"x\xff", "x\ufffd"),
            (b"\xf0\x9f\x98", "\ufffd"),
            (b"\\ud83d\\ude00 \\ud83d", "\U0001f600 \ufffd"),
            (b"\\\\ud83d \xff", "\\ud83d \ufffd"),
        ],
        ids=repr,
    )
    def test_given_text_that_is_not_utf_8_when_asked_then_it_is_read_and_said_once(
        self, server: Server, caplog: pytest.LogCaptureFixture, text: bytes, read: str
    ) -> None:
        server.replies(Reply(200, b'{"data": [{"id": "1", "name": "%b", "n": 9007199254740993}]}' % text))
        asked = client(server)
        for _ in range(2):
            document = asked.get(PATH, {}, CONTEXT).document
            assert document["data"] == [{"id": "1", "name": read, "n": 9007199254740993}]
        (warning,) = [one for one in caplog.records if one.levelno == logging.WARNING]
        assert re.search(r"GET /12/\S+ \(stream campaigns, account a\).*U\+FFFD", warning.getMessage())

    def test_given_a_byte_order_mark_when_asked_then_the_page_is_read(self, server: Server) -> None:
        server.replies(Reply(200, b"\xef\xbb\xbf" + GOOD))
        assert client(server).get(PATH, {}, CONTEXT).document == orjson.loads(GOOD)


class TestIntegers:
    @pytest.mark.parametrize("number", [1166476031668015104, 2**63, 2**64 - 1, -(2**63), 12345678901234567890], ids=str)
    def test_given_an_integer_of_64_bits_when_parsed_then_it_is_exact(self, number: int) -> None:
        assert parsed(b'{"data": [{"id": %d}]}' % number)["data"] == [{"id": number}]

    @pytest.mark.parametrize(
        "digits", [str(2**64), "18446744073709551617", str(-(2**63) - 1), "1" * 100, "1" * 5000], ids=range(5)
    )
    def test_given_a_larger_integer_when_parsed_then_it_fails_and_is_never_a_float(self, digits: str) -> None:
        with pytest.raises(InvalidBody, match="beyond 64 bits"):
            parsed(f'{{"data": [{{"id": {digits}}}]}}'.encode())

    def test_given_a_larger_integer_when_asked_then_the_failure_names_its_place(self, server: Server) -> None:
        server.replies(Reply(200, b'{"data": [{"id": 18446744073709551617}]}'))
        text = str(failure(server).message)
        assert "18446744073709551617, an integer beyond 64 bits" in text
        assert "stream campaigns, account a" in text

    @pytest.mark.parametrize("value", [b'"123456789012345678901"', b"0.12345678901234567890123"])
    def test_given_long_digits_that_are_no_integer_when_parsed_then_they_are_read(self, value: bytes) -> None:
        body = b'{"data": [{"id": %b}]}' % value
        assert parsed(body) == orjson.loads(body)

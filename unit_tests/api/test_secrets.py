# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Keys and signatures stay out of messages, in whatever form a response repeats them (docs/x-ads-api.md §1)."""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
import requests
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets, update_secrets

from source_twitter_ads.api.http import Signer
from unit_tests.api.tiny_server import CONTEXT, PATH, Reply, Server, client, failure
from unit_tests.conftest import settings_of, valid_config

KEY = "ab/cd+ef=gh?ij&kl"
KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


@pytest.fixture(autouse=True)
def filter_of_airbyte() -> Iterator[None]:
    """As a command leaves it: the four values as they are."""
    config = valid_config()
    update_secrets([config[key] for key in KEYS])
    yield
    update_secrets([])


def encoded(secret: str) -> str:
    return quote(secret, safe="")


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "encoded": encoded,
    "encoded twice": lambda secret: encoded(encoded(secret)),
    "lower-case escapes": lambda secret: re.sub("%..", lambda one: one[0].lower(), encoded(secret)),
    **{
        f"{name} behind {before!r}": lambda secret, before=before, encode=encode: (  # type: ignore[misc]
            encode(f"{before}{secret}:".encode()).decode()
        )
        for before in ("", "k", "k:")
        for name, encode in {"base64": base64.b64encode, "base64 for urls": base64.urlsafe_b64encode}.items()
    },
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("status", [400, 200])
def test_given_a_response_that_repeats_a_key_when_it_is_told_then_no_form_of_it_is(
    server: Server, form: Callable[[str], str], status: int
) -> None:
    said = f"no such key: {form(KEY)}!"
    body = {"errors": [{"code": "INVALID", "message": said}]}
    server.replies(Reply(status, json.dumps(body).encode()))
    text = filter_secrets(str(failure(server, consumer_key=KEY).message))
    assert re.search(r"no such key: \S{0,4}\*{4}\S{0,4}!", text)


@pytest.mark.parametrize("name", KEYS)
def test_given_each_of_the_four_values_when_a_page_repeats_it_then_it_is_masked(server: Server, name: str) -> None:
    secret = valid_config()[name]
    # Where the page is cut for the message, half of the secret would remain.
    server.replies(Reply(400, ("x" * 50 + secret).encode()))
    text = str(failure(server).message)
    assert "x****" in text
    assert secret[:6] not in text


def test_given_a_400_that_repeats_the_header_when_told_then_no_value_of_it_is(
    server: Server,
) -> None:
    request = requests.Request("GET", server.url, auth=Signer(settings_of(consumer_key=KEY))).prepare()
    header = str(request.headers["Authorization"])
    for form in (header, encoded(header), json.dumps({"Authorization": header})):
        body = {"errors": [{"code": "INVALID_PARAMETER", "message": f"cannot read Authorization: {form}"}]}
        server.replies(Reply(400, json.dumps(body).encode()))
        text = str(failure(server, consumer_key=KEY).message)
        assert "HTTP 400 INVALID_PARAMETER: cannot read" in text
        assert "oauth_" not in text
        for part in re.findall(r'="([^"]+)"', header):
            assert len(part) < 10 or part not in text


def test_given_headers_that_repeat_a_key_when_told_then_it_is_masked(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    token = valid_config()["access_token"]
    server.replies(Reply(302, b"", {"Location": f"https://evil.example/{token}/x", "x-api-warn": f"hello {token}"}))
    with caplog.at_level(logging.INFO, "airbyte"):
        text = str(failure(server).message)
    assert "evil.example/****/x" in text
    assert "hello ****" in caplog.text
    assert token not in text + caplog.text


def test_given_keys_of_one_letter_when_a_message_is_told_then_it_can_be_read(server: Server) -> None:
    keys = dict.fromkeys(KEYS, "c")
    update_secrets(["c"] * 4)
    server.replies(Reply(401, b'{"errors": [{"code": "UNAUTHORIZED_ACCESS", "message": "consumer_key"}]}'))
    text = str(failure(server, **keys).message)
    assert filter_secrets(text) == text
    assert "consumer_key" in text


def test_given_a_client_when_it_is_made_then_airbytes_filter_knows_every_form(server: Server) -> None:
    client(server, consumer_key=KEY).get(PATH, {}, CONTEXT)
    for name, form in FORMS.items():
        assert re.fullmatch(r".{0,4}\*{4}.{0,4}", filter_secrets(form(KEY))), name

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""OAuth 1.0a as X wants it (docs/x-ads-api.md §1): proven with vectors that were not made by this code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
import requests
from oauthlib.oauth1.rfc5849 import Client as OAuthClient
from pytest_mock import MockerFixture

from source_twitter_ads.api.http import Signer, Unsigned
from unit_tests.conftest import settings_of, valid_config

URL = "https://ads-api.x.com/12/accounts/18ce54d4x5t/campaigns"


def signed(method: str = "GET", url: str = URL, **parts: Any) -> requests.PreparedRequest:
    return requests.Request(method, url, auth=Signer(settings_of()), **parts).prepare()


def header(request: requests.PreparedRequest) -> dict[str, str]:
    value = request.headers["Authorization"]
    assert value.startswith("OAuth ")
    return {name: unquote(text) for name, text in re.findall(r'(\w+)="([^"]*)"', value)}


def signature_by_hand(request: requests.PreparedRequest) -> str:
    """RFC 5849 §3.4, written down anew: method, address and all sorted parameters, keyed with the two secrets."""
    parts = urlsplit(str(request.url))
    given = header(request)
    pairs = [(k, v) for k, v in given.items() if k.startswith("oauth_") and k != "oauth_signature"]
    pairs += parse_qsl(parts.query, keep_blank_values=True)
    if request.body:
        body = request.body if isinstance(request.body, str) else request.body.decode()
        pairs += parse_qsl(body, keep_blank_values=True)
    sorted_pairs = sorted((_escape(k), _escape(v)) for k, v in pairs)
    joined = "&".join(f"{k}={v}" for k, v in sorted_pairs)
    base = "&".join(map(_escape, (str(request.method), f"{parts.scheme}://{parts.netloc}{parts.path}", joined)))
    config = valid_config()
    key = "&".join(_escape(config[name]) for name in ("consumer_secret", "access_token_secret"))
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def _escape(text: str) -> str:
    return quote(text, safe="-._~")


def test_given_the_example_of_xs_documents_when_signed_then_the_signature_is_the_published_one(
    mocker: MockerFixture,
) -> None:
    """ "Creating a signature" of X's developer documents: nonce, time and keys are fixed there."""
    nonce = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"
    mocker.patch("oauthlib.oauth1.rfc5849.generate_nonce", return_value=nonce)
    mocker.patch("oauthlib.oauth1.rfc5849.generate_timestamp", return_value="1318622958")
    request = signed(
        "POST",
        "https://api.twitter.com/1.1/statuses/update.json?include_entities=true",
        data={"status": "Hello Ladies + Gentlemen, a signed OAuth request!"},
    )
    assert header(request)["oauth_signature"] == "hCtSmYh+iHYCEqBWrE7C7hYmtUk="


@pytest.mark.parametrize(
    "parts",
    [
        {"params": {"sort_by": "updated_at-desc", "with_deleted": "true", "count": "1000"}},
        {"params": {"line_item_ids": "8v7jo,8u94t", "start_time": "2026-01-01T00:00:00Z"}},
        {"params": {"q": "ünï code & = + % ~ *'()"}},
        {"params": {"cursor": ""}},
        {"method": "POST", "data": {"entity_ids": "8u94t,8v7jo", "start_time": "2026-01-01T08:00:00Z"}},
        {"method": "POST", "params": {"a": "1"}, "data": {"a": "2", "b": "ü"}},
        {"method": "DELETE"},
    ],
)
def test_given_query_and_form_when_signed_then_all_parameters_are_part_of_the_signature(parts: dict[str, Any]) -> None:
    request = signed(**parts)
    assert header(request)["oauth_signature"] == signature_by_hand(request)


def test_given_times_and_lists_when_prepared_then_colon_and_comma_are_percent_encoded() -> None:
    request = signed(params={"line_item_ids": "8v7jo,8u94t", "start_time": "2026-01-01T00:00:00Z"})
    query = urlsplit(str(request.url)).query
    assert "%3A" in query
    assert "%2C" in query
    assert not set(query) & set(":,")


def test_given_a_form_when_prepared_then_its_times_and_lists_are_percent_encoded_too() -> None:
    body = str(signed("POST", data={"entity_ids": "a,b", "start_time": "2026-01-01T00:00:00Z"}).body)
    assert not set(body) & set(":,")


def test_given_a_request_when_signed_then_the_header_is_text_with_the_seven_values() -> None:
    request = signed()
    assert isinstance(request.headers["Authorization"], str)
    values = header(request)
    assert values["oauth_signature_method"] == "HMAC-SHA1"
    assert values["oauth_version"] == "1.0"
    assert set(values) == {
        "oauth_consumer_key",
        "oauth_nonce",
        "oauth_signature",
        "oauth_signature_method",
        "oauth_timestamp",
        "oauth_token",
        "oauth_version",
    }


def test_given_a_hundred_attempts_when_signed_then_no_nonce_repeats() -> None:
    assert len({header(signed())["oauth_nonce"] for _ in range(100)}) == 100


def test_given_a_signer_when_shown_or_logged_then_no_secret_is_in_it(caplog: pytest.LogCaptureFixture) -> None:
    config = valid_config()
    with caplog.at_level(logging.DEBUG):
        shown = repr(Signer(settings_of())) + str(Signer(settings_of()))
        signed(params={"a": "b"})
    for key in ("consumer_key", "consumer_secret", "access_token", "access_token_secret"):
        assert config[key] not in shown + caplog.text
    assert "oauth_signature" not in caplog.text


def test_given_the_library_when_logging_is_looked_at_then_it_would_have_logged_the_base_string() -> None:
    """Guards the test above: without the package's own setting the library does log it."""
    assert OAuthClient.__module__.startswith("oauthlib")
    assert logging.getLogger("oauthlib").getEffectiveLevel() >= logging.WARNING
    assert logging.getLogger("requests_oauthlib").getEffectiveLevel() >= logging.WARNING


def test_given_a_result_file_when_prepared_unsigned_then_no_credential_is_sent() -> None:
    request = requests.Request("GET", "https://ton.twimg.com/x.json.gz", auth=Unsigned()).prepare()
    assert "Authorization" not in request.headers

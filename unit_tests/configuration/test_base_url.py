# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Refused addresses of the API; no message shows a password."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from source_twitter_ads.configuration import normalise
from source_twitter_ads.configuration.validate import problems
from unit_tests.conftest import valid_config

NOW = datetime(2026, 6, 30, 12, tzinfo=timezone.utc)


def sentences(**changes: Any) -> list[str]:
    return list(problems(normalise(valid_config(**changes)), NOW))


class TestBaseUrl:
    @pytest.mark.parametrize(
        "value",
        [
            "http://ads-api.x.com",
            "http://10.0.0.1:8080",
            "ftp://127.0.0.1",
            "ads-api.x.com",
            "https://",
            "http://127.0.0.1.example.com",
            "http://[broken",
            "https://proxy.example:port",
            7,
        ],
    )
    def test_given_an_address_that_leaks_the_signature_when_validated_then_it_is_refused(self, value: Any) -> None:
        (sentence,) = sentences(base_url=value)
        assert sentence.startswith(f"base_url is {value!r}: it must be an https address")

    @pytest.mark.parametrize(
        ("value", "masked"),
        [
            ("https://user:secret@proxy.example", "https://***@proxy.example"),
            ("HTTPS://secret@proxy.example:8443/x-ads", "HTTPS://***@proxy.example:8443/x-ads"),
            ("https://user:a@secret@proxy.example", "https://***@proxy.example"),
            ("https://user:secret/?@proxy.example", "https://***@proxy.example"),
            ("https://user:secret@proxy.example:port", "https://***@proxy.example:port"),
            ("https://user:secret@[broken", "https://***@[broken"),
            ("https://user:secret%40proxy.example", "https://***@proxy.example"),
            ("https://user:secret\uff20proxy.example", "https://***@proxy.example"),
            ("https:\\\\user:secret@proxy.example", "https:\\\\***@proxy.example"),
            ("user:secret@proxy.example", "***@proxy.example"),
            ("https://proxy.example?key=secret", "https://proxy.example?***"),
            ("https://proxy.example/x#secret", "https://proxy.example/x#***"),
            ("https://user:secret@proxy.example?key=secret", "https://***@proxy.example?***"),
        ],
    )
    def test_given_an_address_with_a_password_when_refused_then_the_password_is_hidden(
        self, value: str, masked: str
    ) -> None:
        (sentence,) = sentences(base_url=value)
        assert sentence.startswith(f"base_url is {masked!r}: it must be an https address")

    def test_given_a_list_with_an_address_when_refused_then_its_password_is_not_shown(self) -> None:
        (sentence,) = sentences(base_url=["https://user:secret@proxy.example?key=secret"])
        assert "secret" not in sentence

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("account_ids", "https://user:secret@proxy.example"),
            ("country_codes", {"at": "https://user:secret@proxy.example"}),
            ("page_size", "https://user:secret@proxy.example"),
            ("start_date", "https://user:secret@proxy.example"),
            ("end_date", "https://user:secret@proxy.example"),
            ("sandbox", "https://user:secret@proxy.example"),
            ("user_agent", "https://user:secret@proxy.example \u00fc"),
            ("reports", "https://user:secret@proxy.example"),
            ("reports", ["https://user:secret@proxy.example"]),
        ],
    )
    def test_given_an_address_under_another_key_when_refused_then_its_password_is_hidden(
        self, key: str, value: Any
    ) -> None:
        (sentence,) = sentences(**{key: value})
        assert "secret" not in sentence

    def test_given_a_path_that_ends_in_a_number_when_validated_then_it_is_kept(self) -> None:
        assert sentences(base_url="https://proxy.example/tenants/42") == []

    @pytest.mark.parametrize(
        ("value", "right"),
        [
            ("https://ads-api.x.com/12", "https://ads-api.x.com"),
            ("https://ads-api.x.com/12/", "https://ads-api.x.com"),
            ("https://ads-api.x.com//11//", "https://ads-api.x.com"),
            ("https://proxy.example/x-ads/12", "https://proxy.example/x-ads"),
            ("http://127.0.0.1:9/12", "http://127.0.0.1:9"),
        ],
    )
    def test_given_an_address_with_a_version_when_validated_then_the_bare_one_is_named(
        self, value: str, right: str
    ) -> None:
        assert sentences(base_url=value) == [
            f"base_url is {value!r}, which ends in a version: give the address without the version, {right}."
        ]

    @pytest.mark.parametrize(
        "value",
        [
            "https://proxy.example",
            "https://proxy.example/12/x-ads",
            "https://proxy.example/x12",
            "https://proxy.example:8443/",
            "http://127.0.0.1:9",
            "http://localhost:9",
            "http://[::1]:9",
        ],
    )
    def test_given_a_safe_address_when_validated_then_it_is_accepted(self, value: str) -> None:
        assert sentences(base_url=value) == []

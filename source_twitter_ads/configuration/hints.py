# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Guesses what a user meant, for the messages that refuse a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from source_twitter_ads.configuration.spec import CONFIG, SETTINGS

# X's own words, and those of OAuth, without underscores (docs/x-ads-api.md §1).
_OTHER_NAMES = {
    "apikey": "consumer_key",
    "appkey": "consumer_key",
    "apikeysecret": "consumer_secret",
    "apisecret": "consumer_secret",
    "apisecretkey": "consumer_secret",
    "appsecret": "consumer_secret",
    "consumerkeysecret": "consumer_secret",
    "oauthtoken": "access_token",
    "oauthtokensecret": "access_token_secret",
    "accesssecret": "access_token_secret",
    "tokensecret": "access_token_secret",
}
_NAMES = {key.replace("_", ""): key for key in SETTINGS} | _OTHER_NAMES
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,100}")
# Names that no list of codes has.
_OTHER_COUNTRIES = {"uk": "GB", "united kingdom": "GB", "great britain": "GB", "england": "GB", "usa": "US"}
_ADS_MANAGER = re.compile(r"(?:https?://)?(?:www\.)?ads\.(?:x|twitter)\.com/", re.IGNORECASE)
_ID_IN_ADDRESS = re.compile(r"(?=[a-z]*[0-9])[0-9a-z]{4,20}")


def key_name(key: str) -> str:
    """Return a key of a configuration for messages: quoted when it has characters that keys do not have."""
    return key if _KEY.fullmatch(key) else repr(key)[:200]


def setting_of(key: str) -> str | None:
    """Return the setting that a key most likely stands for, such as consumer_key for consumerKey and for api_key."""
    known = _NAMES.get(re.sub(r"[^a-z]", "", key.lower()))
    return known or next(iter(get_close_matches(key.lower(), SETTINGS, n=1)), None)


def unknown_keys(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys that the connector ignores, without those of platforms, which begin with `_`."""
    return (key for key in config if key not in SETTINGS and not key.startswith("_"))


def renamed(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the unknown key that most likely holds a setting, for each setting that has one."""
    guesses = {key: setting_of(key) for key in unknown_keys(config) if not isinstance(config[key], Mapping)}
    return {setting: key for key, setting in reversed(guesses.items()) if setting and setting not in config}


def wrapped(config: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """Return the unknown key whose object holds required settings, and these; None where there is none.

    Exports of Airbyte wrap a configuration as `{"connectionConfiguration": {...}}`, other tools as `{"config": {...}}`.
    """
    for key in unknown_keys(config):
        inner = config[key]
        if isinstance(inner, Mapping):
            found = {*inner, *renamed(inner)}
            held = [name for name in CONFIG["required"] if name in found and name not in config]
            if held:
                return key, held
    return None


def account_in_address(text: str) -> str | None:
    """Return the id of the ad account in an address of the Ads Manager, None when it is not one."""
    found = _ADS_MANAGER.match(text)
    if not found:
        return None
    parts = urlsplit(f"//x/{text[found.end() :]}").path.lower().split("/")
    return next((part for part in parts if _ID_IN_ADDRESS.fullmatch(part)), None)


def country_of(text: str) -> str | None:
    """Return the code of the country with a name such as Germany, UK or USA."""
    names = {**_OTHER_COUNTRIES, **{name.casefold(): code for code, name in countries().items()}}
    name = text.casefold()
    return names.get(name) or next((names[near] for near in get_close_matches(name, names, n=1, cutoff=0.85)), None)


@cache
def countries() -> Mapping[str, str]:
    """Return the name of every country by its ISO 3166-1 alpha-2 code, from the table of the time zone database."""
    table = resources.files("tzdata").joinpath("zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    return dict(_rows(table.splitlines()))


def _rows(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if line and not line.startswith("#"):
            code, name = line.split("\t", 1)
            yield code, name

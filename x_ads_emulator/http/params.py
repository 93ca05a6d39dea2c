# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Validation of query parameters and their echo (docs/x-ads-api.md §2.1-§2.4, §3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final

from x_ads_emulator.clock import print_instant
from x_ads_emulator.errors import ApiError

MAX_IDS: Final = 200
_ID: Final = re.compile(r"[A-Za-z0-9_\-]+")
_CARD_URI: Final = re.compile(r"card://[0-9]+")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_INTEGER: Final = re.compile(r"-?[0-9]+")


def invalid(name: str, value: str, expected: str, details: str | None = None) -> ApiError:
    """400 INVALID_PARAMETER in X's words (§3)."""
    return ApiError(400, "INVALID_PARAMETER", f'Expected {expected}, got "{value}" for {name}', name, value, details)


def missing(name: str) -> ApiError:
    """400 MISSING_PARAMETER; X's words are unknown (§11.1)."""
    return ApiError(400, "MISSING_PARAMETER", f'"{name}" is a required parameter', name, "")


@dataclass(frozen=True)
class Param:
    """One documented parameter.

    Attributes:
        name: as in the query string.
        read: turns the raw text into the value that is echoed. Raises ApiError.
        required: whether its absence is a MISSING_PARAMETER.
    """

    name: str
    read: Callable[[str, str], Any]
    required: bool = False


def integer(low: int, high: int) -> Callable[[str, str], int]:
    """A whole number within bounds, both included."""

    def read(name: str, raw: str) -> int:
        if not _INTEGER.fullmatch(raw) or not low <= int(raw[:20]) <= high:
            raise invalid(name, raw, f"an integer between {low} and {high}")
        return int(raw)

    return read


def boolean(name: str, raw: str) -> bool:
    """Lower-case `true` or `false` only (§2.4)."""
    if raw not in ("true", "false"):
        raise invalid(name, raw, "boolean")
    return raw == "true"


def choice(*allowed: str) -> Callable[[str, str], str]:
    """One of an enum's values."""

    def read(name: str, raw: str) -> str:
        if raw not in allowed:
            raise invalid(name, raw, f"one of {', '.join(allowed)}")
        return raw

    return read


def choices(*allowed: str) -> Callable[[str, str], list[str]]:
    """A comma list of an enum's values."""
    one = choice(*allowed)
    return lambda name, raw: [one(name, item) for item in raw.split(",")]


def text(low: int = 0, high: int = 255) -> Callable[[str, str], str]:
    """Free text of a bounded length in characters."""

    def read(name: str, raw: str) -> str:
        if not low <= len(raw) <= high:
            raise invalid(name, raw, f"{low} to {high} characters")
        return raw

    return read


def items_of(name: str, raw: str, pattern: re.Pattern[str], expected: str) -> list[str]:
    """A comma list of at most 200 items that match a pattern."""
    items = raw.split(",")
    if len(items) > MAX_IDS:
        raise invalid(name, f"{len(items)} values", f"at most {MAX_IDS} values", "too many values")
    for item in items:
        if not pattern.fullmatch(item):
            raise invalid(name, item, expected)
    return items


def ids(name: str, raw: str) -> list[str]:
    """A comma list of up to 200 ids."""
    return items_of(name, raw, _ID, "identifier")


def one_id(name: str, raw: str) -> str:
    """A single id."""
    if not _ID.fullmatch(raw):
        raise invalid(name, raw, "identifier")
    return raw


def card_uris(name: str, raw: str) -> list[str]:
    """A comma list of up to 200 `card://…` addresses."""
    return items_of(name, raw, _CARD_URI, "card URI")


def country(name: str, raw: str) -> str:
    """A two-letter country code."""
    if not _COUNTRY.fullmatch(raw):
        raise invalid(name, raw, "ISO 3166-1 alpha-2 country code")
    return raw


def countries(name: str, raw: str) -> list[str]:
    """A comma list of country codes."""
    return items_of(name, raw, _COUNTRY, "ISO 3166-1 alpha-2 country code")


def sorting(attributes: Iterable[str]) -> Callable[[str, str], list[str]]:
    """A comma list of `<attribute>-asc|desc` (§2.3)."""
    known = frozenset(f"{a}-{d}" for a in attributes for d in ("asc", "desc"))

    def read(name: str, raw: str) -> list[str]:
        items = raw.split(",")
        for item in items:
            if item not in known:
                raise invalid(name, item, "a sortable attribute with -asc or -desc")
        return items

    return read


def locale(known: Callable[[], Iterable[str]]) -> Callable[[str, str], dict[str, str]]:
    """A locale of tv_markets; echoed as an object (§2.1)."""

    def read(name: str, raw: str) -> dict[str, str]:
        if raw not in known():
            raise invalid(name, raw, "a locale of tv_markets")
        language, code = raw.split("-")
        return {"countryCode": code, "languageCode": language}

    return read


def instant(name: str, raw: str) -> str:
    """ISO 8601 with `Z`, `±HHMM`, `±HH:MM` or `±HH`, or a bare date; echoed as UTC `…Z` (§2.5).

    A bare date is read as UTC: these endpoints have no account, hence no zone.
    """
    for form in ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d"):
        candidate = raw + "00" if re.search(r"T.*[+-]\d\d$", raw) else raw
        try:
            parsed = datetime.strptime(candidate, form)
        except ValueError:
            continue
        return print_instant(parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc))
    raise ApiError(400, "INVALID_PARAMETER", f'Expected time, got "{raw}" for {name}', name, raw, "invalid date")


def read_params(documented: Iterable[Param], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The typed values of the documented parameters in a request, in its order.

    Unknown parameters are ignored (§2.1 rule 5). A documented one may stand only once: lists are comma lists.
    """
    known = {p.name: p for p in documented}
    values: dict[str, Any] = {}
    for name, raw in pairs:
        param = known.get(name)
        if param is None:
            continue
        if name in values:
            raise invalid(name, raw, "a single value")
        values[name] = param.read(name, raw)
    for param in known.values():
        if param.required and param.name not in values:
            raise missing(param.name)
    if "cursor" in values and "with_total_count" in values:
        raise ApiError(
            400, "EXCLUSIVE_PARAMETERS", "cursor and with_total_count are mutually exclusive", "with_total_count"
        )
    return values


def flat(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Decoded parameters by name; of a repeated name the last value."""
    return dict(pairs)

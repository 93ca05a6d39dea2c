# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The lists without an account: documented rows first, then volume.

Source: docs/x-ads-api.md §5.3, §5.10, §5.12, §5.22 to §5.33.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from x_ads_emulator.clock import print_instant
from x_ads_emulator.world.context import Record
from x_ads_emulator.world.examples_global import GLOBALS
from x_ads_emulator.world.text import UNUSUAL_NAMES, base36, words

COUNTRIES: Final = ("US", "JP", "DE", "GB", "BR")
_EVENT_TYPES: Final = ("CONFERENCE", "HOLIDAY", "MUSIC_AND_ENTERTAINMENT", "OTHER", "POLITICS", "RECURRING", "SPORTS")
_LOCATION_TYPES: Final = ("COUNTRIES", "REGIONS", "METROS", "CITIES", "POSTAL_CODES")
_LANGUAGES: Final = words("en ja es pt fr ar de it nl tr ko ru id pl sv da no fi hi th zh")
_LOCALES: Final = words(
    "fr-FR es-CL de-DE nl-NL en-US es-VE pt-BR es-MX es-CO en-GB es-AR ja-JP en-CA es-ES it-IT es-US en-IE"
)
_PLATFORMS: Final = (
    "iOS",
    "Android",
    "BlackBerry phones and tablets",
    "Mobile web on other devices",
    "Desktop and laptop computers",
)
_CONVERSATIONS: Final = ("ACTORS", "BOOKS", "BRANDS", "MOVIES", "MUSICIANS", "NEWS", "SPORTS", "TRENDS", "VIDEO_GAMES")


def _title(kind: str, row: int) -> str:
    return UNUSUAL_NAMES[(row // 7) % 12] if row % 7 == 3 else f"{kind} {row}"


def _option(stream: str, row: int, kind: str, **fields: object) -> Record:
    """A targeting option; generated values start with `g`, unlike documented ones."""
    return {"name": _title(kind.lower(), row), "targeting_type": kind, "targeting_value": f"g{base36(row)}", **fields}


def _iab(row: int) -> Record:
    parent, child = divmod(row, 16)
    own, top = f"IAB{parent + 2}-{child}", f"IAB{parent + 2}"
    return {"id": own if child else top, "parent_id": top if child else None, "name": _title("Category", row)}


def _business(row: int) -> Record:
    number = ("1jl", "1jn", "1jo", "1jp", "1jq", "1jr", "1js", "1jt", "1ju", "1jv", "1jw", "1jx", "1jy", "1jz", "1k0")
    return {"id": number[row], "name": f"Business {row}", "iab_categories": [f"IAB{row + 1}"]}


def _content(row: int) -> Record:
    return {
        "name": f"Content {row}",
        "id": f"r{base36(row)}",
        "iab_categories": [f"IAB{row + 1}"],
        "publishers_in_last_thirty_days": row * 3,
        "videos_monetized_in_last_thirty_days": row * 17,
    }


def _location(row: int) -> Record:
    country = COUNTRIES[row % len(COUNTRIES)]
    value = hashlib.sha256(f"place{row}".encode()).hexdigest()[:16]
    return _option("locations", row, "LOCATION", country_code=country, location_type=_LOCATION_TYPES[row // 5 % 5]) | {
        "targeting_value": value
    }


def _operator(row: int) -> Record:
    return _option("operators", row, "NETWORK_OPERATOR", country_code=COUNTRIES[row % len(COUNTRIES)])


def _device(row: int) -> Record:
    android = bool(row % 2)
    maker = "Sony" if android else "Apple"
    return _option("devices", row, "DEVICE", manufacturer=maker, os_type="Android" if android else "iOS")


def _version(row: int) -> Record:
    return _option(
        "versions", row, "PLATFORM_VERSION", number=f"{row // 4}.{row % 4}", os_type="Android" if row % 2 else "iOS"
    )


def _event(now: datetime, row: int) -> Record:
    start = (now + timedelta(days=row * 5 - 60)).replace(hour=0, minute=0, second=0)
    everywhere = row % 3 == 0
    return {
        "reach": {"total_reach": None if everywhere else 2**53 + row},
        "name": _title("event", row),
        "start_time": print_instant(start),
        "top_users": [],
        "top_tweets": [],
        "top_hashtags": [],
        "gender_breakdown_percentage": {} if everywhere else {"male": 51.5, "female": 48.5},
        "end_time": print_instant(start + timedelta(days=2)),
        "country_code": None if everywhere else COUNTRIES[row % len(COUNTRIES)],
        "device_breakdown_percentage": {},
        "targeting_value": f"g{base36(row)}",
        "is_global": everywhere,
        "event_type": _EVENT_TYPES[row % len(_EVENT_TYPES)],
        "country_breakdown_percentage": {},
    }


def _show(market: int, row: int) -> Record:
    """Every 10th show of an English market is seen under all English locales: one value, several locales."""
    language, country = _LOCALES[market].split("-")
    locales = [{"language": language, "country": country}]
    if language == "en" and row % 10 == 0:
        locales = [{"language": "en", "country": c.split("-")[1]} for c in _LOCALES if c.startswith("en")]
    value = 10_100_000_000 + market * 1_000_000 + row
    return {
        "name": _title("show", row),
        "targeting_value": value,
        "genre": "SPORTS" if row % 2 else "PAID",
        "locales": locales,
    }


def _markets() -> list[Record]:
    known = {r["locale"]: r for r in GLOBALS["targeting_tv_markets"]}
    return [known.get(c, {"name": f"Market {c}", "country_code": c.split("-")[1], "locale": c}) for c in _LOCALES]


_ROWS: Final[dict[str, Callable[[int], Record]]] = {
    "iab_categories": _iab,
    "targeting_app_store_categories": lambda r: _option(
        "apps", r, "APP_STORE_CATEGORY", os_type="IOS" if r % 2 else "ANDROID"
    ),
    "targeting_conversations": lambda r: _option(
        "c", r, "CONVERSATION", conversation_type=_CONVERSATIONS[r % len(_CONVERSATIONS)]
    ),
    "targeting_devices": _device,
    "targeting_interests": lambda r: _option("interests", r, "INTEREST"),
    "targeting_locations": _location,
    "targeting_network_operators": _operator,
    "targeting_platform_versions": _version,
}


def build_global(stream: str, volume: int, now: datetime) -> list[Record]:
    """All rows of a list, documented ones first. `volume` is the total (tv_shows: generated rows per market)."""
    documented = [dict(r) for r in GLOBALS[stream]]
    if stream == "advertiser_business_categories":
        return documented + [_business(r) for r in range(15)]
    if stream == "content_categories":
        return documented + [_content(r) for r in range(14)]
    if stream == "targeting_tv_markets":
        return _markets()
    if stream == "targeting_platforms":
        return [{"name": n, "targeting_type": "PLATFORM", "targeting_value": str(v)} for v, n in enumerate(_PLATFORMS)]
    if stream == "targeting_languages":
        rest = [{"name": f"Language {c}", "targeting_type": "LANGUAGE", "targeting_value": c} for c in _LANGUAGES[1:]]
        return (documented + rest)[:volume]
    if stream == "targeting_tv_shows":
        return documented + [
            _show(m, r) for m, c in enumerate(_LOCALES) for r in range(volume * (5 if c == "en-US" else 1))
        ]
    if stream == "targeting_events":
        return (documented + [_event(now, r) for r in range(volume)])[:volume]
    extra = [{"id": "IAB1", "parent_id": None, "name": "Arts & Entertainment"}] if stream == "iab_categories" else []
    return (extra + documented + [_ROWS[stream](r) for r in range(volume)])[:volume]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Segmentation types, the parameters they need, and their segments (docs/x-ads-api.md §7.6)."""

from __future__ import annotations

import hashlib
from typing import Final

#: REGIONS is served again since 2026-09-16 (§7.6).
CURRENT_TYPES: Final = ("AGE", "GENDER", "METROS", "PLATFORMS", "CONVERSION_TAGS", "REGIONS")
RETIRED_TYPES: Final = (
    "CITIES",
    "POSTAL_CODES",
    "DEVICES",
    "PLATFORM_VERSIONS",
    "LOCATIONS",
    "APP_STORE_CATEGORY",
    "AUDIENCES",
    "CONVERSATIONS",
    "EVENTS",
    "INTERESTS",
    "KEYWORDS",
    "LANGUAGES",
    "SIMILAR_TO_FOLLOWERS_OF_USER",
    "SLIDES",
    "TV_SHOWS",
    # One client alone knows these (§7.4, footnote).
    "AMPLIFY_MARKETPLACE_PREROLL_VIDEOS",
    "AMPLIFY_PUBLISHER_TWEETS",
    "SWIPEABLE_MEDIA",
    "TV_ADS",
)
NEEDS_COUNTRY: Final = frozenset({"METROS", "REGIONS", "CITIES", "POSTAL_CODES"})
NEEDS_PLATFORM: Final = frozenset({"DEVICES", "PLATFORM_VERSIONS"})

#: Entities without segmentation (§7.4).
UNSEGMENTED_ENTITIES: Final = frozenset({"MEDIA_CREATIVE", "ORGANIC_TWEET"})
#: Entities that a segmentation type is invalid with (§7.4, footnote).
INVALID_WITH: Final[dict[str, frozenset[str]]] = {
    "CONVERSION_TAGS": frozenset({"FUNDING_INSTRUMENT", "PROMOTED_ACCOUNT"}),
    "LANGUAGES": frozenset({"ACCOUNT", "FUNDING_INSTRUMENT", "MEDIA_CREATIVE"}),
}

UNITED_STATES: Final = "96683cc9126741d1"

Segments = tuple[tuple[str, str], ...]

#: Nielsen designated market areas (§7.3 names 819, Seattle-Tacoma).
_US_METROS: Final = (
    "501 New York|803 Los Angeles|602 Chicago|504 Philadelphia|623 Dallas-Ft. Worth|807 San Francisco-Oakland|"
    "511 Washington|618 Houston|506 Boston|524 Atlanta|753 Phoenix|539 Tampa|819 Seattle-Tacoma|505 Detroit|"
    "613 Minneapolis|528 Miami|751 Denver|534 Orlando|510 Cleveland|862 Sacramento|609 St. Louis|820 Portland|"
    "508 Pittsburgh|560 Raleigh-Durham|517 Charlotte|527 Indianapolis|512 Baltimore|825 San Diego|659 Nashville|"
    "533 Hartford|616 Kansas City|535 Columbus|770 Salt Lake City"
)
_FIXED: Final[dict[str, Segments]] = {
    "AGE": (
        ("13-24", "AGE_13_TO_24"),
        ("25-34", "AGE_25_TO_34"),
        ("35-49", "AGE_35_TO_49"),
        ("50+", "AGE_OVER_50"),
    ),
    "GENDER": (("Male", "1"), ("Female", "2")),
    "PLATFORMS": (
        ("iOS", "0"),
        ("Android", "1"),
        ("BlackBerry phones and tablets", "2"),
        ("Mobile web on other devices", "3"),
        ("Desktop and laptop computers", "4"),
    ),
    "CONVERSION_TAGS": (("Checkout", "nvo4z"), ("Newsletter sign-up", "nvo50"), ("Any page, été ☀", "nvo51")),
    "LOCATIONS": (("United States", UNITED_STATES), ("Japan", "06ef846bfc783874")),
    "KEYWORDS": (("running shoes", "running shoes"), ("ランニング", "ランニング")),
    "LANGUAGES": (("English", "en"), ("Japanese", "ja")),
    "INTERESTS": (("Books and literature/Biographies and memoirs", "1001"), ("Sports/Running", "12031")),
}


def segments_of(segmentation: str, country: str | None, platform: str | None) -> Segments:
    """The (segment_name, segment_value) pairs of a segmentation type.

    Args:
        segmentation: one of CURRENT_TYPES or RETIRED_TYPES.
        country: targeting_value of the country, where the type needs one.
        platform: targeting_value of the platform, where the type needs one.
    """
    if segmentation in _FIXED:
        return _FIXED[segmentation]
    if segmentation == "METROS" and country == UNITED_STATES:
        return tuple((name, code) for code, _, name in (m.partition(" ") for m in _US_METROS.split("|")))
    scope = country if segmentation in NEEDS_COUNTRY else platform if segmentation in NEEDS_PLATFORM else ""
    return tuple(_invented(segmentation, scope or "", n) for n in range(1, 13 if segmentation == "METROS" else 5))


def _invented(segmentation: str, scope: str, n: int) -> tuple[str, str]:
    """A segment of a type whose values X's documents do not show."""
    digest = hashlib.blake2b(f"{segmentation}|{scope}|{n}".encode(), digest_size=8).hexdigest()
    value = str(int(digest[:5], 16)) if segmentation == "METROS" else digest
    return f"{segmentation.replace('_', ' ').capitalize()} {n}", value

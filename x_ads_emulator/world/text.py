# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Ids, names and numbers of generated records."""

from __future__ import annotations

from datetime import datetime, timezone
from random import Random
from typing import Final

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_SPACE: Final = 36**6
_STRIDE: Final = 2_654_435_761
_SNOWFLAKE_EPOCH_MS: Final = 1_288_834_974_657

#: Names that test the handling of text: emoji with joiners, right-to-left, combining marks, quotes, separators.
UNUSUAL_NAMES: Final = (
    "Été 2026 – Soldes 🛍️",
    "حملة الصيف الكبرى",
    "מבצע חורף",
    "e\u0301le\u0301gance (combining)",
    "夏のキャンペーン②",
    "👩‍👩‍👧‍👦 family 🏳️‍🌈",
    'He said "50% off", now',
    "back\\slash / slash",
    "line one\nline two\ttab",
    "line\u2028separator and \u0000nul",
    "नमस्ते दुनिया",
    "a\u200bzero\u200dwidth\ufeff",
    "",
    "x" * 255,
)


def words(text: str) -> tuple[str, ...]:
    """The words of a text: a readable form for a table of short values."""
    return tuple(text.split())


def base36(number: int) -> str:
    """A non-negative integer in base 36."""
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits


def entity_id(account_index: int, stream: str, row: int) -> str:
    """A base36 id, unique within a stream over all accounts, not in the order of creation."""
    offset = sum(ord(c) * 131**n for n, c in enumerate(stream[:5]))
    scrambled = (row * _STRIDE + offset) % _SPACE
    return base36(36 + account_index) + base36(scrambled).rjust(6, "0")


def snowflake(instant: datetime, row: int) -> int:
    """A 64-bit Tweet or media id made at an instant; always above 2^53 for dates after 2011."""
    milliseconds = int(instant.timestamp() * 1000) - _SNOWFLAKE_EPOCH_MS
    return (milliseconds << 22) | (row % (1 << 22))


def name(rng: Random, kind: str, row: int) -> str:
    """A display name; every sixth is unusual."""
    if row % 6 == 5:
        return UNUSUAL_NAMES[(row // 6) % len(UNUSUAL_NAMES)]
    return f"{kind} {row} {rng.choice(('spring', 'Summer', 'autumn', 'Winter'))}"


def micros(rng: Random, row: int) -> int:
    """Micros of a currency; some above 2^53, every 97th is the largest 64-bit integer (§2.5)."""
    if row % 97 == 13:
        return 2**63 - 1
    if row % 11 == 3:
        return 2**53 + 1 + 2 * rng.randrange(10**9)
    return rng.randrange(1, 5_000) * 1_000_000


def tweet_date(instant: datetime) -> str:
    """`Tue Aug 27 22:22:12 +0000 2019` (§2.5), independent of the locale."""
    at = instant.astimezone(timezone.utc)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[at.weekday()]
    month = words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")[at.month - 1]
    return f"{day} {month} {at:%d %H:%M:%S} +0000 {at.year}"

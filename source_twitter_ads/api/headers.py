# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Numbers and times in the headers of X's answers (x-ads-api.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

# Epoch seconds, in the year 2286.
LATEST = 1e10


def number(headers: Mapping[str, str], name: str) -> float | None:
    """Read a header as a number; None when it is absent, no number, or a time centuries away, such as milliseconds."""
    try:
        value = float(headers[name])
    except (KeyError, ValueError):
        return None
    return value if 0 <= value < LATEST else None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read `retry-after`, seconds or an HTTP date, as seconds from `now`; None when it is absent or neither."""
    seconds = number(headers, "retry-after")
    if seconds is not None or "retry-after" not in headers:
        return seconds
    try:
        return max(parsedate_to_datetime(headers["retry-after"]).timestamp() - now, 0.0)
    except (TypeError, ValueError, OverflowError):
        return None

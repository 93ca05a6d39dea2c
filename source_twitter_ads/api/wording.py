# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Addresses and network errors in words that may be shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_LISTED = 10
_USER_INFO = re.compile(r"//[^/\s]*@")


def place_of(url: str) -> str:
    """Show a url without what may hold a key: its query, and the user before its host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "which is no url"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def cause_of(error: Exception) -> str:
    """Name the innermost reason of a network error; urllib3 wraps it several times, with addresses of objects."""
    inner: BaseException = error
    seen = 0
    while seen < 8:
        nested = inner.__cause__ or next((a for a in inner.args if isinstance(a, BaseException)), None)
        reason = getattr(inner, "reason", None)
        nested = reason if isinstance(reason, BaseException) else nested
        if nested is None:
            break
        inner, seen = nested, seen + 1
    text = str(inner).split(">: ", 1)[-1]
    return _USER_INFO.sub("//***@", text) or type(error).__name__


def listed(ids: Sequence[str]) -> str:
    """Name some ids, and how many there are besides."""
    shown = ", ".join(ids[:_LISTED])
    return shown if len(ids) <= _LISTED else f"{shown} and {len(ids) - _LISTED} more"

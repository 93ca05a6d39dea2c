# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How a message shows a value that the user wrote: short, and without what an address may hold of secrets."""

from __future__ import annotations

import re
from typing import Any

_LONGEST = 200  # characters
# Browsers and urllib disagree on what ends the user information of a broken address: all up to the last sign that
# may stand for "@" goes.
_AT = "(?:@|%40|\uff20|\ufe6b)"
_USER_INFO = re.compile(rf"//.*{_AT}", re.DOTALL)
_ADDRESS_USER_INFO = re.compile(rf"([A-Za-z][A-Za-z0-9+.-]*:[/\\]+)?.*{_AT}", re.DOTALL)
_QUERY_OR_FRAGMENT = re.compile(r"([?#]).*", re.DOTALL)


def shown(value: Any) -> str:
    """Return a value as Python writes it, its beginning when it is long; user information of addresses is `***`."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):
        return f"a {type(value).__name__} that is too large to be shown"
    return _beginning(_USER_INFO.sub("//***@", text))


def shown_address(value: Any) -> str:
    """Return what should have been an address, such as `'https://***@proxy.example/x?***'`.

    Whatever may be user information, a query or a fragment is `***`, also where nothing can parse the address.
    """
    if not isinstance(value, str):
        return _masked(shown(value))
    return _beginning(repr(_masked(value)))


def _masked(address: str) -> str:
    without_user = _ADDRESS_USER_INFO.sub(lambda found: f"{found[1] or ''}***@", address, count=1)
    return _QUERY_OR_FRAGMENT.sub(r"\1***", without_user)


def _beginning(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What a route returns, before X's success envelope (docs/x-ads-api.md §2.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final


class _Missing:
    """Marks an envelope key that the endpoint leaves out."""


MISSING: Final = _Missing()


@dataclass(frozen=True)
class RawRows:
    """Rows as JSON text: pieces that join to the objects of a list, with their commas."""

    pieces: list[bytes]


@dataclass(frozen=True)
class Payload:
    """The content of a successful response.

    Attributes:
        data: the `data` member: a list (or RawRows) for collections, an object for single entities.
        params: the echo `request.params`: the request as the server read it.
        next_cursor: opaque cursor, or a number (`cursor_style`); None on the last page, MISSING where the endpoint
            has no pages.
        extra: further envelope members, for instance `{"data_type": "stats"}`.
        headers: additional response headers.
        status: HTTP status.
    """

    data: Any
    params: dict[str, Any]
    next_cursor: str | int | _Missing | None = MISSING
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200

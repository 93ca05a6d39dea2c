# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What a route answers before it is wrapped into X's success envelope (docs/x-ads-api.md §2.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final


class _Missing:
    """Marks an envelope key that the endpoint does not print at all."""


MISSING: Final = _Missing()


@dataclass(frozen=True)
class RawRows:
    """Rows that are JSON text already: pieces that make the objects of a list, commas included."""

    pieces: list[bytes]


@dataclass(frozen=True)
class Reply:
    """A successful answer.

    Attributes:
        data: the `data` member: a list (or RawRows) for collections, an object for single entities.
        params: the `request.params` echo: the server's own reading of what was sent.
        next_cursor: opaque cursor, None on the last page, MISSING where the endpoint is not paged.
        extra: further envelope members, for instance `{"data_type": "stats"}`.
        headers: additional response headers.
        status: HTTP status.
    """

    data: Any
    params: dict[str, Any]
    next_cursor: str | _Missing | None = MISSING
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200

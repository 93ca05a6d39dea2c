# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One request as the pipeline sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

FORM = "application/x-www-form-urlencoded"


@dataclass
class Request:
    """A parsed HTTP request.

    Attributes:
        method: upper case.
        path: as received, percent-encoded, without the query.
        query: raw query string.
        headers: lower-case names.
        body: raw body.
        connection: number of the TCP connection, from 1.
        received: epoch seconds of arrival.
        version: `HTTP/1.1` or `HTTP/1.0`.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    connection: int
    received: float
    version: str = "HTTP/1.1"
    _pairs: list[tuple[str, str]] | None = field(default=None, repr=False)

    def query_pairs(self) -> list[tuple[str, str]]:
        """Decoded query parameters. `+` stays a plus: X wants spaces as %20 (docs/x-ads-api.md §1)."""
        pairs = [part.partition("=") for part in self.query.split("&") if part]
        return [(unquote(name), unquote(value)) for name, _, value in pairs]

    def form_pairs(self) -> list[tuple[str, str]]:
        """Decoded parameters of a form body; a JSON body has none and is not signed either (§1)."""
        if self.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
            return []
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def pairs(self) -> list[tuple[str, str]]:
        """Query and form parameters, in this order."""
        if self._pairs is None:
            self._pairs = self.query_pairs() + self.form_pairs()
        return self._pairs

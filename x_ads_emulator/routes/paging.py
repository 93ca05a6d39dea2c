# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Order and pages of a collection (docs/x-ads-api.md §2.2, §2.3).

A page continues behind the last row served (`keyset`) or at a row number (`offset`). Both use the order of that moment:
if the `updated_at` of a row changes between two pages, the row moves to the front of an `updated_at-desc` collection.
Under `keyset` the later pages skip it. Under `offset` all rows move by one, and the last row of the page before comes
twice. Without `sort_by` X documents no order, and pages go by row number.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from x_ads_emulator.errors import ApiError
from x_ads_emulator.world.context import Record
from x_ads_emulator.world.world import key_of

_SECRET: Final = "cursors are opaque"
Order = tuple[tuple[str, bool], ...]


def parse_order(sort_by: Sequence[str]) -> Order:
    """`["updated_at-desc"]` as `(("updated_at", True),)`."""
    return tuple((item.rpartition("-")[0], item.endswith("-desc")) for item in sort_by)


def ordered(rows: list[Record], order: Order) -> list[Record]:
    """Rows in an order: equal rows by id, rows without a value last in both directions."""
    if not order:
        return rows
    result = sorted(rows, key=key_of)
    for attribute, descending in reversed(order):
        present = [r for r in result if r.get(attribute) is not None]
        absent = [r for r in result if r.get(attribute) is None]
        result = sorted(present, key=lambda r, a=attribute: r[a], reverse=descending) + absent  # type: ignore[misc]
    return result


@dataclass(frozen=True)
class Cursor:
    """Where the next page starts.

    Attributes:
        offset: rows served so far.
        last: sort values and id of the last row served.
    """

    offset: int
    last: list[Any]

    def encode(self, filters: str) -> str:
        """The opaque text, valid for the same filters only."""
        body = json.dumps([self.offset, self.last], separators=(",", ":"))
        return base64.urlsafe_b64encode(f"{_digest(filters, body)}{body}".encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, filters: str) -> Cursor:
        """The cursor of a text. Raises ApiError 400 if it belongs to other filters."""
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
            digest, body = raw[:8], raw[8:]
            if digest != _digest(filters, body):
                raise ValueError(text)
            return cls(*json.loads(body))
        except (ValueError, TypeError) as error:
            message = f'Expected a cursor of this collection, got "{text}" for cursor'
            raise ApiError(400, "INVALID_PARAMETER", message, "cursor", text) from error


class CursorNumbers:
    """Numbers that stand for cursors: 0, 1, 2, … for each collection and its filters. Safe to use from threads."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def number(self, text: str, filters: str) -> int:
        """The number of a cursor; the same one each time."""
        with self._lock:
            texts = self._texts.setdefault(filters, [])
            if text not in texts:
                texts.append(text)
            return texts.index(text)

    def text(self, number: str, filters: str) -> str:
        """The cursor of a number; the number itself if there is none, which is no cursor."""
        with self._lock:
            texts = self._texts.get(filters, [])
            return texts[int(number)] if number.isdecimal() and int(number) < len(texts) else number


def _digest(filters: str, body: str) -> str:
    return hashlib.sha256(f"{_SECRET}|{filters}|{body}".encode()).hexdigest()[:8]


def start_of(rows: Sequence[Record], order: Order, cursor: Cursor | None, keyset: bool) -> int:
    """The index of the page's first row."""
    if cursor is None:
        return 0
    if not keyset or not order:
        return cursor.offset
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if _after(position(rows[middle], order), cursor.last, order):
            high = middle
        else:
            low = middle + 1
    return low


def position(record: Record, order: Order) -> list[Any]:
    """Sort values and id of a row."""
    return [*(record.get(attribute) for attribute, _ in order), key_of(record)]


def _after(one: list[Any], other: list[Any], order: Order) -> bool:
    """Whether one position comes behind another."""
    for (_, descending), a, b in zip(order, one, other, strict=False):
        if a == b:
            continue
        if a is None or b is None:
            return a is None
        return bool((a < b) if descending else (a > b))
    return bool(one[-1] > other[-1])

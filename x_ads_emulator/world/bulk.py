# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Streams of millions of rows, made on demand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, Final, overload

import orjson

from x_ads_emulator.clock import print_instant
from x_ads_emulator.world.context import Context, Record
from x_ads_emulator.world.generate import Template

#: A stream with so many generated rows or more is made on demand.
BULK_FROM: Final = 20_001
_GROUP: Final = 100
_NUMBER_MARK: Final = b"@number@"
_DATE_MARK: Final = b"@date@"
_PARENT_MARK: Final = b"@parent@"
_MARKS: Final = re.compile(b"(@number@|@date@|@parent@)")


@dataclass(frozen=True)
class _Block:
    """The text of the rows of one block, cut into the same number of pieces per row.

    Attributes:
        pieces: the pieces of all rows, with marks in place of values.
        slots: position in a row -> mark.
        width: pieces per row.
        offsets: row number of each row within the block.
    """

    pieces: list[bytes]
    slots: dict[int, bytes]
    width: int
    offsets: list[int]

    @property
    def rows(self) -> int:
        """Rows in the block."""
        return len(self.offsets)


class BulkTable(Sequence[Record]):
    """Many rows of one template, made on demand; only a few values differ.

    Differing values: `id`, `name` (where there is one), `line_item_id` (where there is one; row i belongs to line item
    i modulo their number), `updated_at` (100 rows share one, a minute apart, newest first), `deleted` (every 10th row).
    Row order is therefore the order of `updated_at-desc`.
    """

    def __init__(self, context: Context, stream: str, volume: int, template: Template) -> None:
        self._context = context
        self._stream = stream
        self._volume = volume
        self._prefix = context.id(stream, 0)[:2] + "z"
        self._parents = context.account.volume("line_items")
        created = print_instant(context.now - timedelta(days=800))
        base = template(context, Random(stream), 1)
        self._template: Record = {**base, "id": "", "created_at": created, "updated_at": "", "deleted": False}
        self._blocks: dict[bool, _Block] = {}

    def __len__(self) -> int:
        return self._volume

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            return [self._record(i) for i in range(*index.indices(self._volume))]
        if not -self._volume <= index < self._volume:
            raise IndexError(index)
        return self._record(index % self._volume)

    def __iter__(self) -> Iterator[Record]:
        return (self._record(i) for i in range(self._volume))

    def _record(self, index: int) -> Record:
        return {**self._template, **self._values(index)}

    def _values(self, index: int) -> dict[str, Any]:
        values: dict[str, Any] = {
            "id": f"{self._prefix}{index:09d}",
            "updated_at": print_instant(self._context.now - timedelta(minutes=index // _GROUP)),
            "deleted": index % 10 == 9,
        }
        if "name" in self._template:
            values["name"] = f"bulk {index:09d}"
        if "line_item_id" in self._template and self._parents:
            values["line_item_id"] = self.line_item_id(index % self._parents)
        return values

    def line_item_id(self, row: int) -> str:
        """The id of line item `row` of the same account."""
        if self._parents >= BULK_FROM:
            return f"{self._context.id('line_items', 0)[:2]}z{row:09d}"
        return self._context.id("line_items", row)

    def find(self, record_id: str) -> Record | None:
        """The row with that id."""
        number = record_id[len(self._prefix) :]
        if not record_id.startswith(self._prefix) or len(number) != 9 or not number.isdigit():
            return None
        return self._record(int(number)) if int(number) < self._volume else None

    def children_of(self, line_item_ids: Sequence[str]) -> list[Record]:
        """The rows of those line items, in row order."""
        if self._parents >= BULK_FROM:
            rows = sorted(int(i[3:]) for i in line_item_ids if i[3:].isdigit())
        else:
            wanted = set(line_item_ids)
            rows = [n for n in range(self._parents) if self._context.id("line_items", n) in wanted]
        found = (i for row in rows for i in range(row, self._volume, self._parents))
        return [record for record in map(self._record, sorted(found)) if record["line_item_id"] in set(line_item_ids)]

    def count_visible(self, with_deleted: bool) -> int:
        """The number of rows that a collection shows."""
        return self._volume if with_deleted else self._volume - self._volume // 10

    def render(self, start: int, count: int, with_deleted: bool) -> list[bytes]:
        """Rows `start`… as pieces of JSON text, joined by commas, without building records.

        A block holds the 100 rows that share one `updated_at` (90 without the deleted ones), cut where values differ
        between blocks. Filling in the values of a block is a few list assignments; the text is put together once, when
        the page's body is joined.
        """
        block = self._block(with_deleted)
        stop = min(start + count, self.count_visible(with_deleted))
        pieces: list[bytes] = []
        for group in range(start // block.rows, -(-stop // block.rows)):
            low, high = max(start - group * block.rows, 0), min(stop - group * block.rows, block.rows)
            filled = self._filled(block, group)
            pieces += filled[low * block.width : high * block.width]
        return pieces[:-1]

    def _filled(self, block: _Block, group: int) -> list[bytes]:
        pieces = block.pieces.copy()
        values: dict[bytes, list[bytes]] = {
            _NUMBER_MARK: [b"%07d" % group] * block.rows,
            _DATE_MARK: [self._values(group * _GROUP)["updated_at"].encode()] * block.rows,
        }
        if _PARENT_MARK in block.slots.values():
            numbers = (group * _GROUP + offset for offset in block.offsets)
            values[_PARENT_MARK] = [self.line_item_id(n % self._parents).encode() for n in numbers]
        for slot, mark in block.slots.items():
            pieces[slot :: block.width] = values[mark]
        return pieces

    def _block(self, with_deleted: bool) -> _Block:
        if with_deleted not in self._blocks:
            offsets = [n for n in range(_GROUP) if with_deleted or n % 10 != 9]
            pieces = [piece for n in offsets for piece in self._cut(n)]
            width = len(pieces) // len(offsets)
            marks = (_NUMBER_MARK, _DATE_MARK, _PARENT_MARK)
            slots = {n: piece for n, piece in enumerate(pieces[:width]) if piece in marks}
            self._blocks[with_deleted] = _Block(pieces, slots, width, offsets)
        return self._blocks[with_deleted]

    def _cut(self, number: int) -> list[bytes]:
        """The text of one of the first 100 rows, cut at its marks, with a comma as the last piece."""
        row = {**self._template, **self._values(number), "updated_at": _DATE_MARK.decode()}
        row |= {
            k: row[k].replace("0000000", _NUMBER_MARK.decode()) for k in ("id", "name") if k in self._values(number)
        }
        if "line_item_id" in row and self._parents:
            row["line_item_id"] = _PARENT_MARK.decode()
        return [*_MARKS.split(orjson.dumps(row)), b","]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Streams of millions of rows, made on demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from random import Random
from typing import Any, Final, overload

import orjson

from integration_tests.emulator.clock import print_instant
from integration_tests.emulator.world.context import Context, Record
from integration_tests.emulator.world.generate import Template

#: From this many generated rows on a stream is made on demand.
BULK_FROM: Final = 20_001
_GROUP: Final = 100
_NUMBER_MARK: Final = b"@NUMBR@"
_DATE_MARK: Final = b"@--a-date-of-20---@@"


@dataclass(frozen=True)
class _Block:
    """Marked text of the rows of one block, and where each row ends in it."""

    text: bytes
    ends: list[int]


class BulkTable(Sequence[Record]):
    """Many rows of one shape, made when asked for; one template, in which only a few values differ.

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
        """Rows of a listing."""
        return self._volume if with_deleted else self._volume - self._volume // 10

    def render(self, start: int, count: int, with_deleted: bool) -> bytes:
        """Rows `start`… of a listing as JSON objects joined by commas, without building the records.

        A block holds the 100 rows that share one `updated_at` (90 without the deleted ones) as text in which the
        leading digits of the row number and the date are marks of the same width as what they stand for; two
        replacements make any block of the table from it.
        """
        if "line_item_id" in self._template:
            return self._render_rows(start, count, with_deleted)
        block = self._block(with_deleted)
        size = len(block.ends)
        stop = min(start + count, self.count_visible(with_deleted))
        parts = []
        for group in range(start // size, -(-stop // size)):
            low, high = max(start - group * size, 0), min(stop - group * size, size)
            stamp = self._values(group * _GROUP)["updated_at"].encode()
            text = block.text.replace(_NUMBER_MARK, b"%07d" % group).replace(_DATE_MARK, stamp)
            parts.append(text[block.ends[low - 1] + 1 if low else 0 : block.ends[high - 1]])
        return b",".join(parts)

    def _render_rows(self, start: int, count: int, with_deleted: bool) -> bytes:
        stop = min(start + count, self.count_visible(with_deleted))
        # Without the deleted rows each tenth row number is left out.
        numbers = range(start, stop) if with_deleted else [p + p // 9 for p in range(start, stop)]
        return b",".join(orjson.dumps(self._record(n)) for n in numbers)

    def _block(self, with_deleted: bool) -> _Block:
        if with_deleted not in self._blocks:
            rows = [r for r in self[:_GROUP] if with_deleted or not r["deleted"]]
            marked = []
            for row in rows:
                texts = {k: row[k].replace("0000000", _NUMBER_MARK.decode()) for k in ("id", "name") if k in row}
                marked.append(orjson.dumps({**row, **texts, "updated_at": _DATE_MARK.decode()}))
            ends = list(accumulate(len(m) + 1 for m in marked))
            self._blocks[with_deleted] = _Block(b",".join(marked), [e - 1 for e in ends])
        return self._blocks[with_deleted]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The rows of one stream of one account, all at once or on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any, Final, overload

import orjson

from integration_tests.emulator.clock import print_instant
from integration_tests.emulator.world.context import Context, Record
from integration_tests.emulator.world.examples import ENTITIES
from integration_tests.emulator.world.examples_creative import CREATIVES
from integration_tests.emulator.world.generate import TEMPLATES, Template
from integration_tests.emulator.world.generate_creative import CREATIVE_TEMPLATES, tweet

#: From this many generated rows on a stream is made on demand, see BulkTable.
BULK_FROM: Final = 20_001
#: Deleting one of these is final, no deleted row can be listed (x-ads-api.md §5.9, §2.4).
HARD_DELETED: Final = frozenset({"cards_poll", "cards_image_conversation", "cards_video_conversation", "tweets"})
#: Line items that documented children name as their parent; without them the children could not be reached.
DOCUMENTED_PARENTS: Final = ("8u94t", "fdwcl", "8v7jo", "8v53k", "9bpb2", "96uzp", "8xdpe")
_ALL_TEMPLATES: Final = {**TEMPLATES, **CREATIVE_TEMPLATES}
_GROUP: Final = 100


def build_table(context: Context, stream: str, seed: int) -> Sequence[Record]:
    """All rows of an account's stream: documented records, rows they refer to, generated rows."""
    volume = context.account.volume(stream)
    if volume >= BULK_FROM and stream != "tweets":
        return BulkTable(context, stream, volume)
    rng = Random(f"{seed}/{context.account.id}/{stream}")
    rows = _documented(stream) + _parents(context, stream, rng) if context.account.has_examples else []
    rows += [_row(context, stream, rng, row) for row in range(volume)]
    for record in rows[len(rows) - min(context.account.undated, volume) :]:
        record.pop("updated_at", None)
    return rows


def _documented(stream: str) -> list[Record]:
    if stream == "cards":
        return [dict(r) for r in (*CREATIVES["cards"], *CREATIVES["legacy_cards"])]
    return [dict(r) for r in (ENTITIES.get(stream) or CREATIVES[stream])]


def _parents(context: Context, stream: str, rng: Random) -> list[Record]:
    names = {"line_items": DOCUMENTED_PARENTS, "campaigns": ("f4z6x",)}.get(stream, ())
    dates = {"created_at": "2017-01-01T00:00:00Z", "updated_at": "2017-06-01T00:00:00Z"}
    fixed = {"entity_status": "ACTIVE", "deleted": False}
    return [_ALL_TEMPLATES[stream](context, rng, row) | {"id": i} | dates | fixed for row, i in enumerate(names)]


def _row(context: Context, stream: str, rng: Random, row: int) -> Record:
    if stream == "tweets":
        return tweet(context, rng, row)
    record = _ALL_TEMPLATES[stream](context, rng, row)
    record["id"] = context.id(stream, row)
    record |= context.dates(rng, row)
    record["deleted"] = row % 8 == 7 and stream not in HARD_DELETED
    return record


class BulkTable(Sequence[Record]):
    """Many rows of one shape, made when asked for; one template, in which only a few values differ.

    Differing values: `id`, `name` (where there is one), `line_item_id` (where there is one; row i belongs to line item
    i modulo their number), `updated_at` (100 rows share one, a minute apart, newest first), `deleted` (every 10th row).
    Row order is therefore the order of `updated_at-desc`.
    """

    def __init__(self, context: Context, stream: str, volume: int) -> None:
        self._context = context
        self._stream = stream
        self._volume = volume
        self._prefix = context.id(stream, 0)[:2] + "z"
        self._parents = context.account.volume("line_items")
        template: Template = _ALL_TEMPLATES[stream]
        created = print_instant(context.now - timedelta(days=800))
        base = template(context, Random(stream), 1)
        self._template: Record = {**base, "id": "", "created_at": created, "updated_at": "", "deleted": False}
        self._format = self._bytes_format()

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
        """Rows `start`… of a listing as JSON objects joined by commas, without building the records."""
        stop = min(start + count, self.count_visible(with_deleted))
        # Without the deleted rows each tenth row number is left out.
        numbers = range(start, stop) if with_deleted else [p + p // 9 for p in range(start, stop)]
        stamps: dict[int, bytes] = {}
        rows = []
        for n in numbers:
            stamp = stamps.get(n // _GROUP)
            if stamp is None:
                stamp = stamps[n // _GROUP] = self._values(n)["updated_at"].encode()
            parent = self.line_item_id(n % self._parents).encode() if b"%(p)" in self._format else b""
            rows.append(self._format % {b"n": n, b"u": stamp, b"d": b"true" if n % 10 == 9 else b"false", b"p": parent})
        return b",".join(rows)

    def _bytes_format(self) -> bytes:
        marks: Mapping[str, str] = {"id": "@id@", "name": "@name@", "updated_at": "@u@", "line_item_id": "@p@"}
        marked = self._template | {
            k: v for k, v in marks.items() if k in self._template and (k[0] != "l" or self._parents)
        }
        text = orjson.dumps(marked | {"deleted": "@d@"}).replace(b"%", b"%%")
        for mark, place in (
            (b"@id@", self._prefix.encode() + b"%(n)09d"),
            (b"@name@", b"bulk %(n)09d"),
            (b"@u@", b"%(u)b"),
            (b"@p@", b"%(p)b"),
            (b'"@d@"', b"%(d)b"),
        ):
            text = text.replace(mark, place)
        return text

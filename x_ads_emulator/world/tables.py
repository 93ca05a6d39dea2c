# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The rows of one stream of one account, all at once or on demand."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from x_ads_emulator.world.bulk import BULK_FROM, BulkTable
from x_ads_emulator.world.context import Context, Record
from x_ads_emulator.world.examples import ENTITIES
from x_ads_emulator.world.examples_creative import CREATIVES
from x_ads_emulator.world.generate import TEMPLATES
from x_ads_emulator.world.generate_creative import CREATIVE_TEMPLATES, tweet

#: Streams whose deleted rows cannot be listed (docs/x-ads-api.md §5.9, §2.4).
HARD_DELETED: Final = frozenset({"cards_poll", "cards_image_conversation", "cards_video_conversation", "tweets"})
#: Parents of documented children, which are read by line item.
DOCUMENTED_PARENTS: Final = ("8u94t", "fdwcl", "8v7jo", "8v53k", "9bpb2", "96uzp", "8xdpe")
_ALL_TEMPLATES: Final = {**TEMPLATES, **CREATIVE_TEMPLATES}


def build_table(context: Context, stream: str, seed: int) -> Sequence[Record]:
    """All rows of an account's stream: documented records, rows they refer to, generated rows."""
    volume = context.account.volume(stream)
    if volume >= BULK_FROM and stream != "tweets":
        return BulkTable(context, stream, volume, _ALL_TEMPLATES[stream])
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

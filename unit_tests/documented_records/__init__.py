# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The example records of X's documents, one list per stream, as the connector emits them (docs/x-ads-api.md §5).

Values are X's own, with the fields that the connector adds: `account_id` on account-scoped records, `locale` on TV
shows. Where the documents shorten an address or a date with an ellipsis, a full one stands here.
"""

from __future__ import annotations

from unit_tests.documented_records.cards import CARDS
from unit_tests.documented_records.creatives import CREATIVES
from unit_tests.documented_records.global_lists import GLOBAL
from unit_tests.documented_records.shapes import Record
from unit_tests.documented_records.structure import STRUCTURE

__all__ = ["DOCUMENTED_RECORDS", "Record"]

DOCUMENTED_RECORDS: dict[str, list[Record]] = {**STRUCTURE, **CREATIVES, **CARDS, **GLOBAL}

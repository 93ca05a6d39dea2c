# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The account that a record template fills, and the dates it draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from x_ads_emulator.clock import print_instant
from x_ads_emulator.world.spec import AccountSpec
from x_ads_emulator.world.text import entity_id

Record = dict[str, Any]


@dataclass(frozen=True)
class Context:
    """One account during generation.

    Attributes:
        account: its spec.
        index: its position in the world, part of every generated id.
        now: the instant from which dates are counted back.
    """

    account: AccountSpec
    index: int
    now: datetime

    def id(self, stream: str, row: int) -> str:
        """The id of generated row `row` of a stream."""
        return entity_id(self.index, stream, row)

    def other(self, stream: str, row: int, fallback: str) -> str:
        """The id of some existing row of another stream of the account, else the fallback."""
        volume = self.account.volume(stream)
        return self.id(stream, row % volume) if volume else fallback

    def dates(self, rng: Random, row: int) -> Record:
        """`created_at` and `updated_at`; a quarter of all rows share one `updated_at`, a tenth changed lately."""
        created = self.now - timedelta(days=rng.randrange(40, 900), seconds=rng.randrange(86_400))
        if row % 8 in (2, 3):
            updated = self.now - timedelta(days=31, hours=5)
        elif row % 10 == 1:
            updated = self.now - timedelta(minutes=rng.randrange(1, 3 * 24 * 60))
        else:
            updated = created + timedelta(seconds=rng.randrange(0, 39 * 86_400))
        return {"created_at": print_instant(created), "updated_at": print_instant(max(created, updated))}

    @property
    def user_id(self) -> str:
        """The user behind the account's FULL promotable user; a 64-bit number as a string."""
        return "756201191646691328" if self.account.has_examples else str(756_201_191_646_691_329 + self.index)

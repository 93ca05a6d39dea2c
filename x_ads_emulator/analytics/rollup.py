# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""When an account has numbers: its metrics are the sum of its promoted activity.

Source: docs/x-ads-api.md §7.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from x_ads_emulator.analytics.numbers import I64, U64, active_of_any, is_active

#: The entity kinds whose activity is an account's: those of active_entities today (§7.7).
ROLLED_UP: Final = ("CAMPAIGN", "FUNDING_INSTRUMENT", "LINE_ITEM", "PROMOTED_ACCOUNT", "PROMOTED_TWEET")

#: Entities per step; the first few already make most granules active.
_STEP: Final = 16


@dataclass(frozen=True)
class Member:
    """An entity that may have numbers.

    Attributes:
        entity_id: its id.
        first, end: the granules [first, end) of its lifetime.
        keys: placement -> the key that decides in which hours it was active.
    """

    entity_id: str
    first: int
    end: int
    keys: Mapping[str, int]


class RollUp:
    """The activity of an account under one placement: that of any of its entities.

    Args:
        members: the account's entities of the kinds ROLLED_UP that were served under the placement.
        placement: the placement.
    """

    def __init__(self, members: Sequence[Member], placement: str) -> None:
        self._lives = [(one.first, one.end, one.keys[placement]) for one in members if placement in one.keys]
        self._first: I64 = np.array([first for first, _, _ in self._lives], dtype=np.int64)
        self._end: I64 = np.array([end for _, end, _ in self._lives], dtype=np.int64)
        self._keys: U64 = np.array([key for _, _, key in self._lives], dtype=np.uint64)

    def is_active(self, granule: int) -> bool:
        """Whether a granule is active; the scalar form."""
        return any(first <= granule < end and is_active(key, granule) for first, end, key in self._lives)

    def granules(self, first: int, end: int) -> I64:
        """The active granules of [first, end), ascending; the same vectorised."""
        low, high = np.maximum(self._first, first), np.minimum(self._end, end)
        chosen = np.flatnonzero(low < high)
        unknown: I64 = np.arange(first, max(first, end), dtype=np.int64)
        active = np.zeros(len(unknown), dtype=np.bool_)
        for start in range(0, len(chosen), _STEP):
            some = chosen[start : start + _STEP]
            open_ = np.flatnonzero(~active)
            if not len(open_):
                break
            active[open_] = active_of_any(self._keys[some], low[some], high[some], unknown[open_])
        found: I64 = unknown[active]
        return found

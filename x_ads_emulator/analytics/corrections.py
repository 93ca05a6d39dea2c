# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Corrections of past numbers (docs/x-ads-api.md §7.9), which a test sends to the control plane."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final

from x_ads_emulator.analytics.catalog import ENTITIES, PLACEMENTS
from x_ads_emulator.analytics.numbers import Factor
from x_ads_emulator.analytics.population import granule_of
from x_ads_emulator.errors import ApiError

_MAX_PERCENT: Final = 400
_KEYS: Final = frozenset(
    {"account_id", "entity", "entity_id", "placement", "from", "to", "recorded_at", "factor_percent", "zero"}
)


@dataclass(frozen=True)
class Correction:
    """One correction: from `recorded_at` on, the counts of [first, end) are `count * percent // 100`.

    Attributes:
        first, end: granules of the corrected period.
        recorded_at: when X records it, UTC; active_entities has it in the bucket of that hour.
        percent: 0 removes the numbers.
    """

    account_id: str
    entity: str
    entity_id: str
    placement: str
    first: int
    end: int
    recorded_at: datetime
    percent: int

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], now: datetime) -> Correction:
        """A correction from the control plane's JSON.

        Args:
            values: `account_id`, `entity`, `entity_id`, `from`, `to` (UTC half hours, `…Z`), optional `placement`
                (ALL_ON_TWITTER), `recorded_at` (now), and either `factor_percent` (0…400) or `"zero": true`.
            now: the world's present.

        Raises:
            ApiError: 400 INVALID_PARAMETER, which names the wrong key.
        """
        for key in values:
            if key not in _KEYS:
                raise _invalid(key, values[key], "unknown key")
        for key in ("account_id", "entity", "entity_id", "from", "to"):
            if not values.get(key):
                raise _invalid(key, "", "required")
        entity, placement = str(values["entity"]), str(values.get("placement", "ALL_ON_TWITTER"))
        if entity not in ENTITIES:
            raise _invalid("entity", entity, "unknown entity")
        if placement not in PLACEMENTS:
            raise _invalid("placement", placement, "unknown placement")
        first, end = _half_hour(values, "from"), _half_hour(values, "to")
        if end <= first:
            raise _invalid("to", values["to"], "must be after from")
        recorded = _instant(values, "recorded_at") if "recorded_at" in values else now
        return cls(
            str(values["account_id"]),
            entity,
            str(values["entity_id"]),
            placement,
            first,
            end,
            recorded,
            _percent(values),
        )

    def concerns(self, account_id: str, entity: str, entity_id: str) -> bool:
        """Whether it is about this entity."""
        return (self.account_id, self.entity, self.entity_id) == (account_id, entity, entity_id)


class CorrectionBook:
    """All corrections in the order of arrival. Thread-safe."""

    def __init__(self, corrections: Iterable[Correction] = ()) -> None:
        self._lock = threading.Lock()
        self._corrections = list(corrections)

    def add(self, correction: Correction) -> None:
        """Adds one."""
        with self._lock:
            self._corrections.append(correction)

    def all(self) -> list[Correction]:
        """Every correction, oldest first."""
        with self._lock:
            return list(self._corrections)

    def factors(self, account_id: str, entity: str, entity_id: str, placement: str, as_of: datetime) -> list[Factor]:
        """The corrections of an entity and placement that were recorded by an instant."""
        return [
            Factor(c.first, c.end, c.percent)
            for c in self.all()
            if c.concerns(account_id, entity, entity_id) and c.placement == placement and c.recorded_at <= as_of
        ]


def _percent(values: Mapping[str, Any]) -> int:
    if ("factor_percent" in values) == bool(values.get("zero")):
        raise _invalid("factor_percent", values.get("factor_percent", ""), "needs either factor_percent or zero")
    percent = 0 if values.get("zero") else values["factor_percent"]
    if not isinstance(percent, int) or not 0 <= percent <= _MAX_PERCENT:
        raise _invalid("factor_percent", percent, f"an integer of 0…{_MAX_PERCENT}")
    return percent


def _half_hour(values: Mapping[str, Any], key: str) -> int:
    instant = _instant(values, key)
    if instant.minute % 30 or instant.second or instant.microsecond:
        raise _invalid(key, values[key], "must be a UTC half hour")
    return granule_of(instant)


def _instant(values: Mapping[str, Any], key: str) -> datetime:
    try:
        instant = datetime.fromisoformat(str(values[key]).replace("Z", "+00:00"))
    except ValueError:
        raise _invalid(key, values[key], "invalid date") from None
    if instant.tzinfo is None:
        raise _invalid(key, values[key], "needs an offset")
    return instant.astimezone(timezone.utc)


def _invalid(key: str, value: object, details: str) -> ApiError:
    return ApiError(400, "INVALID_PARAMETER", f"{key}: {details}", key, str(value), details)

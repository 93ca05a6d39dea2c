# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The demo's emulated ad accounts: the same in every run, except for changes between the syncs."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from x_ads_emulator.client import Emulator
from x_ads_emulator.clock import parse_instant, print_instant
from x_ads_emulator.world.spec import DEFAULT_VOLUMES, DOCUMENTED_ACCOUNT, WorldSpec

REPORT_DAYS = 90
# PyAirbyte needs a millisecond or two for each wide row of a report: so few that a first sync takes a minute.
ACTIVE_SHARE = 0.2
FEWER = {"campaigns": 24, "line_items": 30, "promoted_tweets": 30, "funding_instruments": 8, "promoted_accounts": 12}


@dataclass(frozen=True)
class Pin:
    """The values that keep the world the same from one run to the next.

    Attributes:
        instant: the UTC instant that all generated dates are relative to.
        syncs: how many syncs were completed.
    """

    instant: str
    syncs: int = 0

    @classmethod
    def new(cls) -> Pin:
        """A new world, with this hour as its present."""
        return cls(print_instant(datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)))

    @classmethod
    def load(cls, path: Path) -> Pin | None:
        """The pin of an earlier run; None when the file is missing or unreadable."""
        try:
            pin = cls(**json.loads(path.read_text(encoding="utf-8")))
            parse_instant(pin.instant)
        except (OSError, ValueError, TypeError):
            return None
        return pin

    def save(self, path: Path) -> None:
        """Write the pin beside the database."""
        path.write_text(json.dumps({"instant": self.instant, "syncs": self.syncs}) + "\n", encoding="utf-8")

    def next(self) -> Pin:
        """The pin after one more sync."""
        return replace(self, syncs=self.syncs + 1)

    def first_report_day(self) -> str:
        """The first day of the reports, `YYYY-MM-DD`."""
        return (parse_instant(self.instant) - timedelta(days=REPORT_DAYS)).date().isoformat()

    def spec(self) -> WorldSpec:
        """Three accounts in three time zones; their ads ran from before the first report day until long after."""
        day = parse_instant(self.instant).date()
        activity = {
            "from": (day - timedelta(days=REPORT_DAYS + 30)).isoformat(),
            "to": (day + timedelta(days=365)).isoformat(),
            "share": ACTIVE_SHARE,
        }
        spec = WorldSpec.demo()
        volumes = {**DEFAULT_VOLUMES, **FEWER}
        accounts = [replace(account, activity=activity, volumes=volumes) for account in spec.accounts]
        return replace(spec, accounts=accounts, data_now=self.instant)


def work_in_the_ads_manager(emulator: Emulator, pin: Pin) -> None:
    """Replay the changes between the syncs: each time, one campaign was paused and copied."""
    rows = emulator.world.records("campaigns", DOCUMENTED_ACCOUNT)
    campaigns = [dict(row) for row in rows if row.get("entity_status") == "ACTIVE" and not row.get("deleted")]
    for sync in range(1, pin.syncs + 1):
        campaign = campaigns[sync % len(campaigns)]
        when = print_instant(parse_instant(pin.instant) + timedelta(seconds=sync))
        _change(emulator, "touch", id=campaign["id"], updated_at=when, fields={"entity_status": "PAUSED"})
        copy = {"id": f"demo{sync}", "name": f"Copy {sync}", "created_at": when, "updated_at": when}
        _change(emulator, "upsert", record={**campaign, **copy})


def _change(emulator: Emulator, op: str, **values: Any) -> None:
    emulator.mutate({"op": op, "stream": "campaigns", "account_id": DOCUMENTED_ACCOUNT, **values})

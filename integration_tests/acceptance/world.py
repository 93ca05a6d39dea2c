# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The world of the acceptance and standard tests, and configurations that point at it.

Its clock stands still half a day after the configuration's end_date, so that each read returns the same records.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from x_ads_emulator.client import Emulator
from x_ads_emulator.world.spec import DOCUMENTED_ACCOUNT, AccountSpec, WorldSpec

FOLDER = Path(__file__).resolve().parents[1]
NOW = "2026-06-29T12:00:00Z"
# X allows five requests in 15 minutes for some lists; these tests read them more often.
MANY = {"requests": 100_000, "seconds": 900}
_VOLUMES = {"*": 24, "targeting_criteria": 30, "tweets": 60}
_GLOBALS = dict.fromkeys(
    (
        "iab_categories",
        "targeting_app_store_categories",
        "targeting_conversations",
        "targeting_devices",
        "targeting_events",
        "targeting_interests",
        "targeting_languages",
        "targeting_locations",
        "targeting_network_operators",
        "targeting_platform_versions",
    ),
    12,
)
_ACTIVITY = {"from": "2026-05-20", "to": "2026-06-25", "share": 0.12}


def world() -> WorldSpec:
    """Two accounts in two time zones, a few rows in every stream, and activity in two windows of each report."""
    return WorldSpec(
        now=NOW,
        accounts=[
            AccountSpec(DOCUMENTED_ACCOUNT, "First", volumes=_VOLUMES, examples=False, activity=_ACTIVITY),
            AccountSpec("2tokyo8n9q", "東京広告", "Asia/Tokyo", volumes=_VOLUMES, activity=_ACTIVITY),
        ],
        globals={**_GLOBALS, "targeting_events": 30, "targeting_tv_shows": 1},
    )


def start(port: int = 0) -> Emulator:
    """Start an emulator of this world, at any free port unless one is named."""
    return Emulator.start(world(), settings={"rate_limit": MANY}, port=port)


def config(emulator: Emulator | None = None, name: str = "sample_config.json") -> dict[str, Any]:
    """A configuration of this folder, pointed at a running emulator."""
    content: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return content if emulator is None else {**content, "base_url": emulator.base_url}

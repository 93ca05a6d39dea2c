# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Runs report syncs, in this process or another, and computes the truth of their worlds."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteStateMessageSerializer, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from integration_tests.connector import Output, State
from integration_tests.truth import Rows, expected_rows, rows_by_key
from source_twitter_ads.engine.page import Page
from source_twitter_ads.source import SourceTwitterAds
from x_ads_emulator.analytics.corrections import Correction
from x_ads_emulator.client import Emulator
from x_ads_emulator.clock import print_instant
from x_ads_emulator.world.spec import AccountSpec, WorldSpec

NO_LIMITS = {"rate_limit": "off"}
ONE_OF_EACH = {
    "campaigns": 1,
    "line_items": 1,
    "funding_instruments": 1,
    "promoted_tweets": 1,
    "promoted_accounts": 1,
    "media_creatives": 1,
    "tweets": 1,
}
GLOBALS = {"targeting_locations": 3}
ALWAYS = {"from": "2018-01-01", "to": "2027-12-31"}


def account(account_id: str, timezone_name: str = "Etc/UTC", **changes: Any) -> AccountSpec:
    """An account without documented records; its entities have numbers in every year and metric group."""
    given = {"volumes": ONE_OF_EACH, "examples": False, "activity": ALWAYS, "conversions": "all", **changes}
    return AccountSpec(account_id, timezone=timezone_name, **given)


def start(*accounts: AccountSpec, seed: int = 1, **settings: Any) -> Emulator:
    """Start an emulator in real time; the caller stops it."""
    world = WorldSpec(seed=seed, accounts=list(accounts), globals=GLOBALS, shared_audience=False)
    return Emulator.start(world, settings={**NO_LIMITS, **settings})


def ago(**span: float) -> datetime:
    """A moment in the past, UTC."""
    return datetime.now(timezone.utc) - timedelta(**span)


def day(days_ago: int) -> str:
    """A UTC day in the past, as a date."""
    return ago(days=days_ago).date().isoformat()


def report(name: str, entity: str = "LINE_ITEM", granularity: str = "DAY", **more: Any) -> dict[str, Any]:
    """A custom report of few metrics."""
    return {"name": name, "entity": entity, "granularity": granularity, "metric_groups": ["ENGAGEMENT"], **more}


def catalog(streams: Sequence[str]) -> dict[str, Any]:
    """A configured catalog of reports; their schemas are not needed to read."""
    return {
        "streams": [
            {
                "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]},
                "sync_mode": "incremental",
                "destination_sync_mode": "append_dedup",
            }
            for name in streams
        ]
    }


def sync(config: Mapping[str, Any], streams: Sequence[str] | None = None, state: State | None = None) -> Output:
    """Read reports in this process, as the command line does; much quicker than a process of its own.

    Args:
        config: with the custom reports.
        streams: the reports to read; all custom ones by default.
        state: of an earlier sync.
    """
    chosen = [entry["name"] for entry in config["reports"]] if streams is None else list(streams)
    configured = ConfiguredAirbyteCatalogSerializer.load(catalog(chosen))
    states = [AirbyteStateMessageSerializer.load(copy.deepcopy(one)) for one in state or []]
    source = SourceTwitterAds(configured, config, states, lines=True)
    lines: list[bytes] = []
    exit_code = 0
    try:
        for message in source.read(logging.getLogger("airbyte"), config, configured, states):
            if isinstance(message, Page):
                lines.extend(message.lines.splitlines())
            else:
                lines.append(AirbyteEntrypoint.airbyte_message_to_string(message).encode())
    except AirbyteTracedException as problem:
        exit_code = 1
        lines.append(AirbyteEntrypoint.airbyte_message_to_string(problem.as_airbyte_message()).encode())
    return Output(exit_code, lines, "")


def described(emulator: Emulator) -> dict[str, Any]:
    """The counters of an emulator's analytics: jobs, requests, peaks."""
    counters: dict[str, Any] = emulator.stats()["analytics"]
    return counters


def jobs(emulator: Emulator, seen: int = 0, **wanted: Any) -> list[dict[str, Any]]:
    """Jobs after the first `seen` ones that have these fields, in the order of creation."""
    found: list[dict[str, Any]] = described(emulator).get("jobs", [])[seen:]
    return [job for job in found if all(job[name] == value for name, value in wanted.items())]


def refused(emulator: Emulator) -> list[str]:
    """Requests that X would have refused; empty in a good sync."""
    return [f"{e['method']} {e['path']} {e['refused']}" for e in emulator.requests() if e["refused"]]


def bookmarks(output: Output, stream: str) -> dict[str, str]:
    """The last state of a report: bookmark by account."""
    states = output.stream_state(stream).get("states", [])
    return {entry["partition"]["account_id"]: next(iter(entry["cursor"].values())) for entry in states}


def with_bookmark(state: State, moment: datetime) -> State:
    """A state in which every account of every report has been read up to a moment."""
    changed = copy.deepcopy(state)
    for one in changed:
        for entry in one["stream"]["stream_state"]["states"]:
            entry["cursor"] = dict.fromkeys(entry["cursor"], print_instant(moment))
    return changed


class Corrections:
    """Corrects numbers in an emulator and keeps the corrections for the truth."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.all: list[Correction] = []

    def add(
        self, account_id: str, entity: str, entity_id: str, first: str, end: str, recorded: datetime, **how: Any
    ) -> None:
        """Correct an entity's numbers of [first, end) (UTC days), booked at a moment; `how` as in corrections.py."""
        correction = {
            "account_id": account_id,
            "entity": entity,
            "entity_id": entity_id,
            "from": f"{first}T00:00:00Z" if len(first) == 10 else first,
            "to": f"{end}T00:00:00Z" if len(end) == 10 else end,
            "recorded_at": print_instant(recorded),
            **(how or {"factor_percent": 50}),
        }
        self._emulator.correct(correction)
        self.all.append(Correction.from_dict(correction, datetime.now(timezone.utc)))


def truth(
    emulator: Emulator,
    entry: Mapping[str, Any],
    account_id: str,
    first: str,
    end: str,
    corrections: Corrections | None = None,
    **more: Any,
) -> Rows:
    """The nonzero numbers of an account's report for the local days [first, end)."""
    return expected_rows(
        emulator.world,
        corrections.all if corrections else (),
        account_id=account_id,
        entity=entry["entity"],
        granularity=entry["granularity"],
        metric_groups=entry["metric_groups"],
        segmentation=entry.get("segment"),
        placements=entry.get("placements"),
        first_day=first,
        last_day_exclusive=end,
        **more,
    )


def held(outputs: Sequence[Output], stream: str, account_id: str, before: str = "9999") -> Rows:
    """The rows of an account's report in a destination after some syncs, for dates before a day."""
    records = [record for output in outputs for record in output.records.get(stream, [])]
    return rows_by_key(r for r in records if r["account_id"] == account_id and r["date"] < before)

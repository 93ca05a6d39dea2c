# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The servers that the cases read from. Limits are counted but not enforced, and bodies are made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from x_ads_emulator.client import Emulator
from x_ads_emulator.world.spec import AccountSpec, WorldSpec
from x_ads_emulator.world.world import World

REPORT_DAYS = 30
LATENCY_MS = 300
JOB_SECONDS = 20.0
AGENCY_VOLUMES: Mapping[str, int] = {
    "campaigns": 2,
    "funding_instruments": 1,
    "line_items": 3,
    "promoted_accounts": 1,
    "promoted_tweets": 4,
}
_FEW = {"targeting_locations": 3}
_SETTINGS = {"rate_limit": "off", "prebuild": True}


def account_ids(number: int) -> list[str]:
    """Ids of some accounts."""
    return [f"18bench{position:02d}" for position in range(number)]


def first_report_day() -> str:
    """The first day that reports are read, as a date-time that all contenders accept.

    Including today and a tomorrow that has begun elsewhere, these are at most REPORT_DAYS days.
    """
    day = datetime.now(timezone.utc).date() - timedelta(days=REPORT_DAYS - 2)
    return f"{day.isoformat()}T00:00:00Z"


def line_items(rows: int, accounts: int) -> Emulator:
    """A server of so many line items, spread over so many accounts."""
    share = {"line_items": rows // accounts}
    specs = [AccountSpec(account_id, volumes=share, examples=False) for account_id in account_ids(accounts)]
    return Emulator.start(WorldSpec(accounts=specs, shared_audience=False), settings=_SETTINGS)


def line_items_without_drafts(world: World) -> int:
    """The number of line items that a client without with_draft gets."""
    return sum(len(world.visible("line_items", account_id, with_deleted=True)) for account_id in world.account_ids())


def newest_line_items(world: World, account_id: str) -> int:
    """The number of line items that a second sync must read again: those as new as the bookmark.

    The bookmark is the account's newest `updated_at`; a record equal to it may have changed after it was read.
    """
    dates = [record["updated_at"] for record in world.records("line_items", account_id)]
    bookmark = max(dates)
    return sum(date >= bookmark for date in dates)


def report(entities: int) -> Emulator:
    """A server of one account with so many line items, each always active.

    In UTC, since the bare loop knows no clock changes.
    """
    (account_id,) = account_ids(1)
    volumes = {"line_items": entities}
    spec = AccountSpec(account_id, timezone="Etc/UTC", volumes=volumes, examples=False, activity=_activity(1.0))
    return Emulator.start(WorldSpec(accounts=[spec], shared_audience=False), settings=_SETTINGS, ready_seconds=120)


def everything() -> Emulator:
    """The demo world of three accounts with some activity in each; every response takes a while, jobs longer."""
    spec = WorldSpec.demo()
    accounts = [replace(account, activity=_activity(0.15)) for account in spec.accounts]
    settings: Mapping[str, Any] = {**_SETTINGS, "latency_ms": LATENCY_MS, "job_seconds": JOB_SECONDS}
    return Emulator.start(replace(spec, accounts=accounts), settings=settings)


def agency(
    accounts: int,
    days: int,
    *,
    dormant_of_ten: int = 0,
    volumes: Mapping[str, int] = AGENCY_VOLUMES,
    latency_ms: int = 0,
    job_seconds: Sequence[float] = (0, 0),
    **settings: Any,
) -> Emulator:
    """A server of many small ad accounts.

    Args:
        accounts: how many.
        days: how far back activity reaches; some entities run all the time, others end early or begin late.
        dormant_of_ten: how many of ten accounts have entities but no activity.
        volumes: entities of each account.
        latency_ms: added to every response.
        job_seconds: the shortest and the longest time of a job.
        settings: further switches of the emulator.
    """
    today = datetime.now(timezone.utc).date()
    period = {"from": today - timedelta(days=2 * days), "to": today + timedelta(days=days // 2)}
    activity = {name: day.isoformat() for name, day in period.items()}
    specs = [
        AccountSpec(
            account_id,
            timezone="Etc/UTC",
            volumes=dict(volumes),
            examples=False,
            activity=None if position % 10 < dormant_of_ten else activity,
        )
        for position, account_id in enumerate(agency_ids(accounts))
    ]
    switches = {"rate_limit": "off", "latency_ms": latency_ms, "job_seconds": list(job_seconds), **settings}
    world = WorldSpec(accounts=specs, globals=_FEW, shared_audience=False)
    return Emulator.start(world, settings=switches, ready_seconds=120)


def agency_ids(accounts: int) -> list[str]:
    """Ids of the accounts of `agency`, all of the same length, so that no id contains another."""
    return [f"18agency{position:04d}" for position in range(accounts)]


def first_day(days: int) -> date:
    """The first of the last `days` days, today included, in UTC."""
    return datetime.now(timezone.utc).date() - timedelta(days=days - 1)


def _activity(share: float) -> dict[str, Any]:
    today = datetime.now(timezone.utc).date()
    days = {"from": today - timedelta(days=4 * REPORT_DAYS), "to": today + timedelta(days=4 * REPORT_DAYS)}
    return {**{name: day.isoformat() for name, day in days.items()}, "share": share}

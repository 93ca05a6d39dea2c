# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One small world with every stream and reports, and the truth to compare its syncs with."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import orjson
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteStateMessageSerializer, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from integration_tests import entities
from integration_tests.connector import STREAMS, Output, Record, State, configured_catalog
from integration_tests.truth import Rows, differences, expected_rows, rows_by_key
from source_twitter_ads.engine.page import Page
from source_twitter_ads.source import SourceTwitterAds
from x_ads_emulator.client import Emulator
from x_ads_emulator.clock import print_instant
from x_ads_emulator.world.spec import AccountSpec, WorldSpec
from x_ads_emulator.world.world import World

ACCOUNTS = ("1first", "2second", "3third")
GLOBALS = {
    "iab_categories": 5,
    "targeting_app_store_categories": 5,
    "targeting_conversations": 5,
    "targeting_devices": 5,
    "targeting_events": 5,
    "targeting_interests": 5,
    "targeting_languages": 5,
    "targeting_locations": 5,
    "targeting_network_operators": 5,
    "targeting_platform_versions": 5,
    "targeting_tv_shows": 3,
}
#: Reports run over a period that is over, so that their numbers stand still. One moment for the whole process: midnight
#: must not come between a server, its sync and the truth. No test's parameters hold it.
_TODAY = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
FIRST_DAY, LAST_DAY = (_TODAY - timedelta(days=50)).date(), (_TODAY - timedelta(days=6)).date()
#: Unlike "off", which still sends headers with the documented counts: a client that keeps to them would wait.
NO_LIMIT = {"requests": 1_000_000, "seconds": 900}
REPORTS = [
    {"name": "lines", "entity": "LINE_ITEM", "metric_groups": ["ENGAGEMENT"]},
    {"name": "money", "entity": "CAMPAIGN", "metric_groups": ["BILLING"]},
]
#: A report that needs many jobs: X takes a week of hours at a time.
HOURS = {"name": "hours", "entity": "CAMPAIGN", "granularity": "HOUR", "metric_groups": ["BILLING"]}
#: Faults that pass, on every kind of request.
PASSING_FAULTS: list[dict[str, Any]] = [
    {"fault": "status", "status": 408},
    {"fault": "status", "status": 423},
    {"fault": "status", "status": 429, "reset_in": 1},
    {"fault": "status", "status": 429, "retry_after": 1},
    {"fault": "status", "status": 429, "bare": True},
    {"fault": "status", "status": 500},
    {"fault": "status", "status": 503, "retry_after": 1},
    {"fault": "status", "status": 504},
    {"fault": "html", "status": 502},
    {"fault": "html", "status": 200},
    {"fault": "clock_skew"},
    {"fault": "empty_body"},
    {"fault": "garbage"},
    {"fault": "reset_before"},
    {"fault": "reset_during_body"},
    {"fault": "wrong_content_length"},
    {"fault": "hang", "seconds": 3},
]
_GROUPS = [
    *("ENGAGEMENT", "BILLING", "VIDEO"),
    *("WEB_CONVERSION", "MOBILE_CONVERSION", "LIFE_TIME_VALUE_MOBILE_CONVERSION"),
]
#: What the prebuilt reports hold (docs/x-ads-api.md §7.4).
PREBUILT = [
    {"name": "accounts_daily_report", "entity": "ACCOUNT", "metric_groups": ["ENGAGEMENT"]},
    {
        "name": "funding_instruments_daily_report",
        "entity": "FUNDING_INSTRUMENT",
        "metric_groups": ["ENGAGEMENT", "BILLING"],
    },
    {"name": "campaigns_daily_report", "entity": "CAMPAIGN", "metric_groups": _GROUPS},
    {"name": "line_items_daily_report", "entity": "LINE_ITEM", "metric_groups": _GROUPS},
    {"name": "promoted_tweets_daily_report", "entity": "PROMOTED_TWEET", "metric_groups": _GROUPS},
    {"name": "promoted_accounts_daily_report", "entity": "PROMOTED_ACCOUNT", "metric_groups": _GROUPS},
]
REPORT_NAMES = tuple(str(report["name"]) for report in REPORTS)
EVERYTHING = (*STREAMS, *REPORT_NAMES)


def account(account_id: str, rows: int = 4, **changes: Any) -> AccountSpec:
    """An account with a few rows per stream; its entities have numbers on every day."""
    always = {"from": "2018-01-01", "to": "2035-12-31", "share": 1.0}
    given: dict[str, Any] = {"volumes": {"*": rows}, "examples": False, "activity": always, "timezone": "Etc/UTC"}
    return AccountSpec(account_id, **{**given, **changes})


def start(*accounts: AccountSpec, **settings: Any) -> Emulator:
    """Start an emulator; the caller stops it. Without documented limits, unless a setting says otherwise."""
    specs = list(accounts) or [account(one) for one in ACCOUNTS]
    data_now = print_instant(_TODAY - timedelta(days=8))
    world = WorldSpec(accounts=specs, globals=GLOBALS, shared_audience=False, data_now=data_now)
    return Emulator.start(world, settings={"rate_limit": NO_LIMIT, "early_grace_seconds": 0.25, **settings})


def config(emulator: Emulator, **changes: Any) -> dict[str, Any]:
    """A configuration for all streams and the two reports."""
    dates = {"start_date": FIRST_DAY.isoformat(), "end_date": LAST_DAY.isoformat()}
    return emulator.config(**{**dates, "reports": REPORTS, "page_size": 3, **changes})


def catalog(streams: Sequence[str]) -> dict[str, Any]:
    """A configured catalog of entity streams and reports."""
    reports = [
        {
            "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]},
            "sync_mode": "incremental",
            "destination_sync_mode": "append_dedup",
        }
        for name in streams
        if name not in STREAMS
    ]
    chosen: dict[str, Any] = configured_catalog([name for name in streams if name in STREAMS])
    return {"streams": [*chosen["streams"], *reports]}


def sync(settings: Mapping[str, Any], streams: Sequence[str] = EVERYTHING, state: State | None = None) -> Output:
    """Read in this process, with the command line's pages; the last error is the exception that it raised."""
    configured = ConfiguredAirbyteCatalogSerializer.load(catalog(streams))
    states = [AirbyteStateMessageSerializer.load(copy.deepcopy(one)) for one in state or []]
    source = SourceTwitterAds(configured, settings, states, lines=True)
    lines: list[bytes] = []
    exit_code = 0
    try:
        for message in source.read(logging.getLogger("airbyte"), settings, configured, states):
            if isinstance(message, Page):
                lines.extend(bytes(message.lines).rstrip(b"\n").split(b"\n"))
            else:
                lines.append(AirbyteEntrypoint.airbyte_message_to_string(message).encode())
    except AirbyteTracedException as problem:
        exit_code = 1
        lines.append(orjson.dumps({"type": "LOG", "log": {"level": "FATAL", "message": str(problem)}}))
    return Output(exit_code, lines, "")


def ending(output: Output) -> str:
    """The message of the error that a sync ended with; no stream has an error of its own, since the cause is one."""
    assert output.errors == []
    (message,) = [one["log"]["message"] for one in output.of_type("LOG") if one["log"]["level"] == "FATAL"]
    assert "pieces failed, for 1 reason" in message or "For this reason" in message
    return str(message)


def wrong(emulator: Emulator, *outputs: Output, streams: Iterable[str] = EVERYTHING, **view: Any) -> list[str]:
    """The extra, missing and wrong records of runs, compared with the truth.

    The union of several runs by primary key is compared. One run must not emit an entity twice.

    Args:
        emulator: its world is the truth.
        outputs: the runs.
        streams: entity streams and reports to compare.
        view: `account_ids` and `first_day` where they are not those of the world and of `config`; `retired_refused` as
            the emulator has it.
    """
    account_ids, first_day = view.get("account_ids", emulator.world.account_ids()), view.get("first_day", FIRST_DAY)
    refused = bool(view.get("retired_refused"))
    found: list[str] = []
    for stream in streams:
        records = [record for output in outputs for record in output.records.get(stream, [])]
        if stream in STREAMS:
            rows = list(entities.by_key(stream, records).values()) if len(outputs) > 1 else records
            found += entities.differences(stream, rows, expected(emulator, stream, account_ids, first_day))
        else:
            truth: Rows = {}
            for account_id in account_ids:
                truth.update(_truth(emulator.world, stream, account_id, first_day, refused))
            assert truth, "a report without numbers proves nothing"
            found += [f"{stream}: {line}" for line in differences(truth, rows_by_key(records))]
    return found


def expected(emulator: Emulator, stream: str, account_ids: Sequence[str], first_day: date = FIRST_DAY) -> list[Record]:
    """An entity stream's records; the dates of `config` bound published Tweets alone."""
    records = entities.expected(emulator.world, stream, account_ids)
    if stream != "tweets":
        return records
    low, high = f"{first_day}T00:00:00Z", f"{LAST_DAY}T00:00:00Z"
    return [one for one in records if one["tweet_type"] == "SCHEDULED" or low <= one["created_at"] <= high]


@lru_cache(maxsize=64)
def _truth(world: World, stream: str, account_id: str, first_day: date, retired_refused: bool) -> Rows:
    """One account's part of a report; kept, since nothing changes the numbers of these worlds."""
    (report,) = [one for one in (*REPORTS, HOURS, *PREBUILT) if one["name"] == stream]
    return expected_rows(
        world,
        account_id=account_id,
        entity=str(report["entity"]),
        granularity=str(report.get("granularity", "DAY")),
        metric_groups=list(report["metric_groups"]),
        first_day=first_day,
        last_day_exclusive=LAST_DAY + timedelta(days=1),
        retired_refused=retired_refused,
    )


def early(emulator: Emulator) -> list[dict[str, Any]]:
    """Requests that came before the time that an earlier response to the same request line set."""
    return [entry for entry in emulator.requests() if entry["early"]]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Small worlds, and short ways to ask their analytics service for something."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from x_ads_emulator.analytics.service import Analytics
from x_ads_emulator.analytics.switches import Switches
from x_ads_emulator.clock import parse_instant, print_instant
from x_ads_emulator.world.spec import AccountSpec, WorldSpec
from x_ads_emulator.world.world import World

ACCOUNT = "an4lytic5ac"
NOW = "2026-11-22T12:00:00Z"
ACTIVE = {"from": "2025-01-01", "to": "2026-12-31", "share": 1.0}
VOLUMES = {
    "campaigns": 4,
    "funding_instruments": 2,
    "line_items": 6,
    "promoted_tweets": 6,
    "promoted_accounts": 2,
    "media_creatives": 2,
    "tweets": 6,
}


@dataclass
class Bench:
    """An account, its analytics service, and the switches that a test may turn."""

    world: World
    switches: Switches
    service: Analytics
    account_id: str = ACCOUNT

    def ids(self, entity: str = "LINE_ITEM") -> list[str]:
        """The entity ids of the account, at most 20."""
        return [entity_id for entity_id, _ in self.service._population.records(self.account_id, entity)][:20]

    def params(self, **changes: str | None) -> dict[str, str]:
        """Parameters of a legal job; `name=None` leaves one out."""
        entity = changes.get("entity") or "LINE_ITEM"
        params: dict[str, str | None] = {
            "entity": entity,
            "entity_ids": ",".join(self.ids(entity)) if entity in _LISTABLE else "x",
            "start_time": "2026-10-01",
            "end_time": "2026-10-04",
            "granularity": "DAY",
            "placement": "ALL_ON_TWITTER",
            "metric_groups": "ENGAGEMENT",
            **changes,
        }
        return {name: value for name, value in params.items() if value is not None}

    def create(self, **changes: str | None) -> dict[str, Any]:
        """POST a legal job with changes; the job's record."""
        payload = self.service.create_job(self.account_id, self.params(**changes))
        return dict(payload.data)

    def poll(self, *job_ids: str) -> list[dict[str, Any]]:
        """One status request for the jobs."""
        return list(self.service.list_jobs(self.account_id, {"job_ids": ",".join(job_ids)}).data)

    def fetch(self, job: Mapping[str, Any]) -> bytes:
        """The file that a job's url names."""
        return self.service.result_file(str(job["url"]).rsplit("/", 1)[1])

    def document(self, **changes: str | None) -> dict[str, Any]:
        """The parsed result file of a job."""
        job = self.create(**changes)
        (done,) = self.poll(job["id_str"])
        return dict(json.loads(gzip.decompress(self.fetch(done))))

    def rows(self, **changes: str | None) -> list[dict[str, Any]]:
        """The result file of a job as flat rows; DAY points are counted from a plain start date."""
        document = self.document(**changes)
        return list(_flat_rows(self.account_id, self.params(**changes)["start_time"], document))


_LISTABLE = (
    "ACCOUNT",
    "CAMPAIGN",
    "FUNDING_INSTRUMENT",
    "LINE_ITEM",
    "PROMOTED_ACCOUNT",
    "PROMOTED_TWEET",
    "MEDIA_CREATIVE",
    "ORGANIC_TWEET",
)


def bench(
    timezone: str = "America/Los_Angeles",
    *,
    activity: Mapping[str, Any] | None = ACTIVE,
    switch_at: str | None = None,
    now: str = NOW,
    volumes: Mapping[str, int] = VOLUMES,
    publisher_network: bool = False,
    conversions: str = "all",
    **switches: Any,
) -> Bench:
    """A world of one account and its service; all conversions are there unless told otherwise."""
    account = AccountSpec(
        ACCOUNT,
        timezone=timezone,
        timezone_switch_at=switch_at,
        activity=dict(activity) if activity else None,
        volumes=dict(volumes),
        publisher_network=publisher_network,
        conversions=conversions,
    )
    world = World.build(WorldSpec(now=now, accounts=[account]))
    chosen = Switches(base_url="http://127.0.0.1:9", **switches)
    return Bench(world, chosen, Analytics(world, chosen))


def country(world: World, code: str = "US") -> str:
    """The targeting value of a country."""
    rows = world.global_records("targeting_locations")
    wanted = ("COUNTRIES", code)
    return next(str(r["targeting_value"]) for r in rows if (r["location_type"], r["country_code"]) == wanted)


def platform(world: World) -> str:
    """The targeting value of some platform."""
    return str(world.global_records("targeting_platforms")[0]["targeting_value"])


def _flat_rows(account_id: str, start: str, document: Mapping[str, Any]) -> Any:
    asked = document["request"]["params"]
    for entity in document["data"]:
        for block in entity["id_data"]:
            segment = block["segment"] or {"segment_value": None}
            flat = dict(_columns(block["metrics"]))
            for point in range(document["time_series_length"]):
                yield {
                    "account_id": account_id,
                    "entity_id": entity["id"],
                    "placement": asked["placement"],
                    "granularity": asked["granularity"],
                    **_moment(asked, start, point),
                    "segment_value": segment["segment_value"],
                    **{name: None if series is None else series[point] for name, series in flat.items()},
                }


def _moment(asked: Mapping[str, Any], start: str, point: int) -> dict[str, str]:
    if asked["granularity"] == "DAY":
        return {"date": (date.fromisoformat(start) + timedelta(days=point)).isoformat()}
    first = parse_instant(asked["start_time"])
    return {"start_time": print_instant(first + timedelta(hours=point if asked["granularity"] == "HOUR" else 0))}


def _columns(metrics: Mapping[str, Any]) -> Any:
    for name, value in metrics.items():
        if isinstance(value, dict):
            yield from ((f"{name}_{sub}", series) for sub, series in value.items())
        else:
            yield name, value

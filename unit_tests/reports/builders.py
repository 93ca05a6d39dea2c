# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Builders of what the report engine's tests are about: definitions, windows, result files (docs/x-ads-api.md §7.3)."""

from datetime import datetime, timezone
from typing import Any

from source_twitter_ads.configuration import normalise
from source_twitter_ads.reports.definition import ReportDefinition, custom_reports
from source_twitter_ads.reports.windows import AccountCalendar, Window, plan_windows

UTC = timezone.utc
NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)

# Whole-hour, half-hour and quarter-hour offsets; clock changes at midnight, at 01:00, at 02:00 and by half an hour;
# both edges of the date line; a zone that keeps summer time except in Ramadan.
ZONES = (
    "UTC",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "Pacific/Honolulu",
    "Pacific/Kiritimati",
)


def report(**entry: Any) -> ReportDefinition:
    """A report of campaigns named "spend"; keywords as in the configuration."""
    entries = normalise({"reports": [{"name": "spend", "entity": "CAMPAIGN", **entry}]})["reports"]
    return custom_reports(entries, [])[0][0]


def window(
    start: str = "2026-03-01",
    end: str = "2026-03-03",
    granularity: str = "DAY",
    zone: str = "America/Los_Angeles",
    now: datetime = NOW,
) -> Window:
    """The one window from `start` to `end`, the end included for DAY and TOTAL as in the configuration."""
    calendar = AccountCalendar(zone, None)
    planned = plan_windows(
        calendar, granularity, start=start, end=end, now=now, bookmark=None, attribution_days=0, max_days=4000
    )
    assert len(planned) == 1
    return planned[0]


def series(metrics: dict[str, Any] | None, segment: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"segment": segment, "metrics": metrics}


def gender(value: str) -> dict[str, Any]:
    return {"segment_name": {"1": "Male", "2": "Female"}[value], "segment_value": value}


def result_file(entities: dict[str, list[dict[str, Any]]], points: int = 3, **params: Any) -> dict[str, Any]:
    """A result file: entity id → its id_data."""
    return {
        "data_type": "stats",
        "time_series_length": points,
        "data": [{"id": entity_id, "id_data": id_data} for entity_id, id_data in entities.items()],
        "request": {"params": params},
    }

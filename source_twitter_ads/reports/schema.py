# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The JSON schema of a report's rows. Pure: touches no network."""

from __future__ import annotations

from typing import Any

from source_twitter_ads.reports.catalog import ReportDefinition
from source_twitter_ads.reports.metrics import columns

FIXED_COLUMNS = (
    "account_id",
    "entity",
    "entity_id",
    "placement",
    "granularity",
    "date",
    "start_time",
    "end_time",
    "segment_type",
    "segment_name",
    "segment_value",
    "country",
    "platform",
)
"""The columns that stand before the metrics in every row of every report, in this order."""

_INSTANT = {"type": "string", "format": "date-time", "airbyte_type": "timestamp_with_timezone"}
_NULLABLE_TEXT = {"type": ["null", "string"]}
_FIXED: dict[str, dict[str, Any]] = {
    "account_id": {"type": "string", "description": "Id of the ad account."},
    "entity": {"type": "string", "description": "What the numbers are about, such as CAMPAIGN or LINE_ITEM."},
    "entity_id": {"type": "string", "description": "Id of the entity; for ACCOUNT the account's own id."},
    "placement": {"type": "string", "description": "Where the ads ran: ALL_ON_TWITTER, SPOTLIGHT or TREND."},
    "granularity": {"type": "string", "description": "The span of one row: DAY, HOUR or TOTAL."},
    "date": {
        "type": "string",
        "format": "date",
        "description": "Calendar day in the account's time zone: the day itself (DAY), the day in which the hour "
        "starts (HOUR), the period's first day (TOTAL).",
    },
    "start_time": {**_INSTANT, "description": "First instant of the period, in UTC."},
    "end_time": {**_INSTANT, "description": "Instant at which the period ends, exclusive, in UTC."},
    "segment_type": {**_NULLABLE_TEXT, "description": "What splits the rows, such as GENDER. Null if nothing does."},
    "segment_name": {**_NULLABLE_TEXT, "description": "The segment's label. Null if nothing splits the rows."},
    "segment_value": {
        **_NULLABLE_TEXT,
        "description": "The segment's value or id, as text. Null if nothing splits the rows. An empty text "
        "says that X names no segment for this entity in this period; rows of it from earlier syncs are void.",
    },
    "country": {
        **_NULLABLE_TEXT,
        "description": "Targeting value of the country that was asked for. Null if the segment needs none.",
    },
    "platform": {
        **_NULLABLE_TEXT,
        "description": "Targeting value of the platform that was asked for. Null if the segment needs none.",
    },
}


def json_schema(definition: ReportDefinition) -> dict[str, Any]:
    """The draft-07 schema of a report: the fixed columns, then every metric of its groups as a nullable integer.

    Money stays in micros. Each metric's description ends with its unit. A metric that X adds later is allowed by
    `additionalProperties`. Columns of the primary key are never null.
    """
    properties: dict[str, dict[str, Any]] = {name: dict(_FIXED[name]) for name in FIXED_COLUMNS}
    for name in definition.primary_key:
        properties[name]["type"] = "string"
    for column in columns(definition.metric_groups):
        properties[column.name] = {
            "type": ["null", "integer"],
            "description": f"{column.description}. Unit: {column.unit}. Null where X has no number.",
        }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": True,
        "properties": properties,
    }

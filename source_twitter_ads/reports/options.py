# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What X's analytics can be asked for: entities, metric groups, segments, granularities, placements, and what fits.

The values are those of the spec. Sources of the rest: docs/x-ads-api.md §7.1 (parameters), §7.4 (entity × metric
group), §7.6 (segments).
"""

from __future__ import annotations

from source_twitter_ads.configuration.spec import REPORT_SETTINGS, choices, retired, served

# DAY: days of the account's time zone. HOUR: UTC hours. TOTAL: one number per window.
DAY, HOUR, TOTAL = GRANULARITIES = choices("granularity")
DEFAULT_GRANULARITY: str = REPORT_SETTINGS["granularity"]["default"]
PLACEMENTS = served("placements")
RETIRED_PLACEMENTS = retired("placements")
# A job names them in this order (docs/x-ads-api.md §7.1).
METRIC_GROUPS = served("metric_groups")
RETIRED_METRIC_GROUPS = retired("metric_groups")

# Which groups have numbers for which entity (docs/x-ads-api.md §7.4). PROMOTED_ACCOUNT stands in no matrix; clients
# ask it for all of them.
ENTITY_METRIC_GROUPS: dict[str, tuple[str, ...]] = {
    "ACCOUNT": ("ENGAGEMENT",),
    "FUNDING_INSTRUMENT": ("ENGAGEMENT", "BILLING"),
    "CAMPAIGN": METRIC_GROUPS,
    "LINE_ITEM": METRIC_GROUPS,
    "PROMOTED_TWEET": METRIC_GROUPS,
    "PROMOTED_ACCOUNT": METRIC_GROUPS,
    "MEDIA_CREATIVE": METRIC_GROUPS,
    "ORGANIC_TWEET": ("ENGAGEMENT", "VIDEO"),
}
ENTITIES = choices("entity")
RETIRED_ENTITIES = retired("entity")
ENTITIES_WITHOUT_MEDIA = ("ACCOUNT", "FUNDING_INSTRUMENT", "ORGANIC_TWEET")
ENTITIES_WITHOUT_SEGMENTS = ("MEDIA_CREATIVE", "ORGANIC_TWEET")
ENTITIES_WITHOUT_ACTIVITY = ("ACCOUNT", "ORGANIC_TWEET")
ENTITIES_WITH_ACTIVITY = ("CAMPAIGN", "FUNDING_INSTRUMENT", "LINE_ITEM", "PROMOTED_ACCOUNT", "PROMOTED_TWEET")

NO_SEGMENT: str = REPORT_SETTINGS["segment"]["default"]
SEGMENTS = tuple(segment for segment in served("segment") if segment != NO_SEGMENT)
RETIRED_SEGMENTS = retired("segment")
SEGMENTS_BY_COUNTRY = ("METROS", "REGIONS", "CITIES", "POSTAL_CODES")
SEGMENTS_BY_PLATFORM = ("DEVICES", "PLATFORM_VERSIONS")
WEB_CONVERSION_SEGMENTS = ("PLATFORMS", "CONVERSION_TAGS")

# Refused combinations that only clients document (docs/x-ads-api.md §7.4, footnote †).
SEGMENT_WITHOUT_ENTITIES: dict[str, tuple[str, ...]] = {
    "CONVERSION_TAGS": ("FUNDING_INSTRUMENT", "PROMOTED_ACCOUNT"),
    "LANGUAGES": ("ACCOUNT", "FUNDING_INSTRUMENT"),
}


def default_metric_groups(entity: str, segmentation: str | None) -> tuple[str, ...]:
    """Every group that X serves today for this entity and segment (docs/x-ads-api.md §7.4 and its footnote †, §7.5)."""
    if segmentation == "CONVERSION_TAGS":
        return ("WEB_CONVERSION",)
    without = {"LIFE_TIME_VALUE_MOBILE_CONVERSION"} if segmentation is not None else set()
    if segmentation is not None and segmentation not in WEB_CONVERSION_SEGMENTS:
        without.add("WEB_CONVERSION")
    return tuple(group for group in ENTITY_METRIC_GROUPS[entity] if group not in without)

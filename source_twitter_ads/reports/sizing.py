# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How much one job may ask for, so that its result file can be unpacked. Pure: touches no network."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import lru_cache

from source_twitter_ads.api.bodies import MAX_FILE_BYTES
from source_twitter_ads.reports.catalog import ReportDefinition
from source_twitter_ads.reports.metrics import columns
from source_twitter_ads.reports.windows import Window

MAX_ENTITIES = 20
"""Most entities that X takes per job (docs/x-ads-api.md §7.2)."""

# Nine digits and a comma. Counts have fewer digits, large amounts of money some more.
_BYTES_PER_NUMBER = 10

MAX_NUMBERS = MAX_FILE_BYTES // _BYTES_PER_NUMBER
"""Most numbers of a result file if every column has numbers: the file still unpacks to less than MAX_FILE_BYTES."""

MAX_DAYS = 30
"""Longest window (docs/x-ads-api.md §7.9)."""

# How many segments an entity typically has numbers for; a guess errs on the large side.
_SEGMENTS = {
    "AGE": 12,
    "GENDER": 3,
    "PLATFORMS": 5,
    "METROS": 210,
    "CONVERSION_TAGS": 20,
    "REGIONS": 60,
    "LOCATIONS": 60,
    "CITIES": 300,
    "POSTAL_CODES": 1000,
    "DEVICES": 100,
    "PLATFORM_VERSIONS": 40,
    "INTERESTS": 350,
    "CONVERSATIONS": 500,
    "TV_SHOWS": 200,
    "LANGUAGES": 40,
    "APP_STORE_CATEGORY": 60,
}
_OTHER_SEGMENTS = 100


def estimate_numbers(definition: ReportDefinition, entities: int, window: Window) -> int:
    """The most numbers that the result file of one job can hold: entities × segments × points × metric columns."""
    return entities * _numbers_per_point(definition) * _points(definition, window.end - window.start)


def expected_rows(definition: ReportDefinition, window: Window, entities: Mapping[str, Collection[str]]) -> int:
    """About how many rows a window will have, given its entity ids by placement."""
    return sum(map(len, entities.values())) * _segments(definition) * _points(definition, window.end - window.start)


def batch_size(definition: ReportDefinition, window: Window) -> int:
    """How many entities a job of this window asks for, 1–20, so that its file holds at most MAX_NUMBERS."""
    return max(1, min(MAX_ENTITIES, MAX_NUMBERS // max(1, estimate_numbers(definition, 1, window))))


def window_days(definition: ReportDefinition) -> int:
    """How many days a window of this report has, 1–30: fewer than 30 where one entity alone would exceed MAX_NUMBERS.

    Only reports of many segments, above all by HOUR, come out below 30; a TOTAL window's grid never changes.
    """
    per_day = _numbers_per_point(definition) * _points(definition, timedelta(days=1))
    return MAX_DAYS if definition.granularity == "TOTAL" else max(1, min(MAX_DAYS, MAX_NUMBERS // per_day))


def _points(definition: ReportDefinition, length: timedelta) -> int:
    if definition.granularity == "TOTAL":
        return 1
    return length // timedelta(hours=1) if definition.granularity == "HOUR" else length.days


@lru_cache(maxsize=256)
def _numbers_per_point(definition: ReportDefinition) -> int:
    return _segments(definition) * sum(1 for _ in columns(definition.metric_groups))


def _segments(definition: ReportDefinition) -> int:
    return _SEGMENTS.get(definition.segmentation, _OTHER_SEGMENTS) if definition.segmentation else 1

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Every legal report, number by number (docs/x-ads-api.md §9 R1, R2, R5, R6, R8, R13).

Entities × segments × granularities, in five zones, across both clock changes, in both readings of plain dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from integration_tests.reports.harness import ONE_OF_EACH, account, refused, report, start, sync
from integration_tests.reports.points import Period, Record, Series, expected_row_set, row_set
from integration_tests.truth import Rows, differences, expected_rows, rows_by_key
from x_ads_emulator.client import Emulator

# docs/x-ads-api.md §7.4, §7.6: the segments of each entity, written out here, apart from the connector's table.
SEGMENTABLE = ("ACCOUNT", "FUNDING_INSTRUMENT", "CAMPAIGN", "LINE_ITEM", "PROMOTED_TWEET", "PROMOTED_ACCOUNT")
LEGAL: tuple[tuple[str, str | None], ...] = (
    *((entity, None) for entity in (*SEGMENTABLE, "MEDIA_CREATIVE", "ORGANIC_TWEET")),
    *((entity, segment) for segment in ("AGE", "GENDER", "METROS", "REGIONS", "PLATFORMS") for entity in SEGMENTABLE),
    *((entity, "CONVERSION_TAGS") for entity in ("ACCOUNT", "CAMPAIGN", "LINE_ITEM", "PROMOTED_TWEET")),
)
BY_COUNTRY = ("METROS", "REGIONS")
GRANULARITIES = ("DAY", "HOUR", "TOTAL")
EVERY_GROUP = ("ENGAGEMENT", "BILLING", "VIDEO", "WEB_CONVERSION", "MOBILE_CONVERSION")

# The account, its zone, and two or three days about a clock change; Brazil changed its clocks at midnight, until 2019.
PERIODS = {
    "spring-los-angeles": ("1la", Period("America/Los_Angeles", "2026-03-07", "2026-03-09")),
    "autumn-los-angeles": ("1la", Period("America/Los_Angeles", "2026-11-01", "2026-11-02")),
    "spring-berlin": ("2ber", Period("Europe/Berlin", "2026-03-28", "2026-03-30")),
    "autumn-berlin": ("2ber", Period("Europe/Berlin", "2026-10-25", "2026-10-26")),
    "spring-sao-paulo": ("3sao", Period("America/Sao_Paulo", "2018-11-03", "2018-11-05")),
    "autumn-sao-paulo": ("3sao", Period("America/Sao_Paulo", "2018-02-17", "2018-02-18")),
    "tokyo": ("4tok", Period("Asia/Tokyo", "2026-10-31", "2026-11-01")),
    "kolkata": ("5kol", Period("Asia/Kolkata", "2026-03-28", "2026-03-29")),
}
# Reports of all metrics are compared for one account; the others check days and hours.
FULL = "spring-los-angeles"


def groups(entity: str, segment: str | None, full: bool) -> list[str]:
    """The metric groups of a report in the matrix: all legal ones, or few."""
    if segment == "CONVERSION_TAGS":
        return ["WEB_CONVERSION"]
    if entity in ("ACCOUNT", "FUNDING_INSTRUMENT"):
        return ["ENGAGEMENT"] if entity == "ACCOUNT" else ["ENGAGEMENT", "BILLING"]
    if entity == "ORGANIC_TWEET":
        return ["ENGAGEMENT", "VIDEO"]
    if not full or segment == "METROS":
        return ["ENGAGEMENT", "BILLING"]
    wanted = [group for group in EVERY_GROUP if segment in (None, "PLATFORMS") or group != "WEB_CONVERSION"]
    return wanted if segment else [*wanted, "LIFE_TIME_VALUE_MOBILE_CONVERSION"]


def matrix(full: bool) -> list[dict[str, Any]]:
    """All legal reports."""
    return [
        report(
            f"{entity}-{segment}-{granularity}",
            entity,
            granularity,
            segment=segment,
            metric_groups=groups(entity, segment, full),
        )
        for entity, segment in LEGAL
        for granularity in GRANULARITIES
    ]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    zones = dict(PERIODS.values())
    accounts = [account(name, period.zone, volumes={**ONE_OF_EACH, "campaigns": 2}) for name, period in zones.items()]
    with start(*accounts) as running:
        yield running
        assert running.stderr() == ""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("source_twitter_ads.reports.account_jobs.SHORTEST_POLL_INTERVAL", 0.1)


#: X does not list activity of accounts: an account has the activity of its entities (docs/x-ads-api.md §7.4, §7.7).
KINDS_WITH_ACTIVITY = ("CAMPAIGN", "FUNDING_INSTRUMENT", "LINE_ITEM", "PROMOTED_ACCOUNT", "PROMOTED_TWEET")


class _Truth:
    """The expected reports of one account."""

    def __init__(self, emulator: Emulator, account_id: str, period: Period) -> None:
        self._emulator = emulator
        self._account_id = account_id
        self._period = period
        (location,) = (
            one["targeting_value"]
            for one in emulator.world.global_records("targeting_locations")
            if one["location_type"] == "COUNTRIES" and one["country_code"] == "US"
        )
        self._country = str(location)
        self._shown_by_entity: dict[str, set[tuple[str, str]]] = {}

    def rows(self, entry: dict[str, Any]) -> Rows:
        """The numbers other than zero."""
        return self._rows(entry, entry["segment"], entry["metric_groups"])

    def _rows(self, entry: dict[str, Any], segment: str | None, metric_groups: Sequence[str]) -> Rows:
        span: dict[str, Any] = {"first_day": self._period.first, "last_day_exclusive": self._period.days[-1]}
        reading = "today" if self._period.today else "that_day"
        if entry["granularity"] == "HOUR":
            first, end = self._period.hours()
            span, reading = {"start": first, "end": end}, "that_day"
        return expected_rows(
            self._emulator.world,
            account_id=self._account_id,
            entity=entry["entity"],
            granularity=entry["granularity"],
            metric_groups=metric_groups,
            segmentation=segment,
            country=self._country if segment in BY_COUNTRY else None,
            dst_reading=reading,
            **span,
        )

    def _shown(self, entity: str) -> set[tuple[str, str]]:
        """Entities and placements with numbers in the period, in any granularity."""
        if entity not in self._shown_by_entity:
            total = {"entity": entity, "granularity": "TOTAL"}
            self._shown_by_entity[entity] = {key[1:3] for key in self._rows(total, None, ["ENGAGEMENT"])}
        return self._shown_by_entity[entity]

    def series(self, entry: dict[str, Any], rows: Rows) -> set[Series]:
        """Every entity and segment that must have rows: active ones, and those that X does not list."""
        country = self._country if entry["segment"] in BY_COUNTRY else None
        asked = self._shown(entry["entity"])
        if entry["entity"] == "ACCOUNT":
            placements = {placement for kind in KINDS_WITH_ACTIVITY for _, placement in self._shown(kind)}
            asked = {(self._account_id, placement) for placement in placements}
        if entry["entity"] == "ORGANIC_TWEET":
            tweets = self._emulator.world.records("tweets", self._account_id)
            asked = {(str(one["tweet_id"]), "ALL_ON_TWITTER") for one in tweets if one["tweet_type"] == "PUBLISHED"}
        if entry["segment"] is None:
            return {(*one, None, None) for one in asked}
        found = {(key[1], key[2], key[4], country) for key in rows}
        # X returns no segment for these: there is one row per point.
        silent = asked - {one[:2] for one in found}
        return found | {(*one, "", country) for one in silent}


def problems(records: Sequence[Record], entry: dict[str, Any], truth: _Truth, period: Period) -> list[str]:
    """The differences between a report and its expected rows."""
    rows = truth.rows(entry)
    found = differences(rows, rows_by_key(records), limit=3)
    points = period.points(entry["granularity"])
    wanted = expected_row_set(truth.series(entry, rows), points)
    got = row_set(records)
    found += [f"lost {key}" for key in list(wanted - got)[:2]] + [f"added {key}" for key in list(got - wanted)[:2]]
    return [f"{entry['name']}: {line}" for line in found]


@pytest.mark.parametrize("reading", ["that_day", "today"])
@pytest.mark.parametrize("name", PERIODS)
def test_given_every_legal_report_when_read_across_a_clock_change_then_rows_equal_xs(
    emulator: Emulator, name: str, reading: str
) -> None:
    account_id, period = PERIODS[name]
    period = Period(period.zone, period.first, period.last, reading == "today")
    emulator.set_settings(dst_reading=reading)
    emulator.reset_log()
    entries = matrix(full=name == FULL and reading == "that_day")
    config = emulator.config(period.first, end_date=period.last, account_ids=[account_id], reports=entries)
    output = sync(config)
    assert (output.exit_code, output.errors, refused(emulator)) == (0, [], [])
    truth = _Truth(emulator, account_id, period)
    rows = output.records
    assert [line for one in entries for line in problems(rows.get(one["name"], []), one, truth, period)][:5] == []
    assert sum(map(len, rows.values())) > 1500


def test_given_the_matrix_when_counted_then_no_legal_combination_is_missing() -> None:
    assert len(LEGAL) == 8 + 5 * 6 + 4
    assert len({entry["name"] for entry in matrix(full=True)}) == len(LEGAL) * 3

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Result files hold what the independent truth says, for every legal kind of report."""

from __future__ import annotations

import pytest

from integration_tests.emulator_tests.analytics.builders import ACCOUNT, Bench, bench, country, platform
from integration_tests.truth import differences, expected_rows, rows_by_key

ZONES = ["America/Los_Angeles", "Asia/Tokyo", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Asia/Kathmandu"]
ALL_GROUPS = "BILLING,ENGAGEMENT,LIFE_TIME_VALUE_MOBILE_CONVERSION,MEDIA,MOBILE_CONVERSION,VIDEO,WEB_CONVERSION"


def _check(at: Bench, first: str, last: str, **changes: str) -> int:
    params = at.params(start_time=first, end_time=last, **changes)
    bounds = (None, None, first, last) if "T" in first else (first, last, None, None)
    expected = expected_rows(
        at.world,
        at.service,
        account_id=ACCOUNT,
        entity=params["entity"],
        granularity=params["granularity"],
        metric_groups=params["metric_groups"].split(","),
        segmentation=params.get("segmentation_type"),
        placements=[params["placement"]],
        entity_ids=params["entity_ids"].split(","),
        country=params.get("country"),
        platform=params.get("platform"),
        first_day=bounds[0],
        last_day_exclusive=bounds[1],
        start=bounds[2],
        end=bounds[3],
    )
    actual = rows_by_key(at.rows(start_time=first, end_time=last, **changes), overwrite=False)
    assert differences(expected, actual) == []
    return len(expected)


@pytest.mark.parametrize("reading", ["that_day", "today"])
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("granularity", ["DAY", "HOUR", "TOTAL"])
@pytest.mark.parametrize(("first", "last"), [("2026-03-06", "2026-03-10"), ("2026-10-23", "2026-11-03")])
def test_given_any_zone_when_a_window_spans_a_clock_change_then_numbers_are_true(
    zone: str, granularity: str, reading: str, first: str, last: str
) -> None:
    assert _check(bench(zone, dst_reading=reading), first, last, granularity=granularity) > 0


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Europe/Berlin"])
def test_given_whole_utc_hours_when_asked_by_the_hour_then_the_numbers_are_the_truth(zone: str) -> None:
    assert _check(bench(zone), "2026-10-24T21:00:00Z", "2026-10-26T02:00:00Z", granularity="HOUR") > 0


@pytest.mark.parametrize(
    "entity",
    [
        "ACCOUNT",
        "CAMPAIGN",
        "FUNDING_INSTRUMENT",
        "LINE_ITEM",
        "PROMOTED_ACCOUNT",
        "PROMOTED_TWEET",
        "MEDIA_CREATIVE",
        "ORGANIC_TWEET",
    ],
)
def test_given_any_entity_when_all_groups_are_asked_then_the_numbers_are_the_truth(entity: str) -> None:
    at = bench(future_metrics=True)
    assert _check(at, "2026-10-01", "2026-10-04", entity=entity, metric_groups=ALL_GROUPS) > 0


@pytest.mark.parametrize("segmentation", ["AGE", "GENDER", "PLATFORMS", "KEYWORDS", "TV_ADS"])
def test_given_a_segment_type_when_asked_then_the_numbers_are_the_truth(segmentation: str) -> None:
    at = bench()
    assert _check(at, "2026-10-01", "2026-10-03", segmentation_type=segmentation, metric_groups=ALL_GROUPS) > 0


def test_given_a_country_when_metros_are_asked_then_the_numbers_are_the_truth() -> None:
    at = bench()
    us = country(at.world)
    assert _check(at, "2026-10-01", "2026-10-03", segmentation_type="METROS", country=us) > 0


def test_given_a_platform_when_devices_are_asked_then_the_numbers_are_the_truth() -> None:
    at = bench()
    chosen = platform(at.world)
    assert _check(at, "2026-10-01", "2026-10-03", segmentation_type="DEVICES", platform=chosen) > 0


@pytest.mark.parametrize("entity", ["ACCOUNT", "CAMPAIGN", "PROMOTED_TWEET"])
def test_given_conversion_tags_when_asked_then_only_the_metrics_of_2026_have_numbers(entity: str) -> None:
    at = bench()
    changes = {"entity": entity, "segmentation_type": "CONVERSION_TAGS", "metric_groups": "WEB_CONVERSION"}
    assert _check(at, "2026-10-01", "2026-10-03", **changes) > 0
    columns = {name for metrics in rows_by_key(at.rows(**changes)).values() for name in metrics}
    assert not any(name.startswith(("conversion_purchases", "conversion_custom")) for name in columns)


@pytest.mark.parametrize("placement", ["SPOTLIGHT", "TREND", "PUBLISHER_NETWORK"])
def test_given_another_placement_when_asked_then_the_numbers_are_its_own(placement: str) -> None:
    at = bench()
    rows = _check(at, "2026-10-01", "2026-10-03", placement=placement, entity="ACCOUNT")
    assert (rows > 0) == (placement != "PUBLISHER_NETWORK")


def test_given_regions_when_asked_then_the_numbers_are_the_truth() -> None:
    at = bench()
    chosen = country(at.world)
    assert _check(at, "2026-10-01", "2026-10-03", segmentation_type="REGIONS", country=chosen) > 0
    other = at.rows(segmentation_type="REGIONS", country=country(at.world, "JP"))
    here = {row["segment_value"] for row in at.rows(segmentation_type="REGIONS", country=chosen)}
    assert not here & {row["segment_value"] for row in other} - {None}


@pytest.mark.parametrize("shape", ["flat", "objects"])
def test_given_auto_created_conversions_when_asked_then_the_numbers_are_the_truth(shape: str) -> None:
    at = bench(auto_created_shape=shape)
    assert _check(at, "2026-10-01", "2026-10-03", metric_groups="WEB_CONVERSION") > 0
    columns = {name for metrics in rows_by_key(at.rows(metric_groups="WEB_CONVERSION")).values() for name in metrics}
    assert ("auto_created_conversion_session_metric" in columns) == (shape == "objects")
    assert ("auto_created_conversion_page_view" in columns) == (shape == "flat")


def test_given_a_zone_switch_when_the_window_spans_it_then_the_numbers_are_the_truth() -> None:
    at = bench("Asia/Tokyo", switch_at="2026-05-10T07:00:00Z")
    assert _check(at, "2026-05-08", "2026-05-13") > 0


def test_given_midnights_of_the_other_reading_when_posted_then_they_are_served() -> None:
    at = bench("America/Los_Angeles", dst_reading="that_day")
    params = {"start_time": "2026-07-01T08:00:00Z", "end_time": "2026-07-03T08:00:00Z"}
    document = at.document(**params)
    assert document["time_series_length"] == 2
    assert document["request"]["params"]["start_time"] == "2026-07-01T08:00:00Z"


def test_given_the_present_inside_the_window_when_read_then_what_is_to_come_is_zero() -> None:
    at = bench(now="2026-10-02T12:20:00Z")
    _check(at, "2026-10-01", "2026-10-05", entity="ACCOUNT", granularity="HOUR")
    document = at.document(start_time="2026-10-01", end_time="2026-10-05", entity="ACCOUNT", granularity="HOUR")
    impressions = document["data"][0]["id_data"][0]["metrics"]["impressions"]
    assert any(impressions[:29])
    assert not any(impressions[30:])


def test_given_corrections_when_booked_then_the_numbers_change_to_the_truth() -> None:
    at = bench()
    entity_id = at.ids()[0]
    before = rows_by_key(at.rows())
    period = {"account_id": ACCOUNT, "entity": "LINE_ITEM", "entity_id": entity_id}
    at.service.correct({**period, "from": "2026-10-01T09:00:00Z", "to": "2026-10-02T10:30:00Z", "factor_percent": 40})
    at.service.correct({**period, "from": "2026-10-03T07:00:00Z", "to": "2026-10-04T07:00:00Z", "zero": True})
    assert _check(at, "2026-10-01", "2026-10-04") > 0
    after = rows_by_key(at.rows())
    assert (ACCOUNT, entity_id, "ALL_ON_TWITTER", "2026-10-03", None) not in after
    changed = {key for key in before if before[key] != after.get(key)}
    assert {key[1] for key in changed} == {entity_id}


def test_given_an_hour_too_early_when_compared_then_the_truth_notices() -> None:
    at = bench()
    shifted = expected_rows(
        at.world,
        account_id=ACCOUNT,
        entity="LINE_ITEM",
        granularity="TOTAL",
        metric_groups=["ENGAGEMENT"],
        placements=["ALL_ON_TWITTER"],
        start="2026-10-01T06:00:00Z",
        end="2026-10-04T06:00:00Z",
    )
    right = rows_by_key(at.rows(granularity="TOTAL"))
    assert sorted(map(str, shifted.values())) != sorted(map(str, right.values()))


def test_given_a_correction_when_it_is_recorded_later_then_numbers_change_only_then() -> None:
    at = bench()
    period = {"account_id": ACCOUNT, "entity": "ACCOUNT", "entity_id": ACCOUNT, "zero": True}
    window = {"from": "2026-10-01T07:00:00Z", "to": "2026-10-04T07:00:00Z", "recorded_at": "2026-11-22T13:00:00Z"}
    at.service.correct({**period, **window})
    assert _check(at, "2026-10-01", "2026-10-04", entity="ACCOUNT") > 0
    at.world.clock.advance(3600)
    assert _check(at, "2026-10-01", "2026-10-04", entity="ACCOUNT") == 0


def test_given_a_correction_of_one_placement_when_read_then_others_keep_numbers() -> None:
    at = bench()
    period = {"account_id": ACCOUNT, "entity": "ACCOUNT", "entity_id": ACCOUNT, "placement": "TREND", "zero": True}
    at.service.correct({**period, "from": "2026-10-01T07:00:00Z", "to": "2026-10-04T07:00:00Z"})
    assert _check(at, "2026-10-01", "2026-10-04", entity="ACCOUNT", placement="TREND") == 0
    assert _check(at, "2026-10-01", "2026-10-04", entity="ACCOUNT", placement="ALL_ON_TWITTER") > 0

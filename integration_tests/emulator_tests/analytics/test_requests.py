# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What POST stats/jobs accepts and refuses (docs/x-ads-api.md §7.2, §7.4, §7.6, §8)."""

from __future__ import annotations

import pytest

from integration_tests.emulator_tests.analytics.builders import Bench, bench, country, platform
from x_ads_emulator.errors import ApiError


def _refusal(at: Bench, **changes: str | None) -> ApiError:
    with pytest.raises(ApiError) as caught:
        at.service.create_job(at.account_id, at.params(**changes))
    assert caught.value.status == 400
    return caught.value


@pytest.mark.parametrize(
    "name", ["entity", "entity_ids", "start_time", "end_time", "granularity", "placement", "metric_groups"]
)
def test_given_a_required_parameter_when_it_is_missing_then_it_is_named(name: str) -> None:
    at = bench()
    params = at.params()
    del params[name]
    with pytest.raises(ApiError) as caught:
        at.service.create_job(at.account_id, params)
    assert (caught.value.code, caught.value.parameter) == ("MISSING_PARAMETER", name)


@pytest.mark.parametrize(
    "changes",
    [
        {"entity": "TWEET"},
        {"entity_ids": ""},
        {"granularity": "WEEK"},
        {"placement": "TREND_VIEW"},
        {"placement": "ALL_ON_TWITTER,TREND"},
        {"metric_groups": "ENGAGEMENT,SPEND"},
        {"metric_groups": ""},
        {"segmentation_type": "SHOE_SIZE"},
        {"start_time": ""},
        {"start_time": "2026-02-30"},
        {"start_time": "2026-10-01T00:00:00"},
        {"start_time": "yesterday"},
    ],
    ids=str,
)
def test_given_a_parameter_when_its_value_is_unknown_then_it_is_invalid(changes: dict[str, str]) -> None:
    refusal = _refusal(bench(), **changes)
    assert (refusal.code, refusal.parameter) == ("INVALID_PARAMETER", next(iter(changes)))


def test_given_21_entity_ids_when_posted_then_they_are_too_many() -> None:
    at = bench(volumes={"line_items": 30})
    twenty_one = [str(record["id"]) for record in at.world.records("line_items", at.account_id)][:21]
    assert _refusal(at, entity_ids=",".join(twenty_one)).parameter == "entity_ids"
    assert at.create(entity_ids=",".join(twenty_one[:20]))["entity_ids"] == twenty_one[:20]


def test_given_an_id_when_it_is_of_another_kind_then_it_is_invalid() -> None:
    at = bench()
    refusal = _refusal(at, entity="CAMPAIGN", entity_ids=at.ids("LINE_ITEM")[0])
    assert (refusal.code, refusal.parameter, refusal.value) == ("INVALID_PARAMETER", "entity_ids", at.ids()[0])


def test_given_a_line_item_when_it_was_created_after_the_first_job_then_it_is_known() -> None:
    at = bench()
    at.create()
    new = {**at.world.records("line_items", at.account_id)[0], "id": "brandnew"}
    at.world.mutate({"op": "upsert", "stream": "line_items", "account_id": at.account_id, "record": new})
    assert at.create(entity_ids="brandnew")["entity_ids"] == ["brandnew"]


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"start_time": "2026-10-01T08:00:00Z"}, "start_time"),
        ({"end_time": "2026-10-04T06:00:00Z"}, "end_time"),
        ({"start_time": "2026-10-01T07:30:00Z"}, "start_time"),
        ({"start_time": "2026-10-01T07:00:01Z", "granularity": "TOTAL"}, "start_time"),
        ({"end_time": "2026-10-04T07:15:00Z", "granularity": "HOUR"}, "end_time"),
        ({"end_time": "2026-10-01"}, "end_time"),
        ({"end_time": "2026-09-30"}, "end_time"),
        ({"end_time": "2026-12-31"}, "end_time"),
    ],
    ids=str,
)
def test_given_a_window_when_it_is_misaligned_empty_or_too_long_then_it_is_refused(
    changes: dict[str, str], parameter: str
) -> None:
    refusal = _refusal(bench(), **changes)
    assert (refusal.code, refusal.parameter) == ("INVALID_TIME_WINDOW", parameter)


@pytest.mark.parametrize(
    "start", ["2026-10-01", "2026-10-01T07:00:00Z", "2026-10-01T00:00:00-0700", "2026-10-01T00:00:00-07:00"]
)
def test_given_a_midnight_in_any_form_when_posted_then_the_echo_is_in_utc(start: str) -> None:
    at = bench()
    payload = at.service.create_job(at.account_id, at.params(start_time=start))
    assert payload.params["start_time"] == "2026-10-01T07:00:00Z"


def test_given_whole_hours_when_granularity_is_hour_or_total_then_any_will_do() -> None:
    at = bench()
    for granularity in ("HOUR", "TOTAL"):
        job = at.create(granularity=granularity, start_time="2026-10-01T05:00:00Z", end_time="2026-10-01T06:00:00Z")
        assert job["start_time"] == "2026-10-01T05:00:00Z"


def test_given_a_half_hour_zone_when_a_date_is_sent_then_accepted_unlike_its_instant() -> None:
    at = bench("Asia/Kolkata")
    assert at.create()["start_time"] == "2026-09-30T18:30:00Z"
    assert _refusal(at, start_time="2026-09-30T18:30:00Z").code == "INVALID_TIME_WINDOW"


@pytest.mark.parametrize(
    ("reading", "start"), [("that_day", "2026-07-01T07:00:00Z"), ("today", "2026-07-01T08:00:00Z")]
)
def test_given_summer_dates_when_posted_in_winter_then_the_reading_resolves_them(reading: str, start: str) -> None:
    job = bench(dst_reading=reading).create(start_time="2026-07-01", end_time="2026-07-02")
    assert job["start_time"] == start


@pytest.mark.parametrize("reading", ["that_day", "today"])
@pytest.mark.parametrize("hour", ["07", "08"])
def test_given_instants_when_midnights_by_either_offset_then_accepted(reading: str, hour: str) -> None:
    at = bench(dst_reading=reading)
    job = at.create(start_time=f"2026-07-01T{hour}:00:00Z", end_time=f"2026-07-03T{hour}:00:00Z")
    assert job["start_time"] == f"2026-07-01T{hour}:00:00Z"


def test_given_bounds_of_two_readings_when_mixed_then_they_are_misaligned() -> None:
    refusal = _refusal(bench(), start_time="2026-07-01T07:00:00Z", end_time="2026-07-03T08:00:00Z")
    assert refusal.code == "INVALID_TIME_WINDOW"


def test_given_90_local_days_with_an_hour_more_when_sent_as_dates_then_90_days() -> None:
    at = bench()
    assert at.create(start_time="2026-08-20", end_time="2026-11-18")["end_time"] == "2026-11-18T08:00:00Z"
    instants = {"start_time": "2026-08-20T07:00:00Z", "end_time": "2026-11-18T08:00:00Z"}
    assert _refusal(at, **instants).code == "INVALID_TIME_WINDOW"


@pytest.mark.parametrize(("end", "legal"), [("2026-09-15", True), ("2026-09-16", False)])
def test_given_segments_when_the_window_exceeds_45_days_then_it_is_refused(end: str, legal: bool) -> None:
    at = bench()
    window = {"start_time": "2026-08-01", "end_time": end, "segmentation_type": "AGE"}
    if legal:
        assert at.create(**window)["segmentation_type"] == "AGE"
    else:
        assert _refusal(at, **window).code == "INVALID_TIME_WINDOW"


@pytest.mark.parametrize(
    ("segmentation", "parameter"), [("METROS", "country"), ("DEVICES", "platform"), ("PLATFORM_VERSIONS", "platform")]
)
def test_given_a_segmentation_when_its_place_is_missing_or_unknown_then_it_is_named(
    segmentation: str, parameter: str
) -> None:
    at = bench()
    absent = _refusal(at, segmentation_type=segmentation)
    assert (absent.code, absent.parameter) == ("MISSING_PARAMETER", parameter)
    wrong = _refusal(at, segmentation_type=segmentation, **{parameter: "US"})
    assert (wrong.code, wrong.parameter) == ("INVALID_PARAMETER", parameter)


def test_given_places_when_they_are_targeting_values_then_accepted_and_echoed() -> None:
    at = bench()
    us, ios = country(at.world), platform(at.world)
    assert at.create(segmentation_type="METROS", country=us)["country"] == us
    assert at.create(segmentation_type="DEVICES", platform=ios)["platform"] == ios


@pytest.mark.parametrize(
    "changes",
    [
        {"entity": "MEDIA_CREATIVE", "segmentation_type": "AGE"},
        {"entity": "ORGANIC_TWEET", "segmentation_type": "AGE"},
        {"entity": "ORGANIC_TWEET", "placement": "TREND"},
        {"segmentation_type": "CONVERSION_TAGS", "metric_groups": "ENGAGEMENT"},
        {"segmentation_type": "CONVERSION_TAGS", "metric_groups": "WEB_CONVERSION,BILLING"},
        {"segmentation_type": "CONVERSION_TAGS", "metric_groups": "WEB_CONVERSION", "entity": "FUNDING_INSTRUMENT"},
        {"segmentation_type": "CONVERSION_TAGS", "metric_groups": "WEB_CONVERSION", "entity": "PROMOTED_ACCOUNT"},
        {"segmentation_type": "LANGUAGES", "entity": "ACCOUNT"},
    ],
    ids=str,
)
def test_given_a_combination_when_it_is_impossible_then_it_is_invalid(changes: dict[str, str]) -> None:
    assert _refusal(bench(), **changes).code == "INVALID_PARAMETER"


RETIRED = [
    {"placement": "PUBLISHER_NETWORK"},
    {"metric_groups": "MEDIA"},
    {"entity": "MEDIA_CREATIVE"},
    {"entity": "ORGANIC_TWEET"},
    {"segmentation_type": "KEYWORDS"},
]


@pytest.mark.parametrize("changes", RETIRED, ids=str)
def test_given_what_was_retired_in_2026_when_posted_then_the_switch_decides(changes: dict[str, str]) -> None:
    assert bench().create(**changes)["status"] == "PROCESSING"
    assert _refusal(bench(retired_refused=True), **changes).parameter == next(iter(changes))


def test_given_regions_when_posted_then_they_are_served_again_and_need_a_country() -> None:
    at = bench(retired_refused=True)
    assert at.create(segmentation_type="REGIONS", country=country(at.world))["segmentation_type"] == "REGIONS"
    assert _refusal(at, segmentation_type="REGIONS").parameter == "country"


def test_given_unknown_parameters_when_posted_then_they_are_ignored_and_not_echoed() -> None:
    at = bench()
    payload = at.service.create_job(at.account_id, {**at.params(), "metrics": "spend"})
    assert set(payload.params) == set(at.params())

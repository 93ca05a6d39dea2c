# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Result files: when they are there, and their shape (docs/x-ads-api.md §7.3, §7.5)."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from integration_tests.emulator_tests.analytics.builders import Bench, bench
from x_ads_emulator.errors import ApiError

ALL_GROUPS = "BILLING,ENGAGEMENT,LIFE_TIME_VALUE_MOBILE_CONVERSION,MOBILE_CONVERSION,VIDEO,WEB_CONVERSION"


def _finished(at: Bench, **changes: str) -> dict[str, Any]:
    return at.poll(at.create(**changes)["id_str"])[0]


def _metrics(at: Bench, entity_id: str | None = None, **changes: str) -> dict[str, Any]:
    document = at.document(entity_ids=entity_id or at.ids(changes.get("entity", "LINE_ITEM"))[0], **changes)
    return dict(document["data"][0]["id_data"][0]["metrics"])


def test_given_late_files_when_fetched_then_404_and_426_come_first() -> None:
    at = bench(file_late_fetches=2, file_426_first=True)
    job = _finished(at)
    refusals = []
    for _ in range(3):
        with pytest.raises(ApiError) as caught:
            at.fetch(job)
        refusals.append(caught.value.status)
    assert refusals == [404, 404, 426]
    assert json.loads(gzip.decompress(at.fetch(job)))["data_type"] == "stats"


def test_given_a_file_when_48_hours_have_passed_then_it_is_gone() -> None:
    at = bench()
    job = _finished(at)
    at.world.clock.advance(172_800 - 60)
    at.fetch(job)
    at.world.clock.advance(61)
    with pytest.raises(ApiError) as caught:
        at.fetch(job)
    assert caught.value.status == 404


def test_given_an_expired_fault_when_fetched_then_the_file_is_gone_at_once() -> None:
    at = bench(job_faults=[{"match": {}, "status": "EXPIRED"}])
    job = _finished(at)
    assert job["status"] == "SUCCESS"
    with pytest.raises(ApiError):
        at.fetch(job)


def test_given_a_job_when_its_url_was_not_shown_yet_then_there_is_no_file() -> None:
    at = bench(job_url_late_polls=1)
    job = at.create()
    at.poll(job["id_str"])
    with pytest.raises(ApiError):
        at.service.result_file("stats_job_" + job["id_str"])


def test_given_double_urls_when_switched_on_then_two_urls_run_together() -> None:
    url = _finished(bench(double_url=True))["url"]
    half = len(url) // 2
    assert url[:half] == url[half:]
    assert url.startswith("http://127.0.0.1:9/advertiser-api-async-analytics/")


def test_given_the_same_job_when_fetched_twice_then_the_bytes_are_the_same() -> None:
    at = bench()
    job = _finished(at)
    assert at.fetch(job) == at.fetch(job)


def test_given_prebuild_when_two_jobs_ask_the_same_then_one_file_serves_both() -> None:
    at = bench(prebuild=True)
    assert at.fetch(_finished(at)) is at.fetch(_finished(at))


def test_given_a_file_when_parsed_then_it_echoes_the_request_with_its_nulls() -> None:
    at = bench()
    document = at.document(entity_ids=at.ids()[0])
    assert (document["data_type"], document["time_series_length"]) == ("stats", 3)
    assert document["request"]["params"] == {
        "start_time": "2026-10-01T07:00:00Z",
        "end_time": "2026-10-04T07:00:00Z",
        "segmentation_type": None,
        "country": None,
        "platform": None,
        "entity": "LINE_ITEM",
        "entity_ids": [at.ids()[0]],
        "granularity": "DAY",
        "placement": "ALL_ON_TWITTER",
        "metric_groups": ["ENGAGEMENT"],
    }


@pytest.mark.parametrize(("reading", "points"), [("that_day", ["07:00", "08:00"]), ("today", ["08:00", "08:00"])])
def test_given_a_clock_change_when_days_are_asked_then_points_are_days(reading: str, points: list[str]) -> None:
    at = bench(dst_reading=reading)
    document = at.document(start_time="2026-11-01", end_time="2026-11-02")
    echoed = document["request"]["params"]
    assert document["time_series_length"] == 1
    assert [echoed["start_time"][11:16], echoed["end_time"][11:16]] == points


def test_given_an_autumn_day_when_hours_are_asked_then_there_are_25() -> None:
    assert (
        bench().document(start_time="2026-11-01", end_time="2026-11-02", granularity="HOUR")["time_series_length"] == 25
    )


def test_given_a_metric_when_it_has_a_value_then_other_points_are_zeros_not_nulls() -> None:
    metrics = _metrics(bench(), granularity="HOUR")
    assert 0 in metrics["impressions"]
    for series in metrics.values():
        assert series is None or (any(series) and None not in series)


def test_given_an_account_when_engagement_is_asked_then_six_metrics_have_values() -> None:
    metrics = _metrics(bench(), entity="ACCOUNT", start_time="2026-08-01", end_time="2026-10-01")
    served = {name for name, series in metrics.items() if series is not None}
    assert served <= {"engagements", "impressions", "retweets", "replies", "likes", "follows"}
    assert {"clicks", "card_engagements"} <= metrics.keys()


def test_given_groups_that_an_entity_lacks_when_asked_then_null_not_refused() -> None:
    metrics = _metrics(bench(), entity="FUNDING_INSTRUMENT", metric_groups="VIDEO,WEB_CONVERSION,BILLING")
    assert metrics["video_total_views"] is None
    assert metrics["conversion_purchases"] is None
    assert metrics["billed_charge_local_micro"] is not None


def test_given_conversions_when_printed_then_they_are_objects_of_arrays_or_null() -> None:
    metrics = _metrics(bench(), metric_groups=ALL_GROUPS)
    purchases = metrics["conversion_purchases"]
    assert {"metric", "order_quantity", "sale_amount", "post_view", "assisted"} <= purchases.keys()
    assert set(metrics["mobile_conversion_key_page_views"]) == {"post_view", "post_engagement"}
    assert "assisted" not in metrics["mobile_conversion_downloads"]
    assert set(metrics["mobile_conversion_lifetime_value_purchases"]) == {"metric", "order_quantity", "sale_amount"}


def test_given_auto_created_conversions_when_printed_then_they_are_arrays_or_null() -> None:
    metrics = _metrics(bench(volumes={"line_items": 20}, auto_created_shape="flat"), metric_groups="WEB_CONVERSION")
    created = [metrics[name] for name in metrics if name.startswith("auto_created_")]
    assert len(created) == 13
    assert {type(series) for series in created} == {list, type(None)}


def test_given_their_older_shape_when_printed_then_two_are_objects_and_the_rest_null() -> None:
    metrics = _metrics(bench(auto_created_shape="objects"), metric_groups="WEB_CONVERSION")
    objects = {"auto_created_conversion_landing_page_view", "auto_created_conversion_session"}
    assert {"metric", "post_view", "sale_amount"} <= metrics["auto_created_conversion_session"].keys()
    assert {name for name in metrics if name.startswith("auto_created_") and metrics[name] is not None} <= objects


@pytest.mark.parametrize(("drift", "name"), [(True, "link_clicks"), (False, "url_clicks")])
def test_given_the_drift_of_2026_when_switched_then_clicks_are_called_so(drift: bool, name: str) -> None:
    metrics = _metrics(bench(link_clicks_drift=drift))
    assert {"link_clicks", "url_clicks"} & metrics.keys() == {name}


def test_given_metrics_of_the_future_when_switched_on_then_they_appear() -> None:
    metrics = _metrics(bench(future_metrics=True), metric_groups="ENGAGEMENT,WEB_CONVERSION")
    assert {"brand_new_metric_2027", "conversion_brand_new"} <= metrics.keys()


def test_given_an_idle_entity_when_printed_then_all_is_null_and_some_keys_missing() -> None:
    full = _metrics(bench(activity=None, drop_metric_keys=False), metric_groups="ENGAGEMENT,BILLING")
    dropped = _metrics(bench(activity=None), metric_groups="ENGAGEMENT,BILLING")
    assert len(full) == 17
    assert 0 < len(dropped) < len(full)
    assert set(full.values()) == {None}


def test_given_segments_when_printed_then_each_has_a_name_and_a_value() -> None:
    document = bench().document(segmentation_type="GENDER")
    segments = [block["segment"] for entity in document["data"] for block in entity["id_data"]]
    assert {"segment_name": "Male", "segment_value": "1"} in segments


def test_given_idle_entities_when_segmented_then_some_have_one_null_segment() -> None:
    at = bench(activity=None, volumes={"line_items": 20})
    document = at.document(segmentation_type="AGE")
    shapes = {json.dumps([block["segment"] for block in entity["id_data"]]) for entity in document["data"]}
    assert shapes == {"[]", "[null]"}


def test_given_lifetime_values_when_segmented_then_they_are_null() -> None:
    document = bench().document(segmentation_type="AGE", metric_groups="LIFE_TIME_VALUE_MOBILE_CONVERSION")
    assert all(len(entity["id_data"]) <= 1 for entity in document["data"])


def test_given_an_account_when_activity_is_partial_then_some_entities_lack_numbers() -> None:
    at = bench(activity={"from": "2026-09-01", "to": "2026-10-31", "share": 0.5}, volumes={"line_items": 20})
    document = at.document(start_time="2026-09-01", end_time="2026-11-01", granularity="TOTAL")
    active = [entity["id_data"][0]["metrics"].get("impressions") is not None for entity in document["data"]]
    assert 3 <= sum(active) <= 17

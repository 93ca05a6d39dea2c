# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What a report's JSON schema promises (docs/x-ads-api.md §7.5, §9 R1–R3)."""

import pytest
from jsonschema import Draft7Validator

from source_twitter_ads.reports.definition import PREBUILT_REPORTS, ReportDefinition
from source_twitter_ads.reports.options import METRIC_GROUPS
from source_twitter_ads.reports.schema import FIXED_COLUMNS, json_schema
from unit_tests.reports.builders import report

REPORTS = [*PREBUILT_REPORTS, report(segment="METROS"), report(metric_groups=[*METRIC_GROUPS, "MEDIA"])]


@pytest.mark.parametrize("definition", REPORTS, ids=lambda one: f"{one.entity}-{one.segmentation}")
class TestAnyReport:
    def test_given_a_report_when_described_then_a_draft_07_schema_open_to_new_metrics(
        self, definition: ReportDefinition
    ) -> None:
        schema = json_schema(definition)
        Draft7Validator.check_schema(schema)
        assert schema["additionalProperties"] is True

    def test_given_a_report_when_described_then_the_fixed_columns_come_first(
        self, definition: ReportDefinition
    ) -> None:
        assert tuple(json_schema(definition)["properties"])[: len(FIXED_COLUMNS)] == FIXED_COLUMNS

    def test_given_a_report_when_described_then_metrics_are_nullable_integers_with_units(
        self, definition: ReportDefinition
    ) -> None:
        metrics = list(json_schema(definition)["properties"].values())[len(FIXED_COLUMNS) :]
        assert metrics
        assert [
            one for one in metrics if one["type"] != ["null", "integer"] or "Unit: " not in one["description"]
        ] == []

    def test_given_a_report_when_described_then_no_column_of_the_key_may_be_null(
        self, definition: ReportDefinition
    ) -> None:
        properties = json_schema(definition)["properties"]
        assert {properties[name]["type"] for name in definition.primary_key} == {"string"}


@pytest.mark.parametrize(
    "column",
    [
        "url_clicks",
        "link_clicks",
        "unfollows",
        "billed_charge_local_micro",
        "video_3s100pct_views",
        "conversion_purchases_assisted",
        "conversion_sign_ups_metric",
        "conversion_subscriptions_sale_amount_view",
        "auto_created_conversion_session",
        "mobile_conversion_installs_post_view",
        "mobile_conversion_re_engages_sale_amount",
        "mobile_conversion_lifetime_value_logins_order_quantity",
    ],
)
def test_given_every_group_when_described_then_columns_that_others_drop_are_there(column: str) -> None:
    assert column in json_schema(report())["properties"]


@pytest.mark.parametrize("column", ["billed_charge_local_micro", "conversion_purchases_sale_amount"])
def test_given_money_when_described_then_micros_are_named(column: str) -> None:
    assert "micros" in json_schema(report())["properties"][column]["description"]


def test_given_time_columns_when_described_then_types_a_warehouse_understands() -> None:
    properties = json_schema(report())["properties"]
    assert properties["date"]["format"] == "date"
    assert [properties[name]["airbyte_type"] for name in ("start_time", "end_time")] == ["timestamp_with_timezone"] * 2


def test_given_one_group_when_described_then_metrics_of_others_are_absent() -> None:
    properties = json_schema(report(metric_groups="BILLING"))["properties"]
    assert list(properties)[len(FIXED_COLUMNS) :] == ["billed_engagements", "billed_charge_local_micro"]


def test_given_auto_created_conversions_when_described_then_one_column_each() -> None:
    created = [name for name in json_schema(report())["properties"] if name.startswith("auto_created_")]
    assert len(created) == 13
    assert "auto_created_conversion_landing_page_view" in created


def test_given_total_views_when_described_then_by_the_definition_in_force() -> None:
    text = json_schema(report())["properties"]["video_total_views"]["description"]
    assert "three seconds" in text
    assert "2026-08-13" in text

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Result files of another job, and values that are not numbers (docs/x-ads-api.md §7.3 rule 3, rule 7)."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from integration_tests.emulator_tests.analytics.builders import Bench, bench, country
from x_ads_emulator.errors import ApiError

TAGGED = {"metric_groups": "WEB_CONVERSION"}


def other_file(**file: Any) -> Bench:
    return bench(job_faults=[{"status": "OTHER_FILE", "file": file}])


def odd(value: Any, **more: Any) -> Bench:
    return bench(job_faults=[{"status": "ODD_VALUE", "value": value, **more}])


def metrics(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [row["metrics"] for entity in document["data"] for row in entity["id_data"]]


class TestOtherFile:
    def test_given_another_segment_when_fetched_then_its_rows_and_its_echo(self) -> None:
        got = other_file(segmentation_type="AGE").document(segmentation_type="GENDER")
        assert got == bench().document(segmentation_type="AGE")
        assert got != bench().document(segmentation_type="GENDER")

    def test_given_another_country_when_fetched_then_its_rows_and_its_echo(self) -> None:
        at = bench()
        here, there = country(at.world), country(at.world, "JP")
        got = other_file(country=there).document(segmentation_type="METROS", country=here)
        assert got == at.document(segmentation_type="METROS", country=there)
        assert got["request"]["params"]["country"] == there

    @pytest.mark.parametrize(
        ("file", "asked", "same_as"),
        [
            ({"metric_groups": ["BILLING"]}, {}, {"metric_groups": "BILLING"}),
            ({"placement": "TREND"}, {}, {"placement": "TREND"}),
            (
                {"platform": "1"},
                {"segmentation_type": "DEVICES", "platform": "0"},
                {"segmentation_type": "DEVICES", "platform": "1"},
            ),
        ],
        ids=str,
    )
    def test_given_another_parameter_when_fetched_then_as_if_it_were_asked(
        self, file: dict[str, Any], asked: dict[str, str], same_as: dict[str, str]
    ) -> None:
        assert other_file(**file).document(**asked) == bench().document(**same_as)

    def test_given_another_file_when_polled_then_the_job_is_as_it_was_asked(self) -> None:
        at = other_file(segmentation_type="AGE")
        job = at.create(segmentation_type="GENDER")
        assert at.poll(job["id_str"])[0]["segmentation_type"] == "GENDER"

    def test_given_prebuilt_files_when_one_job_has_the_fault_then_only_its_file_differs(self) -> None:
        at = bench(prebuild=True, job_faults=[{"status": "OTHER_FILE", "file": {"segmentation_type": "AGE"}}])
        asked = {"segmentation_type": "GENDER"}
        first, second = at.document(**asked), at.document(**asked)
        assert (first != second, second) == (True, bench().document(**asked))


class TestOddValue:
    @pytest.mark.parametrize("value", ["12", 1.5, [1], {"a": 1}, True, None, 2**64 + 1], ids=str)
    def test_given_a_value_when_fetched_then_one_point_of_one_entity_has_it(self, value: Any) -> None:
        honest, got = bench().document(), odd(value).document()
        assert metrics(got)[0]["impressions"][0] == value
        metrics(got)[0]["impressions"][0] = metrics(honest)[0]["impressions"][0]
        assert got == honest

    @pytest.mark.parametrize("value", [7, [], [1], "12", {"a": [1, 2, 3]}], ids=str)
    def test_given_whole_when_fetched_then_it_stands_for_the_series(self, value: Any) -> None:
        assert metrics(odd(value, whole=True).document())[0]["impressions"] == value

    def test_given_a_part_of_a_conversion_when_fetched_then_that_part_has_it(self) -> None:
        got = metrics(odd("1.0", metric="conversion_purchases.sale_amount").document(**TAGGED))[0]
        assert got["conversion_purchases"]["sale_amount"][0] == "1.0"
        honest = metrics(bench().document(**TAGGED))[0]
        parts = {**(honest["conversion_purchases"] or {}), "sale_amount": got["conversion_purchases"]["sale_amount"]}
        assert got == {**honest, "conversion_purchases": parts}

    def test_given_files_in_a_row_when_one_is_odd_then_the_next_is_whole(self) -> None:
        at = odd("x")
        assert at.document() != at.document() == bench().document()

    def test_given_a_file_without_rows_when_odd_then_it_stays_so(self) -> None:
        at = bench(activity=None, job_faults=[{"status": "ODD_VALUE", "value": 1}])
        job = at.create(segmentation_type="AGE", entity_ids=at.ids()[0])
        (done,) = at.poll(job["id_str"])
        assert json.loads(gzip.decompress(at.fetch(done)))["data"][0]["id"] == at.ids()[0]


@pytest.mark.parametrize(
    "rule",
    [{"status": "OTHER_FILE"}, {"status": "OTHER_FILE", "file": {"entity": "x"}}, {"status": "HANG", "file": {"a": 1}}],
    ids=str,
)
def test_given_a_rule_without_a_known_parameter_when_a_job_comes_then_it_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="file of OTHER_FILE names some of"):
        bench(job_faults=[rule]).create()

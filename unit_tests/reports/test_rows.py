# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One result file → rows (docs/x-ads-api.md §7.3, §9 R1–R6, R11, R13)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStream
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import FieldWatch
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.job import JobRequest
from source_twitter_ads.reports.rows import MalformedResult, RowBlock, WrongResult, rows
from source_twitter_ads.reports.schema import FIXED_COLUMNS, json_schema
from source_twitter_ads.reports.windows import Window
from unit_tests.reports.builders import NOW, gender, report, result_file, series, window

PLAIN = report()
BY_GENDER = report(segment="GENDER")


def blocks_of(
    document: Any,
    definition: ReportDefinition = PLAIN,
    asked: Sequence[str] = ("c1",),
    period: Window | None = None,
    now: datetime = NOW,
    country: str | None = None,
) -> list[RowBlock]:
    request = JobRequest(definition, period or window(), "ALL_ON_TWITTER", tuple(asked), country)
    return list(rows(document, request, "a1", now))


def read(document: Any, *args: Any, **more: Any) -> list[list[dict[str, Any]]]:
    """The rows of each entity; arguments are those of `blocks_of`."""
    every = [row for block in blocks_of(document, *args, **more) for row in block]
    return [list(group) for _, group in groupby(every, key=itemgetter("entity_id"))]


def deep(levels: int) -> dict[str, Any]:
    """An object in an object, and so on."""
    inner: dict[str, Any] = {"x": [1, 2, 3]}
    for _ in range(levels):
        inner = {"x": inner}
    return inner


def metrics_of(rows_of_entity: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in row if name not in FIXED_COLUMNS} for row in rows_of_entity]


class TestBlocks:
    def test_given_a_large_file_when_read_then_blocks_of_a_thousand_rows(
        self,
    ) -> None:
        many = [f"c{number:03d}" for number in range(700)]
        document = result_file({name: [series({"impressions": [1, 2, 3]})] for name in many})
        blocks = blocks_of(document, asked=many)
        assert [len(block) for block in blocks] == [999, 999, 102]
        assert [len(list(block)) for block in blocks] == [999, 999, 102]
        every = [(row["entity_id"], row["impressions"]) for block in blocks for row in block]
        assert every == [(name, number) for name in many for number in (1, 2, 3)]

    def test_given_many_columns_when_read_then_its_blocks_have_fewer_rows(self) -> None:
        many = [f"c{number}" for number in range(100)]
        wide = {f"m{number}": [1, 2, 3] for number in range(1000)}
        document = result_file({name: [series(wide)] for name in many})
        assert [len(block) for block in blocks_of(document, asked=many)] == [102, 102, 96]

    @pytest.mark.parametrize("definition", [PLAIN, BY_GENDER], ids=["plain", "by gender"])
    def test_given_a_block_when_printed_then_its_lines_are_those_of_its_rows_one_by_one(
        self, definition: ReportDefinition
    ) -> None:
        segment = gender("1") if definition is BY_GENDER else None
        document = result_file({name: [series({"impressions": [1, None, 3]}, segment)] for name in ("c1", "c2")})
        (block,) = blocks_of(document, definition, ("c1", "c2"))
        page = Page(definition.name, block, None)
        listed = Page(definition.name, [dict(row) for row in block], None)
        listed.emitted_at = page.emitted_at
        assert page.lines == listed.lines
        assert page.lines.count(b"\n") == page.size == 6


class TestColumns:
    def test_given_a_day_report_when_read_then_fixed_columns_in_order_then_metrics(self) -> None:
        document = result_file({"c1": [series({"impressions": [5, 6, 7]})]})
        assert list(read(document)[0][1].items()) == [
            ("account_id", "a1"),
            ("entity", "CAMPAIGN"),
            ("entity_id", "c1"),
            ("placement", "ALL_ON_TWITTER"),
            ("granularity", "DAY"),
            ("date", "2026-03-02"),
            ("start_time", "2026-03-02T08:00:00Z"),
            ("end_time", "2026-03-03T08:00:00Z"),
            ("segment_type", None),
            ("segment_name", None),
            ("segment_value", None),
            ("country", None),
            ("platform", None),
            ("impressions", 6),
        ]

    def test_given_a_segmented_report_when_read_then_segment_and_country_are_named(self) -> None:
        segment = {"segment_name": "Seattle-Tacoma", "segment_value": 819}
        document = result_file({"c1": [series({"clicks": [1, 2, 3]}, segment)]})
        row = read(document, report(segment="METROS"), country="96683cc9126741d1")[0][0]
        assert [row[name] for name in ("segment_type", "segment_name", "segment_value", "country")] == [
            "METROS",
            "Seattle-Tacoma",
            "819",
            "96683cc9126741d1",
        ]

    def test_given_a_segment_without_value_when_read_then_its_name_keys_the_row(self) -> None:
        document = result_file({"c1": [series({"clicks": [1, 2, 3]}, {"segment_name": "cats"})]})
        row = read(document, report(segment="KEYWORDS"))[0][0]
        assert (row["segment_name"], row["segment_value"]) == ("cats", "cats")

    def test_given_arrays_nulls_and_objects_when_read_then_flat_columns(self) -> None:
        metrics = {
            "clicks": [1, 0, 2],
            "app_clicks": None,
            "conversion_purchases": {"metric": [0, 0, 1], "sale_amount": None},
        }
        assert metrics_of(read(result_file({"c1": [series(metrics)]}))[0])[2] == {
            "clicks": 2,
            "conversion_purchases_metric": 1,
        }

    def test_given_nulls_between_numbers_when_read_then_these_rows_alone_lack_the_metric(self) -> None:
        metrics = {"clicks": [1, None, 3], "likes": [None, None, None], "follows": [4, 5, 6], "x": {"y": [None, 0, 8]}}
        assert [list(row.items()) for row in metrics_of(read(result_file({"c1": [series(metrics)]}))[0])] == [
            [("clicks", 1), ("follows", 4)],
            [("follows", 5), ("x_y", 0)],
            [("clicks", 3), ("follows", 6), ("x_y", 8)],
        ]

    def test_given_nulls_between_numbers_when_read_then_keys_that_are_null_stay(self) -> None:
        row = read(result_file({"c1": [series({"clicks": [None, 2, 3]})]}))[0][0]
        assert tuple(row) == FIXED_COLUMNS
        assert row["segment_name"] is row["country"] is None

    def test_given_a_conversion_object_that_is_null_when_read_then_no_column_of_its_own(self) -> None:
        document = result_file({"c1": [series({"clicks": [1, 2, 3], "auto_created_conversion_page_view": None})]})
        assert "auto_created_conversion_page_view" not in read(document)[0][0]

    def test_given_an_entity_without_a_conversion_when_read_then_its_rows_lack_it_too(self) -> None:
        document = result_file(
            {
                "c1": [series({"conversion_purchases": {"metric": [1, 2, 3]}})],
                "c2": [series({"conversion_purchases": None})],
            }
        )
        assert metrics_of(read(document, asked=("c1", "c2"))[1]) == [{}] * 3

    def test_given_metrics_that_nobody_knows_when_read_then_they_pass(self) -> None:
        metrics = {"hologram_views": [1, 2, 3], "hologram_sales": {"metric": [4, 5, 6]}}
        assert metrics_of(read(result_file({"c1": [series(metrics)]}))[0])[0] == {
            "hologram_views": 1,
            "hologram_sales_metric": 4,
        }

    def test_given_both_names_of_link_clicks_when_read_then_both_are_kept(self) -> None:
        metrics = {"url_clicks": [1, 2, 3], "link_clicks": [4, 5, 6]}
        assert metrics_of(read(result_file({"c1": [series(metrics)]}))[0])[0] == {"url_clicks": 1, "link_clicks": 4}

    def test_given_metrics_some_entities_lack_when_read_then_rows_have_what_theirs_has(self) -> None:
        document = result_file({"c1": [series({"clicks": [1, 2, 3]})], "c2": [series({"likes": [1, 2, 3]})]})
        found = read(document, asked=("c1", "c2", "c3"))
        assert [{tuple(row) for row in metrics_of(rows_of_entity)} for rows_of_entity in found] == [
            {("clicks",)},
            {("likes",)},
            {()},
        ]

    def test_given_every_known_metric_when_read_then_rows_fit_the_schema(self) -> None:
        definition = report(segment="PLATFORMS")
        segment = {"segment_name": "iOS", "segment_value": "1"}
        metrics = {"clicks": [1, 2, 3], "billed_charge_local_micro": [10**15, 0, 1], "url_clicks": None}
        document = result_file({"c1": [series(metrics, segment)], "c2": []})
        validator = Draft7Validator(json_schema(definition))
        found = read(document, definition, asked=("c1", "c2"))
        assert [problem.message for entity in found for row in entity for problem in validator.iter_errors(row)] == []


class TestPoints:
    def test_given_points_of_the_future_when_read_then_dropped(self) -> None:
        period = window("2026-11-21", "2026-11-24", now=NOW + timedelta(days=9))
        document = result_file({"c1": [series({"clicks": [1, 2, 3, 4]})]}, points=4)
        assert [row["date"] for row in read(document, period=period)[0]] == ["2026-11-21", "2026-11-22"]

    def test_given_points_of_the_future_when_x_leaves_them_out_then_those_up_to_today(self) -> None:
        period = window("2026-11-21", "2026-11-24", now=NOW + timedelta(days=9))
        document = result_file({"c1": [series({"clicks": [1, 2]})]}, points=2)
        assert [row["clicks"] for row in read(document, period=period)[0]] == [1, 2]

    def test_given_a_window_of_the_future_when_read_then_nothing(self) -> None:
        document = result_file({"c1": [series({"clicks": [1, 2, 3]})]})
        assert read(document, now=NOW - timedelta(days=700)) == []

    def test_given_an_echo_when_read_then_rows_carry_the_instants_that_x_resolved(self) -> None:
        numbers = {"c1": [series({"clicks": [1, 2, 3]})]}
        document = result_file(numbers, start_time="2026-03-01T07:00:00Z", end_time="2026-03-04T07:00:00Z")
        found = read(document, now=NOW - timedelta(days=120))[0]  # by the offset of summer time, which is in force
        assert [row["start_time"] for row in found] == [f"2026-03-0{day}T07:00:00Z" for day in (1, 2, 3)]

    def test_given_an_echo_of_another_day_when_read_then_both_periods_are_named(self) -> None:
        numbers = {"c1": [series({"clicks": [1, 2, 3]})]}
        document = result_file(numbers, start_time="2026-03-02T08:00:00Z", end_time="2026-03-05T08:00:00Z")
        periods = "2026-03-02T08:00:00Z to 2026-03-05T08:00:00Z where 2026-03-01T08:00:00Z to 2026-03-04T08:00:00Z"
        with pytest.raises(MalformedResult, match=periods):
            read(document)

    def test_given_a_total_when_read_then_one_row_with_both_ends(self) -> None:
        document = result_file({"c1": [series({"clicks": [9]})]}, points=1)
        ((row,),) = read(document, report(granularity="TOTAL"), period=window(granularity="TOTAL"))
        assert (row["start_time"], row["end_time"]) == ("2026-03-01T08:00:00Z", "2026-03-04T08:00:00Z")


class TestNothing:
    """What X has no numbers for any more must overwrite what it once had (docs/x-ads-api.md §9 R11)."""

    @pytest.mark.parametrize(
        "entities",
        [
            {},
            {"c1": []},
            {"c1": [series({"clicks": None})]},
            {"c1": [series({"clicks": [None] * 3})]},
            {"c1": [series({})]},
            {"c1": [series(None)]},
            {"c1": [{}]},
        ],
        ids=["missing entity", "no id_data", "null", "nulls", "no metrics", "metrics null", "nothing"],
    )
    def test_given_an_entity_without_numbers_when_read_then_a_row_of_keys_per_day(self, entities: Any) -> None:
        ((*found,),) = read(result_file(entities))
        assert [row["date"] for row in found] == ["2026-03-01", "2026-03-02", "2026-03-03"]
        assert {tuple(row) for row in found} == {FIXED_COLUMNS}

    @pytest.mark.parametrize(
        "entities", [{}, {"c1": []}, {"c1": [series({"clicks": None})]}], ids=["missing", "empty", "null segment"]
    )
    def test_given_an_entity_without_segments_when_read_then_a_marker_per_day_says_so(self, entities: Any) -> None:
        ((*found,),) = read(result_file(entities), BY_GENDER)
        assert [(row["date"], row["segment_type"], row["segment_name"], row["segment_value"]) for row in found] == [
            (f"2026-03-0{day}", "GENDER", None, "") for day in (1, 2, 3)
        ]

    def test_given_a_null_segment_with_numbers_when_read_then_they_are_kept(self) -> None:
        document = result_file({"c1": [series({"clicks": [1, 2, 3]}, gender("1")), series({"clicks": [4, 5, 6]})]})
        assert [(row["segment_value"], row["clicks"]) for row in read(document, BY_GENDER)[0]][3:] == [
            ("", 4),
            ("", 5),
            ("", 6),
        ]


class TestMalformed:
    @pytest.mark.parametrize(
        ("document", "named"),
        [
            ([], "of type list"),
            ({"data": []}, "time_series_length is None"),
            ({"data": [], "time_series_length": True}, "time_series_length is True"),
            ({"data": [], "time_series_length": 2}, "holds 2 points"),
            ({"time_series_length": 3}, "data is missing"),
            ({"time_series_length": 3, "data": {}}, "data is of type dict"),
            (result_file({"c9": []}), "'c9', which was not asked for"),
            ({"time_series_length": 3, "data": ["c1"]}, "data holds 'c1'"),
            ({"time_series_length": 3, "data": [None]}, "data holds None"),
            ({"time_series_length": 3, "data": [{"id": ["c1"]}]}, "data holds {'id': ['c1']}"),
            (result_file({"c1": [None]}), "id_data of entity 'c1' holds None"),  # type: ignore[list-item]
            ({"time_series_length": 3, "data": [{"id": "c1"}, {"id": "c1"}]}, "'c1' twice"),
            ({"time_series_length": 3, "data": [{"id": "c1", "id_data": "x"}]}, "id_data of entity 'c1'"),
            (result_file({"c1": ["x"]}), "holds 'x'"),  # type: ignore[list-item]
            (result_file({"c1": [series({"clicks": [1, 2]})]}), "'clicks' of entity 'c1' has 2 numbers"),
            (result_file({"c1": [series({"clicks": [1, 2, 3, 4]})]}), "'clicks' of entity 'c1' has 4 numbers"),
            (result_file({"c1": [series({"clicks": 7})]}), "'clicks' of entity 'c1' has 7"),
            (result_file({"c1": [series({"x": {"y": "z"}})]}), "'x_y' of entity 'c1' has 'z'"),
            (result_file({"c1": [series([])]}), "metrics of entity 'c1'"),  # type: ignore[arg-type]
            (result_file({"c1": [series({"x_y": [1, 2, 3], "x": {"y": [1, 2, 3]}})]}), "same name"),
            (result_file({"c1": [series({"x_y": [1, None, 3], "x": {"y": [1, 2, 3]}})]}), "same name"),
            (result_file({"c1": [series({"date": [1, 2, 3]})]}), "same name"),
            (result_file({"c1": [series(deep(400))]}), "name of more than 255 characters"),
            (result_file({"c1": [series({}, gender("1"))]}), "no segment was asked for"),
            (result_file({"c1": [series({}), series({})]}), "segment None of entity 'c1' twice"),
            (result_file({}, placement="TREND"), "placement 'TREND'"),
            (result_file({}, granularity="HOUR"), "granularity 'HOUR'"),
            (result_file({}, entity="LINE_ITEM"), "entity 'LINE_ITEM'"),
            (
                result_file({}, start_time="0001-01-01T00:00:00+14:00", end_time="9999-12-31T23:59:59-14:00"),
                "is outside the calendar",
            ),
            (result_file({}, start_time="soon and", end_time="very much later"), "period is not that of its job"),
        ],
    )
    def test_given_a_file_that_is_not_the_job_s_when_read_then_a_sentence_says_why(
        self, document: Any, named: str
    ) -> None:
        with pytest.raises(MalformedResult) as caught:
            read(document)
        assert named in str(caught.value)

    @pytest.mark.parametrize(
        "document",
        [
            result_file({"c9": []}),
            result_file({}, placement="TREND"),
            result_file({}, start_time="2026-03-02T08:00:00Z", end_time="2026-03-05T08:00:00Z"),
            {"data": [], "time_series_length": 2},
        ],
        ids=["entity", "placement", "period", "points"],
    )
    def test_given_the_file_of_another_job_when_read_then_it_may_be_asked_for_again(self, document: Any) -> None:
        with pytest.raises(WrongResult):
            read(document)

    @pytest.mark.parametrize(
        ("echo", "named"),
        [
            ({"segmentation_type": "AGE"}, "segmentation_type 'AGE' where 'METROS'"),
            ({"country": "06ef846bfc783874"}, "country '06ef846bfc783874' where '96683cc9126741d1'"),
            ({"platform": "1"}, "platform '1' where None"),
            ({"metric_groups": ["BILLING"]}, "metric_groups ['BILLING'] where ['ENGAGEMENT', 'BILLING']"),
            ({"metric_groups": [None, 7]}, "metric_groups [None, 7]"),
            ({"account_id": "b2"}, "account_id 'b2' where 'a1'"),
        ],
        ids=str,
    )
    def test_given_an_echo_of_another_job_when_read_then_refused(self, echo: dict[str, Any], named: str) -> None:
        definition = report(segment="METROS", metric_groups=["BILLING", "ENGAGEMENT"])
        document = result_file({"c1": [series({"clicks": [1, 2, 3]}, gender("1"))]}, **echo)
        with pytest.raises(WrongResult) as caught:
            read(document, definition, country="96683cc9126741d1")
        assert f"answers for {named}" in str(caught.value)

    @pytest.mark.parametrize(
        "echo",
        [
            {},
            {"metric_groups": ["BILLING", "ENGAGEMENT"], "segmentation_type": "DEVICES", "account_id": "A1"},
            {"metric_groups": "ENGAGEMENT,BILLING", "platform": 1, "country": None},
            {"segmentation_type": None, "platform": None, "metric_groups": None},
        ],
        ids=str,
    )
    def test_given_an_echo_of_the_job_in_another_form_when_read_then_taken(self, echo: dict[str, Any]) -> None:
        definition = report(segment="DEVICES", metric_groups=["BILLING", "ENGAGEMENT"])
        document = result_file({"c1": [series({"clicks": [1, 2, 3]}, gender("1"))]}, **echo)
        request = JobRequest(definition, window(), "ALL_ON_TWITTER", ("c1",), platform="1")
        assert sum(map(len, rows(document, request, "a1", NOW))) == 3

    def test_given_an_unsegmented_file_when_segments_were_asked_for_then_refused(self) -> None:
        document = result_file({"c1": [], "c2": [series({"clicks": [1, 2, 3]})]}, segmentation_type=None)
        with pytest.raises(WrongResult, match="'c2' is not split"):
            read(document, BY_GENDER, asked=("c1", "c2"))

    @pytest.mark.parametrize(
        "document",
        [[], {"time_series_length": 3}, result_file({"c1": [series({"clicks": 7})]})],
        ids=["list", "no data", "number"],
    )
    def test_given_an_unknown_shape_when_read_then_it_need_not_be_asked_for_again(self, document: Any) -> None:
        with pytest.raises(MalformedResult) as caught:
            read(document)
        assert not isinstance(caught.value, WrongResult)

    def test_given_one_segment_twice_when_read_then_refused(self) -> None:
        document = result_file({"c1": [series({}, gender("1")), series({}, gender("1"))]})
        with pytest.raises(MalformedResult, match="segment '1' of entity 'c1' twice"):
            read(document, BY_GENDER)


class TestOddValues:
    """Counts and micros are whole numbers (docs/x-ads-api.md §7.3 rule 3)."""

    @pytest.mark.parametrize("value", ["12", 1.5, [], [1], {"a": 1}, True, 2.0**64, float("inf"), "0"], ids=str)
    @pytest.mark.parametrize("beside", [[4, 5], [None, 5]], ids=str)
    def test_given_an_odd_value_when_read_then_metric_and_entity_are_named(self, value: Any, beside: list[Any]) -> None:
        document = result_file({"c1": [series({"likes": [1, 2, 3], "sales": {"sum": [*beside, value]}})]})
        with pytest.raises(MalformedResult) as caught:
            read(document)
        assert f"'sales_sum' of entity 'c1' has {value!r}" in str(caught.value)

    def test_given_lists_in_lists_when_read_then_refused(self) -> None:
        nested: list[Any] = []
        for _ in range(900):
            nested = [nested]
        with pytest.raises(MalformedResult, match="'clicks' of entity 'c1' has "):
            read(result_file({"c1": [series({"clicks": [1, 2, nested]})]}))

    def test_given_whole_numbers_written_as_floats_when_read_then_integers(self) -> None:
        found = metrics_of(read(result_file({"c1": [series({"clicks": [1.0, None, 2], "likes": [3, 4, 5.0]})]}))[0])
        assert [list(row.items()) for row in found] == [
            [("clicks", 1), ("likes", 3)],
            [("likes", 4)],
            [("clicks", 2), ("likes", 5)],
        ]
        assert {type(value) for row in found for value in row.values()} == {int}

    @pytest.mark.parametrize("value", [2**53 + 1, 2**63, 2**64 - 1, -(2**63)])
    def test_given_large_numbers_when_read_then_exact(self, value: int) -> None:
        assert metrics_of(read(result_file({"c1": [series({"clicks": [value, 0, 0]})]}))[0])[0] == {"clicks": value}

    @pytest.mark.parametrize("segment", [{"segment_value": [1]}, {"segment_value": 1.5}, {"segment_name": {}}], ids=str)
    def test_given_a_segment_that_is_neither_text_nor_number_when_read_then_it_is_shown(self, segment: Any) -> None:
        with pytest.raises(MalformedResult, match="of entity 'c1' is "):
            read(result_file({"c1": [series({"clicks": [1, 2, 3]}, segment)]}), BY_GENDER)

    def test_given_an_entity_id_as_number_when_read_then_it_is_text(self) -> None:
        document = {"time_series_length": 3, "data": [{"id": 12, "id_data": [series({"clicks": [1, 2, 3]})]}]}
        assert {row["entity_id"] for row in read(document, asked=("12",))[0]} == {"12"}


class TestNewMetrics:
    def lines(self, caplog: pytest.LogCaptureFixture, *files: dict[str, Any]) -> list[str]:
        """What is logged about files, one after the other, of one sync."""
        caplog.clear()
        definition = report(name="new_metrics")
        watch = FieldWatch(
            AirbyteStream(name=definition.name, json_schema=json_schema(definition), supported_sync_modes=[])
        )
        for metrics in files:
            for block in blocks_of(result_file({"c1": [series(metrics)]}), definition):
                watch.look(Page(definition.name, block, None))
        return caplog.messages

    def test_given_metrics_without_a_column_when_read_then_told_once_per_sync(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        metrics = {"clicks": [1, 2, 3], "holograms": [1, 2, 3], "hologram_sales": {"metric": [4, 5, 6], "x": None}}
        (line,) = self.lines(caplog, metrics, metrics)
        assert line.startswith("new_metrics: the schema lacks hologram_sales_metric, holograms, which")
        assert "refresh the schema to keep them" in line
        assert len(self.lines(caplog, metrics)) == 1

    def test_given_more_of_them_in_a_later_file_when_read_then_these_alone_are_told(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        one, both = {"holograms": [1, 2, 3]}, {"holograms": [1, 2, 3], "smells": [1, 2, 3]}
        _, line = self.lines(caplog, one, both)
        assert "holograms" not in line

    def test_given_known_metrics_when_read_then_nothing_is_told(self, caplog: pytest.LogCaptureFixture) -> None:
        known = {"clicks": [1, 2, 3], "auto_created_conversion_session": [1, 2, 3], "smells": [None] * 3, "x": None}
        assert self.lines(caplog, known) == []

    def test_given_auto_created_conversions_as_objects_when_read_then_their_parts(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        metrics = {"auto_created_conversion_session": {"metric": [1, 2, 3], "post_view": None}}
        assert metrics_of(read(result_file({"c1": [series(metrics)]}))[0])[2] == {
            "auto_created_conversion_session_metric": 3
        }


NUMBERS = st.none() | st.integers(0, 10**12)
NAMES = st.sampled_from(("clicks", "likes", "follows", "billed_charge_local_micro", "new_metric"))


@st.composite
def result_files(draw: st.DrawFn) -> tuple[int, dict[str, dict[str, dict[str, Any]]]]:
    """Points, and entity id → segment value → metrics; every object metric has at least one array."""
    points = draw(st.integers(1, 5))
    array = st.none() | st.lists(NUMBERS, min_size=points, max_size=points)
    full = st.lists(NUMBERS, min_size=points, max_size=points)
    objects = st.dictionaries(
        st.sampled_from(("conversion_custom", "conversion_new")),
        st.dictionaries(st.sampled_from(("metric", "post_view")), full, min_size=1),
    )
    metrics = st.builds(lambda flat, nested: {**flat, **nested}, st.dictionaries(NAMES, array), objects)
    segments = st.dictionaries(st.sampled_from(("1", "2")), metrics, min_size=1)
    return points, draw(st.dictionaries(st.sampled_from(("c1", "c2", "c3")), segments))


def number_at(metrics: dict[str, Any], name: str, index: int) -> int | None:
    """The value of one cell, found the slow and obvious way."""
    for metric, value in metrics.items():
        for sub, numbers in value.items() if isinstance(value, dict) else ((None, value),):
            if name == (metric if sub is None else f"{metric}_{sub}"):
                return None if numbers is None else numbers[index]
    return None


@given(content=result_files())
def test_given_any_file_when_read_then_every_cell_is_the_number_of_the_file(
    content: tuple[int, dict[str, dict[str, dict[str, Any]]]],
) -> None:
    points, entities = content
    document = result_file(
        {
            entity: [series(metrics, gender(value)) for value, metrics in segments.items()]
            for entity, segments in entities.items()
        },
        points=points,
    )
    period = window("2026-03-01", f"2026-03-0{points}")
    found = [row for one in read(document, BY_GENDER, tuple(entities), period) for row in one]
    assert [(row["entity_id"], row["segment_value"], row["date"]) for row in found] == [
        (entity, value, f"2026-03-0{index + 1}")
        for entity, segments in entities.items()
        for value in segments
        for index in range(points)
    ]
    for row, numbers in zip(found, metrics_of(found), strict=True):
        metrics = entities[row["entity_id"]][row["segment_value"]]
        index = int(row["date"][-1]) - 1
        flat = {name for name, value in metrics.items() if not isinstance(value, dict)}
        nested = {f"{name}_{sub}" for name, value in metrics.items() if isinstance(value, dict) for sub in value}
        cells = {name: number_at(metrics, name, index) for name in flat | nested}
        assert numbers == {name: number for name, number in cells.items() if number is not None}

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What may be asked of X's analytics (docs/x-ads-api.md §7.4, §7.6, §9 J11, R14, R17, R18)."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.configuration import ConfigProblem, normalise, require_valid
from source_twitter_ads.reports.definition import PREBUILT_REPORTS, ReportDefinition, custom_reports
from source_twitter_ads.reports.options import (
    ENTITIES,
    ENTITY_METRIC_GROUPS,
    GRANULARITIES,
    METRIC_GROUPS,
    PLACEMENTS,
    RETIRED_ENTITIES,
    RETIRED_METRIC_GROUPS,
    RETIRED_PLACEMENTS,
    RETIRED_SEGMENTS,
    SEGMENTS,
)
from unit_tests.conftest import valid_config
from unit_tests.reports.builders import report

# The names that the Singer tap accepts, all of which must go on working.
SINGER_SEGMENTS = [
    "NO_SEGMENT",
    "AGE",
    "APP_STORE_CATEGORY",
    "AUDIENCES",
    "CONVERSATIONS",
    "CONVERSION_TAGS",
    "DEVICES",
    "EVENTS",
    "GENDER",
    "INTERESTS",
    "KEYWORDS",
    "LANGUAGES",
    "LOCATIONS",
    "METROS",
    "PLATFORMS",
    "PLATFORM_VERSIONS",
    "POSTAL_CODES",
    "REGIONS",
    "SIMILAR_TO_FOLLOWERS_OF_USER",
    "TV_SHOWS",
    "AMPLIFY_MARKETPLACE_PREROLL_VIDEOS",
    "AMPLIFY_PUBLISHER_TWEETS",
    "SWIPEABLE_MEDIA",
    "TV_ADS",
]


def definitions_of(*entries: dict[str, Any], taken: tuple[str, ...] = ()) -> tuple[list[ReportDefinition], list[str]]:
    """The definitions and warnings of reports as a user writes them."""
    config = normalise(valid_config(reports=list(entries)))
    require_valid(config)
    return custom_reports(config["reports"], taken)


def refusal(*entries: dict[str, Any], taken: tuple[str, ...] = ()) -> str:
    with pytest.raises(ConfigProblem) as caught:
        definitions_of(*entries, taken=taken)
    return str(caught.value.message)


def warnings_of(**entry: Any) -> list[str]:
    return definitions_of({"name": "spend", "entity": "CAMPAIGN", **entry})[1]


def test_given_no_configuration_when_offered_then_six_daily_reports_without_segment() -> None:
    assert [(one.name, one.entity, one.granularity, one.segmentation) for one in PREBUILT_REPORTS] == [
        ("accounts_daily_report", "ACCOUNT", "DAY", None),
        ("funding_instruments_daily_report", "FUNDING_INSTRUMENT", "DAY", None),
        ("campaigns_daily_report", "CAMPAIGN", "DAY", None),
        ("line_items_daily_report", "LINE_ITEM", "DAY", None),
        ("promoted_tweets_daily_report", "PROMOTED_TWEET", "DAY", None),
        ("promoted_accounts_daily_report", "PROMOTED_ACCOUNT", "DAY", None),
    ]


def test_given_name_and_entity_alone_when_read_then_everything_else_has_a_default() -> None:
    assert report() == ReportDefinition("spend", "CAMPAIGN", None, "DAY", METRIC_GROUPS, None)


def test_given_the_misspelt_entity_of_published_examples_when_read_then_understood() -> None:
    assert report(entity=None, enitity="LINE_ITEM").entity == "LINE_ITEM"


def test_given_lower_case_and_comma_strings_when_read_then_understood() -> None:
    definition = report(
        entity=" line_item ",
        segment="gender",
        granularity="hour",
        metric_groups="billing, engagement",
        placements="trend",
    )
    assert definition == ReportDefinition("spend", "LINE_ITEM", "GENDER", "HOUR", ("ENGAGEMENT", "BILLING"), ("TREND",))


@pytest.mark.parametrize("empty", [None, "", " ", "NO_SEGMENT", "no_segment"])
def test_given_an_empty_segment_when_read_then_not_segmented(empty: str | None) -> None:
    assert not report(segment=empty).segmented


@pytest.mark.parametrize("segment", [*SINGER_SEGMENTS, "CITIES", "SLIDES"])
def test_given_a_segment_that_was_ever_served_when_read_then_accepted(segment: str) -> None:
    assert report(segment=segment).segmentation == (None if segment == "NO_SEGMENT" else segment)


@pytest.mark.parametrize("segment", RETIRED_SEGMENTS)
def test_given_a_retired_segment_when_read_then_one_warning_names_report_and_segment(segment: str) -> None:
    (warning,) = warnings_of(segment=segment)
    assert '"spend"' in warning
    assert f"segment {segment} in May 2026" in warning


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"entity": "MEDIA_CREATIVE"}, "entity MEDIA_CREATIVE in June 2026"),
        ({"entity": "ORGANIC_TWEET"}, "entity ORGANIC_TWEET in June 2026"),
        ({"metric_groups": ["BILLING", "MEDIA"]}, "metric group MEDIA in June 2026"),
        ({"placements": ["PUBLISHER_NETWORK"]}, "placement PUBLISHER_NETWORK in June 2026"),
    ],
)
def test_given_something_retired_when_read_then_accepted_with_a_warning(entry: dict[str, Any], named: str) -> None:
    (warning,) = warnings_of(**entry)
    assert named in warning


@pytest.mark.parametrize("segment", SEGMENTS)
def test_given_a_segment_of_today_when_read_then_no_warning(segment: str) -> None:
    assert warnings_of(segment=segment) == []


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"entity": "CAMPAGNE"}, ("entity 'CAMPAGNE'", *ENTITIES)),
        ({"segment": "SHOE_SIZE"}, ("segment 'SHOE_SIZE'", "NO_SEGMENT", *SEGMENTS, *RETIRED_SEGMENTS)),
        ({"granularity": "WEEK"}, ("granularity 'WEEK'", *GRANULARITIES)),
        ({"metric_groups": ["BILLING", "MONEY"]}, ("metric_groups 'MONEY'", *METRIC_GROUPS)),
        ({"metric_groups": 7}, ("metric_groups 7", *METRIC_GROUPS)),
        ({"placements": ["TREND_VIEW"]}, ("placements 'TREND_VIEW'", *PLACEMENTS)),
        ({"segments": "AGE"}, ("key 'segments'", "segment")),
        ({"entity": None}, ("entity", "missing", *ENTITIES)),
        ({"enitity": "LINE_ITEM"}, ("entity is 'CAMPAIGN'", "enitity is 'LINE_ITEM'")),
    ],
)
def test_given_an_unknown_value_when_read_then_the_sentence_names_what_is_allowed(
    entry: dict[str, Any], named: tuple[str, ...]
) -> None:
    sentence = refusal({"name": "spend", "entity": "CAMPAIGN", **entry})
    assert [part for part in ('"spend"', *named) if part not in sentence] == []


@pytest.mark.parametrize(
    ("entry", "current", "retired"),
    [
        (
            {"entity": "CAMPAGNE"},
            "ACCOUNT, FUNDING_INSTRUMENT, CAMPAIGN, LINE_ITEM, PROMOTED_TWEET, PROMOTED_ACCOUNT",
            "MEDIA_CREATIVE, ORGANIC_TWEET",
        ),
        (
            {"entity": ""},
            "ACCOUNT, FUNDING_INSTRUMENT, CAMPAIGN, LINE_ITEM, PROMOTED_TWEET, PROMOTED_ACCOUNT",
            "MEDIA_CREATIVE, ORGANIC_TWEET",
        ),
        (
            {"segment": "SHOE_SIZE"},
            "NO_SEGMENT, AGE, GENDER, METROS, REGIONS, PLATFORMS, CONVERSION_TAGS",
            ", ".join(RETIRED_SEGMENTS),
        ),
        ({"placements": "TREND_VIEW"}, "ALL_ON_TWITTER, SPOTLIGHT, TREND", "PUBLISHER_NETWORK"),
        ({"metric_groups": "MONEY"}, ", ".join(METRIC_GROUPS), "MEDIA"),
        (
            {"segment": "AGE", "metric_groups": "WEB_CONVERSION"},
            "ENGAGEMENT, BILLING, VIDEO, MOBILE_CONVERSION",
            "MEDIA",
        ),
    ],
)
def test_given_a_refusal_when_it_lists_what_is_allowed_then_retired_values_are_apart(
    entry: dict[str, Any], current: str, retired: str
) -> None:
    sentence = refusal({"name": "spend", "entity": "CAMPAIGN", **entry})
    assert sentence.endswith(f"; allowed are {current}, and with a warning, since X has retired them, {retired}.")


@pytest.mark.parametrize("misspelt", ["CAMPAIGN", None])
@pytest.mark.parametrize("entity", [0, False, [], {}])
def test_given_an_entity_that_is_no_text_when_read_then_it_is_not_hidden(entity: object, misspelt: str | None) -> None:
    assert f"{entity!r}" in refusal({"name": "spend", "entity": entity, "enitity": misspelt})


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "x" * 5000},
        {"entity": "x" * 5000},
        {"enitity": "x" * 5000},
        {"segment": "x" * 5000},
        {"metric_groups": ["x" * 5000]},
        {"metric_groups": {"x": "x" * 5000}},
        {"x" * 5000: 1},
    ],
)
def test_given_a_huge_value_when_refused_then_the_sentence_shows_its_beginning(entry: dict[str, Any]) -> None:
    sentence = refusal({"name": "spend", "entity": "CAMPAIGN", **entry})
    assert "x" * 100 in sentence
    assert len(sentence) < 700


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"entity": "MEDIA_CREATIVE", "segment": "AGE"}, "segment AGE does not go with entity MEDIA_CREATIVE"),
        ({"entity": "ORGANIC_TWEET", "segment": "AGE"}, "segment AGE does not go with entity ORGANIC_TWEET"),
        (
            {"entity": "FUNDING_INSTRUMENT", "segment": "CONVERSION_TAGS"},
            "CONVERSION_TAGS does not go with entity FUND",
        ),
        ({"entity": "PROMOTED_ACCOUNT", "segment": "CONVERSION_TAGS"}, "CONVERSION_TAGS does not go with entity PROM"),
        ({"entity": "ACCOUNT", "segment": "LANGUAGES"}, "segment LANGUAGES does not go with entity ACCOUNT"),
        ({"segment": "AGE", "metric_groups": "WEB_CONVERSION"}, "WEB_CONVERSION has no numbers"),
        ({"segment": "AGE", "metric_groups": "LIFE_TIME_VALUE_MOBILE_CONVERSION"}, "LIFE_TIME_VALUE_MOBILE_CONVERSION"),
        ({"segment": "CONVERSION_TAGS", "metric_groups": "BILLING"}, "allowed are WEB_CONVERSION."),
        ({"entity": "ACCOUNT", "metric_groups": "BILLING"}, "allowed are ENGAGEMENT."),
        ({"entity": "ACCOUNT", "metric_groups": "MEDIA"}, "allowed are ENGAGEMENT."),
        ({"entity": "ORGANIC_TWEET", "placements": "TREND"}, "allowed is ALL_ON_TWITTER"),
    ],
)
def test_given_an_impossible_combination_when_read_then_refused(entry: dict[str, Any], named: str) -> None:
    assert named in refusal({"name": "spend", "entity": "CAMPAIGN", **entry})


@pytest.mark.parametrize("name", [None, "", " "])
def test_given_no_name_when_read_then_refused(name: object) -> None:
    sentence = refusal({"name": name, "entity": "CAMPAIGN"})
    assert sentence.startswith("reports: entry 1 has no name; allowed are 1 to 100")


@pytest.mark.parametrize("name", ["-spend", "spend/day", "sp\u00e9nd", "x" * 101, 7])
def test_given_a_name_that_is_no_stream_name_when_read_then_refused(name: object) -> None:
    assert f"name {name!r}" in refusal({"name": name, "entity": "CAMPAIGN"})


@pytest.mark.parametrize("name", ["campaigns", "Campaigns", "campaigns_daily_report", "campaigns daily-report"])
def test_given_the_name_of_another_stream_when_read_then_refused(name: str) -> None:
    assert "another stream" in refusal({"name": name, "entity": "CAMPAIGN"}, taken=("campaigns",))


def test_given_several_mistakes_when_read_then_each_sentence_names_its_report() -> None:
    entries = [{"name": "a", "entity": "CAMPAGNE", "segment": 5}, {"name": "b", "entity": "CAMPAIGN", "x": 1}]
    assert [part.split(";")[0] for part in refusal(*entries).split(". ")] == [
        "Report \"a\": entity 'CAMPAGNE' is unknown",
        'Report "a": segment 5 is unknown',
        "Report \"b\": unknown key 'x'",
    ]


def test_given_several_impossible_combinations_when_read_then_each_has_a_sentence() -> None:
    entries = [
        {"name": "campaigns", "entity": "ACCOUNT", "segment": "LANGUAGES", "metric_groups": ["BILLING"]},
        {"name": "b", "entity": "ORGANIC_TWEET", "placements": ["TREND", "SPOTLIGHT"]},
    ]
    assert [part.split(";")[0] for part in refusal(*entries, taken=("campaigns",)).split(". ")] == [
        'Report "campaigns": the name is that of another stream',
        'Report "campaigns": segment LANGUAGES does not go with entity ACCOUNT',
        'Report "campaigns": metric group BILLING has no numbers for entity ACCOUNT with segment LANGUAGES',
        'Report "b": placements SPOTLIGHT, TREND do not go with entity ORGANIC_TWEET',
    ]


def test_given_the_choices_of_the_spec_when_looked_up_then_the_rules_know_each() -> None:
    assert tuple(ENTITY_METRIC_GROUPS) == ENTITIES
    groups = {group for of_entity in ENTITY_METRIC_GROUPS.values() for group in of_entity}
    assert groups == set(METRIC_GROUPS)


def test_given_what_x_has_retired_when_looked_up_then_it_is_told_from_what_x_serves() -> None:
    assert RETIRED_ENTITIES == ("MEDIA_CREATIVE", "ORGANIC_TWEET")
    assert SEGMENTS == ("AGE", "GENDER", "METROS", "REGIONS", "PLATFORMS", "CONVERSION_TAGS")
    assert RETIRED_METRIC_GROUPS == ("MEDIA",)
    assert RETIRED_PLACEMENTS == ("PUBLISHER_NETWORK",)
    assert len(RETIRED_SEGMENTS) == 19


def test_given_two_reports_that_would_share_a_table_when_read_then_refused() -> None:
    entries = [{"name": "My report", "entity": "CAMPAIGN"}, {"name": "my_report", "entity": "LINE_ITEM"}]
    assert "two reports" in refusal(*entries)


def test_given_conversion_tags_when_no_groups_are_named_then_web_conversion_alone() -> None:
    assert report(entity="ACCOUNT", segment="CONVERSION_TAGS").metric_groups == ("WEB_CONVERSION",)


def test_given_a_segment_when_no_groups_are_named_then_only_those_that_can_be_split() -> None:
    assert report(segment="AGE").metric_groups == ("ENGAGEMENT", "BILLING", "VIDEO", "MOBILE_CONVERSION")


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ({}, ["account_id", "entity_id", "placement", "date"]),
        ({"granularity": "HOUR"}, ["account_id", "entity_id", "placement", "start_time"]),
        ({"granularity": "TOTAL"}, ["account_id", "entity_id", "placement", "date"]),
        ({"segment": "AGE"}, ["account_id", "entity_id", "placement", "date", "segment_value"]),
        ({"segment": "METROS"}, ["account_id", "entity_id", "placement", "date", "segment_value", "country"]),
        ({"segment": "REGIONS"}, ["account_id", "entity_id", "placement", "date", "segment_value", "country"]),
        ({"segment": "DEVICES"}, ["account_id", "entity_id", "placement", "date", "segment_value", "platform"]),
    ],
)
def test_given_a_report_when_keyed_then_only_columns_that_survive_a_second_reading(
    entry: dict[str, Any], key: list[str]
) -> None:
    assert report(**entry).primary_key == key


@pytest.mark.parametrize(("granularity", "cursor"), [("DAY", "date"), ("HOUR", "start_time"), ("TOTAL", "start_time")])
def test_given_a_granularity_when_asked_for_the_cursor_then_the_column_that_moves(
    granularity: str, cursor: str
) -> None:
    assert report(granularity=granularity).cursor_field == cursor


@given(
    entity=st.sampled_from(ENTITIES),
    segment=st.sampled_from((None, *SEGMENTS, *RETIRED_SEGMENTS)),
    granularity=st.sampled_from(GRANULARITIES),
)
def test_given_any_combination_when_read_then_a_report_with_groups_or_a_problem(
    entity: str, segment: str | None, granularity: str
) -> None:
    try:
        outcome = " ".join(report(entity=entity, segment=segment, granularity=granularity).metric_groups)
    except ConfigProblem as problem:
        outcome = str(problem.message)
    assert re.search(r"allowed|ENGAGEMENT|WEB_CONVERSION", outcome)

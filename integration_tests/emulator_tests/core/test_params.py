# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Parameters (docs/x-ads-api.md §2.2-§2.4, §5): documented ones are checked, unknown ones ignored."""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.emulator_tests.core.builders import ACCOUNT, Caller
from x_ads_emulator.routes.endpoint import Endpoint
from x_ads_emulator.routes.endpoints import ACCOUNT_ENDPOINTS, ACCOUNTS
from x_ads_emulator.routes.endpoints_global import GLOBAL_ENDPOINTS

REQUIRED = {
    "targeting_criteria": {"line_item_ids": "8u94t"},
    "tweets": {"tweet_type": "PUBLISHED"},
    "targeting_events": {"event_types": "SPORTS"},
    "targeting_tv_shows": {"locale": "en-US"},
}
MAXIMA = {"cards": 200, "targeting_tv_shows": 50}
UNPAGED = (
    "advertiser_business_categories",
    "content_categories",
    "targeting_app_store_categories",
    "targeting_platform_versions",
    "targeting_tv_markets",
)
ALL = (ACCOUNTS, *ACCOUNT_ENDPOINTS, *GLOBAL_ENDPOINTS)
PAGED = [e for e in ALL if e.stream not in UNPAGED]


def path_of(endpoint: Endpoint) -> str:
    return f"accounts/{ACCOUNT}/{endpoint.path}" if endpoint.of_account else endpoint.path


def ask(caller: Caller, endpoint: Endpoint, **params: Any) -> Any:
    return caller.get(path_of(endpoint), **{**REQUIRED.get(endpoint.stream, {}), **params})


def test_given_the_table_when_counted_then_it_has_all_34_streams() -> None:
    assert len({e.stream for e in ALL}) == 34


@pytest.mark.parametrize("endpoint", ALL, ids=lambda e: e.stream)
def test_given_required_parameters_only_when_asked_then_200(demo: Caller, endpoint: Endpoint) -> None:
    assert ask(demo, endpoint).status == 200


@pytest.mark.parametrize("stream", sorted(REQUIRED))
def test_given_a_required_parameter_is_missing_when_asked_then_it_is_named(demo: Caller, stream: str) -> None:
    got = demo.get(path_of(next(e for e in ALL if e.stream == stream)))
    assert (got.status, got.code) == (400, "MISSING_PARAMETER")
    assert got.json["errors"][0]["parameter"] == next(iter(REQUIRED[stream]))


@pytest.mark.parametrize("endpoint", PAGED, ids=lambda e: e.stream)
def test_given_the_largest_count_when_asked_then_200(demo: Caller, endpoint: Endpoint) -> None:
    assert ask(demo, endpoint, count=MAXIMA.get(endpoint.stream, 1000)).status == 200


@pytest.mark.parametrize("endpoint", PAGED, ids=lambda e: e.stream)
def test_given_a_count_out_of_range_when_asked_then_invalid_parameter(demo: Caller, endpoint: Endpoint) -> None:
    too_many = MAXIMA.get(endpoint.stream, 1000) + 1
    answers = [ask(demo, endpoint, count=count) for count in (0, -1, too_many, "1.5", "abc", "")]
    assert [(a.status, a.code) for a in answers] == [(400, "INVALID_PARAMETER")] * 6


@pytest.mark.parametrize("stream", UNPAGED)
def test_given_an_endpoint_without_paging_when_count_is_sent_then_it_is_ignored(demo: Caller, stream: str) -> None:
    endpoint = next(e for e in ALL if e.stream == stream)
    got = ask(demo, endpoint, count=1, cursor="nonsense")
    assert len(got.json["data"]) == len(demo.world.global_records(stream))


def test_given_an_unknown_parameter_when_asked_then_it_is_ignored_and_not_echoed(demo: Caller) -> None:
    got = demo.get("targeting_criteria/interests", sort_by="updated_at-desc", with_deleted="True", count=1)
    assert (got.status, got.json["request"]["params"]) == (200, {"count": 1})


@pytest.mark.parametrize("value", ["True", "1", "yes", ""])
def test_given_a_boolean_that_is_not_lower_case_when_asked_then_invalid_parameter(demo: Caller, value: str) -> None:
    got = demo.get(f"accounts/{ACCOUNT}/campaigns", with_deleted=value)
    assert got.json["errors"][0] == {
        "code": "INVALID_PARAMETER",
        "message": f'Expected boolean, got "{value}" for with_deleted',
        "parameter": "with_deleted",
        "value": value,
    }


@pytest.mark.parametrize(
    ("path", "params"),
    [
        (f"accounts/{ACCOUNT}/campaigns", {"sort_by": "id-desc"}),
        (f"accounts/{ACCOUNT}/campaigns", {"sort_by": "updated_at"}),
        (f"accounts/{ACCOUNT}/line_items", {"sort_by": "name-asc"}),
        (f"accounts/{ACCOUNT}/cards", {"card_types": "POLL"}),
        (f"accounts/{ACCOUNT}/cards", {"q": "x" * 81}),
        (f"accounts/{ACCOUNT}/custom_audiences", {"q": ""}),
        (f"accounts/{ACCOUNT}/custom_audiences", {"permission_scope": "ALL"}),
        (f"accounts/{ACCOUNT}/tweets", {"tweet_type": "NULLCAST"}),
        (f"accounts/{ACCOUNT}/line_items", {"line_item_ids": ",".join(f"l{n}" for n in range(201))}),
        ("targeting_criteria/tv_shows", {"locale": "xx-XX"}),
        ("targeting_criteria/events", {"event_types": "PARTY"}),
        ("targeting_criteria/events", {"event_types": "SPORTS", "start_time": "yesterday"}),
        ("targeting_criteria/locations", {"country_code": "US,DE"}),
        ("targeting_criteria/locations", {"location_type": "cities"}),
    ],
)
def test_given_a_value_that_is_not_allowed_when_asked_then_invalid_parameter(
    demo: Caller, path: str, params: dict[str, str]
) -> None:
    got = demo.get(path, **params)
    assert (got.status, got.code) == (400, "INVALID_PARAMETER")


def test_given_200_ids_when_asked_then_200(demo: Caller) -> None:
    got = demo.get(f"accounts/{ACCOUNT}/line_items", line_item_ids=",".join(f"l{n}" for n in range(200)))
    assert (got.status, got.json["data"]) == (200, [])


def test_given_cursor_and_with_total_count_when_asked_then_exclusive_parameters(demo: Caller) -> None:
    got = demo.get(f"accounts/{ACCOUNT}/campaigns", cursor="abc", with_total_count="true")
    assert (got.status, got.code) == (400, "EXCLUSIVE_PARAMETERS")


def test_given_parameters_when_echoed_then_typed_with_the_account(demo: Caller) -> None:
    sent = {"campaign_ids": "8wku2,f4z6x", "count": "7", "with_deleted": "true", "sort_by": "updated_at-desc"}
    got = demo.get(f"accounts/{ACCOUNT}/campaigns", **sent)
    assert got.json["request"]["params"] == {
        "account_id": ACCOUNT,
        "campaign_ids": ["8wku2", "f4z6x"],
        "count": 7,
        "sort_by": ["updated_at-desc"],
        "with_deleted": True,
    }


def test_given_the_oddities_of_the_echo_when_asked_then_they_are_there(demo: Caller) -> None:
    shows = demo.get("targeting_criteria/tv_shows", locale="en-US").json["request"]["params"]
    polls = demo.get(f"accounts/{ACCOUNT}/cards/poll").json["request"]["params"]
    tweets = demo.get(f"accounts/{ACCOUNT}/tweets", tweet_type="SCHEDULED").json["request"]["params"]
    assert shows == {"locale": {"countryCode": "US", "languageCode": "en"}}
    assert polls == {"card_type": "poll", "account_id": ACCOUNT}
    assert tweets == {"tweet_type": "SCHEDULED", "account_id": ACCOUNT}


def test_given_the_oddities_of_the_envelope_when_asked_then_they_are_there(demo: Caller) -> None:
    events = demo.get("targeting_criteria/events", event_types="SPORTS").json
    assert events["data_type"] == "events"
    assert demo.get("content_categories").json["total_count"] == 15
    assert "next_cursor" not in demo.get("targeting_criteria/tv_markets").json
    assert demo.get("advertiser_business_categories").json["next_cursor"] is None

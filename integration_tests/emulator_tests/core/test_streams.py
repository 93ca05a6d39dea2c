# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What single streams do differently (docs/x-ads-api.md §5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integration_tests.emulator_tests.core.builders import ACCOUNT, Caller
from x_ads_emulator.world.examples import ENTITIES
from x_ads_emulator.world.examples_creative import CREATIVES
from x_ads_emulator.world.examples_global import GLOBALS

PATHS = {"tailored_audiences": "custom_audiences", "cards_poll": "cards/poll"} | {
    f"cards_{kind}": f"cards/{kind}" for kind in ("image_conversation", "video_conversation")
}
NEEDS: dict[str, dict[str, str]] = {
    "tweets": {"tweet_type": "PUBLISHED", "trim_user": "true"},
    "targeting_criteria": {"line_item_ids": "8u94t"},
    "targeting_events": {"event_types": "HOLIDAY", "start_time": "2017-01-01T00:00:00Z"},
    "targeting_tv_shows": {"locale": "en-US"},
    "targeting_devices": {"count": "1000"},
}
DOCUMENTED = {**ENTITIES, **CREATIVES, **GLOBALS}


@pytest.mark.parametrize("stream", [s for s in DOCUMENTED if s != "legacy_cards"])
def test_given_the_demo_world_when_listed_then_the_documented_records_are_in_it(demo: Caller, stream: str) -> None:
    name = PATHS.get(stream, stream).replace("targeting_", "targeting_criteria/", 1 if stream in GLOBALS else 0)
    path = name if stream in GLOBALS or stream == "accounts" else f"accounts/{ACCOUNT}/{name}"
    rows = demo.rows(path, **NEEDS.get(stream, {}))
    assert all(record in rows for record in DOCUMENTED[stream])


def test_given_legacy_cards_when_listed_then_only_with_include_legacy_cards(demo: Caller) -> None:
    legacy = CREATIVES["legacy_cards"][0]
    assert legacy not in demo.rows(f"accounts/{ACCOUNT}/cards")
    assert legacy in demo.rows(f"accounts/{ACCOUNT}/cards", include_legacy_cards="true")


def test_given_card_uris_when_cards_all_is_asked_then_cards_of_every_kind(demo: Caller) -> None:
    uris = "card://950590850777497601,card://1044294149527166979"
    got = demo.get(f"accounts/{ACCOUNT}/cards/all", card_uris=uris).json
    assert {row["card_type"] for row in got["data"]} == {"VIDEO_POLLS", "IMAGE_APP_DOWNLOAD"}
    assert "next_cursor" not in got


def test_given_no_card_uris_when_cards_all_is_asked_then_missing_parameter(demo: Caller) -> None:
    assert demo.get(f"accounts/{ACCOUNT}/cards/all").code == "MISSING_PARAMETER"


def tweets(demo: Caller, **params: Any) -> list[dict[str, Any]]:
    return demo.rows(f"accounts/{ACCOUNT}/tweets", **{"tweet_type": "PUBLISHED", **params})


def test_given_no_timeline_type_when_tweets_are_listed_then_only_nullcast(demo: Caller) -> None:
    assert {row["nullcast"] for row in tweets(demo)} == {True}
    assert {row["nullcast"] for row in tweets(demo, timeline_type="ORGANIC")} == {False}
    assert len(tweets(demo, timeline_type="ALL")) == len(tweets(demo)) + len(tweets(demo, timeline_type="ORGANIC"))


def test_given_published_tweets_when_listed_then_newest_first_whatever_sort_by_says(demo: Caller) -> None:
    ids = [row["id"] for row in tweets(demo, count=10, timeline_type="ALL", sort_by="created_at-asc")]
    assert ids == sorted(ids, reverse=True)


def test_given_scheduled_tweets_when_listed_then_not_in_order_of_created_at(demo: Caller) -> None:
    ids = [row["id"] for row in tweets(demo, tweet_type="SCHEDULED")]
    assert ids not in (sorted(ids), sorted(ids, reverse=True))


def test_given_a_tweet_when_printed_then_its_id_is_a_number_above_2_53_and_a_string(demo: Caller) -> None:
    body = json.dumps(tweets(demo, tweet_ids="1166476031668015104"))
    assert '"id": 1166476031668015104,' in body
    assert '"id_str": "1166476031668015104"' in body


def test_given_ids_of_another_tweet_type_when_listed_then_they_are_silently_missing(demo: Caller) -> None:
    assert tweets(demo, tweet_type="SCHEDULED", tweet_ids="1166476031668015104") == []


def test_given_no_trim_user_when_listed_then_the_author_is_a_whole_object(demo: Caller) -> None:
    assert "screen_name" in tweets(demo, tweet_ids="1166476031668015104")[0]["user"]


def test_given_line_items_when_criteria_are_asked_then_only_theirs(demo: Caller) -> None:
    some = [row["id"] for row in demo.world.visible("line_items", ACCOUNT)[:30]]
    rows = demo.rows(f"accounts/{ACCOUNT}/targeting_criteria", line_item_ids=",".join(some), count=10)
    assert rows
    assert {row["line_item_id"] for row in rows} <= set(some)


def test_given_line_items_of_another_account_when_criteria_are_asked_then_nothing(demo: Caller) -> None:
    other = demo.world.visible("line_items", "2tokyo8n9q")[0]["id"]
    assert demo.rows(f"accounts/{ACCOUNT}/targeting_criteria", line_item_ids=other) == []


@pytest.mark.parametrize("stream", ["promoted_tweets", "targeting_criteria"])
def test_given_a_deleted_line_item_when_listed_then_with_deleted_shows_its_children(demo: Caller, stream: str) -> None:
    gone = [row["id"] for row in demo.world.records("line_items", ACCOUNT) if row["deleted"]]
    params = {"line_item_ids": ",".join(gone)}
    assert demo.rows(f"accounts/{ACCOUNT}/{stream}", **params) == []
    rows = demo.rows(f"accounts/{ACCOUNT}/{stream}", **params, with_deleted="true")
    assert False in {row["deleted"] for row in rows}


def test_given_lang_when_criteria_are_asked_then_a_localized_name(demo: Caller) -> None:
    rows = demo.rows(f"accounts/{ACCOUNT}/targeting_criteria", line_item_ids="8u94t", lang="fr")
    assert all("localized_name" in row for row in rows)


def test_given_line_items_without_promoted_accounts_when_filtered_by_them_then_400(demo: Caller) -> None:
    assert demo.get(f"accounts/{ACCOUNT}/promoted_accounts", line_item_ids="nothing").status == 400


def test_given_a_shared_audience_when_listed_then_the_other_account_has_it_as_shared(demo: Caller) -> None:
    other = "accounts/2tokyo8n9q/custom_audiences"
    shared = demo.rows(other, permission_scope="SHARED")
    assert [row["id"] for row in shared] == ["1nmth"]
    assert "1nmth" not in [row["id"] for row in demo.rows(other)]
    assert "1nmth" in [row["id"] for row in demo.rows(f"accounts/{ACCOUNT}/custom_audiences")]


def test_given_no_country_when_network_operators_are_listed_then_those_of_the_us(demo: Caller) -> None:
    assert {row["country_code"] for row in demo.rows("targeting_criteria/network_operators")} == {"US"}


def test_given_no_start_time_when_events_are_listed_then_only_those_not_over(demo: Caller) -> None:
    rows = demo.rows("targeting_criteria/events", event_types="HOLIDAY,SPORTS")
    assert rows
    assert all(row["end_time"] > "2026-11-22T12:00:00Z" for row in rows)


def test_given_devices_when_count_is_small_then_the_rest_is_out_of_reach(demo: Caller) -> None:
    got = demo.get("targeting_criteria/devices", count=10).json
    assert (len(got["data"]), got["next_cursor"]) == (10, None)


def test_given_markets_when_all_shows_are_read_then_every_show_and_some_twice(demo: Caller) -> None:
    markets = [row["locale"] for row in demo.rows("targeting_criteria/tv_markets")]
    rows = [row for locale in markets for row in demo.rows("targeting_criteria/tv_shows", locale=locale)]
    values = [row["targeting_value"] for row in rows]
    assert set(values) == {row["targeting_value"] for row in demo.world.global_records("targeting_tv_shows")}
    assert len(values) > len(set(values))

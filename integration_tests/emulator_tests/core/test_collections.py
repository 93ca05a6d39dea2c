# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Collections (docs/x-ads-api.md §2): paging, order, deleted rows, filters, single records."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from integration_tests.emulator_tests.core.builders import ACCOUNT, Caller, demo_world, world_of
from x_ads_emulator.routes.endpoints import ACCOUNT_ENDPOINTS
from x_ads_emulator.world.spec import AccountSpec
from x_ads_emulator.world.world import key_of

PLAIN = [e for e in ACCOUNT_ENDPOINTS if e.stream not in ("tweets", "targeting_criteria")]
CAMPAIGNS = f"accounts/{ACCOUNT}/campaigns"


def by_key(rows: Any) -> list[dict[str, Any]]:
    return sorted(rows, key=key_of)


@pytest.mark.parametrize("endpoint", PLAIN, ids=lambda e: e.stream)
@pytest.mark.parametrize("with_deleted", [False, True])
def test_given_small_pages_when_followed_then_every_visible_row_once(
    demo: Caller, endpoint: Any, with_deleted: bool
) -> None:
    params = {"count": 7, "sort_by": "updated_at-desc", "with_deleted": str(with_deleted).lower()}
    rows = demo.rows(f"accounts/{ACCOUNT}/{endpoint.path}", **params)
    assert by_key(rows) == by_key(demo.world.visible(endpoint.stream, ACCOUNT, with_deleted=with_deleted))


@pytest.mark.parametrize("endpoint", PLAIN, ids=lambda e: e.stream)
def test_given_updated_at_desc_when_followed_then_newest_first(demo: Caller, endpoint: Any) -> None:
    rows = demo.rows(f"accounts/{ACCOUNT}/{endpoint.path}", count=20, sort_by="updated_at-desc", with_deleted="true")
    dates = [row["updated_at"] for row in rows]
    assert dates == sorted(dates, reverse=True)


def test_given_the_demo_world_when_paged_by_20_then_equal_dates_cross_a_page_border(demo: Caller) -> None:
    pages = demo.pages(f"accounts/{ACCOUNT}/line_items", count=20, sort_by="updated_at-desc")
    assert any(a[-1]["updated_at"] == b[0]["updated_at"] for a, b in pairwise(pages))


def test_given_no_sort_by_when_listed_then_the_order_is_not_that_of_updated_at(demo: Caller) -> None:
    dates = [row["updated_at"] for row in demo.rows(CAMPAIGNS)]
    assert dates not in (sorted(dates), sorted(dates, reverse=True))


def test_given_null_budgets_when_sorted_then_they_come_last_either_way(demo: Caller) -> None:
    for order in ("asc", "desc"):
        rows = demo.rows(CAMPAIGNS, sort_by=f"total_budget_amount_local_micro-{order}", count=7)
        nulls = [row["total_budget_amount_local_micro"] is None for row in rows]
        assert nulls == sorted(nulls)


@pytest.mark.parametrize("cursor", ["abc", "", "ünï", "YTZjNTU5NTFbMixbIjh3a3UyIl1d"])
def test_given_a_cursor_of_another_collection_when_asked_then_invalid_parameter(demo: Caller, cursor: str) -> None:
    got = demo.get(CAMPAIGNS, cursor=cursor)
    assert (got.status, got.code) == (400, "INVALID_PARAMETER")


def test_given_a_cursor_of_other_filters_when_asked_then_invalid_parameter(demo: Caller) -> None:
    cursor = demo.get(CAMPAIGNS, count=5, with_deleted="true").json["next_cursor"]
    assert demo.get(CAMPAIGNS, count=5, cursor=cursor).status == 400


def test_given_a_cursor_when_the_count_changes_then_it_goes_on(demo: Caller) -> None:
    first = demo.get(CAMPAIGNS, count=5)
    rest = demo.get(CAMPAIGNS, count=1000, cursor=first.json["next_cursor"])
    assert len(first.json["data"]) + len(rest.json["data"]) == len(demo.world.visible("campaigns", ACCOUNT))


def test_given_cursor_after_full_page_when_the_last_is_full_then_one_more_follows() -> None:
    caller = Caller(world_of([AccountSpec("a1", volumes={"tracking_tags": 7})]), {"cursor_after_full_page": True})
    assert [len(page) for page in caller.pages("accounts/a1/tracking_tags", count=7)] == [7, 0]


def touch_while_paging(paging: str) -> tuple[list[dict[str, Any]], str]:
    caller = Caller(demo_world(), {"paging": paging})
    params: dict[str, Any] = {"count": 10, "sort_by": "updated_at-desc"}
    first = caller.get(CAMPAIGNS, **params).json
    second = caller.get(CAMPAIGNS, **params, cursor=first["next_cursor"]).json
    moved = second["data"][-1]["id"]
    caller.world.mutate({"op": "touch", "stream": "campaigns", "account_id": ACCOUNT, "id": moved})
    rest = caller.rows(CAMPAIGNS, **params, cursor=first["next_cursor"])
    return first["data"] + rest, moved


def test_given_keyset_paging_when_a_later_row_changes_then_only_that_row_is_missed() -> None:
    rows, moved = touch_while_paging("keyset")
    ids = [row["id"] for row in rows]
    everything = {row["id"] for row in demo_world().visible("campaigns", ACCOUNT)}
    assert (set(ids), len(ids)) == (everything - {moved}, len(everything) - 1)


def test_given_offset_paging_when_a_later_row_changes_then_one_row_is_served_twice() -> None:
    rows, _ = touch_while_paging("offset")
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids)) + 1


def test_given_with_total_count_when_asked_then_it_counts_the_whole_collection(demo: Caller) -> None:
    got = demo.get(CAMPAIGNS, with_total_count="true", count=1)
    assert got.json["total_count"] == len(demo.world.visible("campaigns", ACCOUNT))


def test_given_no_with_total_count_when_asked_then_no_total(demo: Caller) -> None:
    assert "total_count" not in demo.get(CAMPAIGNS, count=1).json


def test_given_a_prefix_when_searched_then_case_does_not_matter(demo: Caller) -> None:
    names = [row["name"] for row in demo.rows(CAMPAIGNS, q="CAMPAIGN 1")]
    assert names
    assert all(name.startswith("campaign 1") for name in names)


def test_given_drafts_when_listed_then_only_with_draft_shows_them(demo: Caller) -> None:
    path = f"accounts/{ACCOUNT}/line_items"
    without = demo.rows(path, with_deleted="true")
    assert all(row["entity_status"] != "DRAFT" for row in without)
    rows = demo.rows(path, with_deleted="true", with_draft="true")
    assert by_key(rows) == by_key(demo.world.records("line_items", ACCOUNT))


def test_given_a_deleted_row_when_fetched_by_id_then_404_without_with_deleted(demo: Caller) -> None:
    gone = next(row for row in demo.world.records("campaigns", ACCOUNT) if row["deleted"])
    got = demo.get(f"{CAMPAIGNS}/{gone['id']}")
    assert (got.status, got.code) == (404, "CAMPAIGN_NOT_FOUND")
    assert demo.get(f"{CAMPAIGNS}/{gone['id']}", with_deleted="true").json["data"] == gone


def test_given_an_id_when_fetched_then_data_is_an_object_and_for_cards_a_list_of_one(demo: Caller) -> None:
    campaign = demo.get(f"{CAMPAIGNS}/8wku2").json
    assert campaign["data"]["id"] == "8wku2"
    assert campaign["request"]["params"] == {"campaign_id": "8wku2", "account_id": ACCOUNT}
    card = demo.get(f"accounts/{ACCOUNT}/cards/1321554298900107264").json
    assert [row["name"] for row in card["data"]] == ["deep link"]


def test_given_an_account_without_rows_when_listed_then_an_empty_page() -> None:
    caller = Caller(world_of([AccountSpec("a1", volumes={})]))
    got = caller.get("accounts/a1/line_items")
    assert (got.json["data"], got.json["next_cursor"]) == ([], None)


def test_given_prebuilt_pages_when_the_world_changes_then_they_are_made_anew() -> None:
    caller = Caller(demo_world(), {"prebuild": True})
    before = caller.rows(CAMPAIGNS)
    caller.world.mutate({"op": "delete", "stream": "campaigns", "account_id": ACCOUNT, "id": "8wku2"})
    assert len(caller.rows(CAMPAIGNS)) == len(before) - 1


def test_given_more_than_20000_rows_when_paged_then_the_same_rows_as_the_world_has() -> None:
    caller = Caller(world_of([AccountSpec("a1", volumes={"line_items": 20_001})]))
    rows = caller.rows("accounts/a1/line_items", count=1000, sort_by="updated_at-desc")
    assert rows == caller.world.visible("line_items", "a1")


def test_given_rows_made_on_demand_when_asked_by_id_then_found() -> None:
    caller = Caller(world_of([AccountSpec("a1", volumes={"line_items": 2_000_000})]))
    wanted = caller.world.records("line_items", "a1")[1_234_567]
    assert caller.rows("accounts/a1/line_items", line_item_ids=wanted["id"]) == [wanted]

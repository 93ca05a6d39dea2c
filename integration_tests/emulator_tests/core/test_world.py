# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The world: the same everywhere, and awkward enough."""

from __future__ import annotations

import unicodedata
from typing import Any

import orjson
import pytest

from integration_tests.emulator_tests.core.builders import ACCOUNT, NOW, demo_world, world_of
from x_ads_emulator.world.bulk import BULK_FROM, BulkTable
from x_ads_emulator.world.spec import AccountSpec, WorldSpec
from x_ads_emulator.world.world import ACCOUNT_STREAMS, GLOBAL_STREAMS, World, key_of


def everything(world: World) -> dict[str, Any]:
    tables = {f"{s}/{a}": list(world.records(s, a)) for a in world.account_ids() for s in ACCOUNT_STREAMS}
    return tables | {s: list(world.global_records(s)) for s in (*GLOBAL_STREAMS, "accounts")}


def test_given_a_spec_when_sent_as_json_then_the_same_world_is_built() -> None:
    spec = WorldSpec.demo(NOW)
    copy = WorldSpec.from_dict(orjson.loads(orjson.dumps(spec.to_dict())))
    assert everything(World.build(copy)) == everything(World.build(spec))


def test_given_another_seed_when_built_then_other_rows() -> None:
    one, two = (world_of([AccountSpec("a1", volumes={"campaigns": 5})], seed=s) for s in (1, 2))
    assert one.records("campaigns", "a1") != two.records("campaigns", "a1")


def test_given_no_now_when_pinned_then_two_builds_agree() -> None:
    spec = WorldSpec.demo().pinned()
    assert everything(World.build(spec)) == everything(World.build(spec))


@pytest.mark.parametrize("stream", ACCOUNT_STREAMS)
def test_given_the_demo_world_when_counted_then_keys_are_unique_over_all_accounts(stream: str) -> None:
    world = demo_world()
    keys = [key_of(r) for a in world.account_ids() for r in world.records(stream, a)]
    shared = 1 if stream == "tailored_audiences" else 0
    assert len(keys) == len(set(keys)) + shared


def test_given_the_demo_world_when_searched_then_it_has_what_breaks_careless_clients() -> None:
    text = orjson.dumps(everything(demo_world()), option=orjson.OPT_NON_STR_KEYS).decode()
    items = [r for a in demo_world().account_ids() for r in demo_world().records("line_items", a)]
    assert "🗼" in text
    assert any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    assert any(unicodedata.combining(c) for c in text)
    assert max(r["bid_amount_local_micro"] or 0 for r in items) == 2**63 - 1
    assert {"ios_app_store_identifier" in r for r in items} == {True, False}
    assert {r["deleted"] for r in items} == {True, False}


def test_given_undated_when_built_then_so_many_rows_lack_updated_at() -> None:
    rows = world_of([AccountSpec("a1", volumes={"campaigns": 10}, undated=3)]).records("campaigns", "a1")
    assert sum("updated_at" not in r for r in rows) == 3


def test_given_a_star_volume_when_built_then_it_holds_for_streams_not_named() -> None:
    world = world_of([AccountSpec("a1", volumes={"*": 2, "campaigns": 5})])
    assert (len(world.records("campaigns", "a1")), len(world.records("cards", "a1"))) == (5, 2)


def test_given_documented_children_when_built_then_their_line_items_exist() -> None:
    world = demo_world()
    ids = {r["id"] for r in world.records("line_items", ACCOUNT)}
    children = [s for s in ACCOUNT_STREAMS if "line_item_id" in world.records(s, ACCOUNT)[0]]
    assert {r["line_item_id"] for s in children for r in world.records(s, ACCOUNT)} <= ids


def test_given_two_million_rows_when_asked_then_rendered_pages_equal_the_rows() -> None:
    rows = world_of([AccountSpec("a1", volumes={"line_items": 2_000_000})]).records("line_items", "a1")
    assert isinstance(rows, BulkTable)
    for start in (0, 95, 1_799_990):
        page = orjson.loads(b"[" + b"".join(rows.render(start, 300, with_deleted=False)) + b"]")
        assert page == [rows[p + p // 9] for p in range(start, min(start + 300, 1_800_000))]
    assert orjson.loads(b"[" + b"".join(rows.render(1_999_950, 300, with_deleted=True)) + b"]") == rows[1_999_950:]


def test_given_children_on_demand_when_rendered_then_each_names_its_line_item() -> None:
    rows = world_of([AccountSpec("a1", volumes={"line_items": 30, "tracking_tags": 30_000})]).records(
        "tracking_tags", "a1"
    )
    assert isinstance(rows, BulkTable)
    page = orjson.loads(b"[" + b"".join(rows.render(150, 100, with_deleted=True)) + b"]")
    assert page == rows[150:250]


def test_given_rows_on_demand_when_changed_then_refused() -> None:
    world = world_of([AccountSpec("a1", volumes={"cards": BULK_FROM})])
    with pytest.raises(ValueError, match="made on demand"):
        world.mutate({"op": "touch", "stream": "cards", "account_id": "a1", "id": "x"})


def test_given_children_on_demand_when_asked_by_line_item_then_theirs() -> None:
    world = world_of([AccountSpec("a1", volumes={"line_items": 30_000, "targeting_criteria": 60_000})])
    table = world.records("targeting_criteria", "a1")
    assert isinstance(table, BulkTable)
    wanted = [table.line_item_id(7), table.line_item_id(29_999)]
    assert table.children_of(wanted) == [r for r in table if r["line_item_id"] in wanted]


def test_given_a_delete_when_hard_then_the_row_is_gone_else_marked() -> None:
    world = demo_world()
    change = {"op": "delete", "stream": "campaigns", "account_id": ACCOUNT, "id": "8wku2"}
    world.mutate(change)
    marked = world.get("campaigns", ACCOUNT, "8wku2")
    assert marked is not None
    assert (marked["deleted"], marked["updated_at"]) == (True, NOW)
    world.mutate({**change, "hard": True})
    assert world.get("campaigns", ACCOUNT, "8wku2") is None


@pytest.mark.parametrize("values", [{"speed": 1}, {"accounts": [{"id": "a", "speed": 1}]}])
def test_given_a_spec_with_a_mistake_when_read_then_it_is_named(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="speed"):
        WorldSpec.from_dict(values)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Most accounts have no mobile conversions, and most campaigns no conversion tag (docs/x-ads-api.md §7.5, §7.9)."""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.emulator_tests.analytics.builders import ACCOUNT, Bench, bench
from integration_tests.truth import differences, expected_rows, rows_by_key
from x_ads_emulator.analytics.conversions import CONVERSION_GROUPS, MOBILE_GROUPS, missing_groups
from x_ads_emulator.analytics.population import Population
from x_ads_emulator.world.spec import AccountSpec, WorldSpec
from x_ads_emulator.world.world import World

GROUPS = ("ENGAGEMENT", "LIFE_TIME_VALUE_MOBILE_CONVERSION", "MOBILE_CONVERSION", "WEB_CONVERSION")
ENTITIES = ("ACCOUNT", "CAMPAIGN", "FUNDING_INSTRUMENT", "LINE_ITEM", "PROMOTED_ACCOUNT", "PROMOTED_TWEET")
LINE_ITEMS = {"line_items": 20}


def metrics(at: Bench) -> dict[str, dict[str, Any]]:
    """The metrics of each line item in a file of all groups."""
    document = at.document(metric_groups=",".join(GROUPS))
    return {entity["id"]: entity["id_data"][0]["metrics"] for entity in document["data"]}


def names_of(found: dict[str, Any], prefix: str) -> set[str]:
    """The metrics with a prefix that are not null."""
    return {name for name, value in found.items() if name.startswith(prefix) and value is not None}


def test_given_many_accounts_when_drawn_then_one_in_five_has_mobile_conversions() -> None:
    missing = [missing_groups(1, "likely", f"acc{n}", "CAMPAIGN", "c") for n in range(1000)]
    assert {one & MOBILE_GROUPS for one in missing} == {frozenset(), MOBILE_GROUPS}
    assert 150 <= sum(not one & MOBILE_GROUPS for one in missing) <= 250


@pytest.mark.parametrize("entity", ["CAMPAIGN", "LINE_ITEM", "PROMOTED_TWEET"])
def test_given_many_entities_when_drawn_then_one_in_three_has_a_conversion_tag(entity: str) -> None:
    missing = [missing_groups(1, "likely", ACCOUNT, entity, f"e{n}") for n in range(1000)]
    assert len({one & MOBILE_GROUPS for one in missing}) == 1
    assert 280 <= sum("WEB_CONVERSION" not in one for one in missing) <= 390


@pytest.mark.parametrize("segmentation", [None, "PLATFORMS"])
@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("conversions", ["likely", "all", "none"])
def test_given_any_kind_when_all_groups_are_asked_then_the_numbers_are_the_truth(
    conversions: str, entity: str, segmentation: str | None
) -> None:
    at = bench(conversions=conversions)
    changes = {"entity": entity, "metric_groups": ",".join(GROUPS), "segmentation_type": segmentation}
    expected = expected_rows(
        at.world,
        at.service,
        account_id=ACCOUNT,
        entity=entity,
        granularity="DAY",
        metric_groups=GROUPS,
        segmentation=segmentation,
        placements=["ALL_ON_TWITTER"],
        entity_ids=at.ids(entity),
        first_day="2026-10-01",
        last_day_exclusive="2026-10-04",
    )
    assert expected
    assert differences(expected, rows_by_key(at.rows(**changes), overwrite=False)) == []


def test_given_entities_when_some_have_a_tag_then_the_others_have_null_metrics() -> None:
    at = bench(conversions="likely", volumes=LINE_ITEMS)
    population = Population(at.world)
    found = metrics(at)
    tagged = {i for i in found if "WEB_CONVERSION" not in population.missing_groups(ACCOUNT, "LINE_ITEM", i)}
    assert 0 < len(tagged) < len(found)
    active = {entity_id for entity_id, one in found.items() if one.get("impressions")}
    assert tagged & active
    for entity_id in active:
        assert bool(names_of(found[entity_id], "conversion_")) == (entity_id in tagged)


@pytest.mark.parametrize(("conversions", "some"), [("all", True), ("none", False)])
def test_given_a_spec_when_it_says_all_or_none_then_every_entity_has_them_or_none(conversions: str, some: bool) -> None:
    for one in metrics(bench(conversions=conversions, volumes=LINE_ITEMS)).values():
        if one.get("impressions"):
            assert bool(names_of(one, "conversion_")) == bool(names_of(one, "mobile_conversion_")) == some


def test_given_the_demo_world_when_built_then_accounts_are_of_both_kinds() -> None:
    population = Population(World.build(WorldSpec.demo()))
    kinds = {
        account.id: [
            population.missing_groups(account.id, "CAMPAIGN", entity_id)
            for entity_id, _ in population.records(account.id, "CAMPAIGN")
        ]
        for account in WorldSpec.demo().accounts
    }
    assert {bool(missing[0] & MOBILE_GROUPS) for missing in kinds.values()} == {True, False}
    for missing in kinds.values():
        assert {"WEB_CONVERSION" in one for one in missing} == {True, False}


def test_given_a_spec_when_conversions_are_of_an_unknown_kind_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="conversions must be one of likely, all, none, got 'some'"):
        AccountSpec("1a", conversions="some")


def test_given_no_conversions_when_asked_by_tag_then_there_are_no_rows() -> None:
    at = bench(conversions="none")
    changes = {"segmentation_type": "CONVERSION_TAGS", "metric_groups": "WEB_CONVERSION", "entity": "CAMPAIGN"}
    assert rows_by_key(at.rows(**changes)) == {}
    assert missing_groups(1, "none", ACCOUNT, "CAMPAIGN", "x") == CONVERSION_GROUPS

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""An account has numbers exactly where its promoted entities have activity (docs/x-ads-api.md §7.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from integration_tests.emulator_tests.analytics.builders import ACCOUNT, Bench, bench
from integration_tests.truth import Rows, differences, expected_rows, rows_by_key
from x_ads_emulator.analytics.population import Population, granule_of
from x_ads_emulator.analytics.rollup import ROLLED_UP
from x_ads_emulator.clock import parse_instant

PLACEMENTS = ("ALL_ON_TWITTER", "SPOTLIGHT", "TREND", "PUBLISHER_NETWORK")
#: Few entities of short lives, so that the account has hours and days without any activity.
SPARSE: dict[str, Any] = {
    "activity": {"from": "2026-08-20", "to": "2026-10-20", "share": 0.4},
    "volumes": {"campaigns": 2, "funding_instruments": 1, "line_items": 3, "promoted_tweets": 3},
}
FIRST, LAST = "2026-09-20", "2026-10-25"


def hours(at: Bench, entity: str) -> set[tuple[str, str]]:
    """(placement, hour) of everything that entities of a kind have numbers in."""
    rows = truth(at, entity, "HOUR")
    return {key[2:4] for key in rows}


def truth(at: Bench, entity: str = "ACCOUNT", granularity: str = "DAY", **changes: Any) -> Rows:
    """The engagement of a kind of entity."""
    return expected_rows(
        at.world,
        at.service,
        account_id=ACCOUNT,
        entity=entity,
        granularity=granularity,
        metric_groups=["ENGAGEMENT"],
        **{"first_day": FIRST, "last_day_exclusive": LAST, **changes},
    )


def listed(at: Bench, entity: str, start: str = FIRST, end: str = LAST) -> list[dict[str, Any]]:
    """What active_entities says of a window."""
    params = {"entity": entity, "start_time": start, "end_time": end}
    return list(at.service.active_entities(ACCOUNT, params).data)


def placements_of(entries: Iterable[dict[str, Any]]) -> set[str]:
    return {placement for one in entries for placement in one["placements"]}


@pytest.mark.parametrize("publisher_network", [False, True])
@pytest.mark.parametrize("share", [0.3, 0.4, 1.0])
def test_given_an_account_when_read_by_the_hour_then_it_has_its_entities_hours(
    share: float, publisher_network: bool
) -> None:
    activity = {**SPARSE["activity"], "share": share}
    at = bench(activity=activity, volumes=SPARSE["volumes"], publisher_network=publisher_network)
    below = {hour for entity in ROLLED_UP for hour in hours(at, entity)}
    assert hours(at, "ACCOUNT") == below
    assert below


@pytest.mark.parametrize("granularity", ["DAY", "HOUR", "TOTAL"])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_given_an_account_when_a_job_asks_then_its_numbers_are_the_truth(placement: str, granularity: str) -> None:
    at = bench(publisher_network=True, **SPARSE)
    changes = {"entity": "ACCOUNT", "placement": placement, "granularity": granularity}
    rows = rows_by_key(at.rows(start_time=FIRST, end_time=LAST, **changes), overwrite=False)
    assert differences(truth(at, granularity=granularity, placements=[placement]), rows) == []


def test_given_an_account_with_numbers_when_listed_then_an_entity_has_its_placement() -> None:
    at = bench(**SPARSE)
    named = {placement for entity in ROLLED_UP for placement in placements_of(listed(at, entity))}
    assert {key[2] for key in truth(at)} == named


@pytest.mark.parametrize("volumes", [{"media_creatives": 5, "tweets": 5, "tracking_tags": 5}, {}], ids=str)
def test_given_an_account_when_none_of_its_entities_is_promoted_then_no_numbers(volumes: dict[str, int]) -> None:
    at = bench(volumes=volumes)
    assert truth(at) == rows_by_key(at.rows(entity="ACCOUNT")) == {}


def test_given_an_account_when_it_is_dormant_then_it_has_no_numbers() -> None:
    at = bench(activity=None)
    assert truth(at) == rows_by_key(at.rows(entity="ACCOUNT")) == {}


def test_given_an_entity_when_it_is_added_then_the_account_s_numbers_follow() -> None:
    at = bench(volumes={})
    assert truth(at) == {}
    record = {"id": "new1", "deleted": False}
    at.world.mutate({"op": "upsert", "stream": "campaigns", "account_id": ACCOUNT, "record": record})
    rows = rows_by_key(at.rows(entity="ACCOUNT", start_time=FIRST, end_time=LAST))
    wanted = truth(at, placements=["ALL_ON_TWITTER"])
    assert wanted
    assert differences(wanted, rows) == []


def test_given_many_entities_when_activity_is_drawn_then_both_forms_agree() -> None:
    at = bench(activity={"from": "2026-09-01", "to": "2026-10-31", "share": 0.3}, volumes={"line_items": 200})
    roll_up = Population(at.world).roll_up(ACCOUNT, "TREND")
    first, end = granule_of(parse_instant("2026-08-30T00:00:00Z")), granule_of(parse_instant("2026-11-03T00:00:00Z"))
    scalar = [granule for granule in range(first, end) if roll_up.is_active(granule)]
    assert roll_up.granules(first, end).tolist() == scalar
    assert 0 < len(scalar) < end - first


@pytest.mark.parametrize("entity", ROLLED_UP)
def test_given_a_correction_of_an_account_when_recorded_then_its_entities_are_listed(
    entity: str,
) -> None:
    at = bench()
    correction = {
        "account_id": ACCOUNT,
        "entity": "ACCOUNT",
        "entity_id": ACCOUNT,
        "from": "2026-08-03T07:00:00Z",
        "to": "2026-08-06T07:00:00Z",
        "recorded_at": "2026-11-22T09:15:00Z",
        "zero": True,
    }
    window = ("2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z")
    usual = listed(at, entity, *window)
    at.service.correct(correction)
    corrected = [one for one in listed(at, entity, *window) if one["activity_start_time"] < "2026-08-07"]
    assert not any(one["activity_start_time"] < "2026-11" for one in usual)
    period = {"first_day": "2026-08-03", "last_day_exclusive": "2026-08-06", "placements": ["ALL_ON_TWITTER"]}
    assert {one["entity_id"] for one in corrected} == {key[1] for key in truth(at, entity, **period)}
    assert all(one["activity_start_time"] >= "2026-08-03T07:00:07Z" for one in corrected)


def test_given_a_correction_of_an_account_when_recorded_then_entities_keep_numbers() -> None:
    at = bench()
    before = truth(at, "CAMPAIGN")
    zero = {"account_id": ACCOUNT, "entity": "ACCOUNT", "entity_id": ACCOUNT, "zero": True}
    at.service.correct({**zero, "from": "2026-09-20T07:00:00Z", "to": "2026-10-25T07:00:00Z"})
    assert truth(at, "CAMPAIGN") == before
    assert {key[2] for key in truth(at)} == {"SPOTLIGHT", "TREND"}

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""PUBLISHER_NETWORK: listed by active_entities as in X's samples, with numbers up to its end, or refused.

Source: docs/x-ads-api.md §7.7, §7.1, §11.5.
"""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.emulator_tests.analytics.builders import ACCOUNT, Bench, bench
from integration_tests.truth import Rows, differences, expected_rows, rows_by_key
from x_ads_emulator.errors import ApiError

DAYS = {"start_time": "2026-10-01", "end_time": "2026-10-04"}


def listed(at: Bench) -> dict[str, list[str]]:
    """Placements by line item."""
    data = at.service.active_entities(ACCOUNT, {"entity": "LINE_ITEM", **DAYS}).data
    return {str(one["entity_id"]): one["placements"] for one in data}


def truth(at: Bench, **changes: Any) -> Rows:
    """The line items' engagement of three days, under all placements unless told otherwise."""
    asked: dict[str, Any] = {"entity": "LINE_ITEM", **changes}
    return expected_rows(
        at.world,
        at.service,
        account_id=ACCOUNT,
        granularity="DAY",
        metric_groups=["ENGAGEMENT"],
        first_day=DAYS["start_time"],
        last_day_exclusive=DAYS["end_time"],
        **asked,
    )


def test_given_a_world_that_does_not_ask_for_it_when_listed_then_it_is_nowhere() -> None:
    assert not any("PUBLISHER_NETWORK" in placements for placements in listed(bench()).values())


@pytest.mark.parametrize("refused", [False, True], ids=["served", "refused"])
def test_given_a_world_with_it_when_listed_then_some_entities_have_it_beside_others(
    refused: bool,
) -> None:
    placements = listed(bench(publisher_network=True, retired_refused=refused))
    assert {"PUBLISHER_NETWORK" in one for one in placements.values()} == {True, False}
    others = {name: [p for p in one if p != "PUBLISHER_NETWORK"] for name, one in placements.items()}
    assert others == listed(bench())


def test_given_no_end_when_a_job_asks_then_its_numbers_are_the_truth() -> None:
    at = bench(publisher_network=True, publisher_network_end=None)
    rows = rows_by_key(at.rows(placement="PUBLISHER_NETWORK", **DAYS), overwrite=False)
    wanted = truth(at, placements=["PUBLISHER_NETWORK"])
    assert wanted
    assert differences(wanted, rows) == []
    assert {entity_id for _, entity_id, *_ in rows} == {
        name for name, placements in listed(at).items() if "PUBLISHER_NETWORK" in placements
    }


def test_given_that_it_is_refused_when_a_job_asks_then_400_names_the_placement() -> None:
    at = bench(publisher_network=True, retired_refused=True)
    with pytest.raises(ApiError) as caught:
        at.create(placement="PUBLISHER_NETWORK")
    assert (caught.value.status, caught.value.parameter) == (400, "placement")


def test_given_that_it_is_refused_when_rows_are_expected_then_of_other_placements() -> None:
    served = bench(publisher_network=True, publisher_network_end=None)
    refused = bench(publisher_network=True, publisher_network_end=None, retired_refused=True)
    others = {key: metrics for key, metrics in truth(served).items() if key[2] != "PUBLISHER_NETWORK"}
    assert others
    assert truth(refused) == truth(served, retired_refused=True) == others
    assert others != truth(served)


def test_given_its_end_when_later_days_are_asked_then_listed_without_numbers() -> None:
    at = bench(publisher_network=True)
    assert any("PUBLISHER_NETWORK" in one for one in listed(at).values())
    document = at.document(placement="PUBLISHER_NETWORK", **DAYS)
    values = [value for one in document["data"] for row in one["id_data"] for value in row["metrics"].values()]
    assert values
    assert set(values) == {None}
    assert truth(at, placements=["PUBLISHER_NETWORK"]) == {}


@pytest.mark.parametrize("entity", ["LINE_ITEM", "ACCOUNT"])
def test_given_its_end_in_a_window_when_asked_then_earlier_days_have_numbers(entity: str) -> None:
    at = bench("Etc/UTC", publisher_network=True, publisher_network_end="2026-10-03")
    rows = rows_by_key(at.rows(entity=entity, placement="PUBLISHER_NETWORK", **DAYS), overwrite=False)
    wanted = truth(at, placements=["PUBLISHER_NETWORK"], entity=entity)
    assert differences(wanted, rows) == []
    assert {day for *_, day, _ in rows} == {"2026-10-01", "2026-10-02"}

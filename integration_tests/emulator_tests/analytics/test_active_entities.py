# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""active_entities: what was recorded in which hour, and what it applies to (docs/x-ads-api.md §7.7)."""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.emulator_tests.analytics.builders import ACCOUNT, Bench, bench
from integration_tests.truth import expected_rows
from x_ads_emulator.clock import parse_instant
from x_ads_emulator.errors import ApiError
from x_ads_emulator.payload import MISSING

WINDOW = {"entity": "LINE_ITEM", "start_time": "2026-10-01", "end_time": "2026-10-15"}


def _ask(at: Bench, **changes: str | None) -> list[dict[str, Any]]:
    params = {name: value for name, value in {**WINDOW, **changes}.items() if value is not None}
    return list(at.service.active_entities(at.account_id, params).data)


def _refusal(**changes: str | None) -> ApiError:
    with pytest.raises(ApiError) as caught:
        _ask(bench(), **changes)
    assert caught.value.status == 400
    return caught.value


@pytest.mark.parametrize("name", ["entity", "start_time", "end_time"])
def test_given_a_required_parameter_when_missing_then_it_is_named(name: str) -> None:
    refusal = _refusal(**{name: None})
    assert (refusal.code, refusal.parameter) == ("MISSING_PARAMETER", name)


@pytest.mark.parametrize("entity", ["ACCOUNT", "ORGANIC_TWEET", "TWEET"])
def test_given_an_entity_when_it_is_not_listed_then_it_is_invalid(entity: str) -> None:
    assert _refusal(entity=entity).parameter == "entity"


@pytest.mark.parametrize("entity", ["CAMPAIGN", "FUNDING_INSTRUMENT", "PROMOTED_ACCOUNT", "PROMOTED_TWEET"])
def test_given_an_entity_when_it_was_served_then_it_is_listed(entity: str) -> None:
    assert _ask(bench(), entity=entity)


@pytest.mark.parametrize(
    "changes",
    [
        {"start_time": "2026-10-01T07:30:00Z"},
        {"end_time": "2026-10-01"},
        {"start_time": "2026-01-01"},
    ],
    ids=str,
)
def test_given_a_window_when_it_is_illegal_then_it_is_refused(changes: dict[str, str]) -> None:
    assert _refusal(**changes).code == "INVALID_TIME_WINDOW"


def test_given_two_filters_when_sent_then_they_are_exclusive() -> None:
    assert _refusal(campaign_ids="a", line_item_ids="b").code == "EXCLUSIVE_PARAMETERS"


def test_given_201_filter_ids_when_sent_then_they_are_too_many() -> None:
    assert _refusal(campaign_ids=",".join(map(str, range(201)))).parameter == "campaign_ids"


@pytest.mark.parametrize("entity", ["CAMPAIGN", "LINE_ITEM", "PROMOTED_TWEET", "FUNDING_INSTRUMENT"])
def test_given_a_campaign_filter_when_sent_then_only_its_kin_is_listed(entity: str) -> None:
    at = bench()
    line_items = {r["id"]: r for r in at.world.records("line_items", ACCOUNT)}
    campaigns = {r["id"]: r for r in at.world.records("campaigns", ACCOUNT)}
    campaign_id = next(iter(line_items.values()))["campaign_id"]
    kin = {
        "CAMPAIGN": {campaign_id},
        "LINE_ITEM": {r["id"] for r in line_items.values() if r["campaign_id"] == campaign_id},
        "FUNDING_INSTRUMENT": {campaigns[campaign_id]["funding_instrument_id"]},
        "PROMOTED_TWEET": {
            r["id"]
            for r in at.world.records("promoted_tweets", ACCOUNT)
            if line_items[r["line_item_id"]]["campaign_id"] == campaign_id
        },
    }
    window = {"entity": entity, "start_time": "2026-08-01", "end_time": "2026-10-15"}
    everyone = {one["entity_id"] for one in _ask(at, **window)}
    listed = {one["entity_id"] for one in _ask(at, **window, campaign_ids=campaign_id)}
    assert listed == everyone & kin[entity]


def test_given_activity_when_listed_then_entities_with_numbers_and_placements() -> None:
    at = bench()
    rows = expected_rows(
        at.world,
        account_id=ACCOUNT,
        entity="LINE_ITEM",
        granularity="TOTAL",
        metric_groups=["ENGAGEMENT"],
        first_day="2026-10-01",
        last_day_exclusive="2026-10-15",
    )
    listed = {(one["entity_id"], placement) for one in _ask(at) for placement in one["placements"]}
    assert listed == {(key[1], key[2]) for key in rows}


def test_given_many_entities_when_listed_then_placements_differ() -> None:
    listed = _ask(bench(volumes={"line_items": 60}))
    assert len({tuple(one["placements"]) for one in listed}) >= 3


def test_given_activity_when_listed_then_it_lies_within_the_hours_that_have_numbers() -> None:
    at = bench()
    hours = expected_rows(
        at.world,
        account_id=ACCOUNT,
        entity="LINE_ITEM",
        granularity="HOUR",
        metric_groups=["ENGAGEMENT"],
        first_day="2026-10-01",
        last_day_exclusive="2026-10-15",
    )
    for one in _ask(at):
        starts = sorted(key[3] for key in hours if key[1] == one["entity_id"])
        assert one["activity_start_time"][:14] == starts[0][:14]
        assert one["activity_end_time"][:14] == starts[-1][:14]


def test_given_the_echo_when_dates_were_sent_then_it_holds_instants() -> None:
    at = bench()
    assert at.service.active_entities(ACCOUNT, WINDOW).params == {
        "account_id": ACCOUNT,
        "entity": "LINE_ITEM",
        "start_time": "2026-10-01T07:00:00Z",
        "end_time": "2026-10-15T07:00:00Z",
    }


def test_given_a_dormant_account_when_asked_then_nothing_is_listed() -> None:
    assert _ask(bench(activity=None)) == []


def test_given_the_present_when_activity_goes_on_then_only_what_is_over_is_recorded() -> None:
    at = bench(now="2026-10-02T12:20:00Z")
    for one in _ask(at):
        assert parse_instant(one["activity_end_time"]) < parse_instant("2026-10-02T12:00:00Z")


def _corrected(recorded_at: str, **changes: Any) -> Bench:
    at = bench(now="2026-11-22T12:00:00Z", activity={"from": "2026-08-01", "to": "2026-08-31", "share": 1.0})
    correction = {
        "account_id": ACCOUNT,
        "entity": "LINE_ITEM",
        "entity_id": at.ids()[0],
        "placement": "TREND",
        "from": "2026-08-03T07:00:00Z",
        "to": "2026-08-05T07:00:00Z",
        "recorded_at": recorded_at,
        "factor_percent": 70,
    }
    at.service.correct({**correction, **changes})
    return at


def test_given_a_correction_when_recorded_in_the_window_then_its_period_is_listed() -> None:
    at = _corrected("2026-11-20T09:15:00Z")
    window = {"start_time": "2026-11-20T09:00:00Z", "end_time": "2026-11-20T10:00:00Z"}
    assert _ask(at, **window) == [
        {
            "entity_id": at.ids()[0],
            "activity_start_time": "2026-08-03T07:00:07Z",
            "activity_end_time": "2026-08-05T06:59:55Z",
            "placements": ["TREND"],
        }
    ]


@pytest.mark.parametrize("hours", [("08:00", "09:00"), ("10:00", "11:00")])
def test_given_a_correction_when_the_window_misses_its_hour_then_it_is_not_listed(hours: tuple[str, str]) -> None:
    at = _corrected("2026-11-20T09:15:00Z")
    assert _ask(at, start_time=f"2026-11-20T{hours[0]}:00Z", end_time=f"2026-11-20T{hours[1]}:00Z") == []


def test_given_a_correction_when_recorded_in_the_future_then_nothing_changes() -> None:
    at = _corrected("2026-11-22T13:00:00Z")
    window = {"start_time": "2026-11-22T12:00:00Z", "end_time": "2026-11-22T14:00:00Z"}
    assert _ask(at, **window) == []
    at.world.clock.advance(3600)
    assert len(_ask(at, **window)) == 1


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"entity": "TWEET"}, "entity"),
        ({"from": "2026-08-03T07:10:00Z"}, "from"),
        ({"to": "2026-08-03T07:00:00Z"}, "to"),
        ({"zero": True}, "factor_percent"),
        ({"factor_percent": -1}, "factor_percent"),
        ({"until": "x"}, "until"),
    ],
    ids=str,
)
def test_given_a_correction_when_it_makes_no_sense_then_the_key_is_named(
    changes: dict[str, Any], parameter: str
) -> None:
    with pytest.raises(ApiError) as caught:
        _corrected("2026-11-20T09:15:00Z", **changes)
    assert caught.value.parameter == parameter


def test_given_a_page_size_when_read_by_cursor_then_the_pages_hold_the_same_entities() -> None:
    whole = bench().service.active_entities(ACCOUNT, WINDOW)
    at = bench(active_page_size=3)
    page = at.service.active_entities(ACCOUNT, WINDOW)
    assert len(page.data) == 3
    assert isinstance(page.next_cursor, str)
    last = at.service.active_entities(ACCOUNT, {**WINDOW, "cursor": page.next_cursor})
    assert last.next_cursor is None
    assert [*page.data, *last.data] == whole.data
    assert whole.next_cursor is MISSING


def test_given_a_cursor_of_another_period_when_sent_then_400() -> None:
    at = bench(active_page_size=1)
    cursor = at.service.active_entities(ACCOUNT, WINDOW).next_cursor
    with pytest.raises(ApiError) as caught:
        at.service.active_entities(ACCOUNT, {**WINDOW, "end_time": "2026-10-16", "cursor": str(cursor)})
    assert (caught.value.status, caught.value.parameter) == (400, "cursor")

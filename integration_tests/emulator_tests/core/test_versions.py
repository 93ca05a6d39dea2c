# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Warnings about old endpoints, a version that is switched off, and cursors that are numbers.

Source: docs/x-ads-api.md §0, §2.2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integration_tests.emulator_tests.core.builders import ACCOUNT, Caller, signed
from x_ads_emulator.settings import Settings

CAMPAIGNS = f"accounts/{ACCOUNT}/campaigns"


def test_given_a_warning_of_an_endpoint_when_asked_then_its_responses_alone_carry_it() -> None:
    caller = Caller(settings={"api_warn": {"accounts/:id/campaigns": "Version 12 ends soon."}})
    assert caller.get(CAMPAIGNS).headers["x-api-warn"] == "Version 12 ends soon."
    assert "x-api-warn" not in caller.get("accounts").headers


def test_given_a_warning_of_all_when_asked_then_each_response_but_files_carries_it() -> None:
    caller = Caller(settings={"api_warn": {"*": "old"}})
    assert {caller.get(path).headers["x-api-warn"] for path in (CAMPAIGNS, "accounts", "nowhere")} == {"old"}
    file = replace(signed("/advertiser-api-async-analytics/x.json.gz"), headers={})
    assert "x-api-warn" not in caller.send(file).headers


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_given_a_version_that_is_off_when_anything_is_asked_then_it_is_not_available(status: int) -> None:
    caller = Caller(settings={"version_off_status": status})
    for path in ("accounts", CAMPAIGNS, "iab_categories", f"stats/jobs/accounts/{ACCOUNT}"):
        got = caller.get(path)
        assert (got.status, got.json) == (
            status,
            {
                "errors": [{"code": "INVALID", "message": "Version 12.0 is not available."}],
                "request": {"params": {}},
            },
        )


def test_given_numbers_as_cursors_when_read_then_the_first_is_0_and_all_rows_come(demo: Caller) -> None:
    caller = Caller(settings={"cursor_style": "number"})
    cursor: int | None = None
    cursors: list[int] = []
    rows: list[dict[str, Any]] = []
    while cursor is not None or not cursors:
        page = caller.get(CAMPAIGNS, count=20, **({} if cursor is None else {"cursor": cursor})).json
        rows += page["data"]
        cursor = page["next_cursor"]
        cursors += [] if cursor is None else [cursor]
    assert cursors == list(range(len(cursors)))
    assert len(cursors) > 1
    assert rows == demo.rows(CAMPAIGNS, count=20)


@pytest.mark.parametrize("cursor", ["7", "x"])
def test_given_a_number_that_was_never_given_when_sent_then_400(cursor: str) -> None:
    got = Caller(settings={"cursor_style": "number"}).get(CAMPAIGNS, cursor=cursor)
    assert (got.status, got.code) == (400, "INVALID_PARAMETER")


@pytest.mark.parametrize(
    "settings",
    [{"cursor_style": "date"}, {"version_off_status": 200}, {"active_page_size": 0}],
    ids=str,
)
def test_given_a_mistake_when_set_then_it_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        Settings.from_dict(settings)

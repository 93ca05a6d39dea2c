# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One account or one report window fails alone; the others are complete and their state moves.

Source: docs/x-ads-api.md §9 H7.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.connector import STREAMS, Output
from integration_tests.resilience import harness
from integration_tests.resilience.harness import account, sync, wrong
from x_ads_emulator.client import Emulator

pytestmark = pytest.mark.usefixtures("quick")
GOOD = ["1first", "2second"]
BAD = "3third"
OF_ACCOUNTS = ("campaigns", "targeting_criteria", "tweets", "lines")


def synced_accounts(output: Output, stream: str) -> set[str]:
    """Accounts that the stream's last state names."""
    return {entry["partition"]["account_id"] for entry in output.stream_state(stream).get("states", [])}


def failed_pieces(output: Output) -> list[tuple[str, str]]:
    """(stream, partition) of every TRACE error, as its message names them, repeated if it came twice."""
    found = []
    for error in output.errors:
        (where,) = re.findall(r"\(stream (\w+), ([^)]*)\)", error["message"])
        assert where[0] == error["stream_descriptor"]["name"]
        found.append(where)
    return sorted(found)


def world(start: Callable[..., Emulator], access: str, **more: Any) -> Emulator:
    """Two accounts that are fine and one that is not."""
    return start(*(account(one) for one in GOOD), account(BAD, access=access, **more))


@pytest.mark.parametrize(
    ("access", "code"),
    [
        ("forbidden", "ACCOUNT_NOT_FOUND"),
        ("revoked", "ACCOUNT_NOT_FOUND"),
        ("suspended", "ACTION_NOT_ALLOWED"),
        ("user_suspended", "CURRENT_USER_SUSPENDED"),
        ("locked_out", "ACCOUNT_LOCKED_OUT"),
    ],
)
def test_given_one_account_out_of_reach_when_read_then_only_it_is_missing_and_named(
    start: Callable[..., Emulator], access: str, code: str
) -> None:
    emulator = world(start, access)
    output = sync(harness.config(emulator, account_ids=[*GOOD, BAD]), OF_ACCOUNTS)
    assert output.exit_code == 1
    assert wrong(emulator, output, streams=OF_ACCOUNTS, account_ids=GOOD) == []
    assert failed_pieces(output) == [
        ("campaigns", f"account {BAD}"),
        ("lines", f"account {BAD}"),
        ("targeting_criteria", f"account {BAD}"),
        ("tweets", f"account {BAD}, PUBLISHED"),
        ("tweets", f"account {BAD}, SCHEDULED"),
    ]
    # An account that the list of accounts lacks has no time zone, so that its reports fail without a request.
    unlisted = access == "forbidden"
    for error in output.errors:
        of_report = error["stream_descriptor"]["name"] == "lines"
        assert ("X does not show this ad account" if unlisted and of_report else code) in error["message"]
        assert "Check the account id" in error["message"] or "account_ids" in error["message"]
    for stream in OF_ACCOUNTS:
        assert output.statuses[stream][-1] == "INCOMPLETE"
        if stream != "targeting_criteria":
            assert synced_accounts(output, stream) == set(GOOD)


@pytest.mark.parametrize("page_size", [100, 200])
def test_given_line_items_refused_after_one_page_when_read_then_their_account_fails(
    start: Callable[..., Emulator], page_size: int
) -> None:
    """An account with some line items has access: an error must say that the rest is missing."""
    emulator = start(account("1first", volumes={"*": 4, "line_items": 450}))
    match = {"endpoint": "accounts/:id/line_items", "nth": [2]}
    code = "INVALID_ACCOUNT_SERVICE_LEVEL"
    emulator.set_faults([{"match": match, "fault": "status", "status": 400, "code": code}])
    output = sync(harness.config(emulator, page_size=page_size), ["targeting_criteria"])
    (error,) = output.errors
    assert (output.exit_code, output.statuses["targeting_criteria"][-1]) == (1, "INCOMPLETE")
    assert code in error["message"]


def test_given_a_token_that_sees_no_account_when_read_then_every_stream_fails(
    start: Callable[..., Emulator],
) -> None:
    """An empty stream would make an overwriting destination delete its rows."""
    emulator = start(account("1first"))
    nothing = '{"data": [], "next_cursor": null, "request": {"params": {}}}'
    emulator.set_faults([{"match": {"endpoint": "accounts"}, "fault": "html", "status": 200, "body": nothing}])
    config = {key: value for key, value in harness.config(emulator).items() if key != "account_ids"}
    output = sync(config, [*OF_ACCOUNTS, "accounts", "targeting_languages"])
    assert output.exit_code == 1
    assert {error["failure_type"] for error in output.errors} == {"config_error"}
    assert all("has no ad account" in error["message"] for error in output.errors)
    failed = {name for name, statuses in output.statuses.items() if statuses[-1] == "INCOMPLETE"}
    assert failed == {*OF_ACCOUNTS, "accounts"}
    assert output.statuses["targeting_languages"][-1] == "COMPLETE"


def test_given_activity_of_an_account_down_when_reports_are_read_then_they_wait_once(
    start: Callable[..., Emulator],
) -> None:
    emulator = start(account("1first"), account("2second"))
    match = {"endpoint": "stats/accounts/:id/active_entities", "account_id": "1first"}
    emulator.set_faults([{"match": match, "fault": "status", "status": 503}])
    reports = [{"name": f"lines {n}", "entity": "LINE_ITEM", "metric_groups": ["ENGAGEMENT"]} for n in range(5)]
    names = [str(report["name"]) for report in reports]

    output = sync(harness.config(emulator, reports=reports, outage_timeout=3), names)

    asked = [entry["time"] for entry in emulator.requests() if entry["status"] == 503]
    assert max(asked) - min(asked) < 2 * 3
    assert {error["stream_descriptor"]["name"] for error in output.errors} == set(names)
    assert all("HTTP 503" in error["message"] and "account 1first" in error["message"] for error in output.errors)
    assert all(synced_accounts(output, name) == {"2second"} for name in names)


def test_given_an_account_without_a_feature_when_read_then_a_warning_is_all(start: Callable[..., Emulator]) -> None:
    emulator = world(start, "service_level", service_level_streams=["campaigns", "stats", "line_items", "tweets"])
    output = sync(harness.config(emulator), OF_ACCOUNTS)
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(emulator, output, streams=OF_ACCOUNTS, account_ids=GOOD) == []
    assert {status[-1] for status in output.statuses.values()} == {"COMPLETE"}


def test_given_a_stream_that_fails_when_read_then_all_other_streams_are_complete(emulator: Emulator) -> None:
    emulator.set_faults([{"match": {"endpoint": "accounts/:id/cards/poll"}, "fault": "status", "status": 400}])
    output = sync(harness.config(emulator), STREAMS)
    assert output.exit_code == 1
    assert wrong(emulator, output, streams=[name for name in STREAMS if name != "cards_poll"]) == []
    assert failed_pieces(output) == [("cards_poll", f"account {one}") for one in harness.ACCOUNTS]
    incomplete = {stream for stream, statuses in output.statuses.items() if statuses[-1] == "INCOMPLETE"}
    assert incomplete == {"cards_poll"}


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
def test_given_a_failed_report_window_when_read_then_the_bookmark_stays_before_it(
    emulator: Emulator, status: str
) -> None:
    second = f"{harness.FIRST_DAY + timedelta(days=30)}T00:00:00Z"
    match = {"account_id": "2second", "start_time": second, "entity": "LINE_ITEM"}
    emulator.set_settings(job_faults=[{"match": match, "status": status, "times": None}])
    failed = sync(harness.config(emulator), harness.REPORT_NAMES)
    assert failed.exit_code == 1
    end = harness.LAST_DAY + timedelta(days=1)
    assert failed_pieces(failed) == [("lines", f"account 2second, window {second[:10]} to {end}")]
    assert status in failed.errors[0]["message"]
    assert failed.statuses["lines"][-1] == "INCOMPLETE"
    assert failed.statuses["money"][-1] == "COMPLETE"
    bookmarks = {one["partition"]["account_id"]: one["cursor"] for one in failed.stream_state("lines")["states"]}
    assert bookmarks["2second"]["date"] == second
    assert bookmarks["1first"]["date"] > second
    assert wrong(emulator, failed, streams=["money"]) == []

    emulator.set_settings(job_faults=[])
    again = sync(harness.config(emulator), harness.REPORT_NAMES, failed.state)
    assert again.exit_code == 0
    assert wrong(emulator, failed, again, streams=harness.REPORT_NAMES) == []

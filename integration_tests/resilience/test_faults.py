# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Every kind of fault on every kind of request."""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.resilience import harness
from integration_tests.resilience.harness import early, sync, wrong
from x_ads_emulator.client import Emulator

pytestmark = pytest.mark.usefixtures("quick")

STREAMS = ("campaigns", "tweets", "targeting_languages", "targeting_criteria", "targeting_tv_shows", "lines")
JOBS = "stats/jobs/accounts/:id"
#: For each kind of request a rule that matches it, and the stream that sends it.
REQUESTS: dict[str, tuple[dict[str, Any], str]] = {
    "accounts": ({"endpoint": "accounts"}, "campaigns"),
    "first page": ({"endpoint": "accounts/:id/campaigns", "account_id": "1first"}, "campaigns"),
    "tweets": ({"endpoint": "accounts/:id/tweets", "account_id": "1first"}, "tweets"),
    "targeting list": ({"endpoint": "targeting_criteria/languages"}, "targeting_languages"),
    "TV markets": ({"endpoint": "targeting_criteria/tv_markets"}, "targeting_tv_shows"),
    "line items": ({"endpoint": "accounts/:id/line_items", "account_id": "1first"}, "targeting_criteria"),
    "criteria": ({"endpoint": "accounts/:id/targeting_criteria", "account_id": "1first"}, "targeting_criteria"),
    "active entities": ({"endpoint": "stats/accounts/:id/active_entities", "account_id": "1first"}, "lines"),
    "new job": ({"endpoint": JOBS, "account_id": "1first", "method": "POST"}, "lines"),
    "job status": ({"endpoint": JOBS, "account_id": "1first", "method": "GET"}, "lines"),
    "result file": ({"path_regex": "^/advertiser-api-async-analytics/"}, "lines"),
}
#: Faults that pass.
PASSING: list[dict[str, Any]] = [
    *harness.PASSING_FAULTS,
    {"fault": "status", "status": 503, "code": "OVER_CAPACITY"},
    {"fault": "status", "status": 520},
    {"fault": "cut_json", "share": 0.7},
    {"fault": "slow_body", "bytes_per_second": 20},
]


def name_of(fault: dict[str, Any]) -> str:
    return "-".join(str(value) for value in fault.values())


@pytest.mark.parametrize("fault", PASSING, ids=name_of)
def test_given_a_passing_fault_on_any_kind_of_request_when_read_then_nothing_is_lost(
    emulator: Emulator, fault: dict[str, Any]
) -> None:
    rules = [{"name": kind, "match": match, "times": 1, **fault} for kind, (match, _) in REQUESTS.items()]
    emulator.set_faults(rules)
    output = sync(harness.config(emulator, request_timeout=1), STREAMS)
    assert {rule["name"]: rule["struck"] for rule in emulator.faults()} == {rule["name"]: 1 for rule in rules}
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(emulator, output, streams=STREAMS) == []
    assert early(emulator) == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_given_a_redirect_of_a_get_when_read_then_it_is_signed_anew_and_followed(
    emulator: Emulator, status: int
) -> None:
    fault = {"times": 1, "fault": "redirect", "status": status, "to_itself": True}
    kinds = {kind: match for kind, (match, _) in REQUESTS.items() if match.get("method") != "POST"}
    emulator.set_faults([{"name": kind, "match": match, **fault} for kind, match in kinds.items()])
    output = sync(harness.config(emulator), STREAMS)
    assert {rule["name"]: rule["struck"] for rule in emulator.faults()} == dict.fromkeys(kinds, 1)
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(emulator, output, streams=STREAMS) == []


def test_given_a_redirect_of_a_new_job_when_read_then_the_error_says_not_followed(
    emulator: Emulator,
) -> None:
    """A redirected POST would be repeated without its form; X does not document redirects."""
    fault = {"fault": "redirect", "status": 302, "to_itself": True}
    emulator.set_faults([{"match": REQUESTS["new job"][0], **fault}])
    output = sync(harness.config(emulator), ["lines"])
    assert output.exit_code == 1
    assert output.errors
    assert all("POST" in e["message"] and "was not followed" in e["message"] for e in output.errors)
    assert {e["method"] for e in emulator.requests() if e["status"] == 302} == {"POST"}
    assert wrong(emulator, output, streams=["lines"], account_ids=["2second", "3third"]) == []


@pytest.mark.parametrize(
    "fault",
    [{"fault": "cut_gzip"}, {"fault": "status", "status": 404}, {"fault": "html", "status": 426}],
    ids=name_of,
)
def test_given_a_result_file_that_is_wrong_at_first_when_read_then_nothing_is_lost(
    emulator: Emulator, fault: dict[str, Any]
) -> None:
    emulator.set_faults([{"match": REQUESTS["result file"][0], "times": 3, **fault}])
    output = sync(harness.config(emulator), ["lines"])
    assert (output.exit_code, wrong(emulator, output, streams=["lines"])) == (0, [])


#: Valid JSON that X does not send: without data, with records of a wrong type or without required fields.
ODD = ['{"data": null}', '{"data": [1, "x"]}', '{"data": [{}]}', "[]", '{"data": [{"id": null, "entity_id": []}]}']
NEEDED = ("accounts", "TV markets", "line items", "active entities", "new job", "job status")


def odd(body: str, kind: str, **more: Any) -> dict[str, Any]:
    """A rule that sends a body other than X's to a kind of request."""
    return {"name": f"{kind}: {body}", "match": REQUESTS[kind][0], "fault": "html", "status": 200, "body": body, **more}


def test_given_json_that_x_does_not_send_when_it_passes_then_nothing_is_lost(emulator: Emulator) -> None:
    rules = [odd(body, kind, times=1) for kind in NEEDED for body in ODD]
    emulator.set_faults(rules)
    output = sync(harness.config(emulator), STREAMS)
    assert [rule["name"] for rule in emulator.faults() if rule["struck"] != 1] == []
    assert (output.exit_code, output.errors) == (0, [])
    assert wrong(emulator, output, streams=STREAMS) == []


@pytest.mark.parametrize("kind", NEEDED)
def test_given_foreign_json_when_it_lasts_then_the_error_names_the_request(emulator: Emulator, kind: str) -> None:
    emulator.set_faults([odd('{"data": [{}]}', kind)])
    stream = REQUESTS[kind][1]
    output = sync(harness.config(emulator, outage_timeout=1), [stream])
    assert output.exit_code == 1
    texts = [e["message"] for e in output.errors if e.get("stream_descriptor", {}).get("name") == stream]
    assert texts
    assert all("/12/" in text and "a record without" in text for text in texts)


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED", "EMPTY", "EXPIRED"])
def test_given_a_job_that_goes_wrong_when_read_then_it_is_made_again(
    emulator: Emulator, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("source_twitter_ads.api.client.LATE_FILE_SECONDS", 0.5)
    monkeypatch.setattr("source_twitter_ads.reports.account_jobs.LOST_SECONDS", 0.5)
    emulator.set_settings(job_faults=[{"status": status, "times": 2}])
    output = sync(harness.config(emulator), ["lines"])
    assert (output.exit_code, wrong(emulator, output, streams=["lines"])) == (0, [])


REFUSED = {"status": 400, "code": "INVALID_PARAMETER"}, ["HTTP 400 INVALID_PARAMETER: The request is", "report it"]
DOWN = {"status": 503, "code": "OVER_CAPACITY"}, ["HTTP 503 OVER_CAPACITY", "again later"]


@pytest.mark.parametrize(
    ("kind", "lasting"),
    [(kind, REFUSED) for kind in REQUESTS if kind != "result file"]
    + [(kind, DOWN) for kind in ("accounts", "first page", "active entities", "new job", "job status")],
    ids=lambda value: value if isinstance(value, str) else str(value[0]["status"]),
)
def test_given_a_lasting_fault_when_read_then_one_error_names_code_place_and_remedy(
    emulator: Emulator, kind: str, lasting: tuple[dict[str, Any], list[str]]
) -> None:
    fault, words = lasting
    match, stream = REQUESTS[kind]
    emulator.set_faults([{"match": match, "fault": "status", **fault}])
    output = sync(harness.config(emulator, outage_timeout=1), [stream, "targeting_interests"])
    assert output.exit_code == 1
    assert output.statuses[stream][-1] == "INCOMPLETE"
    texts = {e["message"] for e in output.errors if e.get("stream_descriptor", {}).get("name") == stream}
    assert texts
    for text in texts:
        assert all(word in text for word in words)
        assert ("account 1first" in text) == ("account_id" in match)
    assert output.statuses["targeting_interests"][-1] == "COMPLETE"
    others = [one for one in harness.ACCOUNTS if one != "1first"]
    if "account_id" in match:
        complete = {**output.records}
        complete[stream] = [one for one in complete.get(stream, []) if one["account_id"] in others]
        assert {one["account_id"] for one in complete[stream]} == set(others)


def test_given_a_result_file_that_never_comes_when_read_then_its_window_fails(
    emulator: Emulator,
) -> None:
    emulator.set_faults([{"match": REQUESTS["result file"][0], "fault": "cut_gzip"}])
    output = sync(harness.config(emulator, outage_timeout=1), ["lines"])
    assert output.exit_code == 1
    assert all("a gzip file that is cut off" in e["message"] for e in output.errors if "stream_descriptor" in e)
    assert output.stream_state("lines").get("states") == []


@pytest.mark.parametrize("fault", [{"fault": "status", "status": 503}, {"fault": "reset_before"}, {"fault": "garbage"}])
def test_given_jobs_that_cannot_be_cancelled_when_a_window_fails_then_the_sync_ends(
    emulator: Emulator, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("source_twitter_ads.api.client.DELETE_SECONDS", 0.3)
    emulator.set_settings(job_faults=[{"status": "HANG", "times": None, "match": {"account_id": "1first"}}])
    emulator.set_faults(
        [
            {"match": {"endpoint": JOBS, "account_id": "1first", "method": "GET", "nth": list(range(3, 99))}}
            | {"fault": "status", "status": 400},
            {"match": {"method": "DELETE"}, **fault},
        ]
    )
    output = sync(harness.config(emulator), ["lines"])
    assert output.exit_code == 1
    assert any(entry["method"] == "DELETE" for entry in emulator.requests())
    assert wrong(emulator, output, streams=["lines"], account_ids=["2second", "3third"]) == []

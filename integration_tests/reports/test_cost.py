# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The requests and jobs that a sync of reports costs (docs/x-ads-api.md §9 J5, J6, J12, J14, R12)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import pytest

from integration_tests.reports.harness import (
    account,
    ago,
    bookmarks,
    day,
    described,
    jobs,
    refused,
    report,
    sync,
)
from integration_tests.truth import expected_rows, rows_by_key
from x_ads_emulator.client import Emulator

Start = Callable[..., Emulator]


#: What X documents for the requests of a report (docs/x-ads-api.md §7.2, §7.7).
DOCUMENTED = {
    ("GET", "stats/accounts/:id/active_entities"): {"entity", "start_time", "end_time"},
    ("GET", "stats/jobs/accounts/:id"): {"job_ids", "count", "cursor"},
    ("POST", "stats/jobs/accounts/:id"): {
        *("entity", "entity_ids", "start_time", "end_time", "granularity", "placement", "metric_groups"),
        *("segmentation_type", "country", "platform"),
    },
}


def fewest_jobs(emulator: Emulator, account_id: str, entity: str, windows: list[tuple[str, str]]) -> int:
    """Active entities / 20 per window and placement, from the emulator's own numbers."""
    needed = 0
    for first, end in windows:
        rows = expected_rows(
            emulator.world,
            account_id=account_id,
            entity=entity,
            granularity="TOTAL",
            metric_groups=["ENGAGEMENT"],
            first_day=first,
            last_day_exclusive=end,
        )
        needed += sum(-(-entities // 20) for entities in Counter(key[2] for key in rows).values())
    return needed


def test_given_reports_when_read_then_only_documented_parameters_are_sent(begin: Start) -> None:
    """X ignores what it does not know (docs/x-ads-api.md §2.1): a misspelt `job_ids` would list all jobs."""
    emulator = begin(account("1a", volumes={"line_items": 12}))
    reports = [report("plain"), report("metros", segment="METROS"), report("devices", segment="DEVICES")]
    assert sync(emulator.config("2026-03-01", end_date="2026-03-05", reports=reports)).exit_code == 0
    sent = {((e["method"], e["endpoint"]), name) for e in emulator.requests() for name in e["params"]}
    asked = {(line, name) for line, name in sent if "stats/" in line[1]}
    assert {line for line, _ in asked} == set(DOCUMENTED)
    assert {(line, name) for line, name in asked if name not in DOCUMENTED[line]} == set()
    assert {name for line, name in asked if line[0] == "POST"} == DOCUMENTED["POST", "stats/jobs/accounts/:id"]


class TestJobs:
    def test_given_two_windows_of_many_entities_when_read_then_jobs_are_as_few_as_can_be(self, begin: Start) -> None:
        volumes = {"line_items": 130, "campaigns": 41}
        emulator = begin(account("1a", volumes=volumes), account("2b", volumes=volumes))
        reports = [report("lines"), report("spend", "CAMPAIGN"), report("total", "CAMPAIGN", "TOTAL")]
        output = sync(emulator.config("2026-03-01", end_date="2026-04-05", reports=reports))
        assert (output.exit_code, refused(emulator)) == (0, [])
        windows = [("2026-03-01", "2026-03-31"), ("2026-03-31", "2026-04-06")]
        made = Counter((job["account_id"], job["entity"], job["granularity"]) for job in jobs(emulator))
        assert made == {
            (name, entity, granularity): fewest_jobs(emulator, name, entity, windows)
            for name in ("1a", "2b")
            for entity, granularity in (("LINE_ITEM", "DAY"), ("CAMPAIGN", "DAY"), ("CAMPAIGN", "TOTAL"))
        }

    def test_given_reports_with_placements_when_read_then_only_those_are_asked(self, begin: Start) -> None:
        emulator = begin(account("1a", volumes={"line_items": 30}))
        entry = report("lines", placements=["SPOTLIGHT"])
        sync(emulator.config("2026-03-01", end_date="2026-03-03", reports=[entry]))
        assert {job["placement"] for job in jobs(emulator)} == {"SPOTLIGHT"}

    def test_given_no_segment_by_place_when_read_then_no_places_are_looked_up(self, begin: Start) -> None:
        emulator = begin(account("1a"))
        sync(emulator.config(day(3), reports=[report("lines", segment="AGE")]))
        assert not any("targeting_criteria" in path for path in emulator.stats()["by_endpoint"])

    def test_given_two_reports_by_metros_when_read_then_places_are_looked_up_once(self, begin: Start) -> None:
        emulator = begin(account("1a"), account("2b"))
        reports = [report("lines", segment="METROS"), report("spend", "CAMPAIGN", segment="METROS")]
        sync(emulator.config(day(3), reports=reports))
        assert emulator.stats()["by_endpoint"]["targeting_criteria/locations"] == 1


class TestStatusRequests:
    @pytest.mark.parametrize("line_items", [20, 1000])
    def test_given_few_or_many_jobs_when_they_run_then_status_requests_grow_with_time(
        self, begin: Start, line_items: int
    ) -> None:
        emulator = begin(account("1a", volumes={"line_items": line_items}), job_seconds=8)
        reports = [report("lines"), report("again", granularity="TOTAL")]
        began = time.monotonic()
        output = sync(emulator.config(day(1), reports=reports))
        seconds = time.monotonic() - began
        assert output.exit_code == 0
        assert described(emulator)["status_requests"] <= seconds / 2 + 2
        assert len(jobs(emulator)) >= line_items / 20

    def test_given_several_reports_and_windows_when_polled_then_one_request_is_for_all(self, begin: Start) -> None:
        emulator = begin(account("1a", volumes={"line_items": 60, "campaigns": 60}), job_seconds=3)
        reports = [report("lines"), report("spend", "CAMPAIGN"), report("totals", granularity="TOTAL")]
        sync(emulator.config("2026-01-01", end_date="2026-04-01", reports=reports))
        polls = [e for e in emulator.requests() if e["method"] == "GET" and "job_ids" in e["params"]]
        ids = [len(e["params"]["job_ids"].split(",")) for e in polls]
        assert max(ids) > 30
        assert len(polls) < len(jobs(emulator)) / 3


class TestLimits:
    @pytest.mark.parametrize("limit", [100, 7, 1])
    def test_given_other_tools_that_hold_slots_when_read_then_x_refuses_nothing(
        self, begin: Start, limit: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("source_twitter_ads.reports.account_jobs.SHORTEST_POLL_INTERVAL", 0.3)
        # Long enough that the board is full before the first job ends, also on a busy machine.
        wanted, seconds = {100: (2600, 6.0), 7: (400, 0.5), 1: (60, 0.5)}[limit]
        emulator = begin(account("1a", volumes={"line_items": wanted}), job_limit=limit, job_seconds=seconds)
        reports = [report("lines"), report("totals", granularity="TOTAL")]
        output = sync(emulator.config("2026-11-01", end_date="2026-11-01", reports=reports))
        counters = described(emulator)
        assert (output.exit_code, refused(emulator), counters["too_many_jobs_responses"]) == (0, [], 0)
        assert counters["peak_in_flight"]["1a"] == limit
        lines = {record["entity_id"] for record in output.records["lines"]}
        assert lines == {record["entity_id"] for record in output.records["totals"]}
        assert len(lines) > wanted / 2

    def test_given_too_many_jobs_when_x_says_so_then_the_sync_waits_and_is_complete(
        self, begin: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("source_twitter_ads.reports.account_jobs.LONGEST_POLL_INTERVAL", 1.0)
        emulator = begin(account("1a", volumes={"line_items": 50}))
        emulator.set_faults(
            [
                {
                    "name": "full",
                    "match": {"path_regex": "^/12/stats/jobs/", "method": "POST"},
                    "times": 4,
                    "fault": "status",
                    "status": 400,
                    "code": "TOO_MANY_JOBS",
                    "message": "A maximum of 100 jobs can be in processing state",
                }
            ]
        )
        output = sync(emulator.config("2026-11-01", end_date="2026-11-02", reports=[report("lines")]))
        assert (output.exit_code, output.errors, emulator.faults()[0]["struck"]) == (0, [], 4)
        wanted = expected_rows(
            emulator.world,
            account_id="1a",
            entity="LINE_ITEM",
            granularity="DAY",
            metric_groups=["ENGAGEMENT"],
            first_day="2026-11-01",
            last_day_exclusive="2026-11-03",
        )
        assert rows_by_key(output.records["lines"]) == wanted


class TestDormantAccount:
    def test_given_no_activity_when_synced_twice_then_each_window_is_asked_for_once(self, begin: Start) -> None:
        nothing = {"from": day(1), "to": day(0), "share": 0}
        emulator = begin(account("1quiet", activity=None), account("2quiet", activity=nothing))
        reports = [report("lines"), report("spend", "CAMPAIGN", "HOUR"), report("totals", granularity="TOTAL")]
        config = emulator.config(day(100), reports=reports)
        first = sync(config)
        counters = described(emulator)
        # 101 days are four windows; lines and totals have the same ones and share their activity requests.
        assert (first.exit_code, first.records, counters["jobs_created"]) == (0, {}, 0)
        assert counters["active_entities_requests"] == 2 * 2 * 4
        assert min(min(bookmarks(first, entry["name"]).values()) for entry in reports) > ago(minutes=5).isoformat()
        sync(config, ["lines", "spend"], first.state)
        later = described(emulator)
        assert (later["jobs_created"], later["status_requests"]) == (0, 0)
        assert later["active_entities_requests"] - counters["active_entities_requests"] == 2 * 2

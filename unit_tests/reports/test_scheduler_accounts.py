# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""An account that is down, hangs or cannot be planned is given up alone: few errors, no delay for the others."""

from __future__ import annotations

import math

import pytest

from source_twitter_ads.api.request import ApiRequest
from source_twitter_ads.reports.account_jobs import HOPELESS_JOBS
from source_twitter_ads.reports.planner import Plan
from unit_tests.reports.builders import report
from unit_tests.reports.simulated_x import Account, SimulatedX, refused_with
from unit_tests.reports.simulation import SimulatedSync, a_sync, campaigns

HOUR = 3600.0
YEARS = "2024-01-01"
REPORTS = (report(), report(name="other"))


def two_accounts(**settings: object) -> SimulatedSync:
    """A sync of two reports of an account "bad" and one "good"."""
    return a_sync(*REPORTS, accounts={"bad": campaigns(60), "good": campaigns(60)}, **settings)  # type: ignore[arg-type]


def down(x: SimulatedX, method: str, path: str, seconds: float = 300.0, status: int = 503) -> None:
    """Have requests of accounts named "bad…" fail each time they are tried, and be given up after so many seconds."""
    began: dict[int, tuple[ApiRequest, float]] = {}

    def refuse(request: ApiRequest) -> Exception | float | None:
        concerned = request.method == method and path in request.url and str(request.account_id).startswith("bad")
        if not concerned:
            return None
        _, since = began.setdefault(id(request), (request, x.clock_of_loop.seconds))
        lasts = x.clock_of_loop.seconds - since
        return refused_with(status, "OVER_CAPACITY", request) if lasts >= seconds else min(30.0, seconds - lasts)

    x.refuse = refuse


def failures(sync: SimulatedSync) -> dict[str, list[str]]:
    return {name: reader.messages for name, reader in sync.readers.items()}


def good_ends(sync: SimulatedSync) -> list[float]:
    """When each report of the good account was read."""
    return [reader.account_ended_at["good"] - sync.began for reader in sync.readers.values()]


class TestHopeless:
    """None of its jobs ever ends."""

    def hopeless(self, **settings: object) -> SimulatedSync:
        sync = two_accounts(**settings)
        sync.x.job_seconds = lambda job: math.inf if job.account_id == "bad" else 10.0
        return sync

    def test_given_an_account_whose_jobs_hang_when_given_up_then_one_error_per_report(self) -> None:
        found = failures(self.hopeless(start_date=YEARS).run())
        assert [len(texts) for texts in found.values()] == [1, 1]
        assert "analytics jobs has ended within 60 min (job_timeout) (stream spend, account bad)" in found["spend"][0]
        assert "(stream other, account bad)" in found["other"][0]

    def test_given_an_account_whose_jobs_hang_when_given_up_then_after_one_job_timeout(self) -> None:
        sync = self.hopeless(start_date=YEARS).run()
        assert HOUR <= sync.seconds <= HOUR + 30

    def test_given_an_account_whose_jobs_hang_when_given_up_then_they_are_cancelled(self) -> None:
        sync = self.hopeless(start_date=YEARS).run()
        sync.scheduler.close()
        assert {sync.x.jobs[one].account_id for one in sync.x.cancelled} == {"bad"}
        assert len(sync.x.cancelled) > 90

    def test_given_an_account_whose_jobs_hang_when_others_are_read_then_no_delay(self) -> None:
        hanging, healthy = self.hopeless(start_date=YEARS), two_accounts(start_date=YEARS)
        assert max(good_ends(hanging.run())) <= max(good_ends(healthy.run())) + 0.1

    def test_given_a_given_up_account_when_a_report_comes_later_then_it_fails_at_once(self) -> None:
        sync = self.hopeless(start_date=YEARS)
        sync.scheduler.start()
        sync.began = sync.loop.now()
        sync.begin("spend")
        sync.loop.run(lambda: sync.readers["spend"].ended is not None)
        jobs = len(sync.x.jobs)
        sync.begin("other", account_ids=["bad"])
        sync.loop.run(lambda: sync.readers["other"].ended is not None)
        assert len(sync.readers["other"].failures) == 1
        assert len(sync.x.jobs) == jobs

    def test_given_few_jobs_that_hang_when_no_other_ran_then_they_are_tried_again(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(20 * (HOPELESS_JOBS - 1))})
        sync.x.job_seconds = lambda job: math.inf if int(job.job_id[1:]) < HOPELESS_JOBS else 10.0
        sync.run()
        assert sync.reader.failures == []
        assert len(sync.reader.entities) == 80


class TestCreationDown:
    def test_given_jobs_that_cannot_be_created_when_given_up_then_one_error_per_window(self) -> None:
        sync = two_accounts(start_date="2026-08-01")
        down(sync.x, "POST", "stats/jobs")
        found = failures(sync.run())
        windows = len(sync.readers["spend"].planned["bad"].reach)
        assert [len(texts) for texts in found.values()] == [windows, windows]
        assert all("Its jobs were not asked for. X refused POST" in text for text in found["spend"])
        assert len({text.split("window ")[-1] for text in found["spend"]}) == windows

    def test_given_jobs_that_cannot_be_created_when_given_up_then_waited_for_once(self) -> None:
        sync = two_accounts(start_date=YEARS)
        down(sync.x, "POST", "stats/jobs")
        sync.run()
        assert sync.seconds < 300 + 30
        assert {job.account_id for job in sync.x.jobs.values()} == {"good"}

    def test_given_jobs_that_cannot_be_created_when_others_are_read_then_no_delay(self) -> None:
        healthy, sick = two_accounts(), two_accounts()
        down(sick.x, "POST", "stats/jobs")
        assert max(good_ends(sick.run())) <= max(good_ends(healthy.run())) + 2

    def test_given_one_job_that_fails_for_long_when_others_succeed_then_one_window_fails(self) -> None:
        sync = a_sync(start_date="2026-08-01", num_workers=10)

        def concerned(request: ApiRequest) -> bool:
            return (request.form or {}).get("start_time") == "2026-08-31"

        sync.x.latency = lambda request: 300.0 if concerned(request) else 0.1
        sync.x.refuse = lambda request: refused_with(503, "OVER_CAPACITY", request) if concerned(request) else None
        sync.run()
        assert len(sync.reader.failures) == 1
        assert "window 2026-08-31" in sync.reader.messages[0]

    def test_given_a_window_whose_job_cannot_be_created_then_others_are_read(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(20, other_jobs=97)}, start_date="2026-08-01")
        sync.x.job_seconds = lambda job: 10.0 if job.job_id == "j1" else 500.0
        began: list[float] = []

        def refuse(request: ApiRequest) -> Exception | float | None:
            if (request.form or {}).get("start_time") != "2026-10-30":
                return None
            began.append(sync.loop.now())
            return refused_with(503, "OVER_CAPACITY", request) if began[-1] >= began[0] + 300 else 30.0

        sync.x.refuse = refuse
        sync.run()
        (text,) = sync.reader.messages
        assert "window 2026-10-30" in text
        assert len(sync.reader.closed) == sync.runs["spend"].planned_windows - 1
        assert sync.x.cancelled == []

    def test_given_creations_that_hang_when_others_are_read_then_no_delay(self) -> None:
        sync = two_accounts(num_workers=4, start_date="2026-08-01")

        def latency(request: ApiRequest) -> float:
            hangs = (request.method, request.account_id) == ("POST", "bad") and "j3" in sync.x.jobs
            return 300.0 if hangs else 0.1

        sync.x.latency = latency
        sync.run()
        assert max(good_ends(sync)) < 60

    @pytest.mark.parametrize("status", [400, 403, 404])
    def test_given_a_refusal_of_one_window_when_others_follow_then_they_are_read(self, status: int) -> None:
        sync = a_sync(start_date="2026-08-01")
        sync.x.refuse = lambda request: (
            refused_with(status, "SOMETHING", request)
            if (request.form or {}).get("start_time") == "2026-08-31"
            else None
        )
        sync.run()
        assert len(sync.reader.failures) == 1
        assert len(sync.reader.closed) == sync.runs["spend"].planned_windows - 1


class TestStatusDown:
    def test_given_a_status_that_cannot_be_had_when_given_up_then_no_job_in_the_state(self) -> None:
        sync = two_accounts(start_date=YEARS)
        down(sync.x, "GET", "stats/jobs")
        sync.run()
        last = {state["stream_descriptor"]["name"]: state["stream_state"] for state in sync.repository.states}
        assert [name for name, state in last.items() if "jobs" in state] == []

    def test_given_a_status_that_cannot_be_had_when_given_up_then_one_error_per_window(self) -> None:
        sync = two_accounts(start_date="2026-08-01")
        down(sync.x, "GET", "stats/jobs")
        found = failures(sync.run())
        windows = len(sync.readers["spend"].planned["bad"].reach)
        assert [len(texts) for texts in found.values()] == [windows, windows]
        assert all("The status of its jobs is unknown. X refused GET" in text for text in found["other"])

    def test_given_a_status_that_cannot_be_had_when_given_up_then_waited_for_once(self) -> None:
        sync = two_accounts(start_date=YEARS)
        down(sync.x, "GET", "stats/jobs")
        sync.run()
        assert sync.seconds < 300 + 30
        assert [account_id for _, account_id, _ in sync.x.status_requests].count("bad") == 0

    def test_given_a_status_that_is_refused_when_given_up_then_its_jobs_are_cancelled(self) -> None:
        sync = two_accounts()
        down(sync.x, "GET", "stats/jobs", seconds=0, status=403)
        sync.run()
        sync.scheduler.close()
        bad = [job.job_id for job in sync.x.jobs.values() if job.account_id == "bad"]
        assert sorted(sync.x.cancelled) == sorted(bad)

    @pytest.mark.parametrize("status", [400, 404])
    def test_given_one_status_request_that_is_refused_when_read_then_its_windows_fail(self, status: int) -> None:
        sync = a_sync(accounts={"1a": campaigns(20, other_jobs=97)}, start_date=YEARS)
        refused: list[ApiRequest] = []

        def refuse(request: ApiRequest) -> Exception | None:
            if refused or "job_ids" not in (request.params or {}):
                return None
            refused.append(request)
            return refused_with(status, "SOMETHING", request)

        sync.x.refuse = refuse
        sync.run()
        assert refused[0].params is not None
        failed = len(refused[0].params["job_ids"].split(","))
        assert len(sync.reader.failures) == failed <= 3
        assert len(sync.reader.closed) == sync.runs["spend"].planned_windows - failed

    def test_given_a_status_that_cannot_be_had_when_others_are_read_then_no_delay(self) -> None:
        healthy, sick = two_accounts(), two_accounts()
        down(sick.x, "GET", "stats/jobs")
        assert max(good_ends(sick.run())) <= max(good_ends(healthy.run())) + 2


class TestPlans:
    def test_given_an_account_that_x_refuses_to_plan_when_read_then_the_other_is_whole(self) -> None:
        sync = two_accounts()
        down(sync.x, "GET", "active_entities", seconds=0, status=403)
        found = failures(sync.run())
        assert [len(texts) for texts in found.values()] == [1, 1]
        assert all(reader.closed == [("good", 0)] for reader in sync.readers.values())

    def test_given_an_account_whose_plan_stays_down_when_read_then_waited_for_once(self) -> None:
        sync = two_accounts(start_date=YEARS)
        down(sync.x, "GET", "active_entities")
        found = failures(sync.run())
        assert sync.seconds < 300 + 60
        assert [len(texts) for texts in found.values()] == [1, 1]
        assert "What was active is unknown. X refused GET" in found["other"][0]
        assert "(stream other, account bad)" in found["other"][0]

    def test_given_an_account_whose_plan_stays_down_when_read_then_one_question_is_tried(self) -> None:
        sync = two_accounts(start_date=YEARS)
        down(sync.x, "GET", "active_entities")
        sync.run()
        tries = [account for _, kind, account in sync.x.requests if kind == "active_entities"].count("bad")
        assert tries == 1 + 300 / 30

    def test_given_more_accounts_that_are_down_than_workers_when_read_then_no_delay(self) -> None:
        accounts = {f"bad{number}": campaigns(1) for number in range(6)} | {"good": campaigns(1)}
        sync = a_sync(*REPORTS, accounts=accounts, num_workers=3)
        down(sync.x, "GET", "active_entities")
        sync.run()
        assert max(good_ends(sync)) < 60

    def test_given_a_plan_that_was_down_when_another_report_asks_then_it_is_not_sent(self) -> None:
        accounts = {"bad": Account({"CAMPAIGN": ["c1"], "LINE_ITEM": ["l1"]})}
        sync = a_sync(report(), report(name="lines", entity="LINE_ITEM"), accounts=accounts)
        down(sync.x, "GET", "active_entities")
        sync.scheduler.start()
        sync.begin("spend")
        sync.run_for(400)
        asked = sync.x.asked["active_entities"]
        sync.begin("lines")
        sync.run_for(1)
        assert len(sync.readers["lines"].failures) == 1
        assert sync.x.asked["active_entities"] == asked

    def test_given_an_account_without_the_feature_when_planned_then_it_is_skipped(self) -> None:
        sync = two_accounts()
        sync.x.refuse = lambda request: (
            refused_with(400, "FEATURE_NOT_AVAILABLE", request)
            if request.account_id == "bad" and "active_entities" in request.url
            else None
        )
        assert failures(sync.run()) == {"spend": [], "other": []}

    def test_given_an_unknown_time_zone_when_planned_then_the_other_account_is_whole(self) -> None:
        sync = two_accounts()
        sync.services.accounts._records["bad"] = {"timezone": "Nowhere/At_All"}
        found = failures(sync.run())
        assert [len(texts) for texts in found.values()] == [1, 1]
        assert "'Nowhere/At_All' is not the name of a time zone" in found["spend"][0]
        assert all(reader.closed == [("good", 0)] for reader in sync.readers.values())

    def test_given_an_error_in_the_planner_when_planned_then_the_other_account_is_whole(self) -> None:
        sync = two_accounts()
        original = sync.runs["spend"].plan

        def broken(account_id: str) -> Plan:
            return original({"good": "good"}[account_id])

        sync.runs["spend"].plan = broken
        sync.run()
        assert [type(one) for one in sync.readers["spend"].failures] == [KeyError]
        assert sync.readers["spend"].closed == [("good", 0)]
        assert sync.readers["other"].failures == []

    def test_given_a_plan_that_takes_long_when_others_are_planned_then_they_are_read(self) -> None:
        sync = two_accounts()
        sync.x.latency = lambda request: 600.0 if request.account_id == "bad" and "active" in request.url else 0.1
        assert max(good_ends(sync.run())) < 60


class TestUnforeseen:
    def test_given_a_task_that_fails_unforeseen_when_read_then_its_windows_fail(self) -> None:
        sync = two_accounts()
        sync.x.refuse = lambda request: (
            KeyError("unforeseen") if request.account_id == "bad" and request.method == "POST" else None
        )
        sync.run()
        assert all(isinstance(one, KeyError) for reader in sync.readers.values() for one in reader.failures)
        assert all(reader.closed == [("good", 0)] for reader in sync.readers.values())

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_given_an_error_in_the_scheduler_when_it_happens_then_all_reports_end(self, method: str) -> None:
        sync = two_accounts()
        sync.start()
        sync.run_for(0.05)

        def broken(*_: object) -> None:
            raise ZeroDivisionError

        if method == "GET":
            sync.scheduler._board._on_status = broken  # type: ignore[method-assign]
        else:
            sync.scheduler._board._created = broken  # type: ignore[method-assign,assignment]
        sync.loop.run(lambda: all(reader.ended for reader in sync.readers.values()))
        ends = [reader.ended for reader in sync.readers.values()]
        assert all(isinstance(end.failure, ZeroDivisionError) for end in ends if end)

    def test_given_a_scheduler_that_failed_when_a_report_begins_then_it_fails_too(self) -> None:
        sync = two_accounts()
        sync.scheduler._crashed(ZeroDivisionError())
        sync.run()
        assert all(reader.ended and reader.ended.failure for reader in sync.readers.values())
        assert sync.x.requests == []

    def test_given_a_scheduler_that_has_failed_when_closed_then_it_ends(self) -> None:
        sync = two_accounts()
        sync.start()
        sync.run_for(1)
        sync.scheduler._crashed(ZeroDivisionError())
        sync.scheduler.close()
        assert sync.loop.ended

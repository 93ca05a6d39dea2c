# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How the plans of all reports and accounts are made together: each question once, no account before its turn."""

from __future__ import annotations

import gc
import tracemalloc
from collections import Counter

from source_twitter_ads.api.request import ApiRequest
from source_twitter_ads.reports.definition import PREBUILT_REPORTS
from unit_tests.reports.builders import report
from unit_tests.reports.simulated_x import Account, refused_with
from unit_tests.reports.simulation import SimulatedSync, a_sync, campaigns

YEARS = "2024-01-01"
REPORTS = (report(), report(name="other"))


def planned_at(sync: SimulatedSync, account_id: str) -> list[float]:
    """When an account's questions were asked."""
    asked = [(at, account) for at, kind, account in sync.x.requests if kind == "active_entities"]
    return [at - sync.began for at, account in asked if account == account_id]


def kept(sync: SimulatedSync) -> list[str]:
    """The accounts of which answers are kept."""
    return list(sync.scheduler._plans._accounts)


class TestQuestions:
    def test_given_two_reports_with_equal_questions_when_planned_then_each_is_asked_once(self) -> None:
        sync = a_sync(*REPORTS, start_date=YEARS).run()
        windows = sync.runs["spend"].planned_windows
        assert sync.x.asked["active_entities"] == windows

    def test_given_the_six_reports_when_planned_then_a_question_for_each_kind(self) -> None:
        sync = a_sync(*PREBUILT_REPORTS).run()
        assert sync.x.asked["active_entities"] == 5

    def test_given_a_report_that_begins_later_when_planned_then_it_uses_the_answers(self) -> None:
        sync = a_sync(*REPORTS)
        sync.scheduler.start()
        sync.begin("spend")
        sync.run_for(60)
        sync.begin("other")
        sync.run_for(60)
        assert sync.x.asked["active_entities"] == 1
        assert sync.readers["other"].closed == [("1a", 0)]

    def test_given_a_question_that_failed_when_another_report_has_it_then_asked_once(self) -> None:
        sync, asked = a_sync(*REPORTS), Counter[str]()

        def refuse(request: ApiRequest) -> Exception | None:
            asked[request.method] += "active_entities" in request.url
            return refused_with(403, "ACCOUNT_NOT_FOUND", request) if "active_entities" in request.url else None

        sync.x.refuse = refuse
        sync.run()
        assert asked["GET"] == 1
        assert [len(reader.failures) for reader in sync.readers.values()] == [1, 1]

    def test_given_a_question_that_fails_when_planned_then_reports_without_it_are_read(self) -> None:
        accounts = {"1a": Account({"CAMPAIGN": ["c1"], "LINE_ITEM": ["l1"]})}
        sync = a_sync(report(), report(name="lines", entity="LINE_ITEM"), accounts=accounts)
        sync.x.refuse = lambda request: (
            refused_with(403, "ACTION_NOT_ALLOWED", request)
            if (request.params or {}).get("entity") == "CAMPAIGN"
            else None
        )
        sync.run()
        assert len(sync.readers["spend"].failures) == 1
        assert sync.readers["lines"].entities == ["l1"]


class TestPages:
    """X documents one page of active_entities, and a cursor of any collection (docs/x-ads-api.md §2.2)."""

    def test_given_a_feed_of_several_pages_when_planned_then_all_entities_are_read(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(25)})
        sync.x.feed_page = 10
        sync.run()
        assert sync.x.asked["active_entities"] == 3
        assert sync.reader.entities == [f"c{number:04}" for number in range(25)]

    def test_given_a_feed_that_repeats_its_cursor_when_planned_then_the_account_fails(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(25)})
        sync.x.feed_page = 0
        sync.run()
        assert "X sent the same next_cursor twice" in sync.reader.messages[0]
        assert sync.reader.cursor.bookmark("1a") is None


class TestTurns:
    def test_given_many_accounts_when_planned_then_first_jobs_run_before_the_last_plan(self) -> None:
        sync = a_sync(accounts={f"a{n}": campaigns(5) for n in range(200)}, num_workers=5).run()
        first_job = min(at for at, kind, _ in sync.x.requests if kind == "create")
        last_plan = max(at for at, kind, _ in sync.x.requests if kind == "active_entities")
        assert first_job < sync.began + 1 < last_plan

    def test_given_an_account_of_years_when_another_is_planned_then_it_does_not_wait(self) -> None:
        state = {"states": [{"partition": {"account_id": "new"}, "cursor": {"date": "2026-11-20T00:00:00Z"}}]}
        accounts = {"old": campaigns(5), "new": campaigns(5)}
        sync = a_sync(accounts=accounts, start_date="2012-01-01", num_workers=2, states={"spend": state}).run()
        assert len(planned_at(sync, "old")) > 100
        assert max(planned_at(sync, "new")) < 1

    def test_given_questions_that_take_long_when_others_are_planned_then_no_delay(self) -> None:
        sync = a_sync(accounts={"slow": campaigns(5), "1a": campaigns(5), "2b": campaigns(5)})
        sync.x.latency = lambda request: (
            200.0 if request.account_id == "slow" and "active_entities" in request.url else 0.1
        )
        sync.run()
        assert max(sync.reader.account_ended_at[one] for one in ("1a", "2b")) - sync.began < 60


class TestMemory:
    def test_given_two_reports_when_both_have_planned_then_the_answers_are_gone(self) -> None:
        sync = a_sync(*REPORTS, accounts={"1a": campaigns(5), "2b": campaigns(5)})
        sync.scheduler.start()
        sync.begin("spend")
        sync.run_for(60)
        assert kept(sync) == ["1a", "2b"]
        sync.begin("other", account_ids=["1a"])
        sync.run_for(60)
        assert "1a" not in kept(sync)

    def test_given_a_report_that_has_ended_when_others_planned_then_it_keeps_nothing(self) -> None:
        sync = a_sync(*REPORTS, accounts={"1a": campaigns(5), "2b": campaigns(5)})
        sync.scheduler.start()
        sync.begin("spend")
        sync.begin("other", account_ids=[])
        sync.run_for(60)
        assert kept(sync) == []

    def test_given_a_report_that_cannot_begin_when_others_planned_then_it_keeps_nothing(self) -> None:
        sync = a_sync(*REPORTS)
        sync.scheduler.start()
        sync.scheduler.forgo("other")
        sync.begin("spend")
        sync.run_for(60)
        assert kept(sync) == []

    def test_given_a_reader_that_left_when_others_have_planned_then_it_keeps_nothing(self) -> None:
        sync = a_sync(*REPORTS)
        sync.start()
        sync.readers["other"].leave()
        sync.run_for(60)
        assert kept(sync) == []

    def test_given_a_plan_that_fails_when_it_has_ended_then_its_account_is_planned(self) -> None:
        sync = a_sync()
        sync.x.refuse = lambda request: refused_with(400, "FEATURE_NOT_AVAILABLE", request)
        sync.run()
        assert kept(sync) == []

    def test_given_many_entities_when_all_windows_wait_then_each_takes_a_few_bytes(self) -> None:
        entities = 2000
        sync = a_sync(accounts={"1a": campaigns(entities, other_jobs=100)}, start_date=YEARS, num_workers=4)
        gc.collect()
        tracemalloc.start()
        sync.start()
        sync.run_for(60)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        windows = sync.runs["spend"].planned_windows
        assert windows == 36
        assert kept(sync) == []
        assert held / (windows * entities) < 60

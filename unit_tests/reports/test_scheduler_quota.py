# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How many jobs an account has at once, in a whole sync: its own, those of other tools, none.

Source: docs/x-ads-api.md §7.2.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from source_twitter_ads.api.request import ApiRequest
from unit_tests.reports.builders import report
from unit_tests.reports.simulated_x import Account, refused_with
from unit_tests.reports.simulation import SimulatedSync, a_sync, campaigns

HOUR = 3600.0


def created_at(sync: SimulatedSync, account_id: str = "1a") -> list[float]:
    """When the jobs of an account were asked for, refusals included."""
    return [at - sync.began for at, kind, account in sync.x.requests if (kind, account) == ("create", account_id)]


class TestSlots:
    def test_given_more_jobs_than_slots_when_read_then_never_more_than_a_hundred(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(3000)}, num_workers=50).run()
        assert (sync.x.most_jobs["1a"], len(sync.x.jobs)) == (100, 150)
        assert len(sync.reader.entities) == 3000

    def test_given_nothing_known_of_an_account_when_jobs_are_created_then_one_goes_ahead(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(200)}, latency=0.5, num_workers=50).run()
        first, second, *others = created_at(sync)
        assert second - first >= 0.5
        assert max(others) - second < 0.5

    def test_given_a_first_job_that_takes_long_when_others_are_ready_then_no_delay(
        self,
    ) -> None:
        sync = a_sync(accounts={"1a": campaigns(40), "2b": campaigns(40)})
        sync.x.latency = lambda request: 300.0 if request.method == "POST" and request.account_id == "1a" else 0.1
        sync.run()
        assert sync.reader.account_ended_at["2b"] - sync.began < 30

    def test_given_ninety_seven_jobs_of_other_tools_when_read_then_three_at_a_time(
        self,
    ) -> None:
        sync = a_sync(accounts={"1a": campaigns(200, other_jobs=97)}, num_workers=50).run()
        assert sync.x.most_jobs["1a"] == 100
        assert sync.x.asked["create"] == len(sync.x.jobs) == 10
        assert len(sync.reader.entities) == 200

    def test_given_no_word_of_slots_when_there_are_too_many_jobs_then_asked_again_later(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(200, other_jobs=97)}, num_workers=50)
        sync.x.counts_jobs = False
        sync.run()
        assert sync.x.asked["create"] > len(sync.x.jobs)
        assert (len(sync.reader.entities), sync.reader.failures) == (200, [])

    def test_given_no_word_of_slots_when_there_are_too_many_jobs_then_asked_one_by_one(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(200, other_jobs=97)}, num_workers=50)
        sync.x.counts_jobs = False
        sync.run()
        first = min(at for at, kind, _ in sync.x.requests if kind == "status")
        late = [at for at, kind, _ in sync.x.requests if kind == "create" and at > first]
        created = [job for job in sync.x.jobs.values() if job.began > first]
        assert len(late) - len(created) <= len(sync.x.status_requests)

    def test_given_other_tools_that_need_more_slots_when_x_tells_then_no_more_than_left(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(3000)}, num_workers=50)
        sync.x.job_seconds = lambda job: 10.0 + int(job.job_id[1:]) / 10
        sync.start()
        sync.run_for(6)
        sync.x.accounts["1a"].other_jobs = 60
        sync.loop.run(lambda: sync.reader.ended is not None)
        late = [job for job in sync.x.jobs.values() if job.began > sync.began + 30]
        assert late
        assert sync.x.asked["create"] == len(sync.x.jobs)
        assert len(sync.reader.entities) == 3000

    def test_given_two_accounts_when_one_has_no_slot_then_the_other_is_read(self) -> None:
        accounts = {"1a": campaigns(20, other_jobs=100), "2b": campaigns(20)}
        sync = a_sync(accounts=accounts, job_timeout=10).run()
        assert sync.reader.account_ended_at["2b"] - sync.began < 30


class TestTooManyJobs:
    def full(self, **settings: int) -> SimulatedSync:
        """A sync of an account all of whose slots other tools have."""
        return a_sync(accounts={"1a": campaigns(20, other_jobs=100)}, **settings)

    def test_given_no_slot_when_x_says_so_then_it_is_asked_again_every_fifteen_seconds(self) -> None:
        sync = self.full()
        sync.start()
        sync.run_for(300)
        assert len(created_at(sync)) == 1
        assert {tuple(ids) for _, _, ids in sync.x.status_requests} == {()}
        moments = [at for at, _, _ in sync.x.status_requests]
        assert {round(later - earlier) for earlier, later in pairwise(moments)} == {15}

    def test_given_a_request_without_jobs_when_sent_then_it_asks_for_one_only(self) -> None:
        sync, asked = self.full(), []

        def note(request: ApiRequest) -> None:
            asked.append(dict(request.params or {}))

        sync.x.refuse = lambda request: note(request) if request.url.endswith("stats/jobs/accounts/1a") else None  # type: ignore[func-returns-value]
        sync.start()
        sync.run_for(60)
        assert asked[-1] == {"count": "1"}

    def test_given_slots_that_become_free_when_x_tells_then_the_report_is_read(self) -> None:
        sync = self.full()
        sync.start()
        sync.run_for(1800)
        sync.x.accounts["1a"].other_jobs = 0
        sync.loop.run(lambda: sync.reader.ended is not None)
        assert (len(sync.reader.entities), sync.reader.failures) == (20, [])

    def test_given_other_tools_that_keep_all_slots_when_it_lasts_then_given_up(self) -> None:
        sync = self.full(job_timeout=60).run()
        assert HOUR <= sync.seconds <= HOUR + 31
        (text,) = sync.reader.messages
        assert "No slot for an analytics job was free for 36" in text
        assert "Another tool is using up the 100 analytics jobs" in text

    @pytest.mark.parametrize("told", [True, False], ids=["slots are shown", "no word of slots"])
    def test_given_every_job_refused_for_its_slot_when_it_lasts_then_given_up(self, told: bool) -> None:
        sync = a_sync(job_timeout=60)
        sync.x.counts_jobs = told
        sync.x.refuse = lambda request: refused_with(400, "TOO_MANY_JOBS", request) if request.form else None
        sync.run()
        assert HOUR <= sync.seconds <= HOUR + 60
        assert "No slot for an analytics job was free for 36" in sync.reader.messages[0]

    def test_given_no_slot_when_given_up_then_one_error_for_each_window(self) -> None:
        sync = self.full(job_timeout=60, start_date="2026-08-01").run()
        windows = sync.runs["spend"].planned_windows
        assert windows == len(sync.reader.failures) > 1

    def test_given_long_jobs_of_its_own_when_no_slot_is_left_then_it_does_not_give_up(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(40, other_jobs=99)}, job_timeout=60)
        sync.x.job_seconds = lambda _: HOUR - 20
        sync.run()
        assert (len(sync.reader.entities), sync.reader.failures) == (40, [])

    def test_given_a_first_job_that_takes_x_long_when_waiting_then_not_given_up(self) -> None:
        sync = a_sync(job_timeout=1)
        sync.x.latency = lambda request: 600.0 if request.method == "POST" else 0.1
        sync.run()
        assert sync.reader.failures == []


class TestOrder:
    def test_given_windows_of_years_when_jobs_are_created_then_the_oldest_first(self) -> None:
        sync = a_sync(start_date="2024-01-01", num_workers=1).run()
        begins = [job.asked["start_time"] for job in sync.x.jobs.values()]
        assert len(begins) > 30
        assert begins == sorted(begins)

    def test_given_a_failed_job_of_the_oldest_window_when_retried_then_before_others(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(20, other_jobs=98)}, start_date="2025-01-01")
        sync.x.tell = lambda job, _: {"status": "FAILED"} if job.job_id == "j1" else None
        sync.run()
        oldest = min(job.asked["start_time"] for job in sync.x.jobs.values())
        made = [number for number, job in enumerate(sync.x.jobs.values()) if job.asked["start_time"] == oldest]
        assert made[0] == 0
        assert max(made) < 8

    def test_given_a_large_and_a_small_report_when_slots_are_few_then_they_take_turns(self) -> None:
        active = {"CAMPAIGN": ["c1", "c2"], "LINE_ITEM": [f"l{number}" for number in range(2000)]}
        account = Account(active=active, other_jobs=98)
        sync = a_sync(report(name="large", entity="LINE_ITEM"), report(name="small"), accounts={"1a": account}).run()
        assert sync.readers["small"].ended_at - sync.began < 40 < sync.readers["large"].ended_at - sync.began

    @pytest.mark.parametrize("status", [400, 403])
    def test_given_a_job_that_x_refuses_when_others_are_created_then_no_slot_is_lost(self, status: int) -> None:
        accounts = {"1a": campaigns(4000)}
        sync = a_sync(report(), report(name="other"), accounts=accounts, num_workers=20)
        sync.x.refuse = lambda request: (
            refused_with(status, "INVALID_PARAMETER", request)
            if request.method == "POST" and request.context.stream == "other"
            else None
        )
        sync.run()
        assert sync.x.most_jobs["1a"] == 100
        assert len(sync.readers["spend"].entities) == 4000

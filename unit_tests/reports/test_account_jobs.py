# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""An account's jobs over all reports: whose turn it is, when X is asked, what its word means.

Source: docs/x-ads-api.md §7.2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timezone
from itertools import pairwise
from typing import Any

import pytest

from source_twitter_ads.reports.account_jobs import (
    HOPELESS_JOBS,
    JOBS_PER_STATUS_REQUEST,
    LONGEST_POLL_INTERVAL,
    SHORTEST_POLL_INTERVAL,
    AccountJobs,
)
from source_twitter_ads.reports.job import Job
from source_twitter_ads.reports.window_jobs import WindowJobs
from unit_tests.reports.fakes import DONE, job, request, window_jobs

TIMEOUT = 3600.0
NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
AT_WORK = {"status": "PROCESSING"}


@pytest.fixture
def account() -> AccountJobs:
    """An account of which X has told that it may have a hundred jobs."""
    account = AccountJobs("1a", TIMEOUT)
    account.quota.note_created(0, {})
    return account


def watched(account: AccountJobs, count: int = 1, created: float = 1000.0, **more: Any) -> list[Job]:
    """Jobs at X, of a window that is done otherwise."""
    first = len(account.running)
    jobs = [job(str(first + number), created, **more) for number in range(count)]
    window = window_jobs()
    for one in jobs:
        account.watch(window, one)
    return jobs


def learn(
    account: AccountJobs, jobs: list[Job], now: float, entries: Mapping[str, Mapping[str, Any]] | None = None
) -> list[Job]:
    """Have the account take in a status response; by default all of its jobs are at work."""
    told = {one.job_id: AT_WORK for one in jobs} if entries is None else entries
    account.polling = False
    return [one for _, one in account.apply_status(jobs, told, {}, now, NOW)]


def waiting(report_name: str, position: int, *ids: str) -> WindowJobs:
    return window_jobs(*(request(one) for one in ids), report_name=report_name, position=position)


def taken(account: AccountJobs, count: int) -> list[str]:
    """The entities of the next requests."""
    found = (account.next_request() for _ in range(count))
    return [one[1].entity_ids[0] for one in found if one]


class TestTurns:
    def test_given_windows_of_a_report_when_taken_then_the_oldest_first(self, account: AccountJobs) -> None:
        for window in (waiting("spend", 2, "c"), waiting("spend", 0, "a1", "a2"), waiting("spend", 1, "b")):
            account.add(window)
        assert taken(account, 5) == ["a1", "a2", "b", "c"]

    def test_given_an_old_window_that_asks_again_when_taken_then_before_younger_ones(
        self, account: AccountJobs
    ) -> None:
        old, young = waiting("spend", 0, "a"), waiting("spend", 1, "b1", "b2")
        account.add(old)
        account.add(young)
        first = taken(account, 2)
        old.waiting.append(request("again"))
        account.add(old)
        assert first + taken(account, 2) == ["a", "b1", "again", "b2"]

    def test_given_a_large_and_a_small_report_when_taken_then_they_take_turns(self, account: AccountJobs) -> None:
        account.add(waiting("large", 0, *(f"l{n}" for n in range(50))))
        account.add(waiting("small", 0, "s0", "s1"))
        assert taken(account, 5) == ["l0", "s0", "l1", "s1", "l2"]

    def test_given_a_window_that_is_over_when_taken_then_nothing_of_it(self, account: AccountJobs) -> None:
        window = waiting("spend", 0, "a")
        account.add(window)
        account.remove(window)
        assert taken(account, 1) == []
        assert not account.has_waiting

    def test_given_no_slot_when_taken_then_nothing_and_it_waits_on(self, account: AccountJobs) -> None:
        watched(account, 100)
        account.add(waiting("spend", 0, "a"))
        assert taken(account, 1) == []
        assert account.has_waiting


class TestPolling:
    """When a status request is worth it; the fastest and the slowest job are those of the whole sync."""

    def due(
        self, account: AccountJobs, now: float, fastest: float = 0.0, slowest: float = 0.0, scarce: bool = False
    ) -> float:
        return account.next_poll_at(now, fastest, slowest, scarce)

    def poll(self, account: AccountJobs, jobs: list[Job], count: int, **known: float) -> list[float]:
        """Ask about jobs that never end whenever it is due; return when that was."""
        now, moments = 1000.0, []
        for _ in range(count):
            # A timer that rings early looks again: the pause grows with time.
            while (due := self.due(account, now, **known)) > now:  # type: ignore[arg-type]
                now = due
            account.polled(now)
            moments.append(now)
            learn(account, jobs, now)
        return moments

    def test_given_no_jobs_when_asked_then_never(self, account: AccountJobs) -> None:
        assert self.due(account, 1000) == math.inf

    def test_given_a_request_under_way_when_asked_then_not_before_it_is_answered(self, account: AccountJobs) -> None:
        watched(account)
        account.polled(1001)
        assert self.due(account, 1002) == math.inf

    def test_given_the_first_job_of_a_sync_when_asked_then_soon(self, account: AccountJobs) -> None:
        watched(account)
        assert self.due(account, 1000) == pytest.approx(1001)

    def test_given_jobs_that_took_20_s_when_asked_then_not_before_the_oldest_is_as_old(
        self, account: AccountJobs
    ) -> None:
        watched(account, created=1000)
        watched(account, created=1015)
        assert self.due(account, 1016, fastest=20) == pytest.approx(1020)

    def test_given_a_slow_job_when_polled_then_ever_more_rarely_up_to_fifteen_seconds(
        self, account: AccountJobs
    ) -> None:
        moments = self.poll(account, watched(account), 60)
        pauses = [later - earlier for earlier, later in pairwise(moments)]
        assert pauses[0] == pytest.approx(SHORTEST_POLL_INTERVAL)
        assert pauses[-1] == pytest.approx(LONGEST_POLL_INTERVAL)
        assert max(pauses) <= LONGEST_POLL_INTERVAL + 0.001
        assert all(later >= earlier - 0.001 for earlier, later in pairwise(pauses))

    def test_given_a_new_job_when_others_are_old_then_asked_often_again(self, account: AccountJobs) -> None:
        self.poll(account, watched(account), 60)
        last = account.next_poll_at(10_000, 0, 0, False) - LONGEST_POLL_INTERVAL
        watched(account, created=last + 1)
        assert self.due(account, last + 1) == pytest.approx(last + SHORTEST_POLL_INTERVAL)

    def test_given_scarce_requests_when_asked_then_once_the_youngest_is_likely_done(self, account: AccountJobs) -> None:
        watched(account, created=1000)
        watched(account, created=1010)
        assert self.due(account, 1011, fastest=5, slowest=40, scarce=True) == pytest.approx(1050)

    def test_given_scarce_requests_when_jobs_are_slow_then_every_fifteen_seconds(self, account: AccountJobs) -> None:
        watched(account)
        account.polled(1100)
        account.polling = False
        assert self.due(account, 1101, slowest=40, scarce=True) == pytest.approx(1100 + LONGEST_POLL_INTERVAL)

    def test_given_no_slot_when_no_job_runs_then_x_is_asked_every_fifteen_seconds(self, account: AccountJobs) -> None:
        account.add(waiting("spend", 0, "a"))
        account.quota.note_refused(running=0, now=1000)
        account.polled(1000)
        account.polling = False
        assert self.due(account, 1001) == pytest.approx(1000 + LONGEST_POLL_INTERVAL)

    def test_given_requests_that_have_a_slot_when_no_job_runs_then_x_is_not_asked(self, account: AccountJobs) -> None:
        account.add(waiting("spend", 0, "a"))
        assert self.due(account, 1001) == math.inf


class TestOneRequestForAll:
    def test_given_up_to_two_hundred_jobs_when_asked_about_then_all(self, account: AccountJobs) -> None:
        watched(account, 200)
        assert len(account.to_poll()) == JOBS_PER_STATUS_REQUEST == 200

    def test_given_too_many_jobs_for_a_request_when_polled_then_those_unheard_of_first(
        self, account: AccountJobs
    ) -> None:
        jobs = watched(account, 300)
        learn(account, jobs[:200], 1010)
        learn(account, jobs[100:], 1020, {one.job_id: AT_WORK for one in jobs[200:]})
        assert set(account.to_poll()) == set(jobs[:200])


class TestStatus:
    def test_given_a_response_when_learnt_then_the_jobs_that_have_ended_leave(self, account: AccountJobs) -> None:
        first, second = watched(account, 2)
        ended = learn(account, [first, second], 1010, {first.job_id: DONE, second.job_id: AT_WORK})
        assert ended == [first]
        assert list(account.running) == [second.job_id]

    def test_given_a_job_that_was_dropped_meanwhile_when_learnt_then_it_is_left_alone(
        self, account: AccountJobs
    ) -> None:
        (one,) = watched(account)
        account.running.clear()
        assert learn(account, [one], 1010, {one.job_id: DONE}) == []

    def test_given_jobs_since_the_request_when_slots_are_learnt_then_counted_as_others(
        self, account: AccountJobs
    ) -> None:
        asked = watched(account, 10)
        watched(account, 5, created=1005)
        account.polling = False
        told = {one.job_id: AT_WORK for one in asked}
        account.apply_status(asked, told, {"x-concurrent-job-limit-remaining": "20"}, 1006.0, NOW)
        assert account.quota.has_slot(29)
        assert not account.quota.has_slot(30)


class TestHopeless:
    def times_out(self, account: AccountJobs, count: int, **more: Any) -> None:
        jobs = watched(account, count, **more)
        learn(account, jobs, 1000 + TIMEOUT)

    def test_given_jobs_that_never_ended_when_none_ever_has_then_hopeless(self, account: AccountJobs) -> None:
        self.times_out(account, HOPELESS_JOBS)
        assert account.hopeless
        assert account.endless == HOPELESS_JOBS

    def test_given_fewer_jobs_that_never_ended_when_asked_then_not_yet(self, account: AccountJobs) -> None:
        self.times_out(account, HOPELESS_JOBS - 1)
        assert not account.hopeless

    @pytest.mark.parametrize("entry", [DONE, {"status": "FAILED"}], ids=["ready", "failed"])
    def test_given_one_job_that_ended_when_others_never_do_then_not_hopeless(
        self, account: AccountJobs, entry: dict[str, Any]
    ) -> None:
        (one,) = watched(account)
        learn(account, [one], 1010, {one.job_id: entry})
        self.times_out(account, 3 * HOPELESS_JOBS)
        assert not account.hopeless

    def test_given_jobs_of_an_earlier_sync_when_they_are_gone_then_they_say_nothing(self, account: AccountJobs) -> None:
        jobs = watched(account, HOPELESS_JOBS, adopted=True)
        assert len(learn(account, jobs, 1001, {})) == HOPELESS_JOBS
        assert not account.hopeless

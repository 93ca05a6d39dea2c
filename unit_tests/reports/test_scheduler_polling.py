# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""When X is asked how the jobs are doing, in a whole sync (docs/x-ads-api.md §4, §7.2)."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise

import pytest

from source_twitter_ads.reports.account_jobs import JOBS_PER_STATUS_REQUEST, SHORTEST_POLL_INTERVAL
from unit_tests.reports.simulation import SimulatedSync, a_sync, campaigns

QUARTER = 900


def polls(sync: SimulatedSync) -> list[float]:
    """When X was asked, by all accounts."""
    return [at - sync.began for at, _, _ in sync.x.status_requests]


def per_account(sync: SimulatedSync) -> dict[str, list[float]]:
    moments = defaultdict(list)
    for at, account_id, _ in sync.x.status_requests:
        moments[account_id].append(at - sync.began)
    return moments


def many(count: int, entities: int = 100) -> dict[str, object]:
    return {f"a{number:03}": campaigns(entities) for number in range(count)}


class TestOneRequestForAll:
    def test_given_many_jobs_of_an_account_when_polled_then_one_request_names_all(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(1600)}, num_workers=50)
        sync.x.job_seconds = lambda _: 60.0
        sync.run()
        assert {len(ids) for _, _, ids in sync.x.status_requests} == {80}

    def test_given_more_jobs_than_a_request_may_name_when_polled_then_all_are_heard_of(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(20 * 260)}, num_workers=50)
        sync.x.counts_jobs = False
        sync.x.job_seconds = lambda _: 60.0
        sync.run()
        assert max(len(ids) for _, _, ids in sync.x.status_requests) <= JOBS_PER_STATUS_REQUEST
        assert len(sync.reader.entities) == 20 * 260


class TestPace:
    def test_given_a_job_of_a_minute_when_polled_then_soon_and_ever_more_rarely(self) -> None:
        sync = a_sync()
        sync.x.job_seconds = lambda _: 60.0
        sync.run()
        pauses = [later - earlier for earlier, later in pairwise(polls(sync))]
        assert pauses[0] == pytest.approx(SHORTEST_POLL_INTERVAL)
        assert all(later >= earlier - 0.001 for earlier, later in pairwise(pauses))
        assert sync.seconds < 60 + 15

    def test_given_a_job_of_an_hour_when_polled_then_every_fifteen_seconds_in_the_end(self) -> None:
        sync = a_sync(job_timeout=120)
        sync.x.job_seconds = lambda _: 3600.0
        sync.run()
        moments = polls(sync)
        assert moments[-1] - moments[-2] == pytest.approx(15)
        assert len(moments) < 3600 / 15 + 30

    def test_given_jobs_of_half_a_minute_when_an_account_begins_then_not_asked_before(
        self,
    ) -> None:
        sync = a_sync(accounts=many(60), num_workers=2, latency=1.0)
        sync.x.job_seconds = lambda _: 30.0
        sync.run()
        late = [account_id for account_id in sync.x.accounts if first_job(sync, account_id) > 40]
        assert late
        assert all(per_account(sync)[one][0] - first_job(sync, one) >= 29 for one in late)

    def test_given_busy_workers_when_polled_then_no_account_is_asked_twice_at_once(self) -> None:
        sync = a_sync(accounts=many(30, entities=200), num_workers=2)
        sync.x.job_seconds = lambda _: 60.0
        sync.run()
        pauses = [later - earlier for moments in per_account(sync).values() for earlier, later in pairwise(moments)]
        assert min(pauses) >= SHORTEST_POLL_INTERVAL - 0.001

    def test_given_an_account_whose_jobs_have_ended_when_others_run_then_asked_no_more(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(20), "2b": campaigns(20)})
        sync.x.job_seconds = lambda job: 5.0 if job.account_id == "1a" else 500.0
        sync.run()
        assert per_account(sync)["1a"][-1] < 10


def first_job(sync: SimulatedSync, account_id: str) -> float:
    return min(job.began for job in sync.x.jobs.values() if job.account_id == account_id) - sync.began


class TestScarceRequests:
    """X's limit of status requests may be the user's: 2,000 per 15 minutes for all accounts together (§4)."""

    def limited(self, accounts: int, requests: int, job_seconds: float, **settings: int) -> SimulatedSync:
        sync = a_sync(accounts=many(accounts, entities=40), **settings)  # type: ignore[arg-type]
        sync.x.status_limit = requests
        sync.x.job_seconds = lambda _: job_seconds
        return sync

    def test_given_a_limit_of_all_accounts_when_read_then_x_refuses_nothing(self) -> None:
        sync = self.limited(200, 250, job_seconds=60.0, num_workers=20).run()
        assert sync.x.limited == 0
        assert len(sync.reader.entities) == 200 * 40

    def test_given_a_limit_when_read_then_no_window_of_it_has_more_requests(self) -> None:
        sync = self.limited(100, 50, job_seconds=60.0, num_workers=20).run()
        first = polls(sync)[0]
        windows = [int((at - first) // QUARTER) for at in polls(sync)]
        assert max(windows.count(one) for one in set(windows)) <= 50
        assert sync.reader.failures == []

    def test_given_scarce_status_requests_when_jobs_are_short_then_few_are_sent(
        self,
    ) -> None:
        sync = self.limited(500, 1000, job_seconds=10.0, num_workers=50).run()
        assert len(polls(sync)) <= 2 * 500
        assert sync.seconds < 60

    def test_given_scarce_status_requests_when_accounts_hang_then_others_are_asked(self) -> None:
        sync = self.limited(60, 100, job_seconds=10.0, num_workers=5)
        hanging = {f"a{number:03}" for number in range(20)}
        sync.x.job_seconds = lambda job: math.inf if job.account_id in hanging else 10.0
        sync.run()
        others = [at for account_id, at in sync.reader.account_ended_at.items() if account_id not in hanging]
        assert len(others) == 40
        assert max(others) - sync.began < QUARTER + 10

    def test_given_a_used_up_limit_when_waited_for_then_jobs_are_created_all_the_same(self) -> None:
        sync = self.limited(30, 10, job_seconds=60.0, num_workers=5).run()
        assert max(job.began for job in sync.x.jobs.values()) - sync.began < 60

    def test_given_a_used_up_limit_when_it_ends_then_x_is_asked_at_once(self) -> None:
        sync = self.limited(30, 10, job_seconds=60.0, num_workers=5).run()
        assert min(at for at in polls(sync) if at > QUARTER / 2) < QUARTER + 5

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What many accounts cost, in virtual time: seconds, jobs, status requests, state; and that none waits for another."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
import pytest

from source_twitter_ads.engine.page import Page
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.definition import PREBUILT_REPORTS
from source_twitter_ads.reports.options import ENTITIES_WITH_ACTIVITY
from source_twitter_ads.reports.report_run import FileReady
from unit_tests.reports.builders import report
from unit_tests.reports.simulated_x import Account, XJob
from unit_tests.reports.simulation import SimulatedSync, a_sync

# A first sync of two and a half months, and one of a month.
SEVENTY_FIVE_DAYS, MONTH, THREE_YEARS = "2026-09-08", "2026-10-24", "2023-11-22"


def account(entities: int) -> Account:
    """An account with so many active entities of each kind."""
    return Account({kind: [f"{kind}{number:05}" for number in range(entities)] for kind in ENTITIES_WITH_ACTIVITY})


def agency(count: int, entities: int = 30, dormant: int = 0) -> dict[str, Account]:
    """So many accounts; with `dormant`, only every so many-th is active."""
    return {f"a{n:04}": account(0 if dormant and n % dormant else entities) for n in range(count)}


def seconds(shortest: float, longest: float) -> Callable[[XJob], float]:
    """Job times that depend on what a job asks for, and not on when it is created."""

    def of(job: XJob) -> float:
        return random.Random(f"{job.account_id}{sorted(job.asked.items())}").uniform(shortest, longest)

    return of


def six_reports(accounts: Mapping[str, Account], jobs: tuple[float, float], **settings: Any) -> SimulatedSync:
    """A sync of the prebuilt reports whose jobs take from so many to so many seconds; not run yet."""
    sync = a_sync(*PREBUILT_REPORTS, accounts=accounts, **settings)
    sync.x.job_seconds = seconds(*jobs)
    return sync


def bound(sync: SimulatedSync, latency: float, workers: int) -> float:
    """The least time: plans and jobs first, then the longest job and its file; or all requests, if that is more."""
    asked = sync.x.asked
    longest = max(job.ends - job.began for job in sync.x.jobs.values())
    chain = (asked["active_entities"] + asked["create"]) * latency / workers + longest + latency
    return max(chain, asked.total() * latency / workers)


def read_up_to(day: str, account_ids: Iterable[str]) -> dict[str, Any]:
    """The states of the prebuilt reports after a sync of some accounts."""
    entries = [{"partition": {"account_id": one}, "cursor": {"date": f"{day}T10:00:00Z"}} for one in account_ids]
    return {one.name: {"states": entries} for one in PREBUILT_REPORTS}


def ends(sync: SimulatedSync, *account_ids: str) -> float:
    """When the last of some accounts was read."""
    return max(reader.account_ended_at[one] for reader in sync.readers.values() for one in account_ids) - sync.began


def thousand_mostly_dormant(**settings: Any) -> SimulatedSync:
    return six_reports(agency(1000, dormant=10), (10, 30), num_workers=50, start_date=MONTH, **settings)


@pytest.fixture(scope="module")
def a_month() -> SimulatedSync:
    """A month of a thousand accounts, nine in ten dormant, that was read; it takes seconds, so all tests share it."""
    return thousand_mostly_dormant().run()


class TestTime:
    @pytest.mark.parametrize("workers", [10, 50])
    def test_given_fifty_accounts_when_read_then_near_the_bound(self, workers: int) -> None:
        sync = six_reports(agency(50), (20, 60), latency=0.225, num_workers=workers, start_date=SEVENTY_FIVE_DAYS)
        assert sync.run().seconds <= 1.2 * bound(sync, 0.225, workers)

    def test_given_a_thousand_accounts_when_most_are_dormant_then_near_the_bound(self, a_month: SimulatedSync) -> None:
        assert a_month.seconds <= 1.2 * bound(a_month, 0.1, 50)

    def test_given_five_accounts_when_read_then_near_the_bound(self) -> None:
        sync = six_reports(agency(5), (20, 60), latency=0.225, start_date=SEVENTY_FIVE_DAYS)
        assert sync.run().seconds <= 1.2 * bound(sync, 0.225, 10)

    def test_given_a_second_sync_when_most_are_dormant_then_near_the_bound(self) -> None:
        sync = thousand_mostly_dormant(states=read_up_to("2026-11-21", agency(1000)))
        assert sync.run().seconds <= 1.2 * bound(sync, 0.1, 50)


class TestCounts:
    def test_given_a_thousand_accounts_when_read_then_the_fewest_jobs_and_questions(
        self, a_month: SimulatedSync
    ) -> None:
        # 30 entities take two jobs, an account one; a question for each kind of entity.
        jobs = 100 * (5 * 2 + 1)
        assert {**a_month.x.asked, "status": 0} == {
            "create": jobs,
            "file": jobs,
            "active_entities": 1000 * 5,
            "status": 0,
        }

    def test_given_a_thousand_accounts_when_read_then_every_entity_once(self, a_month: SimulatedSync) -> None:
        assert [len(reader.entities) for reader in a_month.readers.values()] == [100, *[100 * 30] * 5]
        assert all(len(reader.closed) == 1000 for reader in a_month.readers.values())

    def test_given_large_accounts_when_read_then_never_more_than_a_hundred_jobs_each(self) -> None:
        sync = six_reports(agency(5, entities=900), (20, 60), num_workers=50, start_date=MONTH).run()
        assert set(sync.x.most_jobs.values()) == {100}
        assert sync.x.asked["create"] == len(sync.x.jobs)

    def test_given_twice_the_entities_when_read_then_hardly_more_status_requests(self) -> None:
        once, twice = (
            six_reports(agency(50, entities=n), (20, 60), num_workers=50, start_date=SEVENTY_FIVE_DAYS).run()
            for n in (40, 80)
        )
        assert len(twice.x.jobs) > 1.9 * len(once.x.jobs)
        assert twice.x.asked["status"] <= 1.15 * once.x.asked["status"]

    def test_given_limited_status_requests_when_most_are_dormant_then_nothing_waits(
        self, a_month: SimulatedSync
    ) -> None:
        limited = thousand_mostly_dormant()
        limited.x.status_limit = 2000
        assert limited.run().seconds <= 1.05 * a_month.seconds
        assert limited.x.limited == 0

    def test_given_limited_status_requests_when_all_are_active_then_all_is_read_in_time(self) -> None:
        sync = six_reports(agency(1000), (10, 30), num_workers=50, start_date=MONTH)
        sync.x.status_limit = 2000
        sync.run()
        assert sync.x.limited == 0
        assert sync.x.asked["status"] <= 2000
        assert sync.seconds < 900
        assert all(len(reader.closed) == 1000 for reader in sync.readers.values())


class TestFairness:
    def test_given_one_account_whose_jobs_hang_when_read_then_others_end_as_without_it(self) -> None:
        healthy, sick = (six_reports(agency(4, entities=20), (20, 60), start_date=THREE_YEARS) for _ in range(2))
        of, others = sick.x.job_seconds, [f"a{number:04}" for number in (1, 2, 3)]
        sick.x.job_seconds = lambda job: math.inf if job.account_id == "a0000" else of(job)
        assert ends(sick.run(), *others) <= 1.01 * ends(healthy.run(), *others)
        assert sick.seconds < 3600 + 60

    def test_given_one_account_with_years_to_read_when_read_then_others_do_not_wait(self) -> None:
        accounts = agency(100, entities=20)
        small = list(accounts)[1:]

        def sync(*read_before: str) -> SimulatedSync:
            states = read_up_to("2026-11-07", read_before)
            return six_reports(accounts, (20, 60), start_date=THREE_YEARS, states=states).run()

        assert ends(sync(*small), *small) <= 1.1 * ends(sync(*accounts), *small)

    def test_given_a_large_report_when_a_small_one_is_read_too_then_it_ends_as_alone(self) -> None:
        def sync(lines: int) -> SimulatedSync:
            active = {"CAMPAIGN": ["c1"], "LINE_ITEM": [f"l{number}" for number in range(lines)]}
            reports = report(name="small"), report(name="large", entity="LINE_ITEM")
            one = a_sync(*reports, accounts={"1a": Account(active)}, start_date=MONTH)
            one.x.job_seconds = seconds(20, 60)
            return one.run()

        alone, beside = sync(0), sync(10_000)
        early = beside.readers["small"].ended_at - beside.began
        assert early <= 1.1 * (alone.readers["small"].ended_at - alone.began) + 5
        assert beside.readers["large"].ended_at - beside.began > 3 * early


class TestScarcity:
    """Few status requests, and files that are read slowly."""

    def test_given_scarce_status_requests_when_jobs_take_a_minute_then_near_the_bound(self) -> None:
        sync = six_reports(agency(1000), (60, 60), num_workers=50, start_date=MONTH)
        sync.x.status_limit = 2000
        assert sync.run().seconds <= 1.5 * bound(sync, 0.1, 50)

    def test_given_a_slow_reader_of_a_large_report_when_a_small_one_is_ready_then_read(self) -> None:
        active = {"CAMPAIGN": ["c1"], "LINE_ITEM": [f"l{number}" for number in range(10_000)]}
        reports = report(name="small"), report(name="large", entity="LINE_ITEM")
        sync = a_sync(*reports, accounts={"1a": Account(active)}, start_date=MONTH)
        sync.x.job_seconds = lambda job: 20.0 if job.asked["entity"] == "LINE_ITEM" else 60.0
        sync.readers["large"].seconds_per_file = 1.0
        sync.run()
        assert sync.readers["small"].ended_at - sync.began < 90


class TestState:
    """STATE bytes beside RECORD bytes; a row has some 500."""

    @pytest.mark.parametrize("count", [100, 1000])
    def test_given_many_accounts_when_read_then_states_are_a_tenth_of_the_rows(self, count: int) -> None:
        sync = six_reports(agency(count, entities=3), (10, 30), num_workers=50, start_date=MONTH)
        sync.with_states_in_time()
        rows = [0]

        def write(cursor: ReportCursor, event: FileReady) -> None:
            records: Any = range(31 * len(event.job.request.entity_ids))
            page = Page("spend", records, None)
            rows[0] += page.bytes
            cursor.observe(page)

        sync.read_pages = write
        sync.run()
        states = sum(len(orjson.dumps(state)) for state in sync.repository.states)
        assert states <= 0.1 * rows[0]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Jobs of a killed sync: the next one takes them over, or cancels them (docs/x-ads-api.md §7.2)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from source_twitter_ads.reports.calendar import iso
from source_twitter_ads.reports.pending_jobs import fingerprint
from unit_tests.reports.simulated_x import XJob, refused_with
from unit_tests.reports.simulation import SimulatedSync, a_sync, campaigns

UTC = timezone.utc


def killed(seconds: float = 8.0, count: int = 60, **settings: Any) -> SimulatedSync:
    """A sync that is killed after some seconds; its jobs take ten."""
    sync = a_sync(accounts={"1a": campaigns(count)}, **settings)
    sync.start()
    sync.run_for(seconds)
    return sync


def next_sync(before: SimulatedSync, hours: float = 0.0, count: int = 60, **settings: Any) -> SimulatedSync:
    """The sync after a killed one, so many hours later, with the same X behind it; not run yet."""
    state = before.readers["spend"].cursor.state
    for one in state.get("jobs", ()):
        created = datetime.fromisoformat(one["created_at"].replace("Z", "+00:00")) - timedelta(hours=hours)
        one["created_at"] = iso(created)
    after = a_sync(accounts={"1a": campaigns(count)}, states={"spend": state}, **settings)
    after.x.clock_of_loop.seconds = before.x.clock_of_loop.seconds + hours * 3600
    after.x.jobs = before.x.jobs
    return after


class TestTakenOver:
    def test_given_jobs_left_at_x_when_the_next_sync_reads_then_it_creates_none(self) -> None:
        before = killed()
        jobs = len(before.x.jobs)
        after = next_sync(before).run()
        assert after.x.asked["create"] == 0
        assert len(after.reader.entities) == 60
        assert jobs == 3

    def test_given_some_jobs_left_at_x_when_the_next_sync_reads_then_it_creates_others(self) -> None:
        before = killed(seconds=0.35, num_workers=1)
        left = len(before.reader.cursor.state["jobs"])
        after = next_sync(before).run()
        assert 0 < left < 3
        assert after.x.asked["create"] == 3 - left
        assert len(after.reader.entities) == 60

    def test_given_jobs_taken_over_when_closed_then_the_bookmark_is_their_creation(
        self,
    ) -> None:
        now = datetime.now(UTC) + timedelta(minutes=1)
        month_ago = iso(now - timedelta(days=29))[:10]
        before = killed(now=now, start_date=month_ago)
        moments = [one["created_at"] for one in before.reader.cursor.state["jobs"]]
        after = next_sync(before, now=now + timedelta(hours=1), start_date=month_ago).run()
        bookmark = after.reader.cursor.bookmark("1a")
        assert bookmark is not None
        assert iso(bookmark) == min(moments)

    def test_given_jobs_of_two_days_ago_when_the_next_sync_reads_then_it_creates_its_own(self) -> None:
        after = next_sync(killed(), hours=48).run()
        assert after.x.asked["create"] == 3

    def test_given_jobs_of_hours_ago_when_the_next_sync_reads_then_they_are_taken_over(self) -> None:
        after = next_sync(killed(), hours=40).run()
        assert after.x.asked["create"] == 0

    def test_given_jobs_taken_over_when_the_state_is_made_then_named_until_they_are_read(self) -> None:
        after = next_sync(killed(seconds=2.0))
        after.start()
        after.run_for(1)
        assert len(after.reader.cursor.state["jobs"]) == 3
        after.loop.run(lambda: after.reader.ended is not None)
        assert "jobs" not in after.reader.cursor.state

    def test_given_jobs_taken_over_when_polled_then_one_request_names_them_with_new_ones(self) -> None:
        before = killed(seconds=0.35, num_workers=1)
        after = next_sync(before)
        after.x.job_seconds = lambda _: 60.0
        for job in before.x.jobs.values():
            job.ends = after.x.clock_of_loop.seconds + 60
        after.run()
        assert max(len(ids) for _, _, ids in after.x.status_requests) == 3


class TestGone:
    def gone(self, told: dict[str, Any]) -> SimulatedSync:
        """The next sync, to which X says this of the jobs that it takes over."""
        before = killed()
        old = set(before.x.jobs)
        after = next_sync(before)
        after.x.tell = lambda job, _: told if job.job_id in old else None
        return after.run()

    @pytest.mark.parametrize(
        "told",
        [
            {},
            {"status": "FAILED"},
            {"status": "CANCELLED"},
            {"status": "SUCCESS", "url": "https://ton.twimg.com/j1", "expires_at": "2026-01-01T00:00:00Z"},
        ],
        ids=["unknown", "failed", "cancelled", "expired"],
    )
    def test_given_jobs_without_result_when_taken_over_then_the_same_are_created(self, told: dict[str, Any]) -> None:
        sync = self.gone(told)
        assert [len(job.entity_ids) for job in list(sync.x.jobs.values())[3:]] == [20, 20, 20]
        assert (len(sync.reader.entities), sync.reader.failures) == (60, [])

    def test_given_jobs_that_x_does_not_know_when_taken_over_then_it_takes_no_time(self) -> None:
        assert self.gone({}).seconds < 30

    def test_given_a_result_that_has_not_expired_when_taken_over_then_it_is_read(self) -> None:
        expires = iso(datetime.now(UTC) + timedelta(hours=1))
        sync = self.gone({"status": "SUCCESS", "url": "https://ton.twimg.com/j1", "expires_at": expires})
        assert sync.x.asked["create"] == 0

    def test_given_a_job_that_took_long_when_taken_over_then_others_are_asked_about_soon(self) -> None:
        before = killed(seconds=2.0, count=20)
        for job in before.x.jobs.values():
            job.began, job.ends = job.began - 600, before.x.clock_of_loop.seconds
        after = next_sync(before, count=60).run()
        assert after.seconds < 10 + 15

    def test_given_jobs_that_hang_when_taken_over_then_their_time_counts_from_now(self) -> None:
        before = killed(seconds=2.0, job_timeout=60)
        after = next_sync(before, hours=10, job_timeout=60)
        for job in before.x.jobs.values():
            job.ends = after.x.clock_of_loop.seconds + 3000
        after.run()
        assert after.x.asked["create"] == 0


class TestUnwanted:
    def test_given_jobs_that_no_window_asks_for_when_planned_then_they_are_cancelled(self) -> None:
        before = killed(seconds=2.0)
        after = next_sync(before, count=0).run()
        after.scheduler.close()
        assert sorted(after.x.cancelled) == ["j1", "j2", "j3"]

    def test_given_some_unwanted_jobs_when_planned_then_only_those_are_cancelled(self) -> None:
        before = killed(seconds=2.0)
        after = next_sync(before, count=40).run()
        after.scheduler.close()
        assert after.x.cancelled == ["j3"]
        assert after.x.asked["create"] == 0

    def test_given_unwanted_jobs_when_the_report_ends_then_the_state_does_not_name_them(self) -> None:
        after = next_sync(killed(seconds=2.0), count=0).run()
        assert "jobs" not in after.repository.states[-1]["stream_state"]

    def test_given_many_unwanted_jobs_when_cancelled_then_two_at_a_time(self) -> None:
        after = next_sync(killed(seconds=8.0, count=1000), count=0)
        after.x.latency = lambda request: 5.0 if request.method == "DELETE" else 0.1
        after.start()
        after.run_for(22)
        assert 8 <= after.x.asked["cancel"] <= 2 * 5

    def test_given_many_unwanted_jobs_when_cancelled_then_others_are_created_meanwhile(self) -> None:
        after = next_sync(killed(seconds=8.0, count=1000), count=40, start_date="2026-08-01")
        after.x.latency = lambda request: 5.0 if request.method == "DELETE" else 0.1
        after.run()
        assert after.seconds < 60
        assert after.reader.failures == []

    def test_given_an_account_that_cannot_be_planned_when_it_ends_then_its_jobs_stay(self) -> None:
        before = killed(seconds=2.0)
        after = next_sync(before)
        after.x.refuse = lambda request: (
            refused_with(503, "OVER_CAPACITY", request) if "active_entities" in request.url else None
        )
        after.run()
        jobs = [job["job_id"] for job in after.repository.states[-1]["stream_state"]["jobs"]]
        assert (sorted(jobs), after.x.cancelled) == (["j1", "j2", "j3"], [])

    def test_given_an_x_that_fails_when_jobs_are_cancelled_then_it_is_not_asked_for_each(self) -> None:
        before = killed(seconds=8.0, count=1000)
        after = next_sync(before, count=0, num_workers=1)
        down = refusing(after)
        after.run()
        after.scheduler.close()
        assert down[0] < 10

    def test_given_an_x_that_does_not_answer_when_closed_then_it_is_not_waited_for(self) -> None:
        after = next_sync(killed(seconds=2.0), count=0)
        after.x.latency = lambda request: 600.0 if request.method == "DELETE" else 0.1
        after.run()
        began = after.loop.now()
        after.scheduler.close()
        assert after.loop.now() - began <= 6


def refusing(sync: SimulatedSync) -> list[int]:
    """Have every cancellation fail; count them."""
    count = [0]

    def refuse(request: Any) -> Exception | None:
        if request.method != "DELETE":
            return None
        count[0] += 1
        return refused_with(503, "OVER_CAPACITY", request)

    sync.x.refuse = refuse
    return count


class TestState:
    def test_given_jobs_that_were_created_when_killed_then_the_state_names_them(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(60)}).with_states_in_time()
        sync.start()
        sync.run_for(2)
        emitted = sync.repository.states[-1]["stream_state"]["jobs"]
        assert [one["job_id"] for one in emitted] == ["j1", "j2", "j3"]
        assert {one["account_id"] for one in emitted} == {"1a"}

    def test_given_a_job_in_the_state_when_compared_then_it_is_named_by_what_it_asks_for(self) -> None:
        before = killed(seconds=2.0)
        windows = before.scheduler._board.account("1a").running.values()
        named = {one["request"] for one in before.reader.cursor.state["jobs"]}
        assert named == {fingerprint(job.request) for _, job in windows}

    def test_given_a_failed_window_when_the_report_ends_then_its_jobs_leave_the_state(self) -> None:
        sync = a_sync(job_timeout=1)
        sync.x.tell = lambda *_: {"status": "PROCESSING"}
        sync.run()
        assert sync.reader.failures
        assert "jobs" not in sync.repository.states[-1]["stream_state"]

    def test_given_a_job_that_gave_no_result_when_the_state_is_made_then_it_is_not_named(self) -> None:
        sync = a_sync()
        sync.x.tell = _first_fails
        sync.start()
        sync.run_for(3)
        assert [one["job_id"] for one in sync.reader.cursor.state["jobs"]] == ["j2", "j3"]


def _first_fails(job: XJob, _: float) -> dict[str, Any] | None:
    return {"status": "FAILED"} if job.job_id == "j1" else None

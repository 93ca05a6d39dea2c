# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A job without a result: halves, then single entities, in the end one clear sentence (docs/x-ads-api.md §9 J1, J4)."""

from __future__ import annotations

import pytest

from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.reports.job import Job, JobRequest
from source_twitter_ads.reports.window_jobs import MOST_FAILURES, MOST_TRIES, WindowJobs
from unit_tests.reports.builders import report, window
from unit_tests.reports.fakes import job, request, window_jobs

IDS = [f"c{n:02}" for n in range(20)]


def failed(window: WindowJobs, asks: JobRequest, outage: bool = False, **how: bool) -> Job:
    """Have a job of the window that is at X give no result."""
    window.open_jobs += 1
    one = job(asks=asks, **how)
    window.retry(one, "X ended it as FAILED", outage)
    return one


def fail_until_given_up(window: WindowJobs, asks: JobRequest, outage: bool = False, **how: bool) -> int:
    """Have a request and all of its parts fail; return how many jobs that took."""
    jobs = 1
    failed(window, asks, outage, **how)
    while window.waiting:
        failed(window, window.waiting.popleft(), outage, **how)
        jobs += 1
    return jobs


class TestRetry:
    def test_given_a_failure_when_tried_again_then_in_halves(self) -> None:
        window = window_jobs()
        failed(window, request(*IDS))
        assert [len(one.entity_ids) for one in window.waiting] == [10, 10]
        assert window.open_jobs == 0

    def test_given_a_single_entity_when_it_fails_then_it_is_tried_three_times(self) -> None:
        window = window_jobs()
        assert fail_until_given_up(window, request("c1")) == MOST_TRIES == 3
        assert window.failure is not None

    def test_given_an_entity_that_always_fails_when_given_up_then_the_error_names_it(
        self,
    ) -> None:
        window = window_jobs()
        fail_until_given_up(window, request("c03"))
        text = str(window.failure.message if window.failure else "")
        assert "job 7 for CAMPAIGN c03 gave no result, 3 times: X ended it as FAILED" in text
        assert "stream spend, account 1a, window 2026-03-01 to 2026-03-03" in text

    def test_given_an_entity_whose_jobs_never_end_when_retried_then_at_most_three_times(self) -> None:
        window = window_jobs()
        asks, timeouts = request(*IDS), 0
        while True:
            failed(window, asks, timed_out=True)
            timeouts += 1
            hanging = [one for one in window.waiting if "c03" in one.entity_ids]
            window.waiting.clear()
            if not hanging:
                break
            (asks,) = hanging
        assert timeouts == 3
        assert window.failure is not None

    def test_given_an_entity_that_times_out_when_given_up_then_others_were_asked_alone(self) -> None:
        window = window_jobs()
        failed(window, request(*IDS), timed_out=True)
        half, _ = window.waiting
        window.waiting.clear()
        failed(window, half, timed_out=True)
        assert [one.entity_ids for one in window.waiting] == [(one,) for one in IDS[:10]]

    def test_given_a_file_that_cannot_be_fetched_when_retried_then_not_entity_by_entity(
        self,
    ) -> None:
        window = window_jobs()
        jobs = fail_until_given_up(window, request(*IDS), outage=True)
        assert jobs <= 1 + 2 + 4

    def test_given_an_inherited_job_when_it_is_gone_then_the_same_is_asked_for_again(self) -> None:
        window = window_jobs()
        asks = request(*IDS)
        failed(window, asks, adopted=True)
        assert list(window.waiting) == [asks]

    def test_given_many_inherited_jobs_when_they_are_gone_then_the_window_goes_on(self) -> None:
        window = window_jobs()
        for _ in range(2 * MOST_FAILURES):
            failed(window, request(*IDS), adopted=True)
        assert window.failure is None


class TestGivingUp:
    def test_given_many_jobs_that_all_fail_when_retried_then_the_window_is_given_up(self) -> None:
        window = window_jobs()
        for number in range(MOST_FAILURES):
            failed(window, request(*IDS, f"e{number}"))
        with pytest.raises(ApiFailure, match="in ever smaller parts, like nearly all jobs of the window"):
            failed(window, request(*IDS))

    def test_given_jobs_that_succeed_too_when_many_fail_then_the_window_goes_on(self) -> None:
        window = window_jobs()
        for _ in range(2 * MOST_FAILURES):
            window.open_jobs += 1
            window.rows_read()
            failed(window, request(*IDS))
        assert window.failure is None

    def test_given_two_entities_that_fail_when_given_up_then_the_first_failure_is_kept(self) -> None:
        window = window_jobs()
        fail_until_given_up(window, request("c1"))
        first = window.failure
        fail_until_given_up(window, request("c2"))
        assert window.failure is first


class TestDone:
    def test_given_requests_that_wait_when_asked_then_not_done(self) -> None:
        assert not window_jobs(request()).done

    def test_given_a_file_whose_rows_are_not_out_when_asked_then_not_done(self) -> None:
        window = window_jobs()
        window.open_jobs = 1
        assert not window.done
        window.rows_read()
        assert window.done


class TestPlacements:
    def of(self, placement: str) -> JobRequest:
        return JobRequest(report(), window(), placement, ("c1",))

    def test_given_a_placement_that_x_refuses_when_dropped_then_the_others_wait_on(self) -> None:
        one = window_jobs(self.of("TREND"), self.of("SPOTLIGHT"), self.of("TREND"))
        one.drop_placement("TREND")
        assert [each.placement for each in one.waiting] == ["SPOTLIGHT"]

    def test_given_a_job_that_x_took_when_asked_then_it_serves_the_placement(self) -> None:
        one = window_jobs()
        one.note_accepted("TREND")
        assert (one.accepts_placement("TREND"), one.accepts_placement("SPOTLIGHT")) == (True, False)

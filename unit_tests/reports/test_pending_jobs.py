# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Jobs that a killed sync leaves behind, as the state remembers them (peers.md J7)."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from source_twitter_ads.reports.catalog import PREBUILT_REPORTS
from source_twitter_ads.reports.job_request import JobRequest
from source_twitter_ads.reports.pending import PendingJobs
from source_twitter_ads.reports.windows import AccountCalendar, Window

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
ACCOUNT = "18ce54d4x5t"


def request(entity_ids: tuple[str, ...] = ("a", "b"), day: int = 1) -> JobRequest:
    window = Window(date(2026, 3, day), date(2026, 3, day + 7), AccountCalendar("UTC", None))
    return JobRequest(PREBUILT_REPORTS[3], window, "ALL_ON_TWITTER", entity_ids)


def pending(entries: list[dict[str, Any]] | None = None, now: datetime = NOW) -> PendingJobs:
    return PendingJobs(entries or [], lambda: True, lambda: now)


def left_behind() -> list[dict[str, Any]]:
    """What the state of a killed sync names: one job."""
    before = pending()
    before.add(ACCOUNT, 0, request(), "77", NOW)
    return before.entries()


def test_given_a_job_left_behind_when_the_same_is_asked_then_it_is_taken_over_once() -> None:
    jobs = pending(left_behind())
    assert [jobs.inherit(ACCOUNT, 0, request()) for _ in range(2)] == ["77", None]


@pytest.mark.parametrize("other", [request(("a", "c")), request(day=2)], ids=["entities", "window"])
def test_given_a_job_left_behind_when_something_else_is_asked_then_it_is_not_taken(other: JobRequest) -> None:
    assert pending(left_behind()).inherit(ACCOUNT, 0, other) is None


def test_given_a_job_left_behind_when_another_account_asks_then_it_is_not_taken() -> None:
    assert pending(left_behind()).inherit("2tokyo8n9q", 0, request()) is None


def test_given_an_old_job_when_asked_for_then_the_numbers_are_computed_anew() -> None:
    assert pending(left_behind(), NOW + timedelta(hours=2)).inherit(ACCOUNT, 0, request()) is None


def test_given_a_job_left_behind_when_bookmarks_are_set_then_they_are_no_later_than_its_numbers() -> None:
    jobs = pending(left_behind(), NOW + timedelta(minutes=5))
    assert (jobs.since(ACCOUNT), jobs.since("2tokyo8n9q")) == (NOW, None)


def test_given_a_window_that_is_read_when_closed_then_its_jobs_leave_the_state() -> None:
    jobs = pending()
    jobs.add(ACCOUNT, 0, request(), "1", NOW)
    jobs.add(ACCOUNT, 1, request(day=8), "2", NOW)
    jobs.close(ACCOUNT, 0)
    assert [entry["job_id"] for entry in jobs.entries()] == ["2"]


def test_given_a_job_without_result_when_dropped_then_it_leaves_the_state() -> None:
    jobs = pending()
    jobs.add(ACCOUNT, 0, request(), "1", NOW)
    jobs.drop(ACCOUNT, 0, "1")
    assert jobs.entries() == []


def test_given_what_nobody_asked_for_when_the_stream_ends_then_it_leaves_the_state() -> None:
    jobs = pending(left_behind())
    jobs.end()
    assert jobs.entries() == []


@pytest.mark.parametrize(
    "entry", [{}, {"account_id": "a", "request": "r", "job_id": "1", "created_at": "soon"}, "x", None]
)
def test_given_a_state_that_was_edited_by_hand_when_read_then_odd_entries_are_ignored(entry: Any) -> None:
    assert pending([entry]).entries() == []


@pytest.mark.parametrize("sent", [True, False])
def test_given_a_new_job_when_flushed_then_the_state_is_written_until_it_holds_the_job(sent: bool) -> None:
    written: list[int] = []

    def write() -> bool:
        written.append(1)
        return sent

    jobs = PendingJobs([], write, lambda: NOW)
    jobs.flush()
    jobs.add(ACCOUNT, 0, request(), "1", NOW)
    jobs.flush()
    jobs.flush()
    assert len(written) == (1 if sent else 2)


def test_given_jobs_that_no_window_asks_for_when_settled_then_they_are_named_and_forgotten() -> None:
    jobs = pending(left_behind())
    assert jobs.unwanted(ACCOUNT, [request()]) == []
    assert jobs.unwanted(ACCOUNT, [request(("a", "c"))]) == ["77"]
    assert jobs.entries() == []


def test_given_a_job_that_is_created_while_the_state_is_written_when_flushed_again_then_it_is_written_too() -> None:
    written: list[int] = []

    def write() -> bool:
        written.append(jobs.count())
        if len(written) == 1:
            jobs.add(ACCOUNT, 0, request(day=8), "2", NOW)
        return True

    jobs = PendingJobs([], write, lambda: NOW)
    jobs.add(ACCOUNT, 0, request(), "1", NOW)
    jobs.flush()
    jobs.flush()
    assert written == [1, 2]

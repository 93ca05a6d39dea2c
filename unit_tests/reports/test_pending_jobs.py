# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Jobs that a killed sync leaves behind, as the state remembers them (docs/x-ads-api.md §9 J7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from source_twitter_ads.reports.definition import PREBUILT_REPORTS
from source_twitter_ads.reports.job import JobRequest
from source_twitter_ads.reports.pending_jobs import OLDEST, PendingJobs, fingerprint
from source_twitter_ads.reports.windows import AccountCalendar, Window

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
ACCOUNT = "18ce54d4x5t"


def request(entity_ids: tuple[str, ...] = ("a", "b"), day: int = 1) -> JobRequest:
    window = Window(date(2026, 3, day), date(2026, 3, day + 7), AccountCalendar("UTC", None))
    return JobRequest(PREBUILT_REPORTS[3], window, "ALL_ON_TWITTER", entity_ids)


def pending(entries: list[dict[str, Any]] | None = None, now: datetime = NOW) -> PendingJobs:
    return PendingJobs(entries or [], lambda: now)


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


@pytest.mark.parametrize(
    ("hours", "expected"), [(1, "77"), (47, "77"), (48, None), (100, None)], ids=lambda value: str(value)
)
def test_given_a_job_of_some_hours_when_asked_for_then_taken_while_x_keeps_results(
    hours: int, expected: str | None
) -> None:
    assert pending(left_behind(), NOW + timedelta(hours=hours)).inherit(ACCOUNT, 0, request()) == expected


def test_given_a_job_that_is_too_old_when_bookmarks_move_then_it_does_not_hold_them() -> None:
    assert pending(left_behind(), NOW + OLDEST).since(ACCOUNT) is None


def test_given_a_job_taken_over_when_the_state_is_made_then_it_is_still_named() -> None:
    jobs = pending(left_behind())
    jobs.inherit(ACCOUNT, 0, request())
    assert jobs.entries() == left_behind()


def test_given_a_job_taken_over_when_another_sync_follows_then_its_age_still_counts() -> None:
    jobs = pending(left_behind(), NOW + timedelta(hours=47))
    jobs.inherit(ACCOUNT, 0, request())
    assert pending(jobs.entries(), NOW + timedelta(hours=49)).since(ACCOUNT) is None


def test_given_jobs_of_different_age_when_bookmarks_are_set_then_the_oldest_counts() -> None:
    before = pending()
    before.add(ACCOUNT, 0, request(), "1", NOW - timedelta(hours=3))
    before.add(ACCOUNT, 1, request(day=8), "2", NOW)
    jobs = pending(before.entries())
    jobs.inherit(ACCOUNT, 0, request())
    assert jobs.since(ACCOUNT) == NOW - timedelta(hours=3)


def test_given_equal_requests_after_failures_when_named_then_their_names_are_equal() -> None:
    once, twice = (replace(request(), tries=tries, timeouts=tries) for tries in (0, 2))
    assert fingerprint(once) == fingerprint(twice)
    assert fingerprint(once) != fingerprint(request(day=2))


def test_given_a_job_left_behind_when_bookmarks_move_then_no_later_than_its_numbers() -> None:
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


@pytest.mark.parametrize(
    "entry", [{}, {"account_id": "a", "request": "r", "job_id": "1", "created_at": "soon"}, "x", None]
)
def test_given_a_state_edited_by_hand_when_read_then_odd_entries_are_ignored(entry: Any) -> None:
    assert pending([entry]).entries() == []


def test_given_jobs_that_nobody_asks_for_when_planned_then_named_and_forgotten() -> None:
    jobs = pending(left_behind())
    assert jobs.unwanted(ACCOUNT, [request()]) == []
    assert jobs.unwanted(ACCOUNT, [request(("a", "c"))]) == ["77"]
    assert jobs.entries() == []


def test_given_jobs_of_another_account_when_one_is_planned_then_they_stay() -> None:
    jobs = pending(left_behind())
    assert jobs.unwanted("2tokyo8n9q", []) == []
    assert jobs.entries() == left_behind()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The bookmark of a report moves with the windows that leave no gap (docs/x-ads-api.md §9 R10, R12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airbyte_cdk.models import AirbyteStateMessageSerializer
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_twitter_ads.reports.calendar import iso
from source_twitter_ads.reports.cursor import ReportCursor
from unit_tests.reports.builders import UTC
from unit_tests.reports.fakes import request

FIRST, SECOND, THIRD = (datetime(2026, month, 1, tzinfo=UTC) for month in (2, 3, 4))


def cursor(*states: dict[str, Any]) -> ReportCursor:
    return ReportCursor("spend", "date", {"states": list(states)}, InMemoryMessageRepository())


def state_of(account_id: str, moment: str) -> dict[str, Any]:
    return {"partition": {"account_id": account_id}, "cursor": {"date": moment}}


def close(one: ReportCursor, *positions: int) -> None:
    for position in positions:
        one.close_window("1a", position)


def states(repository: InMemoryMessageRepository) -> list[dict[str, Any]]:
    """The states that were emitted."""
    messages = list(repository.consume_queue())
    return [AirbyteStateMessageSerializer.dump(one.state)["stream"]["stream_state"] for one in messages]  # type: ignore[arg-type]


def pending(job_id: str = "7", account_id: str = "1a", minutes: int = 5) -> dict[str, str]:
    """A job that a killed sync created so many minutes ago, as the state names it."""
    made_at = iso(datetime.now(UTC) - timedelta(minutes=minutes))
    return {"account_id": account_id, "request": "r", "job_id": job_id, "created_at": made_at}


def test_given_windows_in_order_when_closed_then_the_bookmark_moves_with_each() -> None:
    one = cursor()
    one.begin("1a", [FIRST, SECOND])
    close(one, 0)
    assert one.bookmark("1a") == FIRST
    close(one, 1)
    assert one.state == {"use_global_cursor": False, "states": [state_of("1a", "2026-03-01T00:00:00Z")]}


def test_given_a_window_that_fails_when_later_ones_close_then_the_bookmark_stays() -> None:
    one = cursor()
    one.begin("1a", [FIRST, SECOND, THIRD])
    close(one, 2, 0)
    assert one.bookmark("1a") == FIRST


def test_given_windows_out_of_order_when_the_gap_closes_then_the_bookmark_moves() -> None:
    one = cursor()
    one.begin("1a", [FIRST, SECOND, THIRD])
    close(one, 2, 1, 0)
    assert one.bookmark("1a") == THIRD


def test_given_a_correction_that_fails_when_others_close_then_the_bookmark_stays() -> None:
    one = cursor(state_of("1a", "2026-01-01T00:00:00Z"))
    one.begin("1a", [None, FIRST])
    close(one, 1)
    assert one.bookmark("1a") == datetime(2026, 1, 1, tzinfo=UTC)
    close(one, 0)
    assert one.bookmark("1a") == FIRST


def test_given_a_bookmark_ahead_of_the_windows_when_closed_then_it_never_goes_back() -> None:
    one = cursor(state_of("1a", "2026-03-15T00:00:00Z"))
    one.begin("1a", [SECOND])
    close(one, 0)
    assert one.bookmark("1a") == datetime(2026, 3, 15, tzinfo=UTC)


def test_given_an_account_that_is_not_read_when_others_move_then_its_state_is_kept() -> None:
    one = cursor(state_of("9z", "2026-01-01T00:00:00Z"))
    one.begin("1a", [FIRST])
    close(one, 0)
    assert state_of("9z", "2026-01-01T00:00:00Z") in one.state["states"]


def test_given_a_first_sync_when_asked_then_there_is_no_bookmark() -> None:
    assert cursor().bookmark("1a") is None


def test_given_a_window_x_does_not_serve_when_held_then_the_bookmark_stays_before_it() -> None:
    one = cursor()
    one.begin("1a", [FIRST, SECOND])
    one.hold("1a", 1)
    close(one, 0, 1)
    assert one.bookmark("1a") == FIRST


class TestEmitting:
    def reading(self, state: dict[str, Any] | None = None) -> tuple[ReportCursor, InMemoryMessageRepository]:
        repository = InMemoryMessageRepository()
        return ReportCursor("spend", "date", state or {}, repository), repository

    def test_given_a_window_that_closes_when_it_is_the_first_then_the_state_says_so(self) -> None:
        one, repository = self.reading()
        one.begin("1a", [FIRST])
        close(one, 0)
        assert states(repository) == [one.state]

    def test_given_windows_that_close_at_once_when_emitted_then_few_states(self) -> None:
        one, repository = self.reading()
        one.begin("1a", [FIRST + timedelta(days=day) for day in range(1000)])
        close(one, *range(1000))
        assert one.due_in is not None
        one.ensure_at_least_one_state_emitted()
        emitted = states(repository)
        assert len(emitted) == 2
        assert emitted[-1]["states"] == [state_of("1a", iso(FIRST + timedelta(days=999)))]

    def test_given_a_partition_that_ends_when_told_then_no_bookmark_moves(self) -> None:
        one, repository = self.reading()
        one.begin("1a", [FIRST])
        one.close_partition(None)  # type: ignore[arg-type]
        assert (one.bookmark("1a"), states(repository)) == (None, [])

    def test_given_jobs_of_an_account_that_was_not_planned_when_it_ends_then_they_stay(self) -> None:
        """They go on at X: the next sync takes them over."""
        one, repository = self.reading({"states": [], "jobs": [pending("7", "9z")]})
        one.begin("1a", [FIRST])
        close(one, 0)
        one.ensure_at_least_one_state_emitted()
        assert [job["account_id"] for job in states(repository)[-1]["jobs"]] == ["9z"]

    def test_given_a_report_without_accounts_when_it_ends_then_one_state(self) -> None:
        one, repository = self.reading({"states": [state_of("1a", "2026-01-01T00:00:00Z")]})
        one.ensure_at_least_one_state_emitted()
        assert [state["states"] for state in states(repository)] == [[state_of("1a", "2026-01-01T00:00:00Z")]]


class TestJobsOfAKilledSync:
    def test_given_jobs_when_windows_close_then_no_bookmark_is_later_than_their_numbers(self) -> None:
        job = pending(minutes=5)
        one = ReportCursor("spend", "date", {"states": [], "jobs": [job]}, InMemoryMessageRepository())
        one.begin("1a", [FIRST, datetime.now(UTC)])
        close(one, 0, 1)
        assert one.state["states"] == [state_of("1a", job["created_at"])]

    def test_given_jobs_of_one_account_when_another_closes_then_its_bookmark_moves(self) -> None:
        one = ReportCursor("spend", "date", {"states": [], "jobs": [pending()]}, InMemoryMessageRepository())
        now = datetime.now(UTC).replace(microsecond=0)
        one.begin("2b", [now])
        one.close_window("2b", 0)
        assert one.bookmark("2b") == now

    def test_given_a_correction_when_jobs_are_inherited_then_it_still_moves_no_bookmark(self) -> None:
        one = ReportCursor("spend", "date", {"states": [], "jobs": [pending()]}, InMemoryMessageRepository())
        one.begin("1a", [None, FIRST])
        close(one, 0)
        assert one.bookmark("1a") is None

    def test_given_an_open_window_when_the_state_is_made_then_it_names_its_jobs(self) -> None:
        one = cursor()
        one.begin("1a", [FIRST])
        one.jobs.add("1a", 0, request(), "77", datetime.now(UTC))
        assert [job["job_id"] for job in one.state["jobs"]] == ["77"]
        close(one, 0)
        assert "jobs" not in one.state


class TestCommonBookmark:
    """A state of another maker may have one bookmark for all accounts."""

    def test_given_one_bookmark_for_all_when_an_account_is_planned_then_it_is_its_own(self) -> None:
        one = ReportCursor("spend", "date", {"date": "2026-01-05T00:00:00Z"}, InMemoryMessageRepository())
        one.begin("1a", [FIRST])
        assert one.state["states"] == [state_of("1a", "2026-01-05T00:00:00Z")]

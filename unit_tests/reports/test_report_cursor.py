# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The bookmark of a report moves with the windows that leave no gap (peers.md R10, R12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.reports.cursor import ReportCursor
from unit_tests.reports.builders import UTC

FIRST, SECOND, THIRD = (datetime(2026, month, 1, tzinfo=UTC) for month in (2, 3, 4))


class Window:
    """A partition that was read."""

    def __init__(self, position: int, account_id: str = "1a") -> None:
        self._slice = StreamSlice(
            partition={"account_id": account_id}, cursor_slice={}, extra_fields={"position": position}
        )

    def to_slice(self) -> StreamSlice:
        return self._slice


def cursor(*states: dict[str, Any]) -> ReportCursor:
    return ReportCursor("spend", "date", {"states": list(states)}, InMemoryMessageRepository())


def state_of(account_id: str, moment: str) -> dict[str, Any]:
    return {"partition": {"account_id": account_id}, "cursor": {"date": moment}}


def close(one: ReportCursor, *positions: int) -> None:
    for position in positions:
        one.close_partition(Window(position))  # type: ignore[arg-type]


def test_given_windows_in_order_when_closed_then_the_bookmark_moves_with_each() -> None:
    one = cursor()
    one.begin("1a", [FIRST, SECOND])
    close(one, 0)
    assert one.bookmark("1a") == FIRST
    close(one, 1)
    assert one.state == {"use_global_cursor": False, "states": [state_of("1a", "2026-03-01T00:00:00Z")]}


def test_given_a_window_that_fails_when_later_ones_close_then_the_bookmark_stays_before_it() -> None:
    one = cursor()
    one.begin("1a", [FIRST, SECOND, THIRD])
    close(one, 2, 0)
    assert one.bookmark("1a") == FIRST


def test_given_windows_out_of_order_when_the_gap_closes_then_the_bookmark_moves_over_all() -> None:
    one = cursor()
    one.begin("1a", [FIRST, SECOND, THIRD])
    close(one, 2, 1, 0)
    assert one.bookmark("1a") == THIRD


def test_given_a_correction_that_fails_when_the_windows_close_then_the_next_sync_asks_for_it_again() -> None:
    one = cursor(state_of("1a", "2026-01-01T00:00:00Z"))
    one.begin("1a", [None, FIRST])
    close(one, 1)
    assert one.bookmark("1a") == datetime(2026, 1, 1, tzinfo=UTC)
    close(one, 0)
    assert one.bookmark("1a") == FIRST


def test_given_a_bookmark_ahead_of_the_windows_when_they_close_then_it_never_goes_back() -> None:
    one = cursor(state_of("1a", "2026-03-15T00:00:00Z"))
    one.begin("1a", [SECOND])
    close(one, 0)
    assert one.bookmark("1a") == datetime(2026, 3, 15, tzinfo=UTC)


def test_given_an_account_that_is_not_read_this_time_when_others_move_then_its_state_is_kept() -> None:
    one = cursor(state_of("9z", "2026-01-01T00:00:00Z"))
    one.begin("1a", [FIRST])
    close(one, 0)
    assert state_of("9z", "2026-01-01T00:00:00Z") in one.state["states"]


def test_given_a_first_sync_when_asked_then_there_is_no_bookmark() -> None:
    assert cursor().bookmark("1a") is None


def test_given_a_window_that_x_does_not_serve_today_when_held_then_the_next_sync_asks_for_it_again() -> None:
    one = cursor()
    one.begin("1a", [FIRST, SECOND])
    one.hold("1a", 1)
    close(one, 0, 1)
    assert one.bookmark("1a") == FIRST


def test_given_jobs_of_a_killed_sync_when_windows_close_then_no_bookmark_is_later_than_their_numbers() -> None:
    made_at = datetime.now(UTC).replace(microsecond=0)
    job = {"account_id": "1a", "request": "r", "job_id": "7", "created_at": made_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    one = ReportCursor("spend", "date", {"states": [], "jobs": [job]}, InMemoryMessageRepository())
    one.begin("1a", [FIRST, made_at + timedelta(minutes=5)])
    close(one, 0, 1)
    assert one.bookmark("1a") == made_at

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""When the windows of an account give up: no room for a job, or job endpoints that stay down (x-ads-api.md §7.2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from source_twitter_ads.api.errors import ApiFailure, Where
from source_twitter_ads.reports.downtime import CREATION
from unit_tests.reports.fakes import DONE, OTHER, WHERE, Board, refusal, request

HOURS = 4 * 3600.0
LATER = tuple(Where("spend", "1a", f"window {n}") for n in range(28))


class LongEnough(Exception):
    """A test has waited for as long as it wanted to."""


def wait_for(board: Board, seconds: float) -> Callable[[], None]:
    """What a second window does meanwhile: it wants room, and waits for so long at most."""
    end = board.clock.now + seconds
    original = board.board._condition.wait

    def wait(timeout: float) -> None:
        if board.clock.now >= end:
            raise LongEnough
        original(timeout)

    def meanwhile() -> None:
        board.board._condition.wait = wait  # type: ignore[assignment,method-assign]
        assert board.board.try_create(request("c2"), OTHER) is None
        with pytest.raises(LongEnough):
            board.wait([], room=True, where=OTHER)

    return meanwhile


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Board:
    return Board(monkeypatch, job_timeout=60, outage_timeout=300)


class TestNoRoom:
    def test_given_a_board_that_was_idle_for_hours_when_x_has_too_many_jobs_then_it_asks_before_it_gives_up(
        self, board: Board
    ) -> None:
        board.clock.now += HOURS
        board.x.failures["post"] = [refusal(400, "TOO_MANY_JOBS")]
        board.x.remaining = 5
        assert board.create() == []
        assert board.wait([], room=True) == []
        assert (len(board.x.polls), len(board.create(9))) == (1, 5)

    def test_given_no_room_hours_ago_when_the_next_window_comes_then_x_is_asked_for_the_room_there_is_now(
        self, board: Board
    ) -> None:
        board.x.remaining = 0
        (job,) = board.create()
        board.x.status[job.job_id] = DONE
        board.wait([job])
        board.clock.now += HOURS
        board.x.remaining = None
        assert board.create(where=OTHER) == []
        assert board.wait([], room=True, where=OTHER) == []
        assert len(board.create(where=OTHER)) == 1

    def test_given_a_first_job_that_x_takes_its_time_for_when_another_window_waits_then_it_does_not_give_up(
        self, board: Board
    ) -> None:
        board.clock.now += HOURS
        board.x.during_post = wait_for(board, HOURS)
        assert len(board.create()) == 1
        assert board.x.polls == []

    def test_given_jobs_of_its_own_that_run_for_long_when_another_window_waits_then_it_does_not_give_up(
        self, board: Board
    ) -> None:
        board.x.remaining = 0
        (job,) = board.create()
        original = board.x.get

        def get(*arguments: object) -> object:
            board.x.status[job.job_id] = DONE if board.clock.now > 1000 + 3590 else {"status": "PROCESSING"}
            board.x.remaining = 1 if board.clock.now > 1000 + 3700 else 0
            return original(*arguments)  # type: ignore[arg-type]

        board.x.get = get  # type: ignore[method-assign,assignment]
        assert board.create(where=OTHER) == []
        assert board.wait([], room=True, where=OTHER) == []

    def test_given_other_tools_that_keep_all_slots_when_windows_wait_then_all_give_up_after_the_time_of_a_job(
        self, board: Board
    ) -> None:
        board.clock.now += HOURS
        began = board.clock.now
        board.x.remaining = 0
        board.x.failures["post"] = [refusal(400, "TOO_MANY_JOBS")]
        for where in (WHERE, OTHER, *LATER):
            board.create(where=where)
            with pytest.raises(ApiFailure, match=r"No slot for an analytics job was free for 36\d\d s"):
                board.wait([], room=True, where=where)
            board.board.leave([], where)
        assert 3600 <= board.clock.now - began <= 3620
        assert len(board.x.polls) > 200


class TestDown:
    def test_given_job_requests_that_fail_for_as_long_as_they_may_when_windows_follow_then_none_is_sent_again(
        self, board: Board
    ) -> None:
        board.x.failures["post"] = [refusal(503)]
        with pytest.raises(ApiFailure):
            board.create()
        for where in LATER:
            with pytest.raises(ApiFailure, match=rf"not asked for\..*HTTP 503.*{where.what}\)"):
                board.create(where=where)
        assert board.x.posts == 1

    def test_given_job_requests_that_failed_when_the_time_is_over_then_they_are_sent_again(self, board: Board) -> None:
        board.x.failures["post"] = [refusal(503)]
        with pytest.raises(ApiFailure):
            board.create()
        board.clock.now += 300
        assert len(board.create()) == 1

    def test_given_a_window_that_waits_for_room_when_job_requests_fail_then_it_fails_too(self, board: Board) -> None:
        board.x.remaining = 0
        (job,) = board.create()
        assert board.create(where=OTHER) == []
        board.x.status[job.job_id] = DONE
        board.board._downtime.failed(CREATION, refusal(503), board.clock.now + 300)
        with pytest.raises(ApiFailure, match="not asked for"):
            board.wait([], room=True, where=OTHER)

    def test_given_a_refusal_of_one_window_when_others_follow_then_they_are_sent(self, board: Board) -> None:
        board.x.failures["post"] = [refusal(400, "INVALID_PARAMETER")]
        with pytest.raises(ApiFailure):
            board.create()
        assert len(board.create(where=OTHER)) == 1

    def test_given_status_requests_that_stay_down_when_windows_follow_then_they_create_no_jobs(
        self, board: Board
    ) -> None:
        jobs = board.create(3)
        board.x.failures["get"] = [refusal(503)]
        with pytest.raises(ApiFailure):
            board.wait(jobs)
        for where in LATER:
            with pytest.raises(ApiFailure, match=r"status of its jobs is unknown\..*HTTP 503"):
                board.create(where=where)
        assert (board.x.posts, len(board.x.polls)) == (3, 1)

    def test_given_status_requests_that_came_back_when_windows_follow_then_they_create_jobs(self, board: Board) -> None:
        mine, other = board.create(2)
        board.x.failures["get"] = [refusal(503)]
        with pytest.raises(ApiFailure):
            board.wait([mine])
        board.clock.now += 60
        board.x.status[other.job_id] = DONE
        assert board.wait([other], where=OTHER) == [other]
        assert len(board.create(where=OTHER)) == 1

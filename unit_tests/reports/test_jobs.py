# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The job board of an account: room, polling, and jobs that never end (x-ads-api.md §7.2; peers.md J1–J6)."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

import pytest

from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.reports.cancelling import CANCELLED_AT_ONCE
from source_twitter_ads.reports.job import Job, job_id_of, result_url
from unit_tests.reports.fakes import DONE, OTHER, WHERE, Board, refusal, request


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Board:
    return Board(monkeypatch)


class TestRoom:
    def test_given_no_word_of_room_when_created_then_a_hundred_and_no_more(self, board: Board) -> None:
        assert len(board.create(120)) == 100

    def test_given_little_room_left_by_other_tools_when_created_then_exactly_that_many(self, board: Board) -> None:
        taken = 97

        def one_more() -> None:
            nonlocal taken
            taken += 1
            board.x.remaining = 100 - taken

        board.x.during_post = one_more
        assert len(board.create(10)) == 3

    def test_given_nothing_known_of_the_room_when_one_job_is_being_created_then_no_other_is(self, board: Board) -> None:
        meanwhile: list[Job | None] = []
        board.x.during_post = lambda: meanwhile.append(board.board.try_create(request("c2"), OTHER))
        board.create()
        assert meanwhile == [None]

    def test_given_too_many_jobs_when_x_says_so_then_the_board_asks_for_room_and_creates_later(
        self, board: Board
    ) -> None:
        board.x.failures["post"] = [refusal(400, "TOO_MANY_JOBS")]
        assert board.create() == []
        board.x.remaining = 2
        assert board.wait([], room=True) == []
        assert len(board.create(5)) == 2

    @pytest.mark.parametrize("failure", [refusal(400, "INVALID_PARAMETER"), KeyError("id"), KeyboardInterrupt()])
    def test_given_a_job_that_could_not_be_created_when_others_are_then_no_room_is_lost(
        self, board: Board, failure: Exception
    ) -> None:
        board.x.failures["post"] = [failure]
        with pytest.raises(type(failure)):
            board.create()
        assert len(board.create(120)) == 100

    def test_given_a_poll_that_tells_of_less_room_when_jobs_end_then_no_more_than_that_are_created(
        self, board: Board
    ) -> None:
        jobs = board.create(100)
        board.x.status.update({job.job_id: DONE for job in jobs[:50]})
        board.x.remaining = 10
        assert len(board.wait(jobs)) == 50
        board.x.remaining = None
        assert len(board.create(50)) == 10

    def test_given_no_room_when_windows_wait_for_it_then_the_oldest_gets_it(self, board: Board) -> None:
        jobs = board.create(100)
        young, old = request(start="2026-05-01", end="2026-05-02"), request(start="2026-02-01", end="2026-02-02")
        assert board.board.try_create(young, WHERE) is None
        assert board.board.try_create(old, OTHER) is None
        board.x.status[jobs[0].job_id] = DONE
        board.wait(jobs)
        assert board.board.try_create(young, WHERE) is None
        assert board.board.try_create(old, OTHER) is not None
        board.x.status[jobs[1].job_id] = DONE
        board.wait(jobs[1:])
        board.board.satisfied(OTHER)
        assert board.board.try_create(young, WHERE) is not None


class TestPolling:
    def test_given_many_jobs_when_polled_then_one_request_names_all(self, board: Board) -> None:
        jobs = board.create(80)
        board.x.status[jobs[7].job_id] = DONE
        assert board.wait(jobs) == [jobs[7]]
        assert [sorted(map(int, ids)) for _, ids in board.x.polls] == [list(range(1, 81))]

    def test_given_a_slow_job_when_polled_then_ever_more_rarely_up_to_fifteen_seconds(self, board: Board) -> None:
        jobs = board.create()
        board.wait(jobs)
        times = [1000.0, *(moment for moment, _ in board.x.polls)]
        pauses = [later - earlier for earlier, later in pairwise(times)]
        assert pauses[:2] == pytest.approx([1, 2])
        assert max(pauses) == pytest.approx(15)
        assert all(later >= earlier - 0.01 for earlier, later in pairwise(pauses))

    def test_given_a_slow_answer_when_polled_then_pauses_count_from_the_question(self, board: Board) -> None:
        jobs = board.create()
        original = board.x.get

        def get(*arguments: Any) -> Any:
            answer = original(*arguments)
            board.clock.now += 1.5
            board.x.status["1"] = DONE if len(board.x.polls) == 2 else {"status": "PROCESSING"}
            return answer

        board.x.get = get  # type: ignore[method-assign,assignment]
        board.wait(jobs)
        times = [moment for moment, _ in board.x.polls]
        assert [later - earlier for earlier, later in pairwise(times)] == pytest.approx([2, 2])

    def test_given_an_account_that_was_idle_when_a_job_is_created_then_it_is_not_asked_for_at_once(
        self, board: Board
    ) -> None:
        board.clock.now += 3600
        board.wait(board.create())
        assert board.x.polls[0][0] == pytest.approx(1000 + 3600 + 1)

    def test_given_many_accounts_with_jobs_when_polled_then_all_of_them_together_keep_to_xs_limit(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        accounts = 200
        board = Board(monkeypatch, busy_accounts=lambda: accounts)
        board.wait(board.create())
        times = [moment for moment, _ in board.x.polls]
        in_15_minutes = sum(moment < times[0] + 900 for moment in times)
        assert accounts * in_15_minutes <= 2_000

    def test_given_success_without_a_url_when_polled_then_the_job_is_waited_for(self, board: Board) -> None:
        (job,) = board.create()
        board.x.status["1"] = {"status": "SUCCESS", "url": None}
        board.clock.now += 100
        answers = iter([{"status": "SUCCESS", "url": ""}, DONE])
        original = board.x.get

        def get(*arguments: Any) -> Any:
            board.x.status["1"] = next(answers)
            return original(*arguments)

        board.x.get = get  # type: ignore[method-assign,assignment]
        assert board.wait([job]) == [job]
        assert job.url == DONE["url"]

    @pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
    def test_given_a_job_that_x_ended_when_polled_then_it_is_broken(self, board: Board, status: str) -> None:
        (job,) = board.create()
        board.x.status["1"] = {"status": status}
        board.wait([job])
        assert job.broken == f"X ended it as {status}"

    def test_given_a_status_that_cannot_be_had_when_two_windows_wait_then_both_fail_by_one_request(
        self, board: Board
    ) -> None:
        mine, other = board.create(2)
        board.x.failures["get"] = [refusal(403, "ACCOUNT_NOT_FOUND")]
        with pytest.raises(ApiFailure):
            board.wait([mine])
        with pytest.raises(ApiFailure, match=r"status of its jobs is unknown.*window 2026-04-01 to 2026-04-03"):
            board.board.wait([other], False, OTHER)
        assert len(board.x.polls) == 1

    def test_given_a_status_that_could_not_be_had_a_while_ago_when_a_window_comes_back_then_it_is_asked_for_again(
        self, board: Board
    ) -> None:
        mine, other = board.create(2)
        board.x.failures["get"] = [refusal(403, "ACCOUNT_NOT_FOUND")]
        with pytest.raises(ApiFailure):
            board.wait([mine])
        board.clock.now += 60
        board.x.status[other.job_id] = DONE
        assert board.wait([other], where=OTHER) == [other]


class TestJobsThatNeverEnd:
    def test_given_a_job_that_x_never_lists_when_five_minutes_are_over_then_it_is_lost(self, board: Board) -> None:
        (job,) = board.create()
        board.x.status["1"] = {}
        board.wait([job])
        assert job.broken == "X does not list it any more"
        assert 300 <= board.clock.now - 1000 <= 316

    def test_given_a_job_that_x_lists_late_when_polled_then_it_is_not_lost(self, board: Board) -> None:
        (job,) = board.create()
        board.x.status["1"] = {}
        original = board.x.get

        def get(*arguments: Any) -> Any:
            if board.clock.now > 1250:
                board.x.status["1"] = {"status": "PROCESSING"} if board.clock.now < 1500 else DONE
            return original(*arguments)

        board.x.get = get  # type: ignore[method-assign,assignment]
        board.wait([job])
        assert job.broken is None

    def test_given_one_late_answer_without_the_job_when_the_next_one_lists_it_then_it_is_not_lost(
        self, board: Board
    ) -> None:
        jobs = board.create(100)
        board.x.status = {}
        board.clock.now += 400
        original = board.x.get

        def get(*arguments: Any) -> Any:
            answer = original(*arguments)
            board.x.status = {job.job_id: DONE for job in jobs}
            return answer

        board.x.get = get  # type: ignore[method-assign,assignment]
        assert [job.broken for job in board.wait(jobs)] == [None] * 100

    def test_given_a_job_that_hangs_when_its_time_is_over_then_it_is_deleted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        board = Board(monkeypatch, job_timeout=10)
        (job,) = board.create()
        board.wait([job])
        assert 600 <= board.clock.now - 1000 <= 616
        assert str(job.broken).startswith("it was not ready after 6")
        assert board.x.deleted == [job.job_id]


class TestLeaving:
    def test_given_open_jobs_when_a_window_ends_then_they_are_deleted_and_their_room_is_free(
        self, board: Board
    ) -> None:
        jobs = board.create(100)
        board.x.failures["delete"] = [refusal(404, "NOT_FOUND")]
        board.board.leave(jobs[:3], WHERE)
        assert sorted(board.x.deleted) == [job.job_id for job in jobs[:3]]
        assert len(board.create(10)) == 3

    def test_given_an_x_that_fails_when_a_window_ends_then_it_is_not_asked_for_every_job(self, board: Board) -> None:
        jobs = board.create(100)
        board.x.failures["delete"] = [refusal(503)] * 100
        board.board.leave(jobs, WHERE)
        assert len(board.x.deleted) <= CANCELLED_AT_ONCE
        assert len(board.create(120)) == 100

    def test_given_open_jobs_when_a_window_ends_then_several_are_deleted_at_once(self, board: Board) -> None:
        together = threading.Barrier(4, timeout=5)
        original = board.x.delete

        def delete(*arguments: Any) -> Any:
            together.wait()
            return original(*arguments)

        board.x.delete = delete  # type: ignore[method-assign,assignment]
        board.board.leave(board.create(8), WHERE)
        assert len(board.x.deleted) == 8

    def test_given_an_x_that_does_not_answer_when_a_window_ends_then_it_is_not_waited_for(
        self, board: Board, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("source_twitter_ads.reports.cancelling.CANCEL_SECONDS", 0.1)
        answered = threading.Event()
        original = board.x.delete

        def delete(*arguments: Any) -> Any:
            answered.wait(20)
            return original(*arguments)

        board.x.delete = delete  # type: ignore[method-assign,assignment]
        board.board.leave(board.create(20), WHERE)
        assert board.x.deleted == []
        answered.set()


@pytest.mark.parametrize(
    "entry", [{"id": 1120829647711653888}, {"id": "1120829647711653888"}, {"id": 1, "id_str": "1120829647711653888"}]
)
def test_given_any_style_of_ids_when_read_then_the_text(entry: dict[str, Any]) -> None:
    assert job_id_of(entry) == "1120829647711653888"


def test_given_a_url_glued_to_another_when_read_then_the_last_one() -> None:
    assert result_url("https://a.example/1https://ton.twimg.com/2") == "https://ton.twimg.com/2"

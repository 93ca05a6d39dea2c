# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""From a window to its rows: retries in halves, one clear error in the end (design "Reports" 4; peers.md J1, J4)."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from typing import Any

import orjson
import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.api.errors import ApiFailure, Where
from source_twitter_ads.reports.job import Job
from source_twitter_ads.reports.job_request import JobRequest
from source_twitter_ads.reports.pending import PendingJobs
from source_twitter_ads.reports.planning import PlannedWindow
from source_twitter_ads.reports.progress import Progress
from source_twitter_ads.reports.retriever import ReportRetriever
from unit_tests.reports.builders import NOW, report, result_file, series, window
from unit_tests.reports.fakes import refusal

URL = "https://ton.twimg.com/file.json.gz"


class FakeBoard:
    """Ends every job at once; `fates` says how, by entity: broken so many times, or a file of these bytes."""

    def __init__(self, **fates: Any) -> None:
        self.fates = fates
        self.requests: list[JobRequest] = []
        self.left: list[Job] = []
        self.refuse: ApiFailure | None = None
        self.refuse_after = 0

    def try_create(self, request: JobRequest, where: Where) -> Job | None:
        if self.refuse and len(self.requests) >= self.refuse_after:
            raise self.refuse
        self.requests.append(request)
        return Job(request, str(100 + len(self.requests)), where, created=0.0)

    def wait(self, jobs: Iterable[Job], room: bool, where: Where) -> list[Job]:
        ended = list(jobs)
        for job in ended:
            broken = [one for one in job.request.entity_ids if self.fates.get(one, 0) > 0]
            for one in broken:
                self.fates[one] -= 1
            job.broken, job.url = ("X ended it as FAILED", None) if broken else (None, URL + "?" + job.job_id)
        return ended

    def satisfied(self, where: Where) -> None:
        """Nobody else waits."""

    def leave(self, jobs: Iterable[Job], where: Where) -> None:
        self.left.extend(jobs)


class FakeFiles:
    """Serves the result file of each job; damaged ones first, so often."""

    def __init__(self, board: FakeBoard, damaged: int = 0) -> None:
        self._board = board
        self._damaged = damaged

    def download(self, url: str, where: Where) -> bytes:
        if self._damaged:
            self._damaged -= 1
            return gzip.compress(b'{"data": 1}')
        request = self._board.requests[int(url.partition("?")[2]) - 101]
        numbers = {one: [series({"impressions": [1, 2, 3]})] for one in request.entity_ids}
        return gzip.compress(orjson.dumps(result_file(numbers)))


def read(board: FakeBoard, *entity_ids: str, damaged: int = 0, **entry: Any) -> list[dict[str, Any]]:
    planned = PlannedWindow(window("2026-03-01", "2026-03-03"))
    for entity_id in entity_ids:
        planned.add(entity_id, ["ALL_ON_TWITTER"])
    files: Any = FakeFiles(board, damaged)
    retriever = ReportRetriever(report(**entry), files, NOW, Progress(), PendingJobs((), lambda: True))
    stream_slice = StreamSlice(partition={}, cursor_slice={}, extra_fields={"position": 0, "windows": 1})
    pages = retriever.read_window(board, "1a", planned, stream_slice)  # type: ignore[arg-type]
    return [dict(message.record.data) for page in pages for message in page.messages() if message.record]


def sizes(board: FakeBoard) -> list[int]:
    return [len(request.entity_ids) for request in board.requests]


IDS = [f"c{n:02}" for n in range(20)]


def test_given_a_window_when_read_then_every_entity_has_its_rows() -> None:
    board = FakeBoard()
    found = read(board, *IDS, "c20")
    assert sorted({(row["entity_id"], row["date"]) for row in found})[:2] == [
        ("c00", "2026-03-01"),
        ("c00", "2026-03-02"),
    ]
    assert (len(found), sizes(board)) == (63, [20, 1])


def test_given_no_entities_when_read_then_no_job() -> None:
    board = FakeBoard()
    assert (read(board), board.requests) == ([], [])


def test_given_a_job_that_fails_once_when_read_then_its_halves_bring_all_rows() -> None:
    board = FakeBoard(c03=1)
    assert len(read(board, *IDS)) == 60
    assert sizes(board) == [20, 10, 10]


def test_given_a_job_that_fails_twice_when_read_then_quarters_bring_all_rows() -> None:
    board = FakeBoard(c03=2)
    assert len(read(board, *IDS)) == 60
    assert sizes(board) == [20, 10, 10, 5, 5]


def test_given_a_file_that_is_no_answer_when_read_then_the_job_is_made_again() -> None:
    board = FakeBoard()
    assert len(read(board, "c1", damaged=1)) == 3
    assert sizes(board) == [1, 1]


def test_given_a_job_that_fails_three_times_when_read_then_the_error_names_account_report_window_and_job() -> None:
    board = FakeBoard(c03=9)
    with pytest.raises(ApiFailure) as caught:
        read(board, *IDS)
    text = str(caught.value.message)
    assert "job 104 gave no result, 3 times: X ended it as FAILED" in text
    assert "stream spend, account 1a, window 2026-03-01 to 2026-03-04" in text
    assert max(request.tries for request in board.requests) == 2


def test_given_a_window_that_fails_when_others_of_its_jobs_run_then_they_are_handed_back() -> None:
    board = FakeBoard()
    board.refuse, board.refuse_after = refusal(400, "INVALID_PARAMETER"), 1
    with pytest.raises(ApiFailure):
        read(board, *IDS, "c20")
    assert len(board.left) == 1


def test_given_a_retired_segment_that_x_refuses_when_read_then_the_error_says_what_to_take_out() -> None:
    board = FakeBoard()
    board.refuse = refusal(400, "INVALID_PARAMETER")
    with pytest.raises(ApiFailure, match=r"X has retired segment LANGUAGES in May 2026: take it out of the report\.$"):
        read(board, "l1", entity="LINE_ITEM", segment="LANGUAGES")

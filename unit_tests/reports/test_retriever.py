# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""From a window to its rows: retries in halves, one clear error in the end (design "Reports" 4; peers.md J1, J4)."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.api.errors import ApiFailure, Skipped, Where, rule_for
from source_twitter_ads.reading.page import Page
from source_twitter_ads.reports.files import ResultFiles
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
        self.refuse_placement: str | None = None
        self.creating: Callable[[], None] = lambda: None

    def try_create(self, request: JobRequest, where: Where) -> Job | None:
        self.creating()
        refused = len(self.requests) >= self.refuse_after and self.refuse_placement in (None, request.placement)
        if self.refuse and refused:
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


def retriever_of(board: FakeBoard, damaged: int = 0, files: ResultFiles | None = None, **entry: Any) -> ReportRetriever:
    x: Any = FakeFiles(board, damaged)
    return ReportRetriever(report(**entry), x, NOW, Progress(), PendingJobs((), lambda: True), files=files)


def pages_of(
    retriever: ReportRetriever, board: FakeBoard, *entity_ids: str, placements: Iterable[str] = ("ALL_ON_TWITTER",)
) -> Iterator[Page]:
    planned = PlannedWindow(window("2026-03-01", "2026-03-03"))
    for entity_id in entity_ids:
        planned.add(entity_id, placements)
    stream_slice = StreamSlice(partition={}, cursor_slice={}, extra_fields={"position": 0, "windows": 1})
    return retriever.read_window(board, "1a", planned, stream_slice)  # type: ignore[arg-type]


def rows_of(pages: Iterable[Page]) -> Iterator[dict[str, Any]]:
    return (dict(message.record.data) for page in pages for message in page.messages() if message.record)


def read(board: FakeBoard, *entity_ids: str, damaged: int = 0, **entry: Any) -> list[dict[str, Any]]:
    return list(rows_of(pages_of(retriever_of(board, damaged, **entry), board, *entity_ids)))


def read_and_fail(board: FakeBoard, *entity_ids: str, **entry: Any) -> tuple[set[str], str]:
    """The entities whose rows were there before the window failed, and what the failure says."""
    found: set[str] = set()
    rows = rows_of(pages_of(retriever_of(board, **entry), board, *entity_ids))
    with pytest.raises(ApiFailure) as caught:
        found.update(row["entity_id"] for row in rows)
    return found, str(caught.value.message)


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


def test_given_an_entity_whose_jobs_always_fail_when_read_then_all_others_have_their_rows() -> None:
    board = FakeBoard(c03=99)
    found, text = read_and_fail(board, *IDS, "c20")
    assert found == {*IDS, "c20"} - {"c03"}
    assert sizes(board) == [20, 1, 10, 10, 5, 5, 3, 2, 1, 1, 1, 1]
    assert board.left == []
    assert "job 112 for CAMPAIGN c03 gave no result, 3 times: X ended it as FAILED" in text
    assert "stream spend, account 1a, window 2026-03-01 to 2026-03-04" in text


def test_given_a_job_that_fails_for_good_when_others_ended_with_it_then_they_are_read_first() -> None:
    board = FakeBoard(a=99)
    assert read_and_fail(board, "a", *IDS)[0] == set(IDS)


def test_given_jobs_that_all_fail_when_read_then_the_window_gives_up_before_every_entity_was_tried() -> None:
    many = [f"e{n:03}" for n in range(400)]
    board = FakeBoard(**dict.fromkeys(many, 99))
    _, text = read_and_fail(board, *many)
    assert "2 times in ever smaller parts, like nearly all jobs of the window" in text
    assert len(board.requests) < 120


def test_given_a_file_that_cannot_be_fetched_when_read_then_its_entities_are_not_asked_for_one_by_one() -> None:
    board = FakeBoard()
    retriever = retriever_of(board)
    down = refusal(503)

    def download(url: str, where: Where) -> bytes:
        raise down

    retriever._transport.download = download  # type: ignore[method-assign]
    with pytest.raises(ApiFailure, match="gave no result, 3 times: X refused with HTTP 503"):
        list(pages_of(retriever, board, *IDS))
    assert min(sizes(board)) == 5


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


BOTH = ("ALL_ON_TWITTER", "PUBLISHER_NETWORK")


def refusing(placement: str, **how: Any) -> FakeBoard:
    board = FakeBoard()
    board.refuse, board.refuse_placement = refusal(400, **{"code": "INVALID_PARAMETER", **how}), placement
    return board


class TestRefusedPlacement:
    @pytest.mark.parametrize(
        "how", [{"parameter": "placement"}, {"message": "no such Placement"}, {"code": "INVALID_PLACEMENT"}], ids=str
    )
    def test_given_a_placement_that_only_x_named_when_x_refuses_it_then_the_rest_of_the_window_is_read(
        self, how: dict[str, str], caplog: pytest.LogCaptureFixture
    ) -> None:
        board = refusing("PUBLISHER_NETWORK", **how)
        retriever = retriever_of(board)
        many = [*IDS, *(f"d{n:03}" for n in range(400))]
        for _ in range(2):
            found = list(rows_of(pages_of(retriever, board, *many, placements=BOTH)))
            assert len({row["entity_id"] for row in found}) == len(many)
        (line,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        for part in ('"spend"', "PUBLISHER_NETWORK", "HTTP 400 INVALID_P", "`placements`"):
            assert part in line

    @pytest.mark.parametrize(
        ("placement", "how"),
        [
            ("ALL_ON_TWITTER", {"parameter": "placement"}),
            ("PUBLISHER_NETWORK", {"message": "segmentation_type is not valid"}),
            ("PUBLISHER_NETWORK", {"parameter": "entity_ids"}),
            ("PUBLISHER_NETWORK", {"code": "INVALID_TIME_WINDOW"}),
            ("PUBLISHER_NETWORK", {"code": "FEATURE_NOT_AVAILABLE"}),
            ("PUBLISHER_NETWORK", {"code": ""}),
        ],
        ids=["all on twitter", "segment", "entities", "period", "feature", "unknown"],
    )
    def test_given_a_refusal_of_something_else_when_read_then_the_window_fails(
        self, placement: str, how: dict[str, Any]
    ) -> None:
        board = refusing(placement, **how)
        with pytest.raises(ApiFailure, match="X refused"):
            list(pages_of(retriever_of(board), board, *IDS, placements=BOTH))

    def test_given_a_placement_that_x_has_taken_before_when_it_refuses_a_job_then_the_window_fails(self) -> None:
        board = refusing("PUBLISHER_NETWORK", parameter="placement")
        board.refuse_after = 24
        with pytest.raises(ApiFailure, match="X refused"):
            list(pages_of(retriever_of(board), board, *(f"d{n:03}" for n in range(400)), placements=BOTH))

    def test_given_an_account_without_the_feature_when_the_report_has_retired_parts_then_it_stays_a_skip(self) -> None:
        refused = refusal(400, "FEATURE_NOT_AVAILABLE")
        skip = Skipped(rule_for(refused.refusal), refused.where, "X refused it", refused.refusal)  # type: ignore[arg-type]
        board = FakeBoard()
        board.refuse = skip
        retriever = retriever_of(board, placements=list(BOTH))
        with pytest.raises(Skipped):
            list(pages_of(retriever, board, *IDS, placements=BOTH))

    def test_given_a_placement_that_the_user_named_when_x_refuses_it_then_the_error_says_that_it_is_retired(
        self,
    ) -> None:
        board = refusing("PUBLISHER_NETWORK")
        retriever = retriever_of(board, placements=list(BOTH))
        with pytest.raises(ApiFailure, match=r"X has retired placement PUBLISHER_NETWORK in June 2026: take it out"):
            list(pages_of(retriever, board, *IDS, placements=BOTH))

    def test_given_a_retired_placement_when_another_one_is_refused_then_it_is_not_blamed(self) -> None:
        board = refusing("ALL_ON_TWITTER")
        retriever = retriever_of(board, placements=list(BOTH))
        with pytest.raises(ApiFailure) as caught:
            list(pages_of(retriever, board, *IDS, placements=BOTH))
        assert "retired" not in str(caught.value.message)


def room(files: ResultFiles) -> int:
    """How many more files there is room for."""
    free = 0
    while files._room.acquire(blocking=False):
        free += 1
    if free:
        files._room.release(free)
    return free


class TestFilesInMemory:
    def test_given_a_job_that_x_takes_its_time_for_when_files_are_ready_then_no_room_for_files_is_held(self) -> None:
        board, files = FakeBoard(c03=1), ResultFiles(held=4)
        free: list[int] = []
        board.creating = lambda: free.append(room(files))
        list(pages_of(retriever_of(board, files=files), board, *(f"c{n:02}" for n in range(200))))
        assert (len(free), set(free)) == (12, {4})

    def test_given_a_read_that_nobody_finishes_when_the_next_sync_reads_then_it_is_not_held_up(self) -> None:
        abandoned = []
        for _ in range(3):
            board = FakeBoard()
            pages = pages_of(retriever_of(board), board, *IDS)
            next(pages)
            abandoned.append(pages)
        board = FakeBoard()
        ended: list[int] = []

        def read_all() -> None:
            ended.append(len(list(rows_of(pages_of(retriever_of(board), board, *IDS)))))

        thread = threading.Thread(target=read_all, daemon=True)
        thread.start()
        thread.join(10)
        assert ended == [60]

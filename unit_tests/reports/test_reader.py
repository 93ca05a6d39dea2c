# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What a report's reader makes of the scheduler's events: pages, states, failures, an end."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessageSerializer, Type
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.api.errors import ApiFailure, Skipped
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import PieceFailure
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.reader import ReportRetriever
from source_twitter_ads.reports.report_run import (
    Ended,
    Event,
    FileReady,
    JobsChanged,
    PieceFailed,
    Planned,
    ReportRun,
    WindowClosed,
)
from source_twitter_ads.streams.report import Report
from unit_tests.reports.builders import NOW, UTC, report, result_file, series
from unit_tests.reports.fakes import job, refusal, request, window_jobs

SLICE = StreamSlice(partition={}, cursor_slice={})
FIRST, SECOND = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)


class FakeScheduler:
    """A scheduler with a script of events.

    Attributes:
        read_for: the accounts that it was asked to read.
        reading: what is read.
        done: what the reader told it.
    """

    def __init__(self, *events: Event) -> None:
        self._events = events
        self.read_for: list[str] = []
        self.reading: ReportRun | None = None
        self.done: list[tuple[str, Any]] = []

    def read(self, run: ReportRun, account_ids: list[str]) -> None:
        """Let the events happen."""
        self.read_for, self.reading = account_ids, run
        run.jobs_noted = True
        for event in self._events:
            run.events.put(event)

    def rows_read(self, event: FileReady) -> None:
        """Note that rows are out."""
        self.done.append(("read", event.job.job_id))

    def file_damaged(self, event: FileReady, reason: str) -> None:
        """Note that a file is damaged."""
        self.done.append(("damaged", reason))

    def file_not_understood(self, event: FileReady, reason: str) -> None:
        """Note that a file is not understood."""
        self.done.append(("not understood", reason))

    def forgo(self, report: str) -> None:
        """Note that a report is not read."""
        self.done.append(("not read", report))

    def leave(self, run: ReportRun) -> None:
        """Note that the reader leaves."""
        self.done.append(("left", run.name))


class FakeContext:
    """What the reports of a sync share, and its accounts."""

    def __init__(self, scheduler: FakeScheduler, *account_ids: str) -> None:
        self.services = self.accounts = self
        self.now = NOW
        self.unpacking = threading.BoundedSemaphore(2)
        self._scheduler = scheduler
        self._ids = account_ids
        self.tweets: Callable[[str], list[str]] = lambda _: ["t1"]
        self.settings: Any = None
        self.given: Mapping[str, Any] = {}
        self.failure: ApiFailure | None = None

    def ids(self) -> list[str]:
        """The accounts to read."""
        return list(self._ids)

    def records(self) -> dict[str, Any]:
        """The accounts as X shows them."""
        return {}

    def skips(self, failure: ApiFailure) -> bool:
        """Whether there is nothing to read."""
        return isinstance(failure, Skipped)

    def scheduler(self) -> FakeScheduler:
        """The scheduler."""
        return self._scheduler

    def run(self, definition: ReportDefinition, cursor: ReportCursor, tweets: Mapping[str, Any]) -> ReportRun:
        """A report that is ready to be read."""
        if self.failure:
            raise self.failure
        self.given = tweets
        unused: Any = None
        return ReportRun(definition, cursor, unused)

    def organic_tweets(self, definition: ReportDefinition, account_id: str) -> list[str]:
        """The Tweets of an account."""
        return self.tweets(account_id)


class Reading:
    """A reader of a report "spend" and what comes of it."""

    def __init__(self, *events: Event, account_ids: tuple[str, ...] = ("1a",), **entry: Any) -> None:
        self.scheduler = FakeScheduler(*events)
        self.context = FakeContext(self.scheduler, *account_ids)
        self.repository = InMemoryMessageRepository()
        definition = report(**entry)
        self.cursor = ReportCursor("spend", "date", {}, self.repository)
        shared: Any = self.context
        self.retriever = ReportRetriever(definition, shared, self.cursor, self.repository)

    def items(self) -> Iterator[Page | PieceFailure]:
        return self.retriever.read_records(SLICE)

    def run(self) -> list[Page | PieceFailure]:
        return list(self.items())

    def messages(self, kind: Type) -> list[AirbyteMessage]:
        return [message for message in self.repository.consume_queue() if message.type is kind]


def packed(*ids: str) -> bytes:
    return gzip.compress(orjson.dumps(result_file({one: [series({"impressions": [1, 2]})] for one in ids}, points=2)))


def ready(*ids: str, content: bytes | None = None, job_id: str = "7") -> FileReady:
    return FileReady(window_jobs(), job(job_id, asks=request(*ids)), packed(*ids) if content is None else content)


def planned(*reach: datetime | None, rows: int = 60) -> Planned:
    return Planned("1a", reach or (FIRST,), rows)


def rows_of(items: list[Page | PieceFailure]) -> list[dict[str, Any]]:
    pages = [item for item in items if isinstance(item, Page)]
    return [dict(one.record.data) for page in pages for one in page.messages() if one.record]


class TestFiles:
    def test_given_a_file_when_ready_then_its_rows_come_in_pages_of_the_slice(self) -> None:
        items = Reading(planned(), ready("c1", "c2"), Ended()).run()
        assert {(row["entity_id"], row["date"]) for row in rows_of(items)} == {
            (one, day) for one in ("c1", "c2") for day in ("2026-03-01", "2026-03-02")
        }
        assert all(isinstance(item, Page) and item.associated_slice is SLICE for item in items)

    def test_given_a_file_when_all_rows_are_out_then_the_scheduler_is_told(self) -> None:
        reading = Reading(planned(), ready("c1"), Ended())
        items = reading.items()
        next(items)
        assert reading.scheduler.done == []
        list(items)
        assert reading.scheduler.done == [("read", "7"), ("left", "spend")]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"", "damaged"),
            (b"<html>", "damaged"),
            (packed("c1")[:-4], "damaged"),
            (packed("c9"), "damaged"),
            (gzip.compress(b'{"data": 1}'), "not understood"),
        ],
        ids=["no", "page", "cut", "of another job", "odd"],
    )
    def test_given_a_file_without_its_rows_when_ready_then_the_scheduler_is_told(
        self, content: bytes, told: str
    ) -> None:
        reading = Reading(planned(), ready("c1", content=content), ready("c2", job_id="8"), Ended())
        assert {row["entity_id"] for row in rows_of(reading.run())} == {"c2"}
        assert [what for what, _ in reading.scheduler.done] == [told, "read", "left"]

    def test_given_a_reader_dropped_amid_a_file_when_another_reads_then_it_goes_on(self) -> None:
        reading = Reading(planned(), ready("c1"), Ended())
        for _ in range(3):
            items = reading.items()
            next(items)
            items.close()  # type: ignore[attr-defined]
        assert len(rows_of(reading.run())) == 2


class TestWindows:
    def test_given_windows_that_close_when_read_then_the_bookmark_moves(self) -> None:
        reading = Reading(planned(FIRST, SECOND), WindowClosed("1a", 0), WindowClosed("1a", 1), Ended())
        reading.run()
        assert reading.cursor.bookmark("1a") == SECOND

    def test_given_a_window_that_is_held_when_closed_then_the_bookmark_stays_before_it(self) -> None:
        reading = Reading(planned(FIRST, SECOND), WindowClosed("1a", 0), WindowClosed("1a", 1, held=True), Ended())
        reading.run()
        assert reading.cursor.bookmark("1a") == FIRST

    def test_given_rows_before_a_window_closes_when_read_then_the_state_comes_after_them(self) -> None:
        reading = Reading(planned(), ready("c1"), WindowClosed("1a", 0), Ended())
        items = reading.items()
        next(items)
        assert reading.messages(Type.STATE) == []
        list(items)
        assert len(reading.messages(Type.STATE)) == 1

    def test_given_a_window_that_fails_when_read_then_its_failure_is_an_item(self) -> None:
        failure = refusal(503)
        items = Reading(planned(), PieceFailed(failure), ready("c1"), Ended()).run()
        assert [item.error for item in items if isinstance(item, PieceFailure)] == [failure]
        assert len(rows_of(items)) == 2


class TestStates:
    def states(self, reading: Reading) -> list[Any]:
        dumped = [AirbyteStateMessageSerializer.dump(one.state) for one in reading.messages(Type.STATE)]  # type: ignore[arg-type]
        return [one["stream"]["stream_state"] for one in dumped]

    def test_given_new_jobs_when_told_then_the_state_names_them(self) -> None:
        reading = Reading(planned(), JobsChanged(), Ended())
        reading.cursor.jobs.add("1a", 0, request(), "77", NOW)
        reading.run()
        (state,) = self.states(reading)
        assert [one["job_id"] for one in state["jobs"]] == ["77"]

    def test_given_new_jobs_when_they_are_named_then_the_next_ones_are_told_of_again(self) -> None:
        reading = Reading(planned(), JobsChanged(), Ended())
        reading.run()
        assert reading.scheduler.reading is not None
        assert not reading.scheduler.reading.jobs_noted

    @pytest.mark.timeout(20)
    def test_given_a_state_held_back_when_nothing_happens_then_it_is_emitted(self) -> None:
        reading = Reading(planned(FIRST, SECOND), WindowClosed("1a", 0), WindowClosed("1a", 1))
        items = reading.items()
        thread = threading.Thread(target=lambda: list(items), daemon=True)
        thread.start()
        while reading.cursor.due_in is None:
            thread.join(0.005)
        while reading.cursor.due_in is not None:
            thread.join(0.005)
        assert reading.scheduler.reading is not None
        reading.scheduler.reading.events.put(Ended())
        thread.join(5)
        assert len(self.states(reading)) == 2


class TestEnds:
    def test_given_countries_that_cannot_be_listed_when_read_then_the_scheduler_knows(self) -> None:
        reading = Reading()
        reading.context.failure = refusal(503)
        with pytest.raises(ApiFailure):
            reading.run()
        assert reading.scheduler.done == [("not read", "spend")]

    def test_given_nothing_to_read_when_it_ends_then_no_item(self) -> None:
        assert Reading(Ended()).run() == []

    def test_given_a_scheduler_that_failed_when_it_ends_then_its_error_is_raised(self) -> None:
        reading = Reading(planned(), ready("c1"), Ended(ZeroDivisionError()))
        items = reading.items()
        next(items)
        with pytest.raises(ZeroDivisionError):
            list(items)
        assert reading.scheduler.done[-1] == ("left", "spend")

    def test_given_a_reader_that_stops_when_closed_then_it_leaves_the_scheduler(self) -> None:
        reading = Reading(planned(), ready("c1"), ready("c2"), Ended())
        items = reading.items()
        next(items)
        items.close()  # type: ignore[attr-defined]
        assert reading.scheduler.done == [("left", "spend")]


class TestOrganicTweets:
    def reading(self, tweets: Callable[[str], list[str]]) -> Reading:
        reading = Reading(Ended(), account_ids=("1a", "2b"), entity="ORGANIC_TWEET")
        reading.context.tweets = tweets
        return reading

    def test_given_accounts_when_read_then_each_with_its_tweets(self) -> None:
        reading = self.reading(lambda account_id: [f"t of {account_id}"])
        reading.run()
        assert reading.context.given == {"1a": ["t of 1a"], "2b": ["t of 2b"]}

    def test_given_an_account_that_cannot_be_listed_when_read_then_it_fails_alone(self) -> None:
        def tweets(account_id: str) -> list[str]:
            if account_id == "1a":
                raise refusal(503)
            return ["t1"]

        reading = self.reading(tweets)
        (item,) = reading.run()
        assert isinstance(item, PieceFailure)
        assert reading.scheduler.read_for == ["2b"]


class TestEstimate:
    def test_given_plans_that_follow_each_other_when_told_then_one_estimate_of_the_first(self) -> None:
        reading = Reading(planned(rows=60), Planned("2b", [FIRST], 40), Ended())
        reading.run()
        (message,) = reading.messages(Type.TRACE)
        estimate = message.trace.estimate if message.trace else None
        assert estimate is not None
        assert (estimate.name, estimate.row_estimate) == ("spend", 60)


class TestStream:
    """The stream that Airbyte sees: one partition, which takes as long as the sync."""

    def stream(self, *events: Event) -> Report:
        reading = Reading(*events)
        shared: Any = reading.context
        return Report(report(), shared, reading.cursor, reading.repository)

    def test_given_a_report_when_sliced_then_one_slice(self) -> None:
        assert len(list(self.stream().stream_slices())) == 1

    def test_given_a_report_when_read_then_the_rows_of_all_accounts(self) -> None:
        stream = self.stream(planned(), ready("c1"), Ended())
        (stream_slice,) = stream.stream_slices()
        items = list(stream.read_records(None, stream_slice=stream_slice))  # type: ignore[arg-type]
        assert len(rows_of(items)) == 2

    def test_given_a_report_when_described_then_by_its_definition(self) -> None:
        stream = self.stream()
        assert (stream.name, stream.cursor_field) == ("spend", "date")
        assert stream.primary_key == ["account_id", "entity_id", "placement", "date"]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How the engine behaves on top of the CDK's concurrency: order, counts, failures, and nobody waits for ever."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStream, AirbyteStreamStatus, FailureType, TraceType, Type
from airbyte_cdk.sources.concurrent_source.stream_thread_exception import StreamThreadException
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.concurrency import (
    QUEUED_ITEMS,
    ClosableQueue,
    OrderedRepository,
    PagedConcurrentSource,
)
from source_twitter_ads.engine.failures import Cause
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import PagedStream


class Slice(Partition):
    """A partition that yields given pages, then fails if it is told to; one piece of it may fail on the way."""

    def __init__(
        self,
        name: str,
        number: int,
        pages: int,
        error: Exception | None = None,
        piece: tuple[int, Exception] | None = None,
    ) -> None:
        self._name, self._number, self._pages, self._error, self._piece = name, number, pages, error, piece

    def between(self) -> None:
        """Do nothing between two pages."""

    def read(self) -> Iterable[Any]:
        for page in range(self._pages):
            self.between()
            if self._piece and self._piece[0] == page:
                yield StreamThreadException(self._piece[1], self._name)
            yield Page(self._name, [{"id": f"{self._number}-{page}"}], self.to_slice(), f"2026-06-{page % 30 + 1:02d}")
        if self._error:
            raise self._error

    def to_slice(self) -> StreamSlice:
        return StreamSlice(partition={"account_id": str(self._number)}, cursor_slice={})

    def stream_name(self) -> str:
        return self._name

    def __hash__(self) -> int:
        return hash((self._name, self._number))


class Waiting(Slice):
    """A partition that takes as long as it is held."""

    def __init__(self, name: str, held: threading.Event) -> None:
        super().__init__(name, 0, 1)
        self._held = held

    def between(self) -> None:
        self._held.wait(20)


class Dawdling(InMemoryMessageRepository):
    """A store in which a worker's message lies a while before the worker takes it out again."""

    def __init__(self) -> None:
        super().__init__()
        self.filled, self.emptied = threading.Event(), threading.Event()

    def emit_message(self, message: AirbyteMessage) -> None:
        super().emit_message(message)
        if threading.current_thread() is not threading.main_thread():
            self.filled.set()
            self.emptied.wait(5)


class Slices:
    """Lists given partitions, once it is allowed to."""

    def __init__(self, partitions: list[Slice], held: threading.Event | None = None) -> None:
        self._partitions = partitions
        self._held = held

    def generate(self) -> Iterable[Partition]:
        if self._held:
            self._held.wait(20)
        yield from self._partitions


def an_engine(workers: int, generators: int, lines: bool = False) -> PagedConcurrentSource:
    repository = OrderedRepository(ClosableQueue(lines))
    return PagedConcurrentSource(repository, workers, generators, logging.getLogger("airbyte.test"))


def streams_of(partitions: Mapping[str, Slices], engine: PagedConcurrentSource) -> list[Any]:
    """Streams of given partitions."""
    return [
        PagedStream(
            AirbyteStream(name=name, json_schema={"type": "object"}, supported_sync_modes=[]),
            "updated_at",
            slices,  # type: ignore[arg-type]
            BookmarkCursor(name, "updated_at", {}, engine._repository),
        )
        for name, slices in partitions.items()
    ]


class Run:
    """One read of streams made of given partitions.

    Args:
        partitions: of each stream.
        workers: readers.
        late: adds a stream "spend", the last one, that reads all the time and sets this.
        cause_of: tells why a piece failed.
    """

    def __init__(
        self,
        partitions: Mapping[str, list[Slice] | Slices],
        workers: int = 3,
        late: threading.Event | None = None,
        cause_of: Callable[[Exception], Cause] = lambda error: Cause(str(error)),
    ) -> None:
        engine = an_engine(workers, 2)
        engine._cause_of = cause_of
        listed = {name: one if isinstance(one, Slices) else Slices(one) for name, one in partitions.items()}
        if late:
            spend = Slice("spend", 0, 1)
            spend.between = late.set  # type: ignore[method-assign]
            listed["spend"] = Slices([spend])
        streams = streams_of(listed, engine)
        streams[-1].reads_all_the_time = bool(late)
        self.items: list[Any] = []
        self.error: AirbyteTracedException | None = None
        try:
            self.items.extend(engine.read(streams))
        except AirbyteTracedException as error:
            self.error = error

    def pages(self, name: str) -> list[Page]:
        return [item for item in self.items if isinstance(item, Page) and item.stream_name == name]

    def statuses(self, name: str) -> list[AirbyteStreamStatus]:
        traces = [item.trace for item in self.items if not isinstance(item, Page) and item.type is Type.TRACE]
        found = [trace.stream_status for trace in traces if trace.type is TraceType.STREAM_STATUS]
        return [status.status for status in found if status.stream_descriptor.name == name]

    def errors(self) -> list[str]:
        traces = [item.trace for item in self.items if not isinstance(item, Page) and item.type is Type.TRACE]
        return [str(trace.error.message) for trace in traces if trace.error]

    def bookmarks(self, name: str) -> dict[str, str]:
        states = [i.state.stream for i in self.items if not isinstance(i, Page) and i.type is Type.STATE]
        last = [state for state in states if state.stream_descriptor.name == name][-1].stream_state
        return {e["partition"]["account_id"]: e["cursor"]["updated_at"] for e in last.states}


@pytest.mark.timeout(30)
class TestEngine:
    def test_given_more_pages_than_the_queue_holds_when_read_then_all_of_them_arrive(self) -> None:
        run = Run({"campaigns": [Slice("campaigns", n, 200) for n in range(4)]})
        assert len(run.pages("campaigns")) == 800
        assert run.statuses("campaigns") == [
            AirbyteStreamStatus.STARTED,
            AirbyteStreamStatus.RUNNING,
            AirbyteStreamStatus.COMPLETE,
        ]

    def test_given_many_streams_when_they_end_with_a_full_queue_then_all_complete(self) -> None:
        names = [f"stream_{n}" for n in range(40)]
        run = Run({name: [Slice(name, n, 30) for n in range(2)] for name in names}, workers=8)
        assert all(len(run.pages(name)) == 60 for name in names)
        assert all(run.bookmarks(name) == {"0": "2026-06-30", "1": "2026-06-30"} for name in names)

    def test_given_a_page_when_its_state_arrives_then_the_page_was_before_it(self) -> None:
        run = Run({"campaigns": [Slice("campaigns", n, 5) for n in range(20)]})
        seen: Counter[str] = Counter()
        for item in run.items:
            if isinstance(item, Page):
                seen[str(item.associated_slice["account_id"])] += 1  # type: ignore[index]
            elif item.type is Type.STATE:
                closed = {e["partition"]["account_id"] for e in item.state.stream.stream_state.states}
                assert {seen[account_id] for account_id in closed} <= {5}

    def test_given_two_threads_when_they_emit_at_once_then_each_keeps_its_message(self) -> None:
        """A state that another thread, or the writer itself, took would overtake the records before it."""
        queue = ClosableQueue()
        queue.put("a page of the worker")
        store = Dawdling()
        repository = OrderedRepository(queue)
        repository._decorated_message_repository = store
        worker = threading.Thread(target=repository.emit_message, args=("the worker's state",))
        worker.start()
        store.filled.wait(0.2)
        repository.emit_message("the writer's state")  # type: ignore[arg-type]
        store.emptied.set()
        worker.join()
        assert list(repository.consume_queue()) == ["the writer's state"]
        assert [queue.get(timeout=5), queue.get(timeout=5)] == ["a page of the worker", "the worker's state"]

    @pytest.mark.parametrize(
        ("kinds", "whole"),
        [
            ([FailureType.config_error, FailureType.config_error], FailureType.config_error),
            ([FailureType.config_error, FailureType.transient_error], FailureType.transient_error),
            ([FailureType.config_error, FailureType.system_error], FailureType.system_error),
        ],
    )
    def test_given_failed_pieces_when_the_sync_ends_then_the_most_retryable_counts(
        self, kinds: list[FailureType], whole: FailureType
    ) -> None:
        failures = [AirbyteTracedException(message="It failed.", failure_type=kind) for kind in kinds]
        run = Run({"campaigns": [Slice("campaigns", n, 1, failure) for n, failure in enumerate(failures)]})
        assert run.error is not None
        assert run.error.failure_type is whole

    def test_given_a_partition_that_fails_when_read_then_the_others_are_complete(
        self,
    ) -> None:
        problem = AirbyteTracedException(message="Account 1 is locked.", failure_type=FailureType.config_error)
        slices = [Slice("campaigns", 0, 3), Slice("campaigns", 1, 3, problem), Slice("campaigns", 2, 3)]
        run = Run({"campaigns": slices, "cards": [Slice("cards", 0, 2)]})
        assert len(run.pages("campaigns")) == 9
        assert run.bookmarks("campaigns").keys() == {"0", "2"}
        assert run.statuses("campaigns")[-1] is AirbyteStreamStatus.INCOMPLETE
        assert run.statuses("cards")[-1] is AirbyteStreamStatus.COMPLETE
        assert run.errors() == ["Account 1 is locked."]
        assert str(run.error) == (
            "Not all of campaigns was read: each reason has an error of its own, which says what happened and what to "
            "do. Everything else is complete, and the next sync asks for what is missing."
        )

    def test_given_a_cause_of_all_streams_when_read_then_the_syncs_error_tells_it(self) -> None:
        refused = AirbyteTracedException(message="The keys are refused.", failure_type=FailureType.config_error)
        names = [f"stream_{number:02d}" for number in range(40)]
        cards = {name: [Slice(name, number, 1, refused) for number in range(3)] for name in names}
        run = Run(cards, cause_of=lambda error: Cause("keys", shared=True))
        assert run.errors() == []
        assert {run.statuses(name)[-1] for name in names} == {AirbyteStreamStatus.INCOMPLETE}
        assert str(run.error) == (
            f"The keys are refused. For this reason not all of {', '.join(names[:10])} and 30 more streams was read "
            "(120 pieces failed, for 1 reason). The next sync asks for what is missing."
        )

    def test_given_pieces_that_fail_alike_when_read_then_one_error_counts_them(self) -> None:
        locked = AirbyteTracedException(message="The shop is locked.", failure_type=FailureType.config_error)
        run = Run({"campaigns": [Slice("campaigns", n, 1, locked) for n in range(5)], "cards": [Slice("cards", 0, 1)]})
        assert run.errors() == ["The shop is locked."]
        assert "Not all of campaigns was read (5 pieces failed, for 1 reason): each reason" in str(run.error)

    def test_given_an_unforeseen_error_when_read_then_it_names_the_stream(self) -> None:
        run = Run({"campaigns": [Slice("campaigns", 0, 1, TypeError("unforeseen"))]})
        assert run.errors() == [
            "Reading stream campaigns failed unexpectedly with TypeError: please report it, with the log."
        ]

    def test_given_no_partitions_when_read_then_the_stream_completes_with_one_state(self) -> None:
        run = Run({"campaigns": []})
        assert run.statuses("campaigns")[-1] is AirbyteStreamStatus.COMPLETE
        assert run.bookmarks("campaigns") == {}

    def test_given_a_piece_that_fails_when_read_then_its_partition_goes_on(self) -> None:
        problem = AirbyteTracedException(message="Window 1 is lost.", failure_type=FailureType.transient_error)
        run = Run({"spend": [Slice("spend", 0, 4, piece=(2, problem))], "cards": [Slice("cards", 0, 1)]})
        assert len(run.pages("spend")) == 4
        assert run.errors() == ["Window 1 is lost."]
        assert run.statuses("spend")[-1] is AirbyteStreamStatus.INCOMPLETE
        assert run.statuses("cards")[-1] is AirbyteStreamStatus.COMPLETE
        assert run.error is not None
        assert run.error.failure_type is FailureType.transient_error

    def test_given_an_unforeseen_failure_of_a_piece_then_its_partition_goes_on(self) -> None:
        run = Run({"spend": [Slice("spend", 0, 4, piece=(1, KeyError("unforeseen")))]})
        assert len(run.pages("spend")) == 4
        assert run.statuses("spend")[-1] is AirbyteStreamStatus.INCOMPLETE

    def test_given_a_stream_that_reads_all_the_time_when_read_then_it_begins_first(self) -> None:
        held = threading.Event()
        names = [f"campaigns_{number}" for number in range(8)]
        run = Run({name: Slices([Slice(name, 0, 1)], held) for name in names}, workers=1, late=held)
        assert len(run.pages("spend")) == 1
        assert all(len(run.pages(name)) == 1 for name in names)

    def test_given_streams_that_wait_all_the_time_when_read_then_others_arrive(self) -> None:
        held = threading.Event()
        reports = [f"report_{number}" for number in range(6)]
        engine = an_engine(2, 1 + len(reports))
        waiting = {name: Slices([Waiting(name, held)]) for name in reports}
        quick = Slices([Slice("campaigns", number, 3) for number in range(4)])
        streams = streams_of({"campaigns": quick, **waiting}, engine)
        for stream in streams[1:]:
            stream.reads_all_the_time = True
        arrived = 0
        for item in engine.read(streams):
            arrived += isinstance(item, Page) and item.stream_name == "campaigns"
            if arrived == 12:
                held.set()
        assert (arrived, held.is_set()) == (12, True)

    def test_given_a_partition_of_many_pieces_when_read_then_it_takes_no_more_threads(self) -> None:
        before = threading.active_count()
        most: list[int] = []
        piece = Slice("spend", 0, 500)
        piece.between = lambda: most.append(threading.active_count())  # type: ignore[method-assign]
        Run({"spend": [piece]}, workers=3)
        assert max(most) - before <= 3 + 2

    def test_given_a_consumer_that_stops_when_the_queue_is_full_then_all_threads_end(self) -> None:
        before = set(threading.enumerate())
        engine = an_engine(3, 2)
        slices = Slices([Slice("campaigns", number, 1000) for number in range(8)])
        reading = engine.read(streams_of({"campaigns": slices}, engine))
        while not isinstance(next(reading), Page):
            pass
        reading.close()  # type: ignore[attr-defined]
        ends = time.monotonic() + 10
        while (left := set(threading.enumerate()) - before) and time.monotonic() < ends:
            time.sleep(0.01)
        assert left == set()

    @pytest.mark.parametrize("lines", [True, False])
    def test_given_a_page_when_put_then_it_is_rendered_if_lines_are_wanted(self, lines: bool) -> None:
        queue = ClosableQueue(lines)
        page = Page("campaigns", [{"id": "1"}], None)
        queue.put(page)
        assert queue.get() is page
        assert len(list(page.messages())) == (0 if lines else 1)

    def test_given_a_full_queue_when_the_consumer_emits_then_it_does_not_wait(self) -> None:
        full = ClosableQueue()
        for _ in range(QUEUED_ITEMS):
            full.put("something")  # type: ignore[arg-type]
        repository = OrderedRepository(full)
        BookmarkCursor("campaigns", "updated_at", {}, repository).ensure_at_least_one_state_emitted()
        assert [message.type for message in repository.consume_queue()] == [Type.STATE]


WORKERS, PARTITIONS, PAGES = 3, 6, 100


class Counted(Partition):
    """A partition that counts the pages that were taken from it and its like."""

    made = 0
    _lock = threading.Lock()

    def __init__(self, number: int) -> None:
        self._number = number

    def read(self) -> Iterable[Any]:
        for _ in range(PAGES):
            with self._lock:
                Counted.made += 1
            yield Page("campaigns", [{"id": "1"}], self.to_slice())

    def to_slice(self) -> StreamSlice:
        return StreamSlice(partition={"account_id": str(self._number)}, cursor_slice={})

    def stream_name(self) -> str:
        return "campaigns"

    def __hash__(self) -> int:
        return self._number


class CountedPartitions:
    def generate(self) -> Iterable[Partition]:
        return [Counted(number) for number in range(PARTITIONS)]


def settled_count() -> int:
    """How many pages were made, once no more are."""
    before = -1
    while before != Counted.made:
        before = Counted.made
        time.sleep(0.3)
    return before


@pytest.mark.timeout(60)
def test_given_a_slow_consumer_when_pages_wait_then_readers_stop() -> None:
    engine = an_engine(WORKERS, 1)
    partitions: Any = CountedPartitions()
    items = iter(engine.read(streams_of({"campaigns": partitions}, engine)))
    taken = 1
    while not isinstance(next(items), Page):
        pass

    held = settled_count() - taken

    # Threads for readers and for one generator, which reads too once its partitions are listed.
    assert QUEUED_ITEMS - 2 <= held <= QUEUED_ITEMS + WORKERS + 1
    assert sum(isinstance(item, Page) for item in items) == PARTITIONS * PAGES - taken

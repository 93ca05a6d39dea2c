# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Pins what the connector uses of the CDK's protected parts, and how the engine behaves on top of them.

A test of `TestCdk` that fails after an update of the CDK says which of its members went away or changed, and which file
of the connector relies on it.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable, Iterable
from queue import Queue
from typing import Any

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteStreamStatus, FailureType, TraceType, Type
from airbyte_cdk.sources.concurrent_source.concurrent_read_processor import ConcurrentReadProcessor
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.concurrent_source.thread_pool_manager import ThreadPoolManager
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository
from airbyte_cdk.sources.streams.concurrent.partition_reader import PartitionReader
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_twitter_ads.reading.cursor import BookmarkCursor
from source_twitter_ads.reading.engine import OrderedRepository, PagedConcurrentSource, as_written
from source_twitter_ads.reading.page import Page
from source_twitter_ads.reading.streams import _stream

ENGINE, SOURCE, COMMANDS = "reading/engine.py", "source.py", "command_line.py"


def parameters(function: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


class TestCdk:
    @pytest.mark.parametrize(
        ("owner", "method", "expected", "user"),
        [
            (ConcurrentReadProcessor, "on_exception", ["exception"], ENGINE),
            (ConcurrentReadProcessor, "_flag_exception", ["stream_name", "exception"], ENGINE),
            (ConcurrentSource, "_submit_initial_partition_generators", ["concurrent_stream_processor"], ENGINE),
            (ConcurrentSource, "_consume_from_queue", ["queue", "concurrent_stream_processor"], ENGINE),
            (ConcurrentSource, "_handle_item", ["queue_item", "concurrent_stream_processor"], ENGINE),
            (ThreadPoolManager, "submit", ["function", "args"], ENGINE),
            (ThreadPoolManager, "_shutdown", [], ENGINE),
            (ThreadPoolManager, "check_for_errors_and_shutdown", [], ENGINE),
            (ConcurrentMessageRepository, "_put_on_queue", ["message"], ENGINE),
            (PartitionReader, "process_partition", ["partition", "cursor"], ENGINE),
            (ConcurrentDeclarativeSource, "_select_streams", ["streams", "configured_catalog"], SOURCE),
            (ConcurrentDeclarativeSource, "_migrate_and_transform_config", ["config_path", "config"], SOURCE),
            (ConcurrentDeclarativeSource, "configure", ["config", "temp_dir"], SOURCE),
            (ConnectorStateManager, "get_stream_state", ["stream_name", "namespace"], SOURCE),
            (AirbyteEntrypoint, "handle_record_counts", ["message", "stream_message_count"], COMMANDS),
            (AirbyteEntrypoint, "set_up_secret_filter", ["config", "connection_specification"], COMMANDS),
            (AirbyteEntrypoint, "validate_connection", ["source_spec", "config"], COMMANDS),
            (AirbyteEntrypoint, "airbyte_message_to_string", ["airbyte_message"], COMMANDS),
        ],
    )
    def test_given_this_cdk_when_a_method_is_looked_up_then_it_takes_what_the_connector_gives(
        self, owner: type, method: str, expected: list[str], user: str
    ) -> None:
        found = getattr(owner, method, None)
        assert found is not None, f"{owner.__name__}.{method} is gone from the CDK: {user} relies on it"
        assert parameters(found) == expected, f"{owner.__name__}.{method} of the CDK takes other arguments: see {user}"

    @pytest.mark.parametrize(
        ("owner", "attribute", "user"),
        [
            (ConcurrentReadProcessor, "_record_counter", ENGINE),
            (ConcurrentReadProcessor, "_stream_name_to_instance", ENGINE),
            (ConcurrentReadProcessor, "_message_repository", ENGINE),
            (ConcurrentReadProcessor, "_logger", ENGINE),
            (ConcurrentSource, "_queue", ENGINE),
            (ConcurrentSource, "_threadpool", ENGINE),
            (ConcurrentSource, "_message_repository", ENGINE),
            (ConcurrentSource, "_initial_number_partitions_to_generate", ENGINE),
            (ThreadPoolManager, "_futures", ENGINE),
            (ConcurrentMessageRepository, "_consumer_thread_id", ENGINE),
            (ConcurrentMessageRepository, "_pending", ENGINE),
            (ConcurrentDeclarativeSource, "_config", SOURCE),
            (ConcurrentDeclarativeSource, "_config_for_validation", SOURCE),
            (ConcurrentDeclarativeSource, "_connector_state_manager", SOURCE),
            (ConnectorStateManager, "per_stream_states", SOURCE),
        ],
    )
    def test_given_this_cdk_when_an_attribute_is_looked_up_then_its_constructor_sets_it(
        self, owner: type, attribute: str, user: str
    ) -> None:
        assert f"self.{attribute}" in inspect.getsource(owner.__init__), (
            f"{owner.__name__}.{attribute} is gone from the CDK: {user} relies on it"
        )

    def test_given_this_cdk_when_its_queue_is_consumed_then_a_falsy_item_would_end_it(self) -> None:
        """The reason for `Page.__bool__`; should this change, the method can go."""
        source = inspect.getsource(ConcurrentSource._consume_from_queue)
        assert "while" in source
        assert ":= queue.get()" in source

    def test_given_this_cdk_when_a_partition_is_read_then_its_state_is_closed_before_its_sentinel(self) -> None:
        source = inspect.getsource(PartitionReader.process_partition)
        assert source.index("cursor.observe") < source.index("cursor.close_partition") < source.index("IS_SUCCESSFUL")


class Slice(Partition):
    """A partition that yields given pages, then fails if it is told to."""

    def __init__(self, name: str, number: int, pages: int, error: Exception | None = None) -> None:
        self.names: list[str] = []
        self._name, self._number, self._pages, self._error = name, number, pages, error

    def read(self) -> Iterable[Any]:
        self.names.append(threading.current_thread().name)
        for page in range(self._pages):
            yield Page(self._name, [{"id": f"{self._number}-{page}"}], self.to_slice(), f"2026-06-{page + 1:02d}")
        if self._error:
            raise self._error

    def to_slice(self) -> StreamSlice:
        return StreamSlice(partition={"account_id": str(self._number)}, cursor_slice={})

    def stream_name(self) -> str:
        return self._name

    def __hash__(self) -> int:
        return hash((self._name, self._number))


class Slices:
    def __init__(self, partitions: list[Slice]) -> None:
        self._partitions = partitions

    def generate(self) -> Iterable[Partition]:
        yield from self._partitions


class Run:
    """One read of streams made of given partitions."""

    def __init__(self, partitions: dict[str, list[Slice]], workers: int = 3) -> None:
        engine = PagedConcurrentSource(workers, 1, 2, logging.getLogger("airbyte.test"))
        streams = [
            _stream(
                name,
                {"type": "object"},
                ["id"],
                "updated_at",
                Slices(slices),  # type: ignore[arg-type]
                BookmarkCursor(name, "updated_at", {}, engine.repository),
            )
            for name, slices in partitions.items()
        ]
        self.items: list[Any] = []
        self.error: AirbyteTracedException | None = None
        try:
            self.items.extend(engine.read(streams))  # type: ignore[arg-type]
        except AirbyteTracedException as error:
            self.error = error

    def pages(self, name: str) -> list[Page]:
        return [item for item in self.items if isinstance(item, Page) and item.stream_name == name]

    def statuses(self, name: str) -> list[AirbyteStreamStatus]:
        traces = [item.trace for item in self.items if not isinstance(item, Page) and item.type is Type.TRACE]
        found = [trace.stream_status for trace in traces if trace.type is TraceType.STREAM_STATUS]
        return [status.status for status in found if status.stream_descriptor.name == name]

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

    def test_given_many_streams_when_they_end_while_the_queue_is_full_then_nobody_waits_for_ever(self) -> None:
        names = [f"stream_{n}" for n in range(40)]
        run = Run({name: [Slice(name, n, 30) for n in range(2)] for name in names}, workers=8)
        assert all(len(run.pages(name)) == 60 for name in names)
        assert all(run.bookmarks(name) == {"0": "2026-06-30", "1": "2026-06-30"} for name in names)

    def test_given_a_page_when_its_state_arrives_then_the_page_was_before_it(self) -> None:
        run = Run({"campaigns": [Slice("campaigns", n, 5) for n in range(20)]})
        seen: set[str] = set()
        for item in run.items:
            if isinstance(item, Page):
                seen.add(str(item.associated_slice["account_id"]))  # type: ignore[index]
            elif item.type is Type.STATE:
                assert {e["partition"]["account_id"] for e in item.state.stream.stream_state.states} <= seen

    def test_given_a_partition_that_fails_when_read_then_the_others_are_whole_and_the_error_is_its_sentence(
        self,
    ) -> None:
        problem = AirbyteTracedException(message="Account 1 is locked.", failure_type=FailureType.config_error)
        slices = [Slice("campaigns", 0, 3), Slice("campaigns", 1, 3, problem), Slice("campaigns", 2, 3)]
        run = Run({"campaigns": slices, "cards": [Slice("cards", 0, 2)]})
        assert len(run.pages("campaigns")) == 9
        assert run.bookmarks("campaigns").keys() == {"0", "2"}
        assert run.statuses("campaigns")[-1] is AirbyteStreamStatus.INCOMPLETE
        assert run.statuses("cards")[-1] is AirbyteStreamStatus.COMPLETE
        errors = [
            i.trace.error for i in run.items if not isinstance(i, Page) and i.type is Type.TRACE and i.trace.error
        ]
        assert [error.message for error in errors] == ["Account 1 is locked."]
        assert run.error is not None

    def test_given_a_stream_without_partitions_when_read_then_it_completes_with_one_state(self) -> None:
        run = Run({"campaigns": []})
        assert run.statuses("campaigns")[-1] is AirbyteStreamStatus.COMPLETE
        assert run.bookmarks("campaigns") == {}

    def test_given_a_partition_that_waits_when_read_then_it_does_so_in_a_thread_of_its_own_kind(self) -> None:
        waiting, reading = Slice("reports", 0, 1), Slice("reports", 1, 1)
        waiting.waits = True  # type: ignore[attr-defined]
        Run({"reports": [waiting, reading]})
        assert waiting.names[0].startswith("report")
        assert reading.names[0].startswith("reader")

    def test_given_a_written_partition_when_read_then_its_pages_are_lines_already(self) -> None:
        (page,) = as_written(Slice("campaigns", 0, 1)).read()
        assert list(page.messages()) == []
        assert page.lines.startswith(b'{"type":"RECORD","record":{"stream":"campaigns","data":{"id":"0-0"}')

    def test_given_the_consumer_itself_emits_when_the_queue_is_full_then_it_does_not_wait(self) -> None:
        full: Queue[Any] = Queue(maxsize=1)
        full.put("something")
        repository = OrderedRepository(full, InMemoryMessageRepository())
        BookmarkCursor("campaigns", "updated_at", {}, repository).ensure_at_least_one_state_emitted()
        assert [message.type for message in repository.consume_queue()] == [Type.STATE]

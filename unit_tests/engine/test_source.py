# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The source: what it refuses of a catalog or a state, and what a subclass hands in."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteStateMessageSerializer,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalogSerializer,
    Type,
)
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_twitter_ads.engine.inputs import InputProblem
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.source import WORKERS, PagedSource
from source_twitter_ads.engine.streams import PagedStream, PieceFailure, python_stream
from unit_tests.engine.bookshop import MANIFEST
from unit_tests.engine.test_streams import Spend

CONFIG = {"url": "http://localhost", "token": "librarian"}
SLICE = StreamSlice(partition={}, cursor_slice={})


class Library(PagedSource):
    """A source with a stream of its own, `spend`; notes what was called."""

    unknown_streams_advice = "look again"

    def __init__(self, *items: Any, **inputs: Any) -> None:
        super().__init__(str(MANIFEST), **inputs)
        self.items = items
        self.calls: list[str] = []

    def build(
        self, config: Mapping[str, Any], names: Collection[str] | None, repository: MessageRepository
    ) -> list[PagedStream]:
        self.calls.append("build")
        cursor = self.bookmarks("spend", "date", repository)
        return [*self.declared_streams(config, repository), python_stream(Spend(*self.items), cursor)]

    def checked_state(self, stream_name: str, state: Mapping[str, Any]) -> Mapping[str, Any]:
        if "date" not in state:
            raise InputProblem(f"{stream_name} has no date.")
        return {"date": state["date"].upper()}

    @contextmanager
    def resources(self, config: Mapping[str, Any]) -> Iterator[None]:
        self.calls.append("open")
        yield
        self.calls.append("close")

    def output(self, *names: str, state: Any = None) -> list[Any]:
        """What a read of some streams yields, and its error."""
        streams = [
            {
                "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
                "sync_mode": "full_refresh",
                "destination_sync_mode": "append",
            }
            for name in names
        ]
        catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": streams})
        messages: list[Any] = []
        try:
            messages.extend(self.read(logging.getLogger("airbyte"), CONFIG, catalog, state))
        except AirbyteTracedException as error:
            messages.append(error)
        return messages


def a_state(**content: Any) -> list[Any]:
    descriptor = {"name": "spend"}
    return [
        AirbyteStateMessageSerializer.load(
            {"type": "STREAM", "stream": {"stream_descriptor": descriptor, "stream_state": content}}
        )
    ]


def test_given_a_catalog_that_names_a_stream_twice_when_read_then_it_is_refused() -> None:
    (error,) = Library().output("spend", "shops", "spend")
    assert error.message == "The catalog names spend more than once: leave one entry of each."


def test_given_a_stream_that_does_not_exist_when_read_then_the_others_are_read() -> None:
    *messages, error = Library(Page("spend", [{"id": 1}], SLICE)).output("gone", "spend")
    assert messages[0].trace.stream_status.status is AirbyteStreamStatus.INCOMPLETE
    assert [message.record.data for message in messages if message.type is Type.RECORD] == [{"id": 1}]
    assert error.message == "The catalog names gone, which does not exist: look again."


def test_given_resources_when_read_then_they_are_open_around_the_streams() -> None:
    source = Library()
    source.output("spend")
    assert source.calls == ["open", "build", "close"]


def test_given_a_failed_piece_when_read_then_the_message_names_its_stream() -> None:
    *_, error = Library(PieceFailure(InputProblem("lost"))).output("spend")
    assert error.message.startswith("Not all of spend was read")


def test_given_a_state_when_read_then_the_subclass_checks_it_first() -> None:
    (error,) = Library().output("spend", state=a_state(more=1))
    assert error.message == "spend has no date."
    *_, last = [m for m in Library().output("spend", state=a_state(date="may")) if m.type is Type.STATE]
    assert last.state.stream.stream_state.states[0]["cursor"] == {"date": "MAY"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"type": "GLOBAL", "global": {"shared_state": {"lsn": 1}, "stream_states": []}}, "a GLOBAL state"),
        ({"type": "GLOBAL", "global": {"stream_states": []}}, "a GLOBAL state"),
        ({"type": "LEGACY", "data": {"spend": {"date": "may"}}}, "a LEGACY state"),
    ],
)
@pytest.mark.parametrize("early", [True, False])
def test_given_a_state_of_another_kind_when_read_then_it_is_refused(
    content: dict[str, Any], words: str, early: bool
) -> None:
    states = [AirbyteStateMessageSerializer.load(content)]
    with pytest.raises(InputProblem, match=words) as caught:
        raise Library(state=states) if early else Library().output("spend", state=states)[0]
    assert "give the states that an earlier sync printed, or none." in str(caught.value)


def test_given_a_state_of_no_stream_in_the_catalog_when_read_then_the_log_names_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        Library().output("shops", state=a_state(date="may"))
    assert "The state of spend is not used: the catalog does not name it." in caplog.messages


def test_given_a_field_that_no_schema_declares_when_read_then_the_log_names_it_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Spend, "get_json_schema", lambda _: {"properties": {"id": {"type": "integer"}}})
    pages = [Page("spend", [{"id": number, "new": 1}], SLICE) for number in range(3)]
    Library(*pages, lines=True).output("spend")
    (told,) = [message for message in caplog.messages if "refresh the schema to keep" in message]
    assert told.startswith("spend: the schema lacks new, which records have.")


@pytest.mark.parametrize("lines", [True, False])
def test_given_lines_when_read_then_pages_come_instead_of_records(lines: bool) -> None:
    page = Page("spend", [{"id": 1}], SLICE)
    assert (page in Library(page, lines=lines).output("spend")) is lines


def test_given_a_concurrency_level_when_asked_then_it_is_the_number_of_workers() -> None:
    source = PagedSource(str(MANIFEST))
    assert source.workers(CONFIG) == 3
    source.resolved_manifest.pop("concurrency_level")  # type: ignore[attr-defined]
    assert source.workers(CONFIG) == WORKERS


def test_given_a_source_when_discovered_then_all_streams_are_described() -> None:
    catalog = Library().discover(logging.getLogger("airbyte"), CONFIG)
    assert [stream.name for stream in catalog.streams] == ["shops", "orders", "prices", "spend"]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A source whose streams are read as pages, all at once: those of a manifest, and Python ones beside them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
)
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.declarative.concurrency_level import ConcurrencyLevel
from airbyte_cdk.sources.declarative.models import ConcurrencyLevel as ConcurrencyLevelModel
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.sources.message import MessageRepository, NoopMessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor, FinalStateCursor
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message

from source_twitter_ads.engine import inputs
from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.concurrency import ClosableQueue, OrderedRepository, PagedConcurrentSource
from source_twitter_ads.engine.failures import Cause
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import PagedStream, declared_stream

# Requests in flight where the manifest has no `concurrency_level`.
WORKERS = 4


class PagedSource(YamlDeclarativeSource):
    """Reads the streams of a manifest as pages.

    A connector may subclass it: `build` adds streams, `require_valid` refuses configurations, `checked_state` refuses
    or converts states, `resources` opens what a sync shares, `workers` says how many requests may be in flight.

    Args:
        path_to_yaml: the manifest, a path or the name of a file in the package of the subclass.
        catalog: the configured catalog; only needed to read.
        config: the configuration; where it is left out, the one of each call counts.
        state: the state of an earlier sync; where it is left out, the one that `read` is given counts.
        lines: yield pages as they are, rendered as protocol lines (the command line does); otherwise ordinary messages.
    """

    # What a user does about a catalog with streams that do not exist.
    unknown_streams_advice = "refresh the schema"
    # Each raises InputProblem when its file cannot be used.
    read_config = staticmethod(inputs.read_config)
    read_catalog = staticmethod(inputs.read_catalog)
    read_state = staticmethod(inputs.read_states)

    def __init__(
        self,
        path_to_yaml: str,
        catalog: ConfiguredAirbyteCatalog | None = None,
        config: Mapping[str, Any] | None = None,
        state: list[AirbyteStateMessage] | None = None,
        *,
        lines: bool = False,
    ) -> None:
        inputs.require_own(state or ())
        super().__init__(path_to_yaml=path_to_yaml, catalog=catalog, config=config, state=state)
        self._lines = lines
        self._built_with = self._config
        # The manifest's cursors read their state here too.
        self._states = self._connector_state_manager
        self._first_states = dict(self._states.per_stream_states)

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """Return the configuration as the manifest's spec normalises it; nothing is written to a folder."""
        self._use(self.normalised(config))
        return self._config or {}

    def normalised(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the configuration that the source was built with or else the given one, as the spec normalises it."""
        return self._built_with or self._migrate_and_transform_config(None, config) or {}

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Make the manifest's check."""
        self._use(self.normalised(config))
        return super().check(logger, config)

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """List all streams with their schemas."""
        return AirbyteCatalog(streams=[stream.as_airbyte_stream() for stream in self.streams(config)])

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """Return every stream there is, ready to be described; `read` builds its own."""
        return [*self.build(self.normalised(config), None, NoopMessageRepository())]

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Read the streams of a catalog, all at once: yield messages, and with `lines` `Page` objects among them.

        Raises:
            InputProblem: when the catalog names a stream twice; at the end, when it names streams that do not exist.
            AirbyteTracedException: when the configuration or a state cannot be used; at the end, when a piece of the
                sync failed: all other pieces are complete then.
        """
        config = self.normalised(config)
        self.require_valid(config)
        names = Counter(entry.stream.name for entry in catalog.streams)
        repeated = ", ".join(name for name, times in names.items() if times > 1)
        if repeated:
            raise inputs.InputProblem(f"The catalog names {repeated} more than once: leave one entry of each.")
        inputs.require_own(state or ())
        given = ConnectorStateManager(state=state).per_stream_states if state else self._first_states
        self._states.per_stream_states.clear()
        self._states.per_stream_states.update(given)
        with_state = {descriptor.name for descriptor in given}
        if unused := sorted(with_state - names.keys()):
            self.logger.info(f"The state of {', '.join(unused)} is not used: the catalog does not name it.")
        for name in with_state:
            if stream_state := self.state_of(name):
                self._states.update_state_for_stream(name, None, self.checked_state(name, stream_state))
        with self.resources(config):
            yield from self._read(config, catalog)

    def _read(self, config: Mapping[str, Any], catalog: ConfiguredAirbyteCatalog) -> Iterator[AirbyteMessage]:
        configured = {entry.stream.name: entry.stream for entry in catalog.streams}
        repository = OrderedRepository(ClosableQueue(self._lines))
        repository.receive_from(self._message_repository)
        built = {stream.name: stream for stream in self.build(config, configured.keys(), repository)}
        unknown = [name for name in configured if name not in built]
        for name in unknown:
            yield as_airbyte_message(configured[name], AirbyteStreamStatus.INCOMPLETE)
        streams = [built[name] for name in configured if name in built]
        workers = self.workers(config)
        # A stream that reads all the time takes a thread for as long as the sync lasts.
        generators = max(workers // 2, 1) + sum(stream.reads_all_the_time for stream in streams)
        engine = PagedConcurrentSource(repository, workers, generators, self.logger, self.cause_of)
        for message in engine.read(streams) if streams else ():
            if isinstance(message, Page) and not self._lines:
                yield from message.messages()
            else:
                yield message
        if unknown:
            verb = "does" if len(unknown) == 1 else "do"
            raise inputs.InputProblem(
                f"The catalog names {', '.join(unknown)}, which {verb} not exist: {self.unknown_streams_advice}."
            )

    def require_valid(self, config: Mapping[str, Any]) -> None:
        """Raise AirbyteTracedException when a value cannot be used; called before the spec's schema is asked."""

    def checked_state(self, stream_name: str, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a stream's state with cursor values that compare as text, or raise AirbyteTracedException."""
        return state

    def cause_of(self, error: Exception) -> Cause:
        """Return why a piece failed: pieces with equal causes share one error."""
        return Cause(str(error))

    def resources(self, config: Mapping[str, Any]) -> AbstractContextManager[Any]:
        """Return what is opened before the streams of a sync are built, and closed after they are read."""
        return nullcontext()

    def workers(self, config: Mapping[str, Any]) -> int:
        """Return how many requests may be in flight: the manifest's `concurrency_level`."""
        level = self.resolved_manifest.get("concurrency_level")
        if not level:
            return WORKERS
        component: ConcurrencyLevel = self._constructor.create_component(ConcurrencyLevelModel, level, config)
        return component.get_concurrency_level()

    def build(
        self, config: Mapping[str, Any], names: Collection[str] | None, repository: MessageRepository
    ) -> list[PagedStream]:
        """Build the streams of a configuration; a subclass adds its Python streams to `declared_streams`.

        Streams may be left out that are not in `names`, unless it is None. States and messages go to the repository.
        """
        return self.declared_streams(config, repository)

    def declared_streams(self, config: Mapping[str, Any], repository: MessageRepository) -> list[PagedStream]:
        """Build the manifest's streams."""
        self._use(config)
        streams = []
        for stream in super().streams(config):
            cursor: Cursor = FinalStateCursor(stream.name, None, repository)
            if stream.cursor_field:
                cursor = self.bookmarks(stream.name, stream.cursor_field, repository)
            streams.append(declared_stream(stream, cursor))
        return streams

    def bookmarks(
        self, stream_name: str, cursor_field: str, repository: MessageRepository, start: str | None = None
    ) -> BookmarkCursor:
        """Return a cursor that begins with the stream's state; for `start` see `BookmarkCursor`."""
        return BookmarkCursor(stream_name, cursor_field, self.state_of(stream_name), repository, start=start)

    def state_of(self, stream_name: str) -> Mapping[str, Any]:
        """Return a stream's state at the start of the sync."""
        return self._states.get_stream_state(stream_name, None)

    def _use(self, config: Mapping[str, Any]) -> None:
        """Give the manifest's components this configuration: the CDK's streams ignore the one they are given."""
        self._config = config
        self._config_for_validation = config

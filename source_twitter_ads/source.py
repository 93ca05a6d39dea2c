# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The source: where the manifest's streams and the Python streams become one list and run under one pool."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    Status,
)
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.sources.message import MessageRepository, NoopMessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor, FinalStateCursor
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_twitter_ads.api.services import Services, check_connection
from source_twitter_ads.components.retriever import iso_text
from source_twitter_ads.configuration import ConfigProblem, require_valid
from source_twitter_ads.configuration.spec import DEFAULTS
from source_twitter_ads.configuration.validate import warn_of_unknown_keys
from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.concurrency import PagedConcurrentSource
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import declared_stream, http_stream
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.states import checked_state
from source_twitter_ads.streams import Tweets, report_definitions, report_streams


class SourceTwitterAds(YamlDeclarativeSource):
    """Reads X Ads accounts: 34 entity streams and any number of analytics reports.

    Args:
        catalog: the configured catalog; only needed to read.
        config: the configuration; only needed for other commands than spec.
        state: the state of an earlier sync.
        lines: yield pages as they are, to be written as protocol lines (the command line does); otherwise ordinary
            messages.
    """

    def __init__(
        self,
        catalog: ConfiguredAirbyteCatalog | None = None,
        config: Mapping[str, Any] | None = None,
        state: list[AirbyteStateMessage] | None = None,
        *,
        lines: bool = False,
        **_: Any,
    ) -> None:
        super().__init__(path_to_yaml="manifest.yaml", catalog=catalog, config=config, state=state)
        self._lines = lines
        # What each call gives counts where the source was built without it: a source may be used more than once.
        self._built_with = self._config
        # The manifest's cursors read their state here too.
        self._states = self._connector_state_manager
        self._first_states = dict(self._states.per_stream_states)

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """Return the normalised configuration, also where the source was built without one.

        Source: docs/x-ads-api.md §10.1.
        """
        self._config = self._known(config)
        return super().configure(config, temp_dir)

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Prove the configuration, the credentials, the reports, and that every account can be seen."""
        config = self._known(config)
        try:
            self._reports(config)
            with closing(Services.renew(config)) as services:
                check_connection(services)
        except AirbyteTracedException as problem:
            return AirbyteConnectionStatus(status=Status.FAILED, message=str(problem))
        return AirbyteConnectionStatus(status=Status.SUCCEEDED)

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """List all streams with their schemas.

        Raises:
            ConfigProblem: when the configuration cannot be used, its reports included.
        """
        return AirbyteCatalog(streams=[stream.as_airbyte_stream() for stream in self.streams(self._known(config))])

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """Return every stream there is, ready to be described; `read` builds its own.

        Raises:
            ConfigProblem: when the configuration cannot be used.
        """
        config = self._known(config)
        return self._build(config, self._reports(config), NoopMessageRepository())

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Read the streams of a catalog, all at once.

        Yields:
            AirbyteMessage: in the order in which they must be written; with `lines`, `Page` objects among them.

        Raises:
            ConfigProblem: when a state cannot be read, or the catalog names a stream twice; at the end, when it names
                streams that do not exist.
            AirbyteTracedException: at the end, when a piece of the sync failed; all other pieces are complete then.
        """
        config = self._known(config)
        given = ConnectorStateManager(state=state).per_stream_states if state else self._first_states
        self._states.per_stream_states.clear()
        self._states.per_stream_states.update(given)
        reports = self._reports(config)
        self._check_states([report.name for report in reports])
        with closing(Services.renew(config)) as services:
            yield from self._read(config, reports, catalog, services.settings.num_workers)

    def _read(
        self,
        config: Mapping[str, Any],
        reports: Sequence[ReportDefinition],
        catalog: ConfiguredAirbyteCatalog,
        workers: int,
    ) -> Iterator[AirbyteMessage]:
        configured = [entry.stream for entry in catalog.streams]
        names = {stream.name for stream in configured}
        twice = [name for name, times in Counter(stream.name for stream in configured).items() if times > 1]
        if twice:
            raise ConfigProblem(f"The catalog names {', '.join(twice)} more than once: leave one entry of each.")
        reports = [report for report in reports if report.name in names]
        # Each report takes a thread for as long as the sync lasts.
        generators = max(workers // 2, 1) + len(reports)
        engine = PagedConcurrentSource(workers, generators, self.logger)
        by_name = {stream.name: stream for stream in self._build(config, reports, engine.repository)}
        missing = [stream for stream in configured if stream.name not in by_name]
        for stream in missing:
            yield as_airbyte_message(stream, AirbyteStreamStatus.INCOMPLETE)
        selected = [by_name[stream.name] for stream in configured if stream.name in by_name]
        for message in engine.read(selected) if selected else ():
            if isinstance(message, Page) and not self._lines:
                yield from message.messages()
            else:
                yield message
        if missing:
            unknown = ", ".join(stream.name for stream in missing)
            raise ConfigProblem(
                f"The catalog names {unknown}, which do not exist: refresh the schema, or add the report again."
            )

    def _known(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """The normalised configuration."""
        return self._built_with or self._migrate_and_transform_config(None, config) or {}

    def _reports(self, config: Mapping[str, Any]) -> list[ReportDefinition]:
        """Refuse a configuration that cannot be used, and return the reports that it asks for."""
        warn_of_unknown_keys(config)
        require_valid(config)
        return report_definitions(config, [*self._declared_names(), Tweets.name])

    def _build(
        self, config: Mapping[str, Any], reports: Sequence[ReportDefinition], repository: MessageRepository
    ) -> list[AbstractStream]:
        # The manifest's cursors read one form of date only, users write several; its routers need the defaults.
        self._config = {**DEFAULTS, **config, "start_instant": iso_text(config["start_date"])}
        self._config_for_validation = self._config
        services = Services.of(config)
        declared = super().streams(config)
        streams: list[AbstractStream] = [
            declared_stream(stream, self._cursor(stream, repository), self._lines) for stream in declared
        ]
        bookmarks = BookmarkCursor(Tweets.name, Tweets.cursor_field, self._state_of(Tweets.name), repository)
        streams.append(http_stream(Tweets(services, bookmarks), bookmarks, self._lines))
        for report, cursor in report_streams(services, reports, self._state_of, repository):
            streams.append(http_stream(report, cursor, self._lines))
        return streams

    def _cursor(self, stream: AbstractStream, repository: MessageRepository) -> Cursor:
        if not stream.cursor_field:
            return FinalStateCursor(stream.name, None, repository)
        state = self._state_of(stream.name)
        return BookmarkCursor(stream.name, stream.cursor_field, state, repository)

    def _check_states(self, report_names: Sequence[str]) -> None:
        """Put the checked states where the manifest's cursors read theirs too."""
        known = {*self._declared_names(), Tweets.name, *report_names}
        for name in known:
            state = self._state_of(name)
            if state:
                self._states.update_state_for_stream(name, None, checked_state(name, state))

    def _declared_names(self) -> list[str]:
        return [stream["name"] for stream in self.resolved_manifest["streams"]]

    def _state_of(self, stream_name: str) -> Mapping[str, Any]:
        return self._states.get_stream_state(stream_name, None)

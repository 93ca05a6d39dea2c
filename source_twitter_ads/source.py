# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The source: the manifest's streams, Tweets and reports, read by the engine."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, closing
from typing import Any

from airbyte_cdk.models import AirbyteConnectionStatus, AirbyteStateMessage, ConfiguredAirbyteCatalog, Status
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.api.secrets import hide
from source_twitter_ads.api.services import Services, check_connection
from source_twitter_ads.components.records import iso_text
from source_twitter_ads.configuration import normalise, require_valid
from source_twitter_ads.configuration.spec import DEFAULTS, SECRETS
from source_twitter_ads.configuration.validate import warn_of_unknown_keys
from source_twitter_ads.engine.failures import Cause
from source_twitter_ads.engine.source import PagedSource
from source_twitter_ads.engine.streams import PagedStream, python_stream
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.states import checked_state
from source_twitter_ads.streams import Tweets, report_definitions, report_streams


class SourceTwitterAds(PagedSource):
    """Reads X Ads accounts: 34 entity streams and any number of analytics reports.

    Airbyte's standard tests make it without arguments (docs/x-ads-api.md §10.1); for these see `PagedSource`.
    """

    unknown_streams_advice = "refresh the schema, or add the report again"

    def __init__(
        self,
        catalog: ConfiguredAirbyteCatalog | None = None,
        config: Mapping[str, Any] | None = None,
        state: list[AirbyteStateMessage] | None = None,
        *,
        lines: bool = False,
        **_: Any,
    ) -> None:
        super().__init__("manifest.yaml", catalog, config, state, lines=lines)

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Prove the configuration, the credentials, the reports, and that every account can be seen."""
        config = self.normalised(config)
        try:
            self._reports(config)
            with closing(Services.renew(config)) as services:
                check_connection(services)
        except AirbyteTracedException as problem:
            return AirbyteConnectionStatus(status=Status.FAILED, message=str(problem))
        return AirbyteConnectionStatus(status=Status.SUCCEEDED)

    def require_valid(self, config: Mapping[str, Any]) -> None:
        """Refuse a configuration with a ConfigProblem that has a sentence per mistake."""
        # Before the message is printed: a key of one letter must not be masked in the middle of its words.
        hide(value for key in SECRETS if isinstance(value := config.get(key), str))
        require_valid(normalise(config))

    def checked_state(self, stream_name: str, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a stream's state with UTC times in one form, or raise ConfigProblem."""
        return checked_state(stream_name, state)

    def cause_of(self, error: Exception) -> Cause:
        """Return the reason that requests of several streams failed for, or the error's own."""
        shared = isinstance(error, ApiFailure) and error.cause
        return Cause(shared, shared=True) if shared else super().cause_of(error)

    def resources(self, config: Mapping[str, Any]) -> AbstractContextManager[Services]:
        """Return the services that the streams of a sync share."""
        return closing(Services.renew(config))

    def workers(self, config: Mapping[str, Any]) -> int:
        """Return how many requests may be in flight."""
        return Services.of(config).settings.num_workers

    def build(
        self, config: Mapping[str, Any], names: Collection[str] | None, repository: MessageRepository
    ) -> list[PagedStream]:
        """Build the streams of a configuration, and of its reports those in `names`, or raise ConfigProblem."""
        reports = [report for report in self._reports(config) if names is None or report.name in names]
        services = Services.of(config)
        # The manifest's routers need the defaults.
        streams = self.declared_streams({**DEFAULTS, **config}, repository)
        start = iso_text(services.settings.start_date)
        bookmarks = self.bookmarks(Tweets.name, Tweets.cursor_field, repository, start)
        streams.append(python_stream(Tweets(services, bookmarks), bookmarks))
        for report, cursor in report_streams(services, reports, self.state_of, repository, start):
            # X works on its jobs while everything else is read.
            streams.append(python_stream(report, cursor, reads_all_the_time=True))
        return streams

    def _reports(self, config: Mapping[str, Any]) -> list[ReportDefinition]:
        """Refuse a configuration that cannot be used, and return the reports that it asks for."""
        warn_of_unknown_keys(config)
        require_valid(config)
        entities = [stream["name"] for stream in self.resolved_manifest["streams"]]
        return report_definitions(config, [*entities, Tweets.name])

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The report streams: one per prebuilt and per custom report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.api.services import Services
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import PieceFailure
from source_twitter_ads.reports.context import ReportContext
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.definition import PREBUILT_REPORTS, ReportDefinition, custom_reports
from source_twitter_ads.reports.reader import ReportRetriever
from source_twitter_ads.reports.schema import json_schema
from source_twitter_ads.streams.base import XAdsStream


class Report(XAdsStream):
    """One report of all accounts, read as one slice: the scheduler decides which window comes when."""

    def __init__(
        self, definition: ReportDefinition, context: ReportContext, cursor: ReportCursor, repository: MessageRepository
    ) -> None:
        self._definition = definition
        self._retriever = ReportRetriever(definition, context, cursor, repository)
        super().__init__(context.services)

    @property
    def name(self) -> str:
        """The report's name."""
        return self._definition.name

    @property
    def primary_key(self) -> list[str]:
        """The columns that a period keeps when it is read again."""
        return self._definition.primary_key

    @property
    def cursor_field(self) -> str:
        """The column that moves with time."""
        return self._definition.cursor_field

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]  # the CDK caches its own
        """Return the columns that the report's metric groups have."""
        return json_schema(self._definition)

    def path(self, **_: Any) -> str:
        """Return the job endpoint, below each account."""
        return "stats/jobs/accounts"

    def stream_slices(self, *_: Any, **__: Any) -> Iterable[StreamSlice]:
        """Yield the one slice."""
        yield StreamSlice(partition={}, cursor_slice={})

    def read_records(  # type: ignore[override]  # pages and failed pieces in place of records
        self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any
    ) -> Iterable[Page | PieceFailure]:
        """Yield the rows of all windows of all accounts, and what failed of them.

        Raises:
            ApiFailure: when accounts, countries or platforms cannot be listed, so that nothing can be read.
        """
        assert isinstance(stream_slice, StreamSlice)
        yield from self._retriever.read_records(stream_slice)


logger = logging.getLogger("airbyte")


def report_definitions(config: Mapping[str, Any], taken_names: Collection[str]) -> list[ReportDefinition]:
    """Return the prebuilt reports and those of the normalised configuration.

    `taken_names` are those of the other streams: a report must have a name of its own.

    Raises:
        ConfigProblem: with one sentence per mistake in the custom reports.
    """
    custom, warnings = custom_reports(config.get("reports", []), taken_names)
    for warning in warnings:
        logger.warning(warning)
    return [*PREBUILT_REPORTS, *custom]


def report_streams(
    services: Services,
    definitions: Sequence[ReportDefinition],
    state_of: Callable[[str], Mapping[str, Any]],
    repository: MessageRepository,
    start: str | None,
) -> Iterator[tuple[Report, ReportCursor]]:
    """Yield each report with its cursor; all of them share one scheduler. For `start` see `ReportCursor`."""
    context = ReportContext(services, [definition.name for definition in definitions])
    for definition in definitions:
        state = state_of(definition.name)
        cursor = ReportCursor(definition.name, definition.cursor_field, state, repository, start)
        yield Report(definition, context, cursor, repository), cursor

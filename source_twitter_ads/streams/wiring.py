# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""From the configuration to the report streams of a sync."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from airbyte_cdk.sources.message import MessageRepository

from source_twitter_ads.api.services import Services
from source_twitter_ads.reports.catalog import PREBUILT_REPORTS, ReportDefinition, custom_reports
from source_twitter_ads.reports.context import ReportContext
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.streams.report import Report

logger = logging.getLogger("airbyte")


def report_definitions(config: Mapping[str, Any], taken_names: Collection[str]) -> list[ReportDefinition]:
    """Return the prebuilt reports and those of the configuration.

    Args:
        config: the normalised configuration.
        taken_names: names of the entity streams.

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
) -> Iterator[tuple[Report, ReportCursor]]:
    """Yield each report with its cursor; all of them share one scheduler.

    Args:
        services: the shared parts of the sync.
        definitions: the reports.
        state_of: returns a stream's state at the start of the sync.
        repository: where messages go.
    """
    context = ReportContext(services, [definition.name for definition in definitions])
    for definition in definitions:
        cursor = ReportCursor(definition.name, definition.cursor_field, state_of(definition.name), repository)
        yield Report(definition, context, cursor, repository), cursor

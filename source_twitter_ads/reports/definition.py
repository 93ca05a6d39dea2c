# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The reports of a sync: the prebuilt ones, and those that the configuration adds.

`configuration/validate.py` has judged each value by itself; here the values of a report must go together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from source_twitter_ads.configuration import ConfigProblem
from source_twitter_ads.configuration.spec import choices
from source_twitter_ads.configuration.validate import allowed_values
from source_twitter_ads.reports import options
from source_twitter_ads.reports.options import DAY, HOUR, NO_SEGMENT

_ORGANIC_PLACEMENTS = ("ALL_ON_TWITTER",)


@dataclass(frozen=True)
class ReportDefinition:
    """One report: an entity × a segment × a granularity, with the metric groups and placements it asks for.

    Attributes:
        name: the stream's name.
        entity: one of ENTITIES.
        segmentation: one of SEGMENTS or RETIRED_SEGMENTS; None when the report is not segmented.
        granularity: DAY (account-local days), HOUR (UTC hours) or TOTAL (one number per window).
        metric_groups: what a job asks for, in the order of METRIC_GROUPS.
        placements: the placements that the user wants; None means whatever active_entities lists.
    """

    name: str
    entity: str
    segmentation: str | None
    granularity: str
    metric_groups: tuple[str, ...]
    placements: tuple[str, ...] | None

    @property
    def segmented(self) -> bool:
        """Whether its rows are split by a segment."""
        return self.segmentation is not None

    @property
    def needs_country(self) -> bool:
        """Whether each job must name one country (docs/x-ads-api.md §7.6)."""
        return self.segmentation in options.SEGMENTS_BY_COUNTRY

    @property
    def needs_platform(self) -> bool:
        """Whether each job must name one platform (docs/x-ads-api.md §7.6)."""
        return self.segmentation in options.SEGMENTS_BY_PLATFORM

    @property
    def feeds(self) -> tuple[str, ...]:
        """The kinds of entities by whose activity X tells where this report has numbers (docs/x-ads-api.md §7.7).

        X lists no activity of accounts, but an account has numbers only where something in it has. Organic Tweets are
        in no feed.
        """
        if self.entity == "ACCOUNT":
            return options.ENTITIES_WITH_ACTIVITY
        return () if self.entity in options.ENTITIES_WITHOUT_ACTIVITY else (self.entity,)

    @property
    def cursor_field(self) -> str:
        """The column that moves with time: `date` for DAY, `start_time` (UTC) for HOUR and TOTAL."""
        return "date" if self.granularity == DAY else "start_time"

    @property
    def primary_key(self) -> list[str]:
        """The columns that make a row unique and stay the same when a period is read again.

        A TOTAL row is named by its window's first local date: its `start_time` is the instant that X resolved, which
        moves by an hour when X reads plain dates with today's offset (docs/x-ads-api.md §7.1) and the season changes
        between two syncs.
        """
        key = ["account_id", "entity_id", "placement", "start_time" if self.granularity == HOUR else "date"]
        if self.segmented:
            key.append("segment_value")
        if self.needs_country:
            key.append("country")
        if self.needs_platform:
            key.append("platform")
        return key


# accounts_daily_report, funding_instruments_daily_report, …
PREBUILT_REPORTS = tuple(
    ReportDefinition(
        f"{entity.lower()}s_daily_report", entity, None, DAY, options.default_metric_groups(entity, None), None
    )
    for entity in ("ACCOUNT", "FUNDING_INSTRUMENT", "CAMPAIGN", "LINE_ITEM", "PROMOTED_TWEET", "PROMOTED_ACCOUNT")
)


def custom_reports(
    entries: Sequence[Mapping[str, Any]], taken_names: Collection[str]
) -> tuple[list[ReportDefinition], list[str]]:
    """Turn the configuration's `reports`, normalised and valid, into definitions.

    A name must differ from every stream's and every other report's name once case is ignored and hyphens and spaces
    count as underscores, since destinations make the same table of both. `taken_names` are those of the other streams;
    those of the prebuilt reports are always taken.

    Returns:
        The definitions, and one warning sentence for each value that X's documents have retired.

    Raises:
        ConfigProblem: with one sentence per mistake.
    """
    taken = {_table_name(name) for name in (*taken_names, *(report.name for report in PREBUILT_REPORTS))}
    definitions = [_definition(entry) for entry in entries]
    problems: list[str] = []
    seen: set[str] = set()
    for definition in definitions:
        table = _table_name(definition.name)
        if table in taken:
            problems.append(
                f'Report "{definition.name}": the name is that of another stream; allowed is any name not in use.'
            )
        elif table in seen:
            problems.append(f'Report "{definition.name}": two reports have this name; allowed is one report per name.')
        seen.add(table)
        problems.extend(f'Report "{definition.name}": {problem}' for problem in _combination_problems(definition))
    if problems:
        raise ConfigProblem(*problems)
    warnings = [
        f'Report "{definition.name}": X\'s documents have retired {what}; it is asked for all the same, and this '
        "report alone fails if X refuses it."
        for definition in definitions
        for what in retired_parts(definition)
    ]
    return definitions, warnings


def _table_name(name: str) -> str:
    return re.sub(r"[ -]", "_", name).lower()


def _definition(entry: Mapping[str, Any]) -> ReportDefinition:
    entity, segment = entry["entity"], entry.get("segment", NO_SEGMENT)
    segmentation = None if segment == NO_SEGMENT else segment
    groups, placements = (
        tuple(value for value in choices(key) if value in entry.get(key, ())) for key in ("metric_groups", "placements")
    )
    return ReportDefinition(
        entry["name"],
        entity,
        segmentation,
        entry.get("granularity", options.DEFAULT_GRANULARITY),
        groups or options.default_metric_groups(entity, segmentation),
        placements or (_ORGANIC_PLACEMENTS if entity == "ORGANIC_TWEET" else None),
    )


def _combination_problems(report: ReportDefinition) -> Iterator[str]:
    """Yield what in a report does not go together, and what is allowed."""
    entity, segment = report.entity, report.segmentation or NO_SEGMENT
    segmentable = [item for item in options.ENTITIES if item not in options.ENTITIES_WITHOUT_SEGMENTS]
    refused = options.SEGMENT_WITHOUT_ENTITIES.get(segment, ())
    if report.segmented and entity not in segmentable:
        yield f"segment {segment} does not go with entity {entity}; allowed is {NO_SEGMENT}."
    elif entity in refused:
        others = ", ".join(item for item in segmentable if item not in refused)
        yield f"segment {segment} does not go with entity {entity}; allowed with it are {others}."
    allowed = list(options.default_metric_groups(entity, report.segmentation))
    if entity not in options.ENTITIES_WITHOUT_MEDIA and segment != "CONVERSION_TAGS":
        allowed.extend(options.RETIRED_METRIC_GROUPS)
    for group in report.metric_groups:
        if group not in allowed:
            what = f"metric group {group} has no numbers for entity {entity} with segment {segment}"
            yield f"{what}; {allowed_values(allowed)}."
    if entity == "ORGANIC_TWEET" and report.placements != _ORGANIC_PLACEMENTS:
        named = ", ".join(report.placements or ())
        yield f"placements {named} do not go with entity ORGANIC_TWEET; allowed is {_ORGANIC_PLACEMENTS[0]}."


def retired_parts(definition: ReportDefinition) -> list[str]:
    """What a report asks for although X's documents have retired it, for instance `segment LANGUAGES in May 2026`."""
    asked = (
        ("entity", "June 2026", [definition.entity], options.RETIRED_ENTITIES),
        ("segment", "May 2026", [definition.segmentation], options.RETIRED_SEGMENTS),
        ("metric group", "June 2026", definition.metric_groups, options.RETIRED_METRIC_GROUPS),
        ("placement", "June 2026", definition.placements or (), options.RETIRED_PLACEMENTS),
    )
    return [
        f"{what} {value} in {when}" for what, when, values, retired in asked for value in values if value in retired
    ]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The reports there are: the prebuilt ones, and those that the configuration adds, read and checked.

Pure: touches no network. A mistake in the configuration gives one sentence that names the report, the key, the value
and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from source_twitter_ads.configuration.showing import shown
from source_twitter_ads.reports import combinations

_KEYS = ("name", "entity", "segment", "granularity", "metric_groups", "placements")
# Mage's and Stitch's own example spells the key so, and their users have it in their configurations.
_MISSPELT_ENTITY = "enitity"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ -]{0,99}")
_ALL_SEGMENTS = (*combinations.SEGMENTS, *combinations.RETIRED_SEGMENTS)
_ALL_GROUPS = (*combinations.METRIC_GROUPS, *combinations.RETIRED_METRIC_GROUPS)
_RETIRED_PARTS = (*combinations.RETIRED_METRIC_GROUPS, *combinations.RETIRED_PLACEMENTS)
_RETIRED = (*combinations.RETIRED_ENTITIES, *combinations.RETIRED_SEGMENTS, *_RETIRED_PARTS)


class ReportProblem(ValueError):
    """A custom report that cannot be: one sentence with the report, the key, the value and what is allowed."""


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
        """Whether each job must name one country (x-ads-api.md §7.6)."""
        return self.segmentation in combinations.SEGMENTS_BY_COUNTRY

    @property
    def needs_platform(self) -> bool:
        """Whether each job must name one platform (x-ads-api.md §7.6)."""
        return self.segmentation in combinations.SEGMENTS_BY_PLATFORM

    @property
    def feeds(self) -> tuple[str, ...]:
        """The kinds of entities by whose activity X tells where this report has numbers (x-ads-api.md §7.7).

        X lists no activity of accounts, but an account has numbers only where something in it has. Organic Tweets are
        in no feed.
        """
        if self.entity == "ACCOUNT":
            return combinations.ENTITIES_WITH_ACTIVITY
        return () if self.entity in combinations.ENTITIES_WITHOUT_ACTIVITY else (self.entity,)

    @property
    def cursor_field(self) -> str:
        """The column that moves with time: `date` for DAY, `start_time` (UTC) for HOUR and TOTAL."""
        return "date" if self.granularity == "DAY" else "start_time"

    @property
    def primary_key(self) -> list[str]:
        """The columns that make a row unique and stay the same when a period is read again.

        A TOTAL row is named by its window's first local date: its `start_time` is the instant that X resolved, which
        moves by an hour when X reads plain dates with today's offset (x-ads-api.md §7.1) and the season changes
        between two syncs.
        """
        key = ["account_id", "entity_id", "placement", "start_time" if self.granularity == "HOUR" else "date"]
        if self.segmented:
            key.append("segment_value")
        if self.needs_country:
            key.append("country")
        if self.needs_platform:
            key.append("platform")
        return key


def _prebuilt(name: str, entity: str) -> ReportDefinition:
    return ReportDefinition(name, entity, None, "DAY", combinations.default_metric_groups(entity, None), None)


PREBUILT_REPORTS: tuple[ReportDefinition, ...] = (
    _prebuilt("accounts_daily_report", "ACCOUNT"),
    _prebuilt("funding_instruments_daily_report", "FUNDING_INSTRUMENT"),
    _prebuilt("campaigns_daily_report", "CAMPAIGN"),
    _prebuilt("line_items_daily_report", "LINE_ITEM"),
    _prebuilt("promoted_tweets_daily_report", "PROMOTED_TWEET"),
    _prebuilt("promoted_accounts_daily_report", "PROMOTED_ACCOUNT"),
)


def custom_reports(
    entries: Sequence[Mapping[str, Any]], taken_names: Collection[str]
) -> tuple[list[ReportDefinition], list[str]]:
    """Turn the configuration's `reports` into definitions.

    Keys of an entry: `name` and `entity` (also spelt `enitity`) are required; `segment` (default NO_SEGMENT),
    `granularity` (default DAY), `metric_groups` (default: all that X serves for entity and segment) and `placements`
    (default: whatever active_entities lists) are not. Values are read without regard to case; a list may be a
    comma-separated string; null and "" mean the default.

    A name holds 1–100 letters, digits, underscores, hyphens and spaces and does not begin with a hyphen or space. It
    must differ from every stream's and every other report's name once case is ignored and hyphens and spaces count
    as underscores, since destinations make the same table of both.

    Args:
        entries: the configuration's `reports`.
        taken_names: names of the other streams; those of the prebuilt reports are always taken.

    Returns:
        The definitions, and one warning sentence for everything that X's documents have retired.

    Raises:
        ReportProblem: at the first mistake.
    """
    taken = {_table_name(name) for name in taken_names}
    taken.update(_table_name(report.name) for report in PREBUILT_REPORTS)
    seen: set[str] = set()
    definitions: list[ReportDefinition] = []
    warnings: list[str] = []
    for position, entry in enumerate(entries, start=1):
        name = _name(entry, position, taken, seen)
        definition = _definition(name, entry)
        definitions.append(definition)
        warnings.extend(_warnings(definition))
    return definitions, warnings


def _name(entry: object, position: int, taken: set[str], seen: set[str]) -> str:
    if not isinstance(entry, Mapping):
        raise ReportProblem(f"reports: entry {position} is {shown(entry)}; allowed is an object with {_listed(_KEYS)}.")
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name.strip()):
        raise ReportProblem(
            f"reports: entry {position} has the name {shown(name)}; allowed are 1 to 100 letters, digits, underscores, "
            "hyphens and spaces, not beginning with a hyphen."
        )
    name = name.strip()
    if _table_name(name) in taken:
        raise ReportProblem(f'Report "{name}": the name is that of another stream; allowed is any name not in use.')
    if _table_name(name) in seen:
        raise ReportProblem(f'Report "{name}": two reports have this name; allowed is one report per name.')
    seen.add(_table_name(name))
    return name


def _table_name(name: str) -> str:
    return re.sub(r"[ -]", "_", name.strip()).lower()


def _definition(name: str, entry: Mapping[str, Any]) -> ReportDefinition:
    unknown = [str(key) for key in entry if key not in _KEYS and key != _MISSPELT_ENTITY]
    if unknown:
        raise ReportProblem(f'Report "{name}": unknown key {shown(unknown[0])}; allowed are {_listed(_KEYS)}.')
    entity = _entity(name, entry)
    segment = _one(name, entry, "segment", (combinations.NO_SEGMENT, *_ALL_SEGMENTS), combinations.NO_SEGMENT)
    segmentation = None if segment == combinations.NO_SEGMENT else segment
    granularity = _one(name, entry, "granularity", combinations.GRANULARITIES, "DAY")
    groups = _many(name, entry, "metric_groups", _ALL_GROUPS)
    placements = _many(name, entry, "placements", (*combinations.PLACEMENTS, *combinations.RETIRED_PLACEMENTS))
    _check_segment(name, entity, segmentation)
    _check_groups(name, entity, segmentation, groups or ())
    if entity == "ORGANIC_TWEET":
        if placements not in (None, ("ALL_ON_TWITTER",)):
            raise ReportProblem(
                f'Report "{name}": placements {_listed(placements)} do not go with entity ORGANIC_TWEET; allowed is '
                "ALL_ON_TWITTER."
            )
        placements = ("ALL_ON_TWITTER",)
    groups = groups or combinations.default_metric_groups(entity, segmentation)
    return ReportDefinition(name, entity, segmentation, granularity, groups, placements)


def _entity(name: str, entry: Mapping[str, Any]) -> str:
    right, misspelt = entry.get("entity"), entry.get(_MISSPELT_ENTITY)
    if right and misspelt and str(right).strip().upper() != str(misspelt).strip().upper():
        raise ReportProblem(
            f'Report "{name}": entity is {shown(right)} but {_MISSPELT_ENTITY} is {shown(misspelt)}; allowed is one of '
            "them."
        )
    given = misspelt if right in (None, "") else right
    entity = _one(name, {"entity": given}, "entity", combinations.ENTITIES, "")
    if not entity:
        raise ReportProblem(f'Report "{name}": entity is missing; {_allowed(combinations.ENTITIES)}.')
    return entity


def _one(name: str, entry: Mapping[str, Any], key: str, allowed: Sequence[str], default: str) -> str:
    value = entry.get(key)
    if value is None or (isinstance(value, str) and not value.strip()):
        return default
    if not isinstance(value, str) or value.strip().upper() not in allowed:
        raise ReportProblem(f'Report "{name}": {key} {shown(value)} is unknown; {_allowed(allowed)}.')
    return value.strip().upper()


def _many(name: str, entry: Mapping[str, Any], key: str, allowed: Sequence[str]) -> tuple[str, ...] | None:
    value = entry.get(key)
    if value is None:
        return None
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Sequence):
        raise ReportProblem(f'Report "{name}": {key} {shown(value)} is not a list; {_allowed(allowed)}.')
    chosen = {_one(name, {key: part}, key, allowed, "") for part in parts} - {""}
    return tuple(item for item in allowed if item in chosen) or None


def _check_segment(name: str, entity: str, segmentation: str | None) -> None:
    if segmentation is None:
        return
    if entity in combinations.ENTITIES_WITHOUT_SEGMENTS:
        raise ReportProblem(
            f'Report "{name}": segment {segmentation} does not go with entity {entity}; allowed is '
            f"{combinations.NO_SEGMENT}."
        )
    refused = combinations.SEGMENT_WITHOUT_ENTITIES.get(segmentation, ())
    if entity in refused:
        others = [
            item
            for item in combinations.ENTITIES
            if item not in refused and item not in combinations.ENTITIES_WITHOUT_SEGMENTS
        ]
        raise ReportProblem(
            f'Report "{name}": segment {segmentation} does not go with entity {entity}; allowed with it are '
            f"{_listed(others)}."
        )


def _check_groups(name: str, entity: str, segmentation: str | None, groups: Iterable[str]) -> None:
    allowed = list(combinations.default_metric_groups(entity, segmentation))
    if entity not in combinations.ENTITIES_WITHOUT_MEDIA and segmentation != "CONVERSION_TAGS":
        allowed.extend(combinations.RETIRED_METRIC_GROUPS)
    for group in groups:
        if group not in allowed:
            raise ReportProblem(
                f'Report "{name}": metric group {group} has no numbers for entity {entity} with segment '
                f"{segmentation or combinations.NO_SEGMENT}; {_allowed(allowed)}."
            )


def retired_parts(definition: ReportDefinition) -> list[str]:
    """What a report asks for although X's documents have retired it, for instance `segment LANGUAGES in May 2026`."""
    retired: list[str] = []
    if definition.entity in combinations.RETIRED_ENTITIES:
        retired.append(f"entity {definition.entity} in June 2026")
    if definition.segmentation in combinations.RETIRED_SEGMENTS:
        retired.append(f"segment {definition.segmentation} in May 2026")
    retired.extend(
        f"metric group {group} in June 2026"
        for group in definition.metric_groups
        if group in combinations.RETIRED_METRIC_GROUPS
    )
    retired.extend(
        f"placement {placement} in June 2026"
        for placement in definition.placements or ()
        if placement in combinations.RETIRED_PLACEMENTS
    )
    return retired


def _warnings(definition: ReportDefinition) -> list[str]:
    return [
        f'Report "{definition.name}": X\'s documents have retired {what}; it is asked for all the same, and this '
        "report alone fails if X refuses it."
        for what in retired_parts(definition)
    ]


def _allowed(values: Sequence[str]) -> str:
    """Tell what X serves from what it has retired: that is accepted with a warning, since some of it still answers."""
    current = [value for value in values if value not in _RETIRED]
    retired = [value for value in values if value in _RETIRED]
    text = f"allowed are {_listed(current)}"
    return f"{text}, and with a warning, since X has retired them, {_listed(retired)}" if retired else text


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Validates the parameters of POST stats/jobs (docs/x-ads-api.md §7.2, §7.4, §7.6, §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from x_ads_emulator.analytics import catalog, segments
from x_ads_emulator.analytics.calendar import AccountCalendar
from x_ads_emulator.analytics.population import Population
from x_ads_emulator.analytics.switches import Switches, WorldView
from x_ads_emulator.analytics.windows import Window, resolve
from x_ads_emulator.clock import parse_instant, print_instant
from x_ads_emulator.errors import ApiError

MAX_ENTITY_IDS: Final = 20


@dataclass(frozen=True)
class JobRequest:
    """A valid request for one job, with its window resolved."""

    account_id: str
    entity: str
    entity_ids: tuple[str, ...]
    window: Window
    granularity: str
    placement: str
    metric_groups: tuple[str, ...]
    segmentation: str | None
    country: str | None
    platform: str | None

    def fields(self) -> dict[str, Any]:
        """The request as jobs and result files print it, null for a parameter that was not sent."""
        return {
            "start_time": print_instant(self.window.start),
            "segmentation_type": self.segmentation,
            "entity_ids": list(self.entity_ids),
            "end_time": print_instant(self.window.end),
            "country": self.country,
            "placement": self.placement,
            "granularity": self.granularity,
            "entity": self.entity,
            "platform": self.platform,
            "metric_groups": list(self.metric_groups),
        }

    def with_fields(self, changes: Mapping[str, Any]) -> JobRequest:
        """The same request with other values of segmentation_type, country, platform, metric_groups, placement."""
        names = {"segmentation_type": "segmentation"}
        values = {names.get(name, name): value for name, value in changes.items()}
        if "metric_groups" in values:
            values["metric_groups"] = tuple(values["metric_groups"])
        return replace(self, **values)

    def echo(self) -> dict[str, Any]:
        """The `request.params` of POST: the parameters as the server read them, without account_id (§2.1 rule 3)."""
        return {name: value for name, value in self.fields().items() if value is not None}


def calendar_of(world: WorldView, account_id: str, switches: Switches) -> AccountCalendar:
    """The calendar of an account at the world's present."""
    account = world.account(account_id)
    switch_at = account.get("timezone_switch_at")
    return AccountCalendar(
        account["timezone"], parse_instant(switch_at) if switch_at else None, world.now(), switches.dst_reading
    )


def parse_job_request(
    world: WorldView, population: Population, switches: Switches, account_id: str, params: Mapping[str, str]
) -> JobRequest:
    """The request of the parameters; unknown parameters are ignored (§2.1 rule 5).

    Raises:
        ApiError: 400 MISSING_PARAMETER, INVALID_PARAMETER or INVALID_TIME_WINDOW.
    """
    reader = _Reader(params, retired_refused=switches.retired_refused)
    entity = reader.choice("entity", catalog.ENTITIES, catalog.RETIRED_ENTITIES)
    entity_ids = reader.id_list("entity_ids", MAX_ENTITY_IDS)
    granularity = reader.choice("granularity", catalog.GRANULARITIES)
    placement = reader.choice("placement", catalog.PLACEMENTS, catalog.RETIRED_PLACEMENTS)
    groups = reader.choices("metric_groups", catalog.METRIC_GROUPS, catalog.RETIRED_GROUPS)
    segmentation = _segmentation(reader, entity, groups)
    if entity == "ORGANIC_TWEET" and placement != "ALL_ON_TWITTER":
        raise invalid("placement", placement, "ORGANIC_TWEET is served under ALL_ON_TWITTER only")
    country, platform = _places(world, reader, segmentation)
    window = resolve(params, calendar_of(world, account_id, switches), granularity, segmented=segmentation is not None)
    _check_ids(population, account_id, entity, entity_ids)
    return JobRequest(
        account_id, entity, entity_ids, window, granularity, placement, groups, segmentation, country, platform
    )


def _segmentation(reader: _Reader, entity: str, groups: tuple[str, ...]) -> str | None:
    if not reader.given("segmentation_type"):
        return None
    known = segments.CURRENT_TYPES + segments.RETIRED_TYPES
    chosen = reader.choice("segmentation_type", known, frozenset(segments.RETIRED_TYPES))
    if entity in segments.UNSEGMENTED_ENTITIES or entity in segments.INVALID_WITH.get(chosen, ()):
        raise invalid("segmentation_type", chosen, f"{chosen} is not available for {entity}")
    if chosen == "CONVERSION_TAGS" and groups != ("WEB_CONVERSION",):
        raise invalid("metric_groups", ",".join(groups), "CONVERSION_TAGS requires WEB_CONVERSION alone")
    return chosen


def _places(world: WorldView, reader: _Reader, segmentation: str | None) -> tuple[str | None, str | None]:
    """The country and platform: values of the targeting lists, required where the segmentation needs them."""
    countries = (r for r in world.global_records("targeting_locations") if r["location_type"] == "COUNTRIES")
    return (
        reader.targeting_value("country", countries, required=segmentation in segments.NEEDS_COUNTRY),
        reader.targeting_value(
            "platform", world.global_records("targeting_platforms"), required=segmentation in segments.NEEDS_PLATFORM
        ),
    )


def _check_ids(population: Population, account_id: str, entity: str, entity_ids: tuple[str, ...]) -> None:
    known = population.has(account_id, entity, entity_ids)
    for entity_id in entity_ids:
        if entity_id not in known:
            raise invalid("entity_ids", entity_id, f"not a {entity} of this account")


def invalid(parameter: str, value: str, details: str) -> ApiError:
    """A 400 INVALID_PARAMETER in X's words (§3)."""
    return ApiError(400, "INVALID_PARAMETER", f'Invalid value "{value}" for {parameter}', parameter, value, details)


def missing(parameter: str) -> ApiError:
    """A 400 MISSING_PARAMETER (§8)."""
    return ApiError(400, "MISSING_PARAMETER", f"{parameter} is a required parameter", parameter, "")


class _Reader:
    """Reads and validates single parameters."""

    def __init__(self, params: Mapping[str, str], *, retired_refused: bool) -> None:
        self._params = params
        self._retired_refused = retired_refused

    def given(self, name: str) -> bool:
        return name in self._params

    def text(self, name: str) -> str:
        if name not in self._params:
            raise missing(name)
        return self._params[name]

    def choice(self, name: str, known: tuple[str, ...], retired: frozenset[str] = frozenset()) -> str:
        return self._known(name, self.text(name), known, retired)

    def choices(self, name: str, known: tuple[str, ...], retired: frozenset[str]) -> tuple[str, ...]:
        values = self.text(name).split(",")
        return tuple(dict.fromkeys(self._known(name, value, known, retired) for value in values))

    def _known(self, name: str, value: str, known: tuple[str, ...], retired: frozenset[str]) -> str:
        if value not in known:
            raise invalid(name, value, f"expected one of {', '.join(known)}")
        if self._retired_refused and value in retired:
            raise invalid(name, value, "no longer enabled")
        return value

    def id_list(self, name: str, most: int) -> tuple[str, ...]:
        values = self.text(name).split(",")
        if not all(values):
            raise invalid(name, self.text(name), "expected a comma-separated list of ids")
        if len(values) > most:
            raise invalid(name, self.text(name), f"at most {most} ids, got {len(values)}")
        return tuple(values)

    def targeting_value(self, name: str, records: Iterable[Mapping[str, Any]], *, required: bool) -> str | None:
        if not required and not self.given(name):
            return None
        value = self.text(name)
        if value not in {record["targeting_value"] for record in records}:
            raise invalid(name, value, f"not a targeting_value of a {name}")
        return value

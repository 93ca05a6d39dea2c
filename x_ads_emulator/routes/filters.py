# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Selection of rows by the filters of a request (docs/x-ads-api.md §2.4, §5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from x_ads_emulator.clock import print_instant
from x_ads_emulator.routes.endpoint import Endpoint
from x_ads_emulator.world.context import Record
from x_ads_emulator.world.visibility import View
from x_ads_emulator.world.world import World

Test = Callable[[Record], bool]
#: Enum filters: parameter -> the field that must have the value, or one of the values.
_EQUALS: Final = {
    "creative_types": "creative_type",
    "card_types": "card_type",
    "os_type": "os_type",
    "conversation_type": "conversation_type",
    "location_type": "location_type",
    "country_code": "country_code",
    "event_types": "event_type",
}
_VIEW_FIELDS: Final = frozenset(View.__dataclass_fields__)


def view_of(values: Mapping[str, Any]) -> View:
    """The view that a request asks for."""
    chosen = {name: value for name, value in values.items() if name in _VIEW_FIELDS}
    return View(**{**chosen, "user_id": str(chosen.get("user_id", ""))})


def tests_of(world: World, endpoint: Endpoint, account_id: str | None, values: Mapping[str, Any]) -> list[Test]:
    """The tests that a row must pass to be in the collection."""
    tests: list[Test] = []
    if account_id is not None:
        tests.append(world.shows(endpoint.stream, account_id, view_of(values)))
    elif endpoint.stream == "accounts":
        tests.append(lambda r: world.spec_of(r["id"]).access != "forbidden")
        if not values.get("with_deleted"):
            tests.append(lambda r: not r["deleted"])
    for parameter, field in endpoint.id_filters.items():
        if parameter in values:
            tests.append(_one_of(field, values[parameter]))
    if endpoint.stream == "targeting_network_operators":
        values = {"country_code": "US", **values}
    for parameter, field in _EQUALS.items():
        if parameter in values:
            wanted = values[parameter]
            tests.append(_one_of(field, wanted if isinstance(wanted, list) else [wanted]))
    return tests + _special(world, endpoint, account_id, values)


def _one_of(field: str, wanted: list[str]) -> Test:
    allowed = frozenset(wanted)
    return lambda r: r.get(field) in allowed


def _special(world: World, endpoint: Endpoint, account_id: str | None, values: Mapping[str, Any]) -> list[Test]:
    tests: list[Test] = []
    if values.get("q"):
        tests.append(_by_name(values["q"], anywhere=endpoint.stream.startswith("targeting_")))
    if values.get("name"):
        tests.append(_by_name(values["name"], anywhere=False))
    if "locale" in values:
        locale = {"language": values["locale"]["languageCode"], "country": values["locale"]["countryCode"]}
        tests.append(lambda r: locale in r["locales"])
    if "country_codes" in values:
        tests.append(lambda r: r["is_global"] or r["country_code"] in values["country_codes"])
    if endpoint.stream == "targeting_events":
        tests.append(_event_window(values.get("start_time", print_instant(world.now())), values.get("end_time")))
    if "campaign_id" in values:
        owners = {r["id"] for r in world.records("line_items", account_id) if r["campaign_id"] == values["campaign_id"]}
        tests.append(lambda r: r["line_item_id"] in owners)
    return tests


def _by_name(wanted: str, anywhere: bool) -> Test:
    """Prefix match without case; targeting options match anywhere, like X's sample of locations (§2.4 rule 5)."""
    needle = wanted.lower()

    def test(record: Record) -> bool:
        name = (record.get("name") or "").lower()
        return needle in name if anywhere else name.startswith(needle)

    return test


def _event_window(start: str, end: str | None) -> Test:
    """Events that end after `start_time` (default now) and begin before `end_time` (§5.25)."""
    return lambda r: r["end_time"] > start and (end is None or r["start_time"] < end)

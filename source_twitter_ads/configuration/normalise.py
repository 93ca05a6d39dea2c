# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads a configuration the way Mage, Singer and Stitch users write it.

A value that cannot be read stays as it is, so that `validate.py` can name it in its message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import pendulum
from airbyte_cdk.sources.declarative.transformations.config_transformations.config_transformation import (
    ConfigTransformation,
)

from source_twitter_ads.configuration.spec import CONFIG, DATE_FORM, REPORT, SETTINGS, Schema

# The published example of Mage and Stitch spells the key this way.
MISSPELT_ENTITY = "enitity"

_SEPARATORS = re.compile(r"[,\s]+")
RELATIVE_DATE = re.compile(r"([0-9]{1,4}) (day|week|month|year)s? ago")
_DATES = tuple(key for key, setting in SETTINGS.items() if setting.get("format") == "date-time")
_FLAG_WORDS = {"true": True, "false": False}


def normalise(config: Mapping[str, Any], now: datetime | None = None) -> dict[str, Any]:
    """Return a copy of the configuration with its values in the types of the spec.

    Comma-separated strings become lists, "true" becomes True, "14" becomes 14, `2026-01-01 00:00:00`
    becomes `2026-01-01T00:00:00`, `90 days ago` the date of that day, `enitity` becomes `entity`, country codes and the
    values of enums become upper case, and empty optional values are dropped so that their defaults apply. Unknown keys
    are kept untouched.

    Args:
        config: as the user wrote it.
        now: what relative dates count from; the present by default.
    """
    result = _as_object(config, CONFIG)
    codes = result.get("country_codes")
    if isinstance(codes, list):
        result["country_codes"] = list(map(_country, codes))
        if all(isinstance(code, str) for code in codes):
            result["country_codes"] = list(dict.fromkeys(result["country_codes"]))
    for key in _DATES:
        if isinstance(result.get(key), str) and not (key == "start_date" and has_periods(result)):
            result[key] = _fixed(result[key], now or datetime.now(timezone.utc))
    return result


def has_periods(config: Mapping[str, Any]) -> bool:
    """Return whether a report counts periods from start_date: these would move with it every day."""
    reports = config.get("reports")
    entries = [entry for entry in reports if isinstance(entry, Mapping)] if isinstance(reports, list) else []
    return any(entry.get("granularity") == "TOTAL" for entry in entries)


def _fixed(text: str, now: datetime) -> str:
    """Return the UTC date of `90 days ago`; another text as it is."""
    found = RELATIVE_DATE.fullmatch(text)
    if found is None:
        return text
    try:
        return pendulum.instance(now).subtract(**{f"{found[2]}s": int(found[1])}).date().isoformat()
    except (ValueError, OverflowError):
        return text


def _country(code: Any) -> Any:
    """Return a code in upper case; a name, which `validate.py` shows, as it is."""
    return code.upper() if isinstance(code, str) and len(code) == 2 else code


def _as_object(given: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in given.items():
        read = _strip(value)
        if key in schema["properties"]:
            read = _as_typed(read, schema["properties"][key])
            if key not in schema["required"] and read in (None, "", [], [""]):
                continue
        result[key] = read
    return result


def _as_typed(value: Any, setting: Schema) -> Any:
    kind = setting["type"]
    if kind == "array":
        return _as_reports(value) if setting["items"]["type"] == "object" else _as_list(value, setting["items"])
    if not isinstance(value, str):
        return value
    if setting.get("format") == "date-time":
        words = " ".join(value.lower().split())
        if RELATIVE_DATE.fullmatch(words):
            return words
        joined = value.replace(" ", "T", 1)
        return joined if DATE_FORM.fullmatch(joined) else value
    if kind == "boolean":
        return _FLAG_WORDS.get(value.lower(), value)
    if kind == "integer":
        return int(value) if re.fullmatch(r"[+-]?[0-9]{1,18}", value) else value
    return value.upper() if value.upper() in setting.get("enum", ()) else value


def _as_list(value: Any, setting: Schema) -> Any:
    """Split "id1, id2" or "id1 id2" into its parts without repeats; what is neither text nor list stays as it is."""
    if isinstance(value, str):
        value = _SEPARATORS.split(value)
    if not isinstance(value, (list, tuple)):
        return value
    unique: list[Any] = []
    for part in value:
        read = _as_typed(_strip(part), setting)
        if read not in ("", None) and read not in unique:
            unique.append(read)
    return unique


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _upper(value: Any) -> Any:
    if isinstance(value, list):
        return [part.upper() if isinstance(part, str) else part for part in value]
    return value.upper() if isinstance(value, str) else value


def _as_reports(value: Any) -> Any:
    if isinstance(value, str):
        try:
            parsed = json.loads(value)
        except (ValueError, RecursionError):
            return value
        value = parsed if isinstance(parsed, list) else value
    if not isinstance(value, list):
        return value
    return [_as_report(entry) if isinstance(entry, Mapping) else entry for entry in value]


def _as_report(entry: Mapping[str, Any]) -> dict[str, Any]:
    report = dict(entry)
    if MISSPELT_ENTITY in report:
        misspelt = _strip(report.pop(MISSPELT_ENTITY))
        entity = _strip(report.get("entity"))
        if entity in (None, ""):
            report["entity"] = misspelt
        elif misspelt not in (None, "") and _upper(misspelt) != _upper(entity):
            report[MISSPELT_ENTITY] = misspelt
    return _as_object(report, REPORT)


@dataclass
class NormaliseConfig(ConfigTransformation):
    """Lets the manifest's spec name `normalise` as one of its normalisation rules."""

    def transform(self, config: MutableMapping[str, Any]) -> None:
        """Normalise the configuration in place, as the CDK expects."""
        normalised = normalise(config)
        config.clear()
        config.update(normalised)

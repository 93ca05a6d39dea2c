# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads a configuration the way Mage, Singer and Stitch users write it.

A value that cannot be read stays as it is, so that `validate.py` can name it in its message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.declarative.transformations.config_transformations.config_transformation import (
    ConfigTransformation,
)

from source_twitter_ads.configuration.spec import CONFIG, DATE_FORM, REPORT, Schema

# The published example of Mage and Stitch spells the key this way.
MISSPELT_ENTITY = "enitity"

_SEPARATORS = re.compile(r"[,\s]+")
_FLAG_WORDS = {"true": True, "false": False}


def normalise(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the configuration with its values in the types of the spec.

    Comma-separated strings become lists, "true" becomes True, "14" becomes 14, `2026-01-01 00:00:00`
    becomes `2026-01-01T00:00:00`, `enitity` becomes `entity`, country codes and the values of enums become upper case,
    and empty optional values are dropped so that their defaults apply. Unknown keys are kept untouched.
    """
    if "country_codes" in config:
        config = {**config, "country_codes": _upper(config["country_codes"])}
    return _as_object(config, CONFIG)


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

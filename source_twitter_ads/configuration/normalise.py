# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads a configuration the way Mage, Singer and Stitch users write it.

Nothing is refused here: a value that cannot be read is left as it is, so that `validate.py` can name it in its message.
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

SECRETS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
DATES = ("start_date", "end_date")
LISTS = ("account_ids", "country_codes")
FLAGS = ("with_deleted", "sandbox")
NUMBERS = (
    "attribution_window",
    "page_size",
    "num_workers",
    "request_timeout",
    "job_timeout",
    "outage_timeout",
    "rate_limit_timeout",
)
REPORT_LISTS = ("metric_groups", "placements")

# The dates that the spec's pattern allows.
DATE_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)

# Optional keys that other tools write as "" or null when the user left them empty.
_OPTIONAL = (*LISTS, *FLAGS, *NUMBERS, "end_date", "user_agent", "base_url", "reports")
_SEPARATORS = re.compile(r"[,\s]+")
_FLAG_WORDS = {"true": True, "false": False}


def normalise(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the configuration with its values in the types of the spec.

    Comma-separated strings become lists, "true" becomes True, "14" becomes 14, `2026-01-01 00:00:00`
    becomes `2026-01-01T00:00:00`, `enitity` becomes `entity`, country codes become upper case, and empty optional
    values are dropped so that their defaults apply.

    Args:
        config: the configuration as the user gave it.

    Returns:
        A new dictionary; unknown keys are kept untouched.
    """
    result = {key: _strip(value) for key, value in config.items()}
    for key in _OPTIONAL:
        if key in result and result[key] in (None, "", [], [""]):
            del result[key]
    for key in DATES:
        if key in result:
            result[key] = _as_date(result[key])
    if "country_codes" in result:
        result["country_codes"] = _upper(result["country_codes"])
    for key in LISTS:
        if key in result:
            result[key] = as_list(result[key])
    for key in FLAGS:
        if key in result:
            result[key] = _as_flag(result[key])
    for key in NUMBERS:
        if key in result:
            result[key] = _as_number(result[key])
    if "reports" in result:
        result["reports"] = _as_reports(result["reports"])
    return {key: value for key, value in result.items() if value != [] or key not in _OPTIONAL}


def as_list(value: Any) -> Any:
    """Split "id1, id2" or "id1 id2" into its parts without repeats; what is neither text nor list stays as it is."""
    if isinstance(value, str):
        value = _SEPARATORS.split(value)
    if not isinstance(value, (list, tuple)):
        return value
    parts = [part.strip() if isinstance(part, str) else part for part in value]
    unique: list[Any] = []
    for part in parts:
        if part not in ("", None) and part not in unique:
            unique.append(part)
    return unique


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _upper(value: Any) -> Any:
    if isinstance(value, list):
        return [part.upper() if isinstance(part, str) else part for part in value]
    return value.upper() if isinstance(value, str) else value


def _as_date(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    joined = value.replace(" ", "T", 1)
    return joined if DATE_FORM.fullmatch(joined) else value


def _as_flag(value: Any) -> Any:
    return _FLAG_WORDS.get(value.lower(), value) if isinstance(value, str) else value


def _as_number(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value):
        return int(value)
    return value


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
    report = {key: _strip(value) for key, value in entry.items()}
    # The published example of Mage and Stitch spells the key this way (peers.md R18, M6).
    if "enitity" in report and report.get("entity") in (None, ""):
        report["entity"] = report.pop("enitity")
    for key in REPORT_LISTS:
        if key in report:
            report[key] = as_list(report[key])
            if report[key] in (None, []):
                del report[key]
    for key in ("segment", "granularity"):
        if report.get(key) in ("", None):
            report.pop(key, None)
    return report


@dataclass
class NormaliseConfig(ConfigTransformation):
    """Lets the manifest's spec name `normalise` as one of its normalisation rules."""

    def transform(self, config: MutableMapping[str, Any]) -> None:
        """Normalise the configuration in place.

        Args:
            config: the configuration as the user gave it; changed in place, as the CDK expects.
        """
        normalised = normalise(config)
        config.clear()
        config.update(normalised)

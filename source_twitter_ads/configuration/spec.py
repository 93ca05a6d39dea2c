# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The settings as the manifest's spec declares them: keys, types, formats, defaults, ranges and enums."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from source_twitter_ads.specification import specification

Schema = Mapping[str, Any]

CONFIG: Schema = specification().connectionSpecification
SETTINGS: Mapping[str, Schema] = CONFIG["properties"]
REPORT: Schema = SETTINGS["reports"]["items"]
REPORT_SETTINGS: Mapping[str, Schema] = REPORT["properties"]

SECRETS = tuple(key for key, setting in SETTINGS.items() if setting.get("airbyte_secret"))
DEFAULTS: Mapping[str, Any] = {key: setting["default"] for key, setting in SETTINGS.items() if "default" in setting}
DATE_FORM = re.compile(SETTINGS["start_date"]["pattern"])


def choices(key: str) -> tuple[str, ...]:
    """Return what a report's setting, such as `segment`, accepts; empty when that is any text."""
    setting = REPORT_SETTINGS[key]
    return tuple(setting.get("items", setting).get("enum", ()))


def served(key: str) -> tuple[str, ...]:
    """Return those of the choices that X serves today: the spec's examples."""
    examples = REPORT_SETTINGS[key]["examples"]
    return tuple(value for example in examples for value in ([example] if isinstance(example, str) else example))


def retired(key: str) -> tuple[str, ...]:
    """Return those of the choices that X's documents have retired; some of them still work."""
    return tuple(value for value in choices(key) if value not in served(key))

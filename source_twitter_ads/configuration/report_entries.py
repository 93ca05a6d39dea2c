# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Whether the entries of `reports` have the shape of reports; `reports/catalog.py` judges what they ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from source_twitter_ads.configuration.normalise import REPORT_LISTS
from source_twitter_ads.configuration.showing import shown

_NEEDED = {
    "name": "a text, the name of the stream",
    "entity": "what its numbers are of, a text such as CAMPAIGN or LINE_ITEM",
}
_TEXTS = {"segment": "a text such as AGE, or left out", "granularity": "DAY, HOUR or TOTAL"}


def report_entry_problems(reports: Any) -> Iterator[str]:
    """Yield one sentence for each entry, or value of an entry, that has the wrong type or is missing.

    Args:
        reports: the configuration's `reports` after `normalise`.
    """
    if not isinstance(reports, list):
        yield f"reports is {shown(reports)}: it must be a list of objects with a name and an entity."
        return
    for position, entry in enumerate(reports, start=1):
        if isinstance(entry, Mapping):
            yield from _entry_problems(f"reports: entry {position}", entry)
        else:
            yield f"reports: entry {position} is {shown(entry)}: it must be an object with a name and an entity."


def _entry_problems(where: str, entry: Mapping[str, Any]) -> Iterator[str]:
    for key, allowed in _NEEDED.items():
        if entry.get(key) in (None, ""):
            yield f"{where} has no {key}: it must be {allowed}."
    for key, allowed in {**_NEEDED, **_TEXTS}.items():
        value = entry.get(key)
        if value is not None and not isinstance(value, str):
            yield f"{where} has the {key} {shown(value)}: it must be {allowed}."
    for key in REPORT_LISTS:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            yield f"{where} has the {key} {shown(value)}: it must be a list of texts, or one text with commas between."

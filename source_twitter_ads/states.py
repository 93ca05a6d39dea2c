# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Refuses a stream state that cannot be read, and writes its cursor values in the one form that compares as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from source_twitter_ads.components.records import iso_text
from source_twitter_ads.configuration import ConfigProblem
from source_twitter_ads.engine.bookmarks import convert_cursor_values
from source_twitter_ads.streams.tweets import created_at_text

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Streams whose state is one cursor value, as other connectors and the CDK's simple cursors write it.
_CURSOR_FIELDS = ("updated_at", "created_at", "date", "start_time")


def checked_state(stream_name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stream's state with cursor values as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ` (UTC).

    Raises:
        ConfigProblem: when it has no form that `convert_cursor_values` takes; a report's may hold `jobs` too.
    """
    try:
        checked = convert_cursor_values(state, _CURSOR_FIELDS, _moment)
        if not isinstance(checked.get("jobs", []), list):
            raise ValueError(f"jobs is {checked['jobs']!r}, not a list")
    except ValueError as error:
        raise ConfigProblem(
            f"The state of stream {stream_name} cannot be read: {error}. "
            "Reset the stream, or give the state that an earlier sync printed."
        ) from error
    return checked


def _moment(name: str, value: Any) -> str:
    try:
        text = iso_text(value) or created_at_text({"created_at": value})
        text = text and iso_text(text)
    except OverflowError:
        text = None
    if text is None:
        raise ValueError(f"{name} is {value!r}, which is not a date")
    return str(value) if _DATE.fullmatch(value) else text

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Refuses a stream state that cannot be read, and writes its cursor values in the one form that compares as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from source_twitter_ads.components.retrievers import iso_text
from source_twitter_ads.configuration import ConfigProblem
from source_twitter_ads.streams.tweets import created_at_text

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Streams whose state is one cursor value, as other connectors and the CDK's simple cursors write it.
_CURSOR_FIELDS = ("updated_at", "created_at", "date", "start_time")


def checked_state(stream_name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stream's state with cursor values as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ` (UTC).

    Args:
        stream_name: the stream, for the message.
        state: per partition, `{"states": [{"partition": {...}, "cursor": {field: value}}]}`, or one value for all of
            them, `{field: value}` or `{"state": {field: value}}`; further keys stay as they are.

    Raises:
        ConfigProblem: when the state cannot be read.
    """
    try:
        checked = dict(state)
        for name in _CURSOR_FIELDS:
            if name in checked:
                checked[name] = _moment(name, checked[name])
        if "state" in checked:
            checked["state"] = _cursor(checked["state"])
        for name, check in (("states", _partitions), ("jobs", _jobs)):
            if name in checked:
                checked[name] = check(checked[name])
    except ValueError as error:
        raise ConfigProblem(
            f"The state of stream {stream_name} cannot be read: {error}. "
            "Reset the stream, or give the state that an earlier sync printed."
        ) from error
    return checked


def _partitions(entries: Any) -> list[dict[str, Any]]:
    if not isinstance(entries, list):
        raise ValueError(f"states is {entries!r}, not a list")
    return [_partition(entry) for entry in entries]


def _jobs(entries: Any) -> list[Any]:
    if not isinstance(entries, list):
        raise ValueError(f"jobs is {entries!r}, not a list")
    return entries


def _partition(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or not isinstance(entry.get("partition"), dict):
        raise ValueError(f"states holds {entry!r}, which has no partition")
    return {**entry, "cursor": _cursor(entry.get("cursor"))}


def _cursor(cursor: Any) -> dict[str, Any]:
    if not isinstance(cursor, dict):
        raise ValueError(f"a cursor is {cursor!r}, not an object")
    return {name: _moment(name, value) for name, value in cursor.items()}


def _moment(name: str, value: Any) -> str:
    try:
        text = iso_text(value) or created_at_text({"created_at": value})
        text = text and iso_text(text)
    except OverflowError:
        text = None
    if text is None:
        raise ValueError(f"{name} is {value!r}, which is no date")
    return str(value) if _DATE.fullmatch(value) else text

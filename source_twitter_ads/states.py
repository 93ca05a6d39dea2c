# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Refuses a stream state that cannot be read, and writes its cursor values in the one form that compares as text."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from source_twitter_ads.components.records import instant_text, iso_text
from source_twitter_ads.configuration import ConfigProblem
from source_twitter_ads.engine.bookmarks import START, convert_cursor_values
from source_twitter_ads.engine.failures import listed

logger = logging.getLogger("airbyte")

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Streams whose state is one cursor value, as other connectors and the CDK's simple cursors write it.
_CURSOR_FIELDS = ("updated_at", "created_at", "date", "start_time")
# Of the engine, of reports, and of the CDK, also for a stream without a cursor.
_KEYS = {*_CURSOR_FIELDS, "states", "state", "use_global_cursor", "jobs", "parent_state", "lookback_window"}
_KEYS |= {"__ab_no_cursor_state_message", "__ab_full_refresh_sync_complete"}
# How far the clock of X, or of an earlier machine, may have been ahead of the clock here.
_CLOCK_SKEW = timedelta(hours=1)


def checked_state(stream_name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stream's state with cursor values as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ` (UTC).

    A bookmark in the future is logged as a warning.

    Raises:
        ConfigProblem: when it has no form that `convert_cursor_values` takes; a report's may hold `jobs` too.
    """
    try:
        if not _KEYS & state.keys():
            raise ValueError(f"it holds {listed(sorted(state))}, which this connector does not write")
        checked = convert_cursor_values(state, _CURSOR_FIELDS, _moment)
        if not isinstance(checked.get("jobs", []), list):
            raise ValueError(f"jobs is {checked['jobs']!r}, not a list")
    except ValueError as error:
        raise ConfigProblem(
            f"The state of stream {stream_name} cannot be read: {error}. "
            "Reset the stream, or give the state that an earlier sync printed."
        ) from error
    _warn_of_future(stream_name, checked)
    return checked


def _warn_of_future(stream_name: str, state: Mapping[str, Any]) -> None:
    latest = iso_text((datetime.now(timezone.utc) + _CLOCK_SKEW).isoformat()) or ""
    entries = [*state.get("states", ()), {"cursor": {**state, **(state.get("state") or {})}, "partition": {}}]
    late: dict[str, str] = {}
    for entry in entries:
        value = max((entry["cursor"].get(name) or "" for name in _CURSOR_FIELDS), default="")
        if value > latest:
            late[str(entry["partition"].get("account_id", "all"))] = value
    if late:
        logger.warning(
            f"The bookmark of stream {stream_name}, account {listed(list(late))}, is {max(late.values())}, which lies "
            "in the future: nothing older is read. Reset the stream, or take the account's entry out of its state."
        )


def _moment(name: str, value: Any) -> str:
    if name not in (*_CURSOR_FIELDS, START):
        raise ValueError(f"a cursor holds {name}, which this connector does not write")
    text = instant_text(value)
    if text is None:
        raise ValueError(f"{name} is {value!r}, which is not a date")
    return str(value) if _DATE.fullmatch(value) else text

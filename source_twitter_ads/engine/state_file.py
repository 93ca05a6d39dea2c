# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads what an earlier sync left behind: the list that Airbyte keeps, or simply what the connector printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from airbyte_cdk.models import AirbyteStateMessage, AirbyteStateMessageSerializer, Type

_OTHER_MESSAGES = frozenset(kind.value for kind in Type) - {Type.STATE.value}


def states_of(text: str) -> list[AirbyteStateMessage]:
    """Return the states in a text, in their order; of several of one stream the last one counts.

    Args:
        text: a JSON list of states or of STATE messages, one of these alone, or the lines that a sync printed, of which
            the last one may be cut off, as a killed process leaves it. Nothing is no state.

    Raises:
        ValueError: when it is something else; says what, in one line.
    """
    return [_loaded(entry) for entry in _entries(text) if not _is_other(entry)]


def _entries(text: str) -> list[Any]:
    if not text.strip():
        return []
    try:
        document = json.loads(text)
    except ValueError as error:
        if not _is_json(text.lstrip().split("\n", 1)[0]):
            raise ValueError(f"it is not valid JSON: {error}") from error
        return list(_lines(text))
    if isinstance(document, list):
        return document
    return [document] if document else []


def _lines(text: str) -> Iterator[Any]:
    lines = text.rstrip().split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line) if line.strip() else None
        except ValueError as error:
            if number == len(lines):
                return
            raise ValueError(f"line {number} is not valid JSON: {error}") from error
        if entry is not None and not _is_other(entry):
            yield entry


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _is_other(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("type") in _OTHER_MESSAGES


def _loaded(entry: Any) -> AirbyteStateMessage:
    content = entry.get("state") if isinstance(entry, dict) and entry.get("type") == Type.STATE.value else entry
    try:
        state: AirbyteStateMessage = AirbyteStateMessageSerializer.load(content)
    except Exception as error:
        raise ValueError(f"{json.dumps(content)[:60]} is no Airbyte state: {' '.join(str(error).split())}") from error
    if not (state.stream or state.global_ or state.data):
        raise ValueError(f"{json.dumps(content)[:60]} is an Airbyte state of no stream")
    return state

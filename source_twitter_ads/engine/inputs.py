# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads the files that a command names, and says in one sentence what is wrong with one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    FailureType,
    Type,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

_OTHER_MESSAGES = frozenset(kind.value for kind in Type) - {Type.STATE.value}


class InputProblem(AirbyteTracedException):
    """A file or a catalog that cannot be used: an error of the user, not worth another try.

    Args:
        message: what is wrong and what to do, for the user.
    """

    def __init__(self, message: str) -> None:
        super().__init__(internal_message=message, message=message, failure_type=FailureType.config_error)


def read_config(path: str) -> dict[str, Any]:
    """Read a configuration.

    Raises:
        InputProblem: when the file is missing, or does not hold a JSON object.
    """
    return _read_object(path, "config")


def read_catalog(path: str) -> ConfiguredAirbyteCatalog:
    """Read a configured catalog.

    Raises:
        InputProblem: when the file is missing, or holds something else.
    """
    content = _read_object(path, "catalog")
    try:
        catalog: ConfiguredAirbyteCatalog = ConfiguredAirbyteCatalogSerializer.load(content)
    except Exception as error:
        raise InputProblem(f"The catalog file {path} is no configured Airbyte catalog: {error}.") from error
    return catalog


def read_states(path: str) -> list[AirbyteStateMessage]:
    """Read the states of an earlier sync, in any form that `states_of` takes.

    Raises:
        InputProblem: when the file is missing, or holds something else.
    """
    try:
        return states_of(_read_text(path, "state"))
    except ValueError as error:
        raise InputProblem(
            f"The state file {path} cannot be used: {error}. Give the STATE lines that an earlier sync printed, or a "
            "JSON list of Airbyte states."
        ) from error


def _read_text(path: str, what: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputProblem(f"The {what} file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputProblem(f"The {what} file {path} is not text in UTF-8: {error.reason}.") from error


def _read_object(path: str, what: str) -> dict[str, Any]:
    try:
        content = json.loads(_read_text(path, what))
    except ValueError as error:
        raise InputProblem(f"The {what} file {path} is not valid JSON: {error}.") from error
    if not isinstance(content, dict):
        raise InputProblem(f"The {what} file {path} must hold a JSON object.")
    return content


def states_of(text: str) -> list[AirbyteStateMessage]:
    """Return the states in a text, in their order; of several of one stream the last one counts.

    Args:
        text: a JSON list of states or of STATE messages, one of these alone, or the lines that a sync printed; a
            killed process may have cut off the last one. An empty text holds no state.

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

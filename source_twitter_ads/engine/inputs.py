# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads the files that a command names, and says in one sentence what is wrong with one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
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

# A line such as `key: value`, perhaps after comments or a beginning of a document.
_YAML = re.compile(r"(?:\s*#.*\n|---\s*\n|\s*\n)*\s*(?:- )?[\w\"'-]+:(?:\s|$)")
_ENTRY = (
    'Each of its "streams" is {"stream": an entry of discover\'s catalog, "sync_mode": "incremental" or '
    '"full_refresh", "destination_sync_mode": "append"}.'
)
_CONFIGURE = f"make a configured catalog of what discover prints. {_ENTRY}"
_OTHER_MESSAGES = frozenset(kind.value for kind in Type) - {Type.STATE.value}


class InputProblem(AirbyteTracedException):
    """A file or a catalog that cannot be used; the message tells the user what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(internal_message=message, message=message, failure_type=FailureType.config_error)


def read_config(config_path: str) -> dict[str, Any]:
    """Read a configuration; raises InputProblem when the file is missing, or does not hold a JSON object."""
    return _object(_read_text(config_path, "config"), config_path, "config")


def read_catalog(catalog_path: str) -> ConfiguredAirbyteCatalog:
    """Read a configured catalog; raises InputProblem when the file is missing, or holds something else."""
    text = _read_text(catalog_path, "catalog")
    if '"CATALOG"' in text and any(_kind(line) == Type.CATALOG.value for line in text.split("\n")):
        raise InputProblem(f"The catalog file {catalog_path} is the output of discover: {_CONFIGURE}")
    content = _object(text, catalog_path, "catalog")
    entries = content.get("streams")
    first = entries[0] if isinstance(entries, list) and entries and isinstance(entries[0], dict) else {}
    if entries == []:
        raise InputProblem(f"The catalog file {catalog_path} names no stream, so that nothing would be read. {_ENTRY}")
    if "tap_stream_id" in first:
        raise InputProblem(f"The catalog file {catalog_path} is a Singer catalog: run discover, and {_CONFIGURE}")
    if "json_schema" in first:
        raise InputProblem(f"The catalog file {catalog_path} is not configured: {_CONFIGURE}")
    try:
        catalog: ConfiguredAirbyteCatalog = ConfiguredAirbyteCatalogSerializer.load(content)
    except Exception as error:
        reason = str(error).split("\n")[0]
        message = f"The catalog file {catalog_path} is not a configured Airbyte catalog: {reason}. {_ENTRY}"
        raise InputProblem(message) from error
    return catalog


def read_states(state_path: str) -> list[AirbyteStateMessage]:
    """Read the states of an earlier sync, as `states_of` does; none for an empty path.

    Raises:
        InputProblem: when the file is missing, or holds something else.
    """
    try:
        return states_of(_read_text(state_path, "state") if state_path else "")
    except ValueError as error:
        raise InputProblem(
            f"The state file {state_path} cannot be used: {error}. "
            "Give the STATE lines that an earlier sync printed, or a JSON list of Airbyte states."
        ) from error


def _read_text(path: str, what: str) -> str:
    try:
        # Some editors begin a file with a byte order mark.
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputProblem(f"The {what} file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputProblem(f"The {what} file {path} is not text in UTF-8: {error.reason}; save it as UTF-8.") from error


def _object(text: str, path: str, what: str) -> dict[str, Any]:
    if not text.strip():
        raise InputProblem(f"The {what} file {path} is empty: it must hold a JSON object.")
    try:
        content = json.loads(text)
    except ValueError as error:
        hint = " It looks like YAML: write it as JSON." if _YAML.match(text) else ""
        raise InputProblem(f"The {what} file {path} is not valid JSON: {error}.{hint}") from error
    if not isinstance(content, dict):
        raise InputProblem(f"The {what} file {path} must hold a JSON object.")
    return content


def _kind(line: str) -> Any:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message.get("type") if isinstance(message, dict) else None


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
    try:
        document = json.loads(text.strip() or "[]")
    except ValueError as error:
        return _entries_of_lines(text.strip().split("\n"), error)
    if isinstance(document, list):
        return document
    return [document] if document else []


def _entries_of_lines(lines: list[str], whole_text_error: ValueError) -> list[Any]:
    entries = []
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line) if line.strip() else None
        except ValueError as error:
            if number == 1:
                raise ValueError(f"it is not valid JSON: {whole_text_error}") from error
            if number < len(lines):
                raise ValueError(f"line {number} is not valid JSON: {error}") from error
            break
        # At once: the lines of a sync are mostly records.
        if entry is not None and not _is_other(entry):
            entries.append(entry)
    return entries


def _is_other(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("type") in _OTHER_MESSAGES


def _loaded(entry: Any) -> AirbyteStateMessage:
    content = entry.get("state") if isinstance(entry, dict) and entry.get("type") == Type.STATE.value else entry
    shown = json.dumps(entry)[:60]
    if isinstance(entry, dict) and ("bookmarks" in entry or "bookmarks" in (entry.get("value") or ())):
        raise ValueError(f"{shown} is the state of a Singer tap, which is not understood")
    try:
        state: AirbyteStateMessage = AirbyteStateMessageSerializer.load(content)
    except Exception as error:
        raise ValueError(f"{shown} is not an Airbyte state: {' '.join(str(error).split())}") from error
    if problem := _problem_of(state):
        raise ValueError(f"{shown} is {problem}")
    return state


def _problem_of(state: AirbyteStateMessage) -> str:
    if state.global_ or (state.data and not state.stream):
        return f"a {'GLOBAL' if state.global_ else 'LEGACY'} state, which other connectors write"
    return "" if state.stream else "an Airbyte state of no stream"


def require_own(states: Iterable[AirbyteStateMessage]) -> None:
    """Raise InputProblem for a state that is not one of a stream."""
    for state in states:
        if problem := _problem_of(state):
            raise InputProblem(f"The state is {problem}: give the states that an earlier sync printed, or none.")

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The differences between two catalogs that break users of the older one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Shape = Mapping[str, Any]


def catalog_breaks(released: Shape, present: Shape) -> list[str]:
    """One line per stream, field, key, cursor or sync mode that is gone or has changed."""
    return [line for name, stream in released.items() for line in _stream_breaks(name, stream, present.get(name))]


def _stream_breaks(name: str, released: Shape, present: Shape | None) -> Iterator[str]:
    if present is None:
        yield f"stream {name} is gone"
        return
    for key in ("primary_key", "cursor_field"):
        if present[key] != released[key]:
            yield f"{key} of {name} was {released[key]}, is {present[key]}"
    if not set(released["sync_modes"]) <= set(present["sync_modes"]):
        yield f"sync_modes of {name} were {released['sync_modes']}, are {present['sync_modes']}"
    for path, kind in released["fields"].items():
        now = present["fields"].get(path)
        if now is None:
            yield f"field {name}.{path} is gone"
        elif now != kind:
            yield f"field {name}.{path} was {kind}, is {now}"

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Renew integration_tests/snapshots: the spec and catalog that the next release must stay compatible with.

Usage: python -m tools.snapshots
Run it when a version is released, never to make a failing compatibility test pass: a change that breaks users wants a
new major version with an entry in metadata.yaml's breakingChanges.
"""

from __future__ import annotations

from typing import Any

import yaml

from tools.discovered import INTEGRATION_TESTS, REPOSITORY, Json, spec, streams, write_json

SNAPSHOTS = INTEGRATION_TESTS / "snapshots"


def version() -> str:
    """The version in metadata.yaml."""
    metadata = yaml.safe_load((REPOSITORY / "metadata.yaml").read_text(encoding="utf-8"))
    return str(metadata["data"]["dockerImageTag"])


def catalog_shape(discovered: list[Json]) -> Json:
    """What users depend on: stream → keys, cursor, sync modes, and the type of each field at any depth."""
    return {
        stream["name"]: {
            "primary_key": stream.get("source_defined_primary_key") or [],
            "cursor_field": stream.get("default_cursor_field") or [],
            "sync_modes": sorted(stream["supported_sync_modes"]),
            "fields": dict(sorted(field_types(stream["json_schema"]).items())),
        }
        for stream in sorted(discovered, key=lambda stream: str(stream["name"]))
    }


def field_types(schema: Json, path: str = "") -> dict[str, str]:
    """Path → types and format of every field, for instance `components[].label` → `null|string`."""
    found: dict[str, str] = {}
    for name, child in schema.get("properties", {}).items():
        found[f"{path}{name}"] = _type(child)
        found.update(field_types(child, f"{path}{name}."))
    if "items" in schema:
        found[f"{path.removesuffix('.')}[]"] = _type(schema["items"])
        found.update(field_types(schema["items"], f"{path.removesuffix('.')}[]."))
    return found


def _type(schema: Json) -> str:
    types: Any = schema["type"]
    text = "|".join(sorted([types] if isinstance(types, str) else types))
    return f"{text} ({schema['format']})" if "format" in schema else text


def main() -> None:
    """Write both snapshots."""
    SNAPSHOTS.mkdir(exist_ok=True)
    write_json(SNAPSHOTS / "spec.json", {"version": version(), "connectionSpecification": spec()})
    write_json(SNAPSHOTS / "catalog.json", {"version": version(), "streams": catalog_shape(streams())})


if __name__ == "__main__":
    main()

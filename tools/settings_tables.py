# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Write the tables of settings in docs/integrations/sources/twitter-ads.md from the spec.

Usage: python -m tools.settings_tables
unit_tests/test_settings_tables.py fails when the page differs from the spec.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from source_twitter_ads.configuration.spec import CONFIG, REPORT, served
from tools.discovered import REPOSITORY

PAGE = REPOSITORY / "docs" / "integrations" / "sources" / "twitter-ads.md"
HEAD = "| Setting | Default | Allowed | Meaning |\n| :--- | :--- | :--- | :--- |\n"


def page(text: str) -> str:
    """Return a page with its two tables rewritten: the settings, then the settings of a report."""
    tables = iter((table(CONFIG), table(REPORT)))
    return re.sub(re.escape(HEAD) + r"(\|.*\n)*", lambda _: next(tables), text)


def table(schema: Mapping[str, Any]) -> str:
    """Return one row per setting, in the order of Airbyte's form."""
    settings = sorted(schema["properties"].items(), key=lambda item: int(item[1]["order"]))
    rows = (" ".join([*(f"| {cell}".rstrip() for cell in _cells(schema, *one)), "|\n"]) for one in settings)
    return HEAD + "".join(rows)


def _cells(schema: Mapping[str, Any], key: str, setting: Mapping[str, Any]) -> Iterator[str]:
    yield f"`{key}`"
    yield "required" if key in schema["required"] else _default(setting.get("default"))
    yield _allowed(key, setting)
    yield str(setting["description"])


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, str):
        return f"`{value}`"
    return "" if value is None else str(value)


def _allowed(key: str, setting: Mapping[str, Any]) -> str:
    if "minimum" in setting:
        return f"{setting['minimum']} to {setting['maximum']}"
    if "enum" in setting.get("items", setting):
        return ", ".join(served(key))
    if setting["type"] == "boolean":
        return "true, false"
    return str(setting.get("pattern_descriptor", ""))


def main() -> None:
    """Write the tables."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

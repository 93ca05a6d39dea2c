# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The programs that are compared, as command lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Contender
from integration_tests.connector import configured_catalog
from x_ads_emulator.client import Emulator

OURS, BARE, STOCK, SINGER, SERVER = "source-twitter-ads", "bare loop", "stock low-code", "tap-twitter-ads", "server"


def ours(
    folder: Path,
    config: Mapping[str, Any],
    catalog: Mapping[str, Any] | None = None,
    state: Sequence[Mapping[str, Any]] | None = None,
) -> Contender:
    """The connector; it reads the line items unless a catalog says otherwise."""
    words = ["read", *_file(folder, "config", config), *_file(folder, "catalog", catalog or _line_items())]
    more = _file(folder, "state", state) if state is not None else []
    return Contender(OURS, [sys.executable, "-m", "source_twitter_ads.run", *words, *more])


def stock(folder: Path, config: Mapping[str, Any], account_ids: Sequence[str], repeats: int) -> Contender:
    """A stock low-code connector of the line items."""
    named = {**config, "account_ids": list(account_ids)}
    words = ["read", *_file(folder, "stock_config", named), *_file(folder, "stock_catalog", _line_items())]
    return Contender(STOCK, [sys.executable, "-m", "benchmarks.stock.run", *words], repeats=repeats)


def bare(emulator: Emulator, account_ids: Sequence[str]) -> Contender:
    """The bare loop over the line items of some accounts."""
    words = [sys.executable, "-m", "benchmarks.bare_loop", emulator.base_url, ",".join(account_ids)]
    return Contender(BARE, words)


def server(emulator: Emulator, account_ids: Sequence[str]) -> Contender:
    """The downloads alone, which show the server's own speed; its records are pages."""
    return Contender(SERVER, [*bare(emulator, account_ids).command, "--download-only"])


def bare_report(folder: Path, account_id: str, urls: Sequence[str]) -> Contender:
    """The bare loop over result files."""
    path = folder / "urls.txt"
    path.write_text("\n".join(urls), encoding="utf-8")
    return Contender(BARE, [sys.executable, "-m", "benchmarks.bare_report", account_id, str(path)])


def report_catalog(*names: str, cursor_field: str = "date") -> list[dict[str, Any]]:
    """Entries of a configured catalog for reports; the connector does not read the schema."""
    return [
        {
            "stream": {
                "name": name,
                "json_schema": {},
                "supported_sync_modes": ["full_refresh", "incremental"],
                "source_defined_cursor": True,
                "default_cursor_field": [cursor_field],
            },
            "sync_mode": "incremental",
            "destination_sync_mode": "append",
        }
        for name in names
    ]


def _line_items() -> dict[str, Any]:
    return configured_catalog(["line_items"])


def _file(folder: Path, name: str, content: Any) -> list[str]:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return [f"--{name.removeprefix('stock_')}", str(path)]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A connector whose stream `spend` never ends, started in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from airbyte_cdk.models import SyncMode
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.engine.command_line import run_command
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.source import PagedSource
from source_twitter_ads.engine.streams import PagedStream, python_stream
from unit_tests.engine.bookshop import MANIFEST
from unit_tests.engine.test_streams import SLICE, Spend

ROOT = Path(__file__).parents[2]
CATALOG = {
    "streams": [
        {
            "stream": {"name": "spend", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "append",
        }
    ]
}
CONFIG = {"url": "http://localhost", "token": "librarian"}


class Endless(Spend):
    """Yields pages for ever; a record is as long as LENGTH says."""

    def read_records(self, sync_mode: SyncMode, stream_slice: StreamSlice) -> Iterable[Any]:
        record = {"id": 1, "text": "x" * int(os.environ["LENGTH"])}
        while True:
            yield Page("spend", [record] * 50, SLICE)


class Source(PagedSource):
    """Has the one stream."""

    def build(
        self, config: Mapping[str, Any], names: Collection[str] | None, repository: MessageRepository
    ) -> list[PagedStream]:
        return [python_stream(Endless(), self.bookmarks("spend", "date", repository))]


def started(folder: Path, length: int = 100, **options: Any) -> subprocess.Popen[bytes]:
    """A read whose output is a pipe, unless `options` of Popen say otherwise."""
    for name, content in (("config", CONFIG), ("catalog", CATALOG)):
        (folder / f"{name}.json").write_text(json.dumps(content))
    words = [sys.executable, "-m", "unit_tests.engine.endless", "read"]
    words += ["--config", str(folder / "config.json"), "--catalog", str(folder / "catalog.json")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LENGTH": str(length)}
    return subprocess.Popen(words, **{"stdout": subprocess.PIPE, "cwd": ROOT, "env": environment, **options})


if __name__ == "__main__":
    run_command("source-endless", lambda **inputs: Source(str(MANIFEST), **inputs))

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The engine reads a manifest of stock components that has nothing to do with X, and agrees with the stock CDK."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteMessageSerializer,
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
)
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.utils.constants import ENV_REQUEST_CACHE_PATH

from unit_tests.engine import bookshop
from unit_tests.engine.bookshop import MANIFEST, Bookshop, served

ROOT = Path(__file__).parents[2]
STREAMS = {"shops": "full_refresh", "orders": "incremental", "prices": "incremental"}
CATALOG = {
    "streams": [
        {
            "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]},
            "sync_mode": sync_mode,
            "destination_sync_mode": "append",
        }
        for name, sync_mode in STREAMS.items()
    ]
}
CONFIGURED: ConfiguredAirbyteCatalog = ConfiguredAirbyteCatalogSerializer.load(CATALOG)


class Output:
    """What a sync printed: records by stream, the last state of each, and the statuses."""

    def __init__(self, messages: Iterable[dict[str, Any]]) -> None:
        self.records: dict[str, list[dict[str, Any]]] = {name: [] for name in STREAMS}
        self.states: dict[str, dict[str, Any]] = {}
        self.statuses: dict[str, list[str]] = {name: [] for name in STREAMS}
        for message in messages:
            if message["type"] == "RECORD":
                self.records[message["record"]["stream"]].append(message["record"]["data"])
            elif message["type"] == "STATE":
                self.states[message["state"]["stream"]["stream_descriptor"]["name"]] = message["state"]
            elif "stream_status" in message.get("trace", {}):
                status = message["trace"]["stream_status"]
                self.statuses[status["stream_descriptor"]["name"]].append(status["status"])

    def ids(self, stream: str) -> list[int]:
        return sorted(record["id"] for record in self.records[stream])

    def bookmarks(self) -> dict[int, str]:
        """The bookmark of each shop's orders."""
        entries = self.states["orders"]["stream"]["stream_state"]["states"]
        return {entry["partition"]["shop_id"]: entry["cursor"]["changed_at"] for entry in entries}

    def input(self) -> list[AirbyteStateMessage]:
        """The states, for the next sync."""
        return [AirbyteStateMessageSerializer.load(state) for state in self.states.values()]


def dumped(messages: Iterable[AirbyteMessage]) -> Iterator[dict[str, Any]]:
    return (json.loads(json.dumps(AirbyteMessageSerializer.dump(message))) for message in messages)


def by_the_engine(config: Any, state: list[AirbyteStateMessage] | None = None) -> Output:
    source = bookshop.source(catalog=CONFIGURED, config=config, state=state)
    return Output(dumped(source.read(logging.getLogger("airbyte"), config, CONFIGURED, state)))


def by_the_cdk(config: Any, state: list[AirbyteStateMessage] | None = None) -> Output:
    source = YamlDeclarativeSource(str(MANIFEST), catalog=CONFIGURED, config=config, state=state)
    return Output(dumped(source.read(logging.getLogger("airbyte"), config, CONFIGURED, state)))


@pytest.fixture
def shop() -> Bookshop:
    return Bookshop()


@pytest.fixture
def config(shop: Bookshop, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    # A command that ran in this process before leaves a cache of the parent's responses there.
    monkeypatch.delenv(ENV_REQUEST_CACHE_PATH, raising=False)
    with served(shop) as config:
        yield config


def assert_same(ours: Output, stock: Output, shop: Bookshop) -> None:
    """Records, statuses and bookmarks are equal; a shop without orders has none, and there is no global cursor."""
    for stream in STREAMS:
        assert sorted(ours.records[stream], key=lambda r: r["id"]) == sorted(
            stock.records[stream], key=lambda r: r["id"]
        )
    assert ours.statuses == stock.statuses
    assert ours.states["shops"] == stock.states["shops"]
    assert ours.states["prices"] == stock.states["prices"]
    with_orders = {order["shop_id"] for order in shop.records["orders"]}
    assert ours.bookmarks() == {shop_id: at for shop_id, at in stock.bookmarks().items() if shop_id in with_orders}
    assert ours.bookmarks().keys() == with_orders


@pytest.mark.timeout(60)
def test_given_stock_components_when_read_twice_then_records_and_states_are_the_cdks(
    shop: Bookshop, config: dict[str, Any]
) -> None:
    ours, stock = by_the_engine(config), by_the_cdk(config)
    assert_same(ours, stock, shop)
    assert all(ours.ids(stream) == [record["id"] for record in shop.records[stream]] for stream in STREAMS)

    for shop_id in (1, 2, 4):
        shop.add("orders", shop_id, "2025-12-24T18:00:00Z")
    shop.add("prices", None, "2025-12-24T18:00:00Z")
    again, stock_again = by_the_engine(config, ours.input()), by_the_cdk(config, stock.input())

    assert_same(again, stock_again, shop)
    assert len(again.records["orders"]) < len(ours.records["orders"])
    assert {1, 2, 4} == {order["shop_id"] for order in again.records["orders"] if order["changed_at"][5:] > "12-24"}


@pytest.mark.timeout(60)
def test_given_a_shop_that_appears_later_when_read_again_then_its_history_comes(
    shop: Bookshop, config: dict[str, Any]
) -> None:
    """The reason for `BookmarkCursor`: the CDK's cursor gives the shop the bookmark of all others."""
    first = by_the_engine(config)
    shop.records["shops"].append({"id": 99, "name": "The new one"})
    shop.add("orders", 99, "2025-01-02T00:00:00Z")

    second = by_the_engine(config, first.input())

    assert [order["id"] for order in second.records["orders"] if order["shop_id"] == 99] == [
        len(shop.records["orders"])
    ]


def test_given_a_wrong_token_when_checked_then_the_stock_check_says_so(config: dict[str, Any]) -> None:
    logger = logging.getLogger("airbyte")
    assert bookshop.source().check(logger, config).status.value == "SUCCEEDED"
    assert bookshop.source().check(logger, {**config, "token": "thief"}).status.value == "FAILED"


def started(folder: Path, config: dict[str, Any], *more: str) -> subprocess.Popen[bytes]:
    """A read by the sample of engine/README.md, in a process of its own."""
    readme = (ROOT / "source_twitter_ads/engine/README.md").read_text(encoding="utf-8")
    (folder / "main.py").write_text(readme.split("```python\n")[1].split("```")[0])
    shutil.copy(MANIFEST, folder / "manifest.yaml")
    words = [sys.executable, "main.py", "read", *more]
    for name, content in (("config", config), ("catalog", CATALOG)):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(content))
        words += [f"--{name}", str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(words, stdout=subprocess.PIPE, cwd=folder, env=environment)


@pytest.mark.timeout(60)
def test_given_a_kill_in_the_middle_when_resumed_then_nothing_is_lost(
    shop: Bookshop, config: dict[str, Any], tmp_path: Path
) -> None:
    shop.page_seconds = 0.05
    killed = tmp_path / "killed.jsonl"
    with started(tmp_path, config) as process, killed.open("wb") as file:
        assert process.stdout is not None
        for line in process.stdout:
            file.write(line)
            if line.startswith(b'{"type":"STATE"') and b'"orders"' in line:
                process.kill()
    assert process.returncode == -9
    before = Output(json.loads(line) for line in killed.read_bytes().split(b"\n") if line.endswith(b"}"))
    assert 0 < len(before.records["orders"]) < len(shop.records["orders"])

    shop.page_seconds = 0.0
    with started(tmp_path, config, "--state", str(killed)) as process:
        assert process.stdout is not None
        after = Output(json.loads(line) for line in process.stdout.read().split(b"\n") if line)
    assert process.returncode == 0

    for stream in STREAMS:
        rows = {record["id"]: record for record in before.records[stream] + after.records[stream]}
        assert sorted(rows.values(), key=lambda row: row["id"]) == shop.records[stream]
    assert after.bookmarks() == by_the_engine(config).bookmarks()

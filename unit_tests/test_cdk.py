# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Pins what the connector uses of the CDK's protected parts: engine/ alone uses any.

A test that fails after an update of the CDK says which of its members went away or changed.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.sources.concurrent_source.concurrent_read_processor import ConcurrentReadProcessor
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.concurrent_source.thread_pool_manager import ThreadPoolManager
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository
from airbyte_cdk.sources.streams.concurrent.partition_reader import PartitionReader
from airbyte_cdk.utils.memory_monitor import MemoryMonitor

PACKAGE = Path(__file__).parents[1] / "source_twitter_ads"
METHODS = [
    (ConcurrentReadProcessor, "on_exception", ["exception"]),
    (ConcurrentReadProcessor, "is_done", []),
    (ConcurrentReadProcessor, "_flag_exception", ["stream_name", "exception"]),
    (ConcurrentSource, "_submit_initial_partition_generators", ["concurrent_stream_processor"]),
    (ConcurrentSource, "_consume_from_queue", ["queue", "concurrent_stream_processor"]),
    (ConcurrentSource, "_handle_item", ["queue_item", "concurrent_stream_processor"]),
    (ThreadPoolManager, "_shutdown", []),
    (ThreadPoolManager, "check_for_errors_and_shutdown", []),
    (ConcurrentMessageRepository, "_put_on_queue", ["message"]),
    (ConcurrentMessageRepository, "emit_message", ["message"]),
    (ConcurrentMessageRepository, "log_message", ["level", "message_provider"]),
    (PartitionReader, "process_partition", ["partition", "cursor"]),
    (ConcurrentDeclarativeSource, "_migrate_and_transform_config", ["config_path", "config"]),
    (ConcurrentDeclarativeSource, "configure", ["config", "temp_dir"]),
    (ConnectorStateManager, "get_stream_state", ["stream_name", "namespace"]),
    (ConnectorStateManager, "update_state_for_stream", ["stream_name", "namespace", "value"]),
    (AirbyteEntrypoint, "run", ["parsed_args"]),
    (AirbyteEntrypoint, "_emit_queued_messages", ["source"]),
    (AirbyteEntrypoint, "read", ["source_spec", "config", "catalog", "state"]),
    (AirbyteEntrypoint, "handle_record_counts", ["message", "stream_message_count"]),
    (AirbyteEntrypoint, "set_up_secret_filter", ["config", "connection_specification"]),
    (AirbyteEntrypoint, "validate_connection", ["source_spec", "config"]),
    (AirbyteEntrypoint, "airbyte_message_to_string", ["airbyte_message"]),
    (MemoryMonitor, "check_memory_usage", []),
]
ATTRIBUTES = [
    (ConcurrentReadProcessor, "_record_counter"),
    (ConcurrentReadProcessor, "_stream_name_to_instance"),
    (ConcurrentReadProcessor, "_message_repository"),
    (ConcurrentReadProcessor, "_logger"),
    (ConcurrentReadProcessor, "_exceptions_per_stream_name"),
    (ConcurrentSource, "_queue"),
    (ConcurrentSource, "_logger"),
    (ConcurrentSource, "_threadpool"),
    (ConcurrentSource, "_message_repository"),
    (ConcurrentSource, "_initial_number_partitions_to_generate"),
    (ConcurrentMessageRepository, "_queue"),
    (ConcurrentMessageRepository, "_consumer_thread_id"),
    (ConcurrentMessageRepository, "_pending"),
    (ConcurrentDeclarativeSource, "_config"),
    (ConcurrentDeclarativeSource, "_config_for_validation"),
    (ConcurrentDeclarativeSource, "_connector_state_manager"),
    (ConcurrentDeclarativeSource, "_constructor"),
    (ConcurrentDeclarativeSource, "_message_repository"),
    (ConnectorStateManager, "per_stream_states"),
    (AirbyteEntrypoint, "_memory_monitor"),
    (MemoryMonitor, "_message_count"),
]


def foreign_members(path: Path) -> set[str]:
    """Protected members that a file uses and does not make itself."""
    used: set[str] = set()
    made: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            (made if isinstance(node.ctx, ast.Store) else used).add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
    return used - made - {"_exit"}


def parameters(function: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


class TestCdk:
    @pytest.mark.parametrize(("owner", "method", "expected"), METHODS)
    def test_given_this_cdk_when_a_method_is_looked_up_then_it_takes_what_it_is_given(
        self, owner: type, method: str, expected: list[str]
    ) -> None:
        found = getattr(owner, method, None)
        assert found is not None, f"{owner.__name__}.{method} is gone from the CDK: engine/ relies on it"
        assert parameters(found) == expected, f"{owner.__name__}.{method} of the CDK takes other arguments: see engine/"

    @pytest.mark.parametrize(("owner", "attribute"), ATTRIBUTES)
    def test_given_this_cdk_when_an_attribute_is_looked_up_then_its_constructor_sets_it(
        self, owner: type, attribute: str
    ) -> None:
        assert f"self.{attribute}" in inspect.getsource(owner.__init__), (
            f"{owner.__name__}.{attribute} is gone from the CDK: engine/ relies on it"
        )

    def test_given_the_engine_when_searched_then_each_protected_member_is_pinned(self) -> None:
        pinned = {name for _, name, *_ in (*METHODS, *ATTRIBUTES)}
        used = set().union(*map(foreign_members, (PACKAGE / "engine").glob("*.py")))
        assert used <= pinned
        assert {"_config", "_connector_state_manager", "_memory_monitor", "_queue"} <= pinned

    def test_given_the_other_packages_when_searched_then_they_use_none(self) -> None:
        # `streams/tweets.py` uses what `streams/base.py` makes.
        made_by_base = {"_services"}
        files = [path for path in PACKAGE.rglob("*.py") if path.parent.name != "engine"]
        assert {path.name: found for path in files if (found := foreign_members(path) - made_by_base)} == {}

    def test_given_this_cdk_when_its_queue_is_consumed_then_a_falsy_item_would_end_it(self) -> None:
        """The reason for `Page.__bool__`; should this change, the method can go."""
        source = inspect.getsource(ConcurrentSource._consume_from_queue)
        assert "while" in source
        assert ":= queue.get()" in source

    def test_given_this_cdk_when_a_partition_ends_then_it_is_closed_first(self) -> None:
        source = inspect.getsource(PartitionReader.process_partition)
        assert source.index("cursor.observe") < source.index("cursor.close_partition") < source.index("IS_SUCCESSFUL")

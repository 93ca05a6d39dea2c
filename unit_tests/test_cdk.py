# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Pins what the connector uses of the CDK's protected parts.

A test that fails after an update of the CDK says which of its members went away or changed, and which file of the
connector relies on it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
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

ENGINE, SOURCE, COMMANDS = "engine/concurrency.py", "source.py", "command_line.py"


def parameters(function: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


class TestCdk:
    @pytest.mark.parametrize(
        ("owner", "method", "expected", "user"),
        [
            (ConcurrentReadProcessor, "on_exception", ["exception"], ENGINE),
            (ConcurrentReadProcessor, "is_done", [], ENGINE),
            (ConcurrentReadProcessor, "_flag_exception", ["stream_name", "exception"], ENGINE),
            (ConcurrentSource, "_submit_initial_partition_generators", ["concurrent_stream_processor"], ENGINE),
            (ConcurrentSource, "_consume_from_queue", ["queue", "concurrent_stream_processor"], ENGINE),
            (ConcurrentSource, "_handle_item", ["queue_item", "concurrent_stream_processor"], ENGINE),
            (ThreadPoolManager, "submit", ["function", "args"], ENGINE),
            (ThreadPoolManager, "_shutdown", [], ENGINE),
            (ThreadPoolManager, "check_for_errors_and_shutdown", [], ENGINE),
            (ConcurrentMessageRepository, "_put_on_queue", ["message"], ENGINE),
            (ConcurrentMessageRepository, "emit_message", ["message"], ENGINE),
            (ConcurrentMessageRepository, "log_message", ["level", "message_provider"], ENGINE),
            (PartitionReader, "process_partition", ["partition", "cursor"], ENGINE),
            (ConcurrentDeclarativeSource, "_select_streams", ["streams", "configured_catalog"], SOURCE),
            (ConcurrentDeclarativeSource, "_migrate_and_transform_config", ["config_path", "config"], SOURCE),
            (ConcurrentDeclarativeSource, "configure", ["config", "temp_dir"], SOURCE),
            (ConnectorStateManager, "get_stream_state", ["stream_name", "namespace"], SOURCE),
            (AirbyteEntrypoint, "handle_record_counts", ["message", "stream_message_count"], COMMANDS),
            (AirbyteEntrypoint, "set_up_secret_filter", ["config", "connection_specification"], COMMANDS),
            (AirbyteEntrypoint, "validate_connection", ["source_spec", "config"], COMMANDS),
            (AirbyteEntrypoint, "airbyte_message_to_string", ["airbyte_message"], COMMANDS),
        ],
    )
    def test_given_this_cdk_when_a_method_is_looked_up_then_it_takes_what_the_connector_gives(
        self, owner: type, method: str, expected: list[str], user: str
    ) -> None:
        found = getattr(owner, method, None)
        assert found is not None, f"{owner.__name__}.{method} is gone from the CDK: {user} relies on it"
        assert parameters(found) == expected, f"{owner.__name__}.{method} of the CDK takes other arguments: see {user}"

    @pytest.mark.parametrize(
        ("owner", "attribute", "user"),
        [
            (ConcurrentReadProcessor, "_record_counter", ENGINE),
            (ConcurrentReadProcessor, "_stream_name_to_instance", ENGINE),
            (ConcurrentReadProcessor, "_message_repository", ENGINE),
            (ConcurrentReadProcessor, "_logger", ENGINE),
            (ConcurrentReadProcessor, "_exceptions_per_stream_name", ENGINE),
            (ConcurrentSource, "_queue", ENGINE),
            (ConcurrentSource, "_threadpool", ENGINE),
            (ConcurrentSource, "_message_repository", ENGINE),
            (ConcurrentSource, "_initial_number_partitions_to_generate", ENGINE),
            (ConcurrentMessageRepository, "_consumer_thread_id", ENGINE),
            (ConcurrentMessageRepository, "_pending", ENGINE),
            (ConcurrentDeclarativeSource, "_config", SOURCE),
            (ConcurrentDeclarativeSource, "_config_for_validation", SOURCE),
            (ConcurrentDeclarativeSource, "_connector_state_manager", SOURCE),
            (ConnectorStateManager, "per_stream_states", SOURCE),
        ],
    )
    def test_given_this_cdk_when_an_attribute_is_looked_up_then_its_constructor_sets_it(
        self, owner: type, attribute: str, user: str
    ) -> None:
        assert f"self.{attribute}" in inspect.getsource(owner.__init__), (
            f"{owner.__name__}.{attribute} is gone from the CDK: {user} relies on it"
        )

    def test_given_this_cdk_when_its_queue_is_consumed_then_a_falsy_item_would_end_it(self) -> None:
        """The reason for `Page.__bool__`; should this change, the method can go."""
        source = inspect.getsource(ConcurrentSource._consume_from_queue)
        assert "while" in source
        assert ":= queue.get()" in source

    def test_given_this_cdk_when_a_partition_is_read_then_its_state_is_closed_before_its_sentinel(self) -> None:
        source = inspect.getsource(PartitionReader.process_partition)
        assert source.index("cursor.observe") < source.index("cursor.close_partition") < source.index("IS_SUCCESSFUL")

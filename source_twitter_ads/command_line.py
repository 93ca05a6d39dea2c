# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The Airbyte commands for the command line: the CDK's own, but for `read`, which writes whole pages."""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import is_platform_debug_log_enabled
from airbyte_cdk.models import (
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    ConnectorSpecification,
)
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor

from source_twitter_ads.configuration import ConfigProblem, normalise, require_valid
from source_twitter_ads.engine.output import ProtocolOutput, settle
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.state_file import states_of


class Entrypoint(AirbyteEntrypoint):
    """Runs one command of a source and writes what it says to the protocol output."""

    def write(self, parsed: argparse.Namespace, output: ProtocolOutput) -> None:
        """Run a command.

        Raises:
            AirbyteTracedException: when it failed; what was done before is written.
        """
        if parsed.command == "read":
            self._write_read(parsed, output)
            return
        for line in self.run(parsed):
            output.write(line + "\n")

    def _write_read(self, parsed: argparse.Namespace, output: ProtocolOutput) -> None:
        level = logging.DEBUG if parsed.debug or is_platform_debug_log_enabled() else logging.INFO
        self.logger.setLevel(level)
        logging.getLogger("airbyte").setLevel(level)
        spec = self.source.spec(self.logger)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
            config = self.source.configure(self.source.read_config(parsed.config), directory)
            self.set_up_secret_filter(config, spec.connectionSpecification)
            self.validate_connection(spec, config)
            catalog = self.source.read_catalog(parsed.catalog)
            state = _read_states(parsed.state) if parsed.state else []
            counts: defaultdict[HashableStreamDescriptor, float] = defaultdict(float)
            settle()
            for message in self.source.read(self.logger, config, catalog, state):
                if isinstance(message, Page):
                    counts[HashableStreamDescriptor(name=message.stream_name, namespace=None)] += message.size
                    output.write_lines(message.lines)
                    self._watch_memory(message.size)
                else:
                    counted = self.handle_record_counts(message, counts)
                    output.write(self.airbyte_message_to_string(counted) + "\n")
                    self._watch_memory(1)

    def _watch_memory(self, messages: int) -> None:
        """Tell the CDK's monitor of each message: it looks once in 5,000, and once in 100 when memory is short."""
        for _ in range(messages):
            self._memory_monitor.check_memory_usage()

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:
        """Refuse a configuration: first with a sentence per mistake, then by the spec's own schema.

        Raises:
            ConfigProblem: when a value cannot be used.
        """
        require_valid(normalise(config))
        AirbyteEntrypoint.validate_connection(source_spec, config)

    @staticmethod
    def inputs(parsed: argparse.Namespace) -> dict[str, Any]:
        """Read the files that a command names, as arguments of the source.

        Raises:
            ConfigProblem: when a file is missing or is not what it should be.
        """
        arguments: dict[str, Any] = {}
        if getattr(parsed, "config", None):
            arguments["config"] = _read_object(parsed.config, "config")
        if getattr(parsed, "catalog", None):
            arguments["catalog"] = _read_catalog(parsed.catalog)
        if getattr(parsed, "state", None):
            arguments["state"] = _read_states(parsed.state)
        return arguments


def _read_text(path: str, what: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigProblem(f"The {what} file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigProblem(f"The {what} file {path} is not text in UTF-8: {error.reason}.") from error


def _read_object(path: str, what: str) -> Any:
    try:
        content = json.loads(_read_text(path, what))
    except ValueError as error:
        raise ConfigProblem(f"The {what} file {path} is not valid JSON: {error}.") from error
    if not isinstance(content, dict):
        raise ConfigProblem(f"The {what} file {path} must hold a JSON object.")
    return content


def _read_states(path: str) -> list[AirbyteStateMessage]:
    try:
        return states_of(_read_text(path, "state"))
    except ValueError as error:
        raise ConfigProblem(
            f"The state file {path} cannot be used: {error}. Give the STATE lines that an earlier sync printed, or a "
            "JSON list of Airbyte states."
        ) from error


def _read_catalog(path: str) -> ConfiguredAirbyteCatalog:
    content = _read_object(path, "catalog")
    try:
        catalog: ConfiguredAirbyteCatalog = ConfiguredAirbyteCatalogSerializer.load(content)
    except Exception as error:
        raise ConfigProblem(f"The catalog file {path} is no configured Airbyte catalog: {error}.") from error
    return catalog

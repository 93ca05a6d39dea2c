# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The Airbyte commands: the CDK's own, but for `read`, which writes whole pages.

Import this module before anything of the CDK: it keeps the garbage collector off meanwhile.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

_COLLECTING = gc.isenabled()
# A short command is mostly the import of the CDK, and what it makes stays: looking for garbage costs a tenth of it.
gc.disable()

from airbyte_cdk.entrypoint import AirbyteEntrypoint  # noqa: E402
from airbyte_cdk.logger import is_platform_debug_log_enabled  # noqa: E402
from airbyte_cdk.models import AirbyteMessage, ConnectorSpecification, Type  # noqa: E402
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor  # noqa: E402
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets  # noqa: E402

from source_twitter_ads.engine import inputs  # noqa: E402
from source_twitter_ads.engine.failures import explained  # noqa: E402
from source_twitter_ads.engine.output import ProtocolOutput, tune_gc_and_malloc  # noqa: E402
from source_twitter_ads.engine.page import Page  # noqa: E402
from source_twitter_ads.engine.stopping import STOPPING  # noqa: E402

if TYPE_CHECKING:
    from source_twitter_ads.engine.source import PagedSource

if _COLLECTING:
    gc.enable()

# Messages that the CDK's memory monitor is told of at once: it looks every 5,000, or every 100 when memory is short.
_MEMORY_STEP = 100


def run_command(
    program: str,
    source: Callable[..., PagedSource],
    args: list[str] | None = None,
    spec_line: Callable[[], str] | None = None,
) -> None:
    """Run one command; the process ends with status 1 when it failed, after the TRACE message that says why.

    Ctrl-C and SIGTERM end it with 130 and 143, after a whole line.

    Args:
        program: the name of the command, for messages.
        source: makes the source; takes `config` (None where the command names none) and `lines`.
        args: the words after the program's name; those of the process when left out.
        spec_line: returns the SPEC message; where it is given, `spec` does without the source.
    """
    parsed = AirbyteEntrypoint.parse_args(sys.argv[1:] if args is None else args)
    if not parsed.command:
        sys.exit(f"{program}: name a command: spec, check, discover or read (--help shows their options).")
    with ProtocolOutput() as output:
        STOPPING.last_words = output.stop
        STOPPING.start()
        try:
            if parsed.command == "spec" and spec_line:
                output.write(spec_line())
            else:
                path = getattr(parsed, "config", None)
                config = inputs.read_config(path) if path else None
                for line in Entrypoint(source(config=config, lines=True), output).run(parsed):
                    output.write(line + "\n")
            return
        except Exception as error:
            output.write_lines(failure_line(error))
    # Threads that wait for a response must not keep the process: everything is written.
    os._exit(1)


def failure_line(error: Exception) -> bytes:
    """Describe why a command failed as one TRACE line, without secrets."""
    message = explained(error, "The connector").as_sanitized_airbyte_message()
    return (filter_secrets(AirbyteEntrypoint.airbyte_message_to_string(message)) + "\n").encode()


class Entrypoint(AirbyteEntrypoint):
    """Runs one command of a source: writes pages to the output, and yields all other messages."""

    source: PagedSource

    def __init__(self, source: PagedSource, output: ProtocolOutput) -> None:
        super().__init__(source)
        self._output = output
        self._unwatched = 0

    def run(self, parsed_args: Namespace) -> Iterator[str]:
        """Yield the lines of a command.

        The CDK's reads the configuration once more, which a pipe does not allow, and writes it to a temporary folder.
        """
        debug = getattr(parsed_args, "debug", False) or is_platform_debug_log_enabled()
        for logger in (self.logger, logging.getLogger("airbyte")):
            logger.setLevel(logging.DEBUG if debug else logging.INFO)
        yield from map(self.airbyte_message_to_string, self._messages(parsed_args))

    def _messages(self, parsed: Namespace) -> Iterator[AirbyteMessage]:
        spec = self.source.spec(self.logger)
        if parsed.command == "spec":
            yield AirbyteMessage(type=Type.SPEC, spec=spec)
            return
        config = self.source.configure({}, "")
        try:
            yield from self._emit_queued_messages(self.source)
            if parsed.command == "check":
                yield from self.check(spec, config)
            elif parsed.command == "discover":
                yield from self.discover(spec, config)
            else:
                catalog = self.source.read_catalog(parsed.catalog)
                yield from self.read(spec, config, catalog, self.source.read_state(parsed.state))
        finally:
            yield from self._emit_queued_messages(self.source)

    def read(
        self, source_spec: ConnectorSpecification, config: Mapping[str, Any], catalog: Any, state: list[Any]
    ) -> Iterator[AirbyteMessage]:
        """Write the pages of a sync, and yield everything else in its order, until `PagedSource.read` raises."""
        self.set_up_secret_filter(config, source_spec.connectionSpecification)
        self.validate_connection(source_spec, config)
        counts: defaultdict[HashableStreamDescriptor, float] = defaultdict(float)
        tune_gc_and_malloc()
        for message in self.source.read(self.logger, config, catalog, state):
            if isinstance(message, Page):
                counts[HashableStreamDescriptor(name=message.stream_name, namespace=None)] += message.size
                self._output.write_lines(message.lines)
                self._watch_memory(message.size)
            else:
                yield self.handle_record_counts(message, counts)
                self._watch_memory(1)

    def _watch_memory(self, messages: int) -> None:
        """Count messages for the CDK's monitor; a call for each one would take a tenth of the time of a record."""
        self._unwatched += messages
        while self._unwatched >= _MEMORY_STEP:
            self._unwatched -= _MEMORY_STEP
            self._memory_monitor._message_count += _MEMORY_STEP - 1
            self._memory_monitor.check_memory_usage()

    def validate_connection(self, source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:  # type: ignore[override]
        """Raise AirbyteTracedException for a wrong value: with the source's own sentences, or by the spec's schema."""
        self.source.require_valid(config)
        AirbyteEntrypoint.validate_connection(source_spec, config)

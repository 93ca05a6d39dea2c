# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The Airbyte commands: the CDK's own, but for `read`, which writes whole pages.

Import this module before anything of the CDK: it keeps the garbage collector off meanwhile.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

_COLLECTING = gc.isenabled()
# A short command is mostly the import of the CDK, and what it makes stays: looking for garbage costs a tenth of it.
gc.disable()

from airbyte_cdk.entrypoint import AirbyteEntrypoint  # noqa: E402
from airbyte_cdk.models import (  # noqa: E402
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConnectorSpecification,
)
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor  # noqa: E402
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets  # noqa: E402
from airbyte_cdk.utils.traced_exception import AirbyteTracedException  # noqa: E402

from source_twitter_ads.engine import inputs  # noqa: E402
from source_twitter_ads.engine.output import ProtocolOutput, tune_gc_and_malloc  # noqa: E402
from source_twitter_ads.engine.page import Page  # noqa: E402

if TYPE_CHECKING:
    from source_twitter_ads.engine.source import PagedSource

if _COLLECTING:
    gc.enable()

_READERS: Mapping[str, Callable[[str], Any]] = {
    "config": inputs.read_config,
    "catalog": inputs.read_catalog,
    "state": inputs.read_states,
}


def run_command(
    program: str,
    source: Callable[..., PagedSource],
    args: list[str] | None = None,
    spec_line: Callable[[], str] | None = None,
) -> None:
    """Run one command; the process ends with status 1 when it failed, after the TRACE message that says why.

    Args:
        program: the name of the command, for messages.
        source: makes the source; takes `config`, `catalog` and `state` where the command names them, and `lines`.
        args: the words after the program's name; those of the process when left out.
        spec_line: returns the SPEC message; where it is given, `spec` does without the source.
    """
    parsed = AirbyteEntrypoint.parse_args(sys.argv[1:] if args is None else args)
    if not parsed.command:
        sys.exit(f"{program}: name a command: spec, check, discover or read (--help shows their options).")
    with ProtocolOutput() as output:
        try:
            if parsed.command == "spec" and spec_line:
                output.write(spec_line())
            else:
                entrypoint = Entrypoint(source(**read_inputs(parsed), lines=True), output)
                for line in entrypoint.run(parsed):
                    output.write(line + "\n")
            return
        except BrokenPipeError:
            pass
        except (Exception, KeyboardInterrupt) as error:
            with contextlib.suppress(OSError):
                output.write_lines(failure_line(error))
    # Threads that wait for a response must not keep the process: everything is written.
    os._exit(1)


def read_inputs(parsed: Any) -> dict[str, Any]:
    """Read the files that a command names: `config`, `catalog`, `state`.

    Raises:
        InputProblem: when a file is missing or is not what it should be.
    """
    paths = {name: getattr(parsed, name, None) for name in _READERS}
    return {name: _READERS[name](path) for name, path in paths.items() if path}


def failure_line(error: BaseException) -> bytes:
    """Describe why a command failed as one TRACE line, without secrets."""
    if not isinstance(error, AirbyteTracedException):
        text = f"The connector failed unexpectedly with {type(error).__name__}: please report it, with the log."
        error = AirbyteTracedException.from_exception(error, message=text)
    line = AirbyteEntrypoint.airbyte_message_to_string(error.as_sanitized_airbyte_message())
    return (filter_secrets(line) + "\n").encode()


class Entrypoint(AirbyteEntrypoint):
    """Runs one command of a source.

    Args:
        source: the source.
        output: where pages are written; `run` yields all other messages.
    """

    source: PagedSource

    def __init__(self, source: PagedSource, output: ProtocolOutput) -> None:
        super().__init__(source)
        self._output = output

    def read(
        self,
        source_spec: ConnectorSpecification,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage],
    ) -> Iterator[AirbyteMessage]:
        """Write the pages of a sync, and yield everything else in its order.

        Raises:
            AirbyteTracedException: when the sync failed; what was read before is written.
        """
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
        """Tell the CDK's monitor of each message: it looks once in 5,000, and once in 100 when memory is short."""
        for _ in range(messages):
            self._memory_monitor.check_memory_usage()

    def validate_connection(self, source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:  # type: ignore[override]
        """Refuse a configuration: first with the source's own sentences, then by the spec's schema.

        Raises:
            AirbyteTracedException: when a value cannot be used.
        """
        self.source.require_valid(config)
        AirbyteEntrypoint.validate_connection(source_spec, config)

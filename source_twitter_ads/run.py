# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The console entry: `source-twitter-ads spec | check | discover | read`."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import Any

_COLLECTING = gc.isenabled()
# A short command is mostly the import of the CDK, and what it makes stays: looking for garbage costs a tenth of it.
gc.disable()

from airbyte_cdk.entrypoint import AirbyteEntrypoint  # noqa: E402

from source_twitter_ads.engine.output import ProtocolOutput  # noqa: E402
from source_twitter_ads.failures import failure_lines  # noqa: E402

if _COLLECTING:
    gc.enable()


def run(args: list[str] | None = None) -> None:
    """Run one command; the process ends with status 1 when it failed, after the TRACE message that says why.

    Args:
        args: the words after the program's name; those of the process when left out.
    """
    parsed = AirbyteEntrypoint.parse_args(sys.argv[1:] if args is None else args)
    if not parsed.command:
        sys.exit("source-twitter-ads: name a command: spec, check, discover or read (--help shows their options).")
    if not _succeeds(parsed):
        # Threads that still wait for X must not keep the process: what it had to say is written.
        os._exit(1)


def _succeeds(parsed: Any) -> bool:
    with ProtocolOutput() as output:
        try:
            _answer(parsed, output)
        except BrokenPipeError:
            return False
        except (Exception, KeyboardInterrupt) as error:
            with contextlib.suppress(OSError):
                output.write_lines(failure_lines(error))
            return False
    return True


def _answer(parsed: Any, output: ProtocolOutput) -> None:
    """Import what the command needs, and run it."""
    if parsed.command == "spec":
        from source_twitter_ads.specification import specification_line

        output.write(specification_line())
        return
    from source_twitter_ads.command_line import Entrypoint
    from source_twitter_ads.source import SourceTwitterAds

    source = SourceTwitterAds(**Entrypoint.inputs(parsed), lines=True)
    Entrypoint(source).write(parsed, output)


if __name__ == "__main__":
    run()

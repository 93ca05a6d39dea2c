# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The console entry: `source-twitter-ads spec | check | discover | read`."""

from __future__ import annotations

import os
import sys
from typing import Any

from source_twitter_ads.command_line import Entrypoint, failure_lines
from source_twitter_ads.reading.output import ProtocolOutput
from source_twitter_ads.source import SourceTwitterAds


def run(args: list[str] | None = None) -> None:
    """Run one command; the process ends with status 1 when it failed, after the TRACE message that says why.

    Args:
        args: the words after the program's name; those of the process when left out.
    """
    parsed = Entrypoint.parse_args(sys.argv[1:] if args is None else args)
    if not parsed.command:
        sys.exit("source-twitter-ads: name a command: spec, check, discover or read (--help shows their options).")
    if not _succeeds(parsed):
        # Threads that still wait for X must not keep the process: what it had to say is written.
        os._exit(1)


def _succeeds(parsed: Any) -> bool:
    with ProtocolOutput() as output:
        try:
            source = SourceTwitterAds(**Entrypoint.inputs(parsed), lines=True)
            Entrypoint(source).write(parsed, output)
        except BrokenPipeError:
            return False
        except (Exception, KeyboardInterrupt) as error:
            output.write_lines(failure_lines(error))
            return False
    return True


if __name__ == "__main__":
    run()

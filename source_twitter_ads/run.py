# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The console entry: `source-twitter-ads spec | check | discover | read`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from source_twitter_ads.engine.stopping import STOPPING

if TYPE_CHECKING:
    from source_twitter_ads.source import SourceTwitterAds


def run(args: list[str] | None = None) -> None:
    """Run one command as `run_command` does; without `args`, the words that the process was started with."""
    # First: the import of the CDK takes a second, in which Ctrl-C must not print a traceback.
    STOPPING.start()
    from source_twitter_ads.engine.command_line import run_command
    from source_twitter_ads.specification import specification_line

    run_command("source-twitter-ads", _source, args, specification_line)


def _source(**inputs: Any) -> SourceTwitterAds:
    # Not needed for `spec`, which is to be as quick as importing the CDK.
    from source_twitter_ads.source import SourceTwitterAds

    return SourceTwitterAds(**inputs)


if __name__ == "__main__":
    run()

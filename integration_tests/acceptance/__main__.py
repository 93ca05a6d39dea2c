# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Serve the acceptance tests' world at the address of sample_config.json until interrupted."""

from __future__ import annotations

import contextlib
import time
from urllib.parse import urlsplit

from integration_tests.acceptance import world


def main() -> None:
    """Start the emulator at the port of sample_config.json and wait."""
    port = urlsplit(world.config()["base_url"]).port or 0
    with world.start(port) as emulator, contextlib.suppress(KeyboardInterrupt):
        print(f"The acceptance tests' world is at {emulator.base_url}. Ctrl-C ends it.", flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Where the demo keeps what it leaves behind. Git ignores all of it."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
DATABASE = FOLDER / "x_ads.duckdb"
WORLD = FOLDER / "world.json"
WORKSPACE = FOLDER / ".cache"
LOG = WORKSPACE / "sync.log"

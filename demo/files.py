# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The folder and files that the demo writes. Git ignores all of them."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
DATABASE = FOLDER / "x_ads.duckdb"
WORLD = FOLDER / "world.json"
WORKSPACE = FOLDER / ".cache"
LOG = WORKSPACE / "sync.log"

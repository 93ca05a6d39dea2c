# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reports against the emulator: what arrives, what it costs, and what happens when jobs go wrong."""

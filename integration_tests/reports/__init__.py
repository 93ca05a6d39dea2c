# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reports against the emulator: rows, costs, and jobs that go wrong."""

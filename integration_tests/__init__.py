# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Tests of the connector as a whole, and the emulator they run against."""

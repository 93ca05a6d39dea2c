# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Decoders and rules, tested with hypothesis."""

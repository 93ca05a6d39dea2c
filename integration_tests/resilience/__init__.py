# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Faults, limits, bad answers and kill -9: what a sync survives, and what it says where it does not."""

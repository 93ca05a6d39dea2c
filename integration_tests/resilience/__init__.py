# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Faults, limits, bad responses and kill -9: what a sync survives, and its errors otherwise."""

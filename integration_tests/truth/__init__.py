# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What a report must hold, computed apart from the emulator's request path, and how to compare rows with it."""

from integration_tests.truth.expected import expected_rows
from integration_tests.truth.rows import Key, Rows, differences, rows_by_key

__all__ = ["Key", "Rows", "differences", "expected_rows", "rows_by_key"]

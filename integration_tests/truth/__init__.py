# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The expected rows of reports, computed apart from the emulator's routes, and their comparison."""

from integration_tests.truth.expected import expected_rows
from integration_tests.truth.rows import Key, Rows, differences, rows_by_key

__all__ = ["Key", "Rows", "differences", "expected_rows", "rows_by_key"]

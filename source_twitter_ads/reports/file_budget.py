# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How many result files may be in memory: packed, fetched or on their way, and not read yet."""

from __future__ import annotations

from collections import Counter

from source_twitter_ads.reports.report_run import ReportRun

MAX_HELD_BYTES = 32 * 1024 * 1024


class FileBudget:
    """Counts the bytes of packed files.

    A file on its way counts as the largest of its report so far; until the first one is here, a report fetches one file
    at a time, and no other report has a file meanwhile.
    """

    def __init__(self) -> None:
        self._held: Counter[ReportRun] = Counter()

    def has_room(self, run: ReportRun) -> bool:
        """Return whether another file of a report may be fetched."""
        held = self._held.total()
        return not held or held + _expected(run) <= MAX_HELD_BYTES

    def begin(self, run: ReportRun) -> int:
        """Count a file that is being fetched; return as how many bytes."""
        expected = _expected(run)
        self._held[run] += expected
        return expected

    def arrived(self, run: ReportRun, expected: int, size: int) -> None:
        """Count a file as what it is."""
        self._add(run, size - expected)
        run.largest_file = max(size, run.largest_file or 0)

    def end(self, run: ReportRun, size: int) -> None:
        """Forget a file that is read, or could not be fetched."""
        self._add(run, -size)

    def forget(self, run: ReportRun) -> None:
        """Forget all files of a report that nobody reads any more."""
        del self._held[run]

    def _add(self, run: ReportRun, size: int) -> None:
        # A file of a forgotten report may still have been on its way.
        if run in self._held:
            self._held[run] += size


def _expected(run: ReportRun) -> int:
    return MAX_HELD_BYTES if run.largest_file is None else run.largest_file

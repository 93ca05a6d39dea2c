# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The lines of the log that tell how far the reports are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from source_twitter_ads.reports.account_jobs import AccountJobs
from source_twitter_ads.reports.report_run import ReportRun

SECONDS_BETWEEN_LINES = 10.0


def progress_lines(runs: Iterable[ReportRun], accounts: Iterable[AccountJobs], seconds: float) -> list[str]:
    """Return a line for each report that is not read yet; a window counts when all of its rows are out.

    Args:
        runs: the reports.
        accounts: their jobs.
        seconds: since the first of them began.
    """
    running, waiting = Counter[str](), Counter[str]()
    for account in accounts:
        running.update(window.report for window, _ in account.running.values())
        for window in account.windows:
            waiting[window.report] += len(window.waiting)
    return [
        f"{run.name}: {run.closed_windows:,} of {run.planned_windows:,} windows, "
        f"{run.accounts - run.unplanned - len(run.open_windows):,} of {run.accounts:,} accounts, "
        f"{running[run.name]:,} jobs running, {waiting[run.name]:,} waiting{_time_left(run, seconds)}."
        for run in runs
        if run.unplanned or run.open_windows
    ]


def _time_left(run: ReportRun, seconds: float) -> str:
    """How long the rest takes at the pace so far; unknown before all windows are."""
    if run.unplanned or not run.closed_windows:
        return ""
    left = seconds * (run.planned_windows - run.closed_windows) / run.closed_windows
    return f"; about {left / 60:.0f} min left" if left >= 90 else f"; about {left:.0f} s left"

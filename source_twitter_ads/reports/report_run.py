# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One report that is being read, and what its reader is told by the scheduler."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue

from source_twitter_ads.reports.account_jobs import AccountJobs
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.job import Job
from source_twitter_ads.reports.planner import Plan
from source_twitter_ads.reports.refusals import PlacementRefusals
from source_twitter_ads.reports.window_jobs import WindowJobs


@dataclass(frozen=True)
class Planned:
    """The windows of an account are known.

    Attributes:
        account_id: the ad account.
        reach: the bookmark that each window reaches, oldest first; None for one that is read again for a correction.
        rows: about how many rows they have.
        before_start: how many of the first lie before the start_date that the state was made with.
    """

    account_id: str
    reach: Sequence[datetime | None]
    rows: int
    before_start: int = 0


@dataclass(frozen=True)
class FileReady:
    """The result file of a job is here, packed: its rows are to be written."""

    window: WindowJobs
    job: Job
    packed: bytes


@dataclass(frozen=True)
class WindowClosed:
    """All rows of a window are out; `held` when the next sync is to ask for it again all the same."""

    account_id: str
    position: int
    held: bool = False


@dataclass(frozen=True)
class PieceFailed:
    """A window or an account of the report failed; the rest goes on."""

    failure: Exception


@dataclass(frozen=True)
class JobsChanged:
    """Jobs were created that the state does not name yet."""


@dataclass(frozen=True)
class Progress:
    """A line for the log."""

    line: str


@dataclass(frozen=True)
class Ended:
    """Nothing more will come; with a failure, since the scheduler itself has failed or was stopped."""

    failure: Exception | None = None


Event = Planned | FileReady | WindowClosed | PieceFailed | JobsChanged | Progress | Ended


@dataclass(eq=False)
class ReportRun:
    """A report while it is read.

    Attributes:
        definition: what it asks for.
        cursor: its bookmarks, and the jobs that the state names.
        plan: begins the plan of an account; raises ApiFailure where it cannot be planned.
        countries, platforms: targeting values that its jobs must name; `(None,)` where it needs none.
        events: what its reader is to do, in order.
        downloads: jobs whose files are to be fetched.
        accounts: how many accounts it is read for.
        unplanned: how many of them have no plan yet.
        planned_windows, windows_over: how many windows there are, and how many are over.
        windows_with_jobs, windows_with_jobs_over: the same of those windows that need jobs.
        open_windows: how many windows of an account are not over, by account.
        line_noted: whether the reader has a line for the log that it has not written yet.
        jobs_noted: whether the reader knows already that there are jobs which the state lacks.
        largest_file: bytes of its largest result file so far, packed; None before the first.
    """

    definition: ReportDefinition
    cursor: ReportCursor
    plan: Callable[[str], Plan]
    countries: Sequence[str | None] = (None,)
    platforms: Sequence[str | None] = (None,)
    events: SimpleQueue[Event] = field(default_factory=SimpleQueue)
    downloads: deque[tuple[WindowJobs, Job]] = field(default_factory=deque)
    accounts: int = 0
    unplanned: int = 0
    planned_windows: int = 0
    windows_over: int = 0
    windows_with_jobs: int = 0
    windows_with_jobs_over: int = 0
    open_windows: Counter[str] = field(default_factory=Counter)
    line_noted: bool = False
    jobs_noted: bool = False
    largest_file: int | None = None

    def __post_init__(self) -> None:
        self.refusals = PlacementRefusals(self.definition)

    @property
    def name(self) -> str:
        """The report's name."""
        return self.definition.name


SECONDS_BETWEEN_LINES = 10.0


def progress_lines(
    runs: Iterable[ReportRun], accounts: Iterable[AccountJobs], seconds: float
) -> list[tuple[ReportRun, str]]:
    """Return a line for each report that is not read yet, so many seconds after the first of them began."""
    running, waiting = Counter[str](), Counter[str]()
    for account in accounts:
        running.update(window.report for window, _ in account.running.values())
        for window in account.windows:
            waiting[window.report] += len(window.waiting)
    return [
        (
            run,
            f"{run.name}: {run.windows_over:,} of {run.planned_windows:,} windows, "
            f"{run.accounts - run.unplanned - len(run.open_windows):,} of {run.accounts:,} accounts, "
            f"{running[run.name]:,} jobs running, {waiting[run.name]:,} waiting{_time_left(run, seconds)}.",
        )
        for run in runs
        if run.unplanned or run.open_windows
    ]


def _time_left(run: ReportRun, seconds: float) -> str:
    """How long the rest takes at the pace so far of windows with jobs; unknown before all are planned."""
    if run.unplanned or not run.windows_with_jobs_over:
        return ""
    left = seconds * (run.windows_with_jobs - run.windows_with_jobs_over) / run.windows_with_jobs_over
    return f"; about {left / 60:.0f} min left" if left >= 90 else f"; about {left:.0f} s left"

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Fetches the result files of finished jobs, few enough of them that the memory holds them (docs/x-ads-api.md §7.3)."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from functools import partial

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.bodies import ApiResponse
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.api.request_loop import Task
from source_twitter_ads.reports.job import Job
from source_twitter_ads.reports.report_run import FileReady, ReportRun
from source_twitter_ads.reports.window_jobs import WindowJobs

MAX_HELD_BYTES = 32 * 1024 * 1024


class FileBudget:
    """Counts the bytes of packed files.

    Each report may have one file; further ones only while all together fit MAX_HELD_BYTES. A file on its way counts as
    the largest of its report so far, and as all of MAX_HELD_BYTES until the first one is here.
    """

    def __init__(self) -> None:
        self._held: Counter[ReportRun] = Counter()

    def may_fetch(self, run: ReportRun) -> bool:
        """Return whether another file of a report may be fetched."""
        return not self._held[run] or self._held.total() + _expected(run) <= MAX_HELD_BYTES

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
        """Forget all files of a report without a reader."""
        del self._held[run]

    def _add(self, run: ReportRun, size: int) -> None:
        # A file of a forgotten report may still have been on its way.
        if run in self._held:
            self._held[run] += size


def _expected(run: ReportRun) -> int:
    return MAX_HELD_BYTES if run.largest_file is None else run.largest_file


class Downloads:
    """The files that are to be fetched; reports take turns. For the scheduler's thread alone.

    Args:
        failed: is told of a job whose file cannot be had, why, and whether that is an outage.
    """

    def __init__(self, client: ApiClient, failed: Callable[[WindowJobs, Job, str, bool], None]) -> None:
        self._client = client
        self._failed = failed
        self._budget = FileBudget()
        self._turns = deque[ReportRun]()

    def add(self, run: ReportRun, window: WindowJobs, job: Job) -> None:
        """Queue the file of a finished job."""
        if not run.downloads:
            self._turns.append(run)
        run.downloads.append((window, job))

    def forget(self, run: ReportRun) -> None:
        """Fetch no file of a report any more."""
        self._budget.forget(run)
        if run in self._turns:
            self._turns.remove(run)

    def release(self, run: ReportRun, size: int) -> None:
        """Note that a reader holds a file of so many bytes no more."""
        self._budget.end(run, size)

    def next_task(self) -> Task | None:
        """Return the next file to fetch, None when there is no room for any."""
        without_room = 0
        while without_room < len(self._turns):
            run = self._turns[0]
            if not self._budget.may_fetch(run):
                self._turns.rotate(-1)
                without_room += 1
                continue
            self._turns.popleft()
            window, job = run.downloads.popleft()
            if run.downloads:
                self._turns.append(run)
            if window.over or job.url is None:
                continue
            try:
                request = self._client.file_request(job.url, job.context)
            except ApiFailure as failure:
                self._failed(window, job, str(failure), False)
                continue
            counted = self._budget.begin(run)
            fetched = partial(self._fetched, run, window, job, counted)
            return Task(request, fetched, partial(self._not_fetched, run, window, job, counted))
        return None

    def _fetched(self, run: ReportRun, window: WindowJobs, job: Job, counted: int, response: ApiResponse) -> None:
        self._budget.arrived(run, counted, len(response.document))
        if window.over:
            self._budget.end(run, len(response.document))
        else:
            run.events.put(FileReady(window, job, response.document))

    def _not_fetched(self, run: ReportRun, window: WindowJobs, job: Job, counted: int, failure: Exception) -> None:
        self._budget.end(run, counted)
        outage = isinstance(failure, ApiFailure) and failure.failure_type is FailureType.transient_error
        self._failed(window, job, str(failure), outage)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""All report jobs of all accounts at once: one thread that decides which request X gets next.

Windows and jobs are data. `num_workers` threads send requests (`api/request_loop.py`); each response, and each word of
a reader, is an event that the scheduler's thread handles. A job goes from file to file:

    planner.py         which windows and entities a report reads; `plan_queue.py` asks X for it
    job.py             a window's entities become requests; `window_jobs.py` keeps what is left of a window
    job_board.py       a request becomes a job; `account_jobs.py` keeps an account's share of the jobs
    downloads.py       a job that has ended becomes a result file
    reader.py          a file becomes rows (`result_file.py`, `rows.py`)
    scheduler.py       the window is closed
    cursor.py          the bookmark moves

A 429 never comes here. `ApiClient.attempt` closes the endpoint's `RateLimitWindow` until the time that X names and
returns the seconds to wait; the loop attempts the request again then, and `is_open` keeps others of its kind back.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle

from source_twitter_ads.api.errors import ApiFailure, RequestContext
from source_twitter_ads.api.request_loop import RequestLoop, Task
from source_twitter_ads.api.services import Services
from source_twitter_ads.reports.account_jobs import AccountJobs
from source_twitter_ads.reports.job import Job, JobRequest, expected_rows, job_requests
from source_twitter_ads.reports.job_board import FailureFactory, JobBoard
from source_twitter_ads.reports.plan_queue import PlanQueue
from source_twitter_ads.reports.planner import PlannedWindow
from source_twitter_ads.reports.report_run import (
    SECONDS_BETWEEN_LINES,
    Ended,
    FileReady,
    PieceFailed,
    Planned,
    Progress,
    ReportRun,
    WindowClosed,
    progress_lines,
)
from source_twitter_ads.reports.window_jobs import WindowJobs

# Requests of one round.
TURNS = 8
# Cancelled jobs are not waited for longer than this at the end of a sync.
CANCEL_SECONDS = 5.0


class Scheduler:
    """Reads any number of reports of any number of accounts.

    Methods without an underscore are for readers and the source, in any thread; all else happens in the loop's.

    Args:
        reports: names of all reports of the sync.
        loop_of: makes the loop; tests have one whose time is theirs.
    """

    def __init__(
        self, services: Services, reports: Iterable[str], loop_of: Callable[..., RequestLoop] = RequestLoop
    ) -> None:
        settings = services.settings
        self._services = services
        self._runs: dict[str, ReportRun] = {}
        self._given_up: dict[str, tuple[FailureFactory, bool, float]] = {}
        self._told: set[tuple[str, str]] = set()
        self._loop = loop_of(services.client, settings.num_workers, self._next_task, self._crashed)
        self._board = JobBoard(
            self._loop, services.client, settings.job_timeout * 60.0, settings.num_workers, self._runs, self
        )
        self._plans = PlanQueue(self._loop, services.client, settings.num_workers, reports, self)
        board, plan = self._board, self._plans.next_question
        # While all have something to do, six of eight requests plan or create jobs, on which X works meanwhile; one
        # looks after jobs and one fetches a file. What has nothing to do passes its turn.
        make = (plan, board.next_creation, board.next_creation)
        self._turns = cycle((*make, self._next_watch, *make, board.downloads.next_task))
        self._failure: Exception | None = None
        self._began = 0.0
        self._closing = False
        self._lock = threading.Lock()
        self._closed = False

    def read(self, run: ReportRun, account_ids: Sequence[str]) -> None:
        """Begin to read a report; its `events` tell its reader what to do, up to `Ended`."""
        with self._lock:
            if not self._closed:
                self._loop.post(self._read, run, account_ids)
                return
        run.events.put(Ended(InterruptedError("The sync has ended.")))

    def forgo(self, report: str) -> None:
        """Note that a report of the sync will not be read, so that nothing is kept for it."""
        self._loop.post(self._plans.ended, report)

    def rows_read(self, event: FileReady) -> None:
        """Note that all rows of a file are out."""
        self._loop.post(self._rows_read, event)

    def file_damaged(self, event: FileReady, reason: str) -> None:
        """Note that a file is damaged, or not the answer to its job: another one may be right."""
        self._loop.post(self._file_damaged, event, reason)

    def file_not_understood(self, event: FileReady, reason: str) -> None:
        """Note that the connector does not understand a file: another one would be the same."""
        self._loop.post(self._file_not_understood, event, reason)

    def leave(self, run: ReportRun) -> None:
        """Note that a report has no reader any more; what it left unread stays for the next sync."""
        self._loop.post(self._leave, run)

    def start(self) -> None:
        """Begin to work; once per scheduler."""
        self._began = self._loop.now()
        self._loop.post(self._tell_progress)
        self._loop.start()

    def close(self) -> None:
        """End the scheduler, once the jobs of failed windows are cancelled, or some seconds later."""
        # Whatever was posted before is handled before; a report that comes later is told at once.
        with self._lock:
            self._closed = True
            self._loop.post(self._close)
        self._loop.join(CANCEL_SECONDS)
        self._loop.post(self._loop.end)

    # The order of requests

    def _next_task(self) -> Task | None:
        if self._failure is not None:
            return None
        # Twice: a file that cannot be fetched makes room for a creation, whose turn may have passed.
        for _ in range(2 * TURNS):
            task = next(self._turns)()
            if task is not None:
                return task
        return None

    def _next_watch(self) -> Task | None:
        return self._board.cancellations.next_task() or self._board.next_poll()

    # From accounts to windows

    def _read(self, run: ReportRun, account_ids: Sequence[str]) -> None:
        if self._failure is not None or self._closing:
            run.events.put(Ended(self._failure or InterruptedError("The sync has ended.")))
            return
        self._runs[run.name] = run
        run.accounts = run.unplanned = len(account_ids)
        self._plans.add(run, account_ids)
        self._end_if_done(run)

    def planned(self, run: ReportRun, account_id: str, windows: Sequence[PlannedWindow]) -> None:
        """Take on the windows of an account."""
        if self._runs.get(run.name) is not run:
            return
        run.unplanned -= 1
        run.planned_windows += len(windows)
        if windows:
            run.open_windows[account_id] = len(windows)
        rows = sum(expected_rows(run.definition, planned.window, planned.entities) for planned in windows)
        before_start = sum(planned.before_start for planned in windows)
        run.events.put(Planned(account_id, [planned.closes_until for planned in windows], rows, before_start))
        requests = [self._requests(run, planned) for planned in windows]
        if run.cursor.jobs.since(account_id) is not None:
            unwanted = run.cursor.jobs.unwanted(account_id, (one for several in requests for one in several))
            for job_id in unwanted:
                # No slot is known to be its own: it may have ended long ago.
                context = RequestContext(run.name, account_id)
                self._board.cancellations.add(self._board.account(account_id), job_id, context, slots=0)
        for position, planned in enumerate(windows):
            window = planned.window
            context = RequestContext(run.name, account_id, f"window {window.request_start} to {window.request_end}")
            self._start_window(run, WindowJobs(run.name, account_id, position, context, ()), requests[position])
        self._end_if_done(run)

    @staticmethod
    def _requests(run: ReportRun, planned: PlannedWindow) -> list[JobRequest]:
        return list(job_requests(run.definition, planned.window, planned.entities, run.countries, run.platforms))

    def _start_window(self, run: ReportRun, window: WindowJobs, requests: Iterable[JobRequest]) -> None:
        """Have the jobs of a window created, but for those that an interrupted sync left at X."""
        adopted: list[Job] = []
        for request in requests:
            job_id = run.cursor.jobs.inherit(window.account_id, window.position, request)
            if job_id is None:
                window.waiting.append(request)
            else:
                adopted.append(Job(request, job_id, window.context, created=self._loop.now(), adopted=True))
        window.needs_jobs = bool(window.waiting or adopted)
        if window.needs_jobs:
            run.windows_with_jobs += 1
            self._board.add(window, adopted)
            failure_of, per_report, forgotten_at = self._given_up.get(window.account_id, (None, False, 0.0))
            if failure_of is not None and self._loop.now() < forgotten_at:
                self._give_up(window, failure_of, per_report)
        else:
            self.window_changed(window)

    def plan_failed(self, run: ReportRun, account_id: str, failure: Exception) -> None:
        """Tell that an account could not be planned, unless X has nothing to read there."""
        if self._runs.get(run.name) is not run:
            return
        run.unplanned -= 1
        if not self._skips(failure):
            run.events.put(PieceFailed(failure))
        self._end_if_done(run)

    # From windows to bookmarks

    def _rows_read(self, event: FileReady) -> None:
        self._release(event)
        event.window.rows_read()
        self.window_changed(event.window)

    def _file_damaged(self, event: FileReady, reason: str) -> None:
        self._release(event)
        self._board.job_failed(event.window, event.job, reason)

    def _file_not_understood(self, event: FileReady, reason: str) -> None:
        self._release(event)
        event.window.not_understood(event.job, reason)
        self.window_changed(event.window)

    def _release(self, event: FileReady) -> None:
        run = self._runs.get(event.window.report)
        if run is not None:
            self._board.downloads.release(run, len(event.packed))

    def window_changed(self, window: WindowJobs) -> None:
        """Close a window once all of its rows are out; one with a lost job fails."""
        if window.over or not window.done:
            return
        if window.failure is not None:
            self.window_failed(window, window.failure)
        else:
            self._over(window, WindowClosed(window.account_id, window.position))

    def window_failed(self, window: WindowJobs, failure: Exception) -> None:
        """End a window with an error; what X does not serve today is asked for again by the next sync."""
        skipped = self._skips(failure)
        closed = WindowClosed(window.account_id, window.position, held=True)
        self._over(window, closed if skipped else PieceFailed(failure))

    def account_failed(self, account: AccountJobs, failure_of: FailureFactory, per_report: bool = False) -> None:
        """End all windows of an account, also those that are planned soon: one error for each, or for each report."""
        self._end_windows(account, account.windows, failure_of, per_report)

    def creation_failed(self, account: AccountJobs, failure_of: FailureFactory) -> None:
        """End the windows of an account that need further jobs; the others have theirs."""
        self._end_windows(account, {window for window in account.windows if window.waiting}, failure_of, False)

    def _end_windows(
        self, account: AccountJobs, windows: Iterable[WindowJobs], failure_of: FailureFactory, per_report: bool
    ) -> None:
        # An account without any result is not tried again; an outage may be over after the time that it was waited for.
        forgotten_at = math.inf if per_report else self._loop.now() + self._services.settings.outage_timeout
        self._given_up[account.account_id] = failure_of, per_report, forgotten_at
        for window in sorted(windows, key=lambda one: (one.report, one.position)):
            self._give_up(window, failure_of, per_report)

    def _give_up(self, window: WindowJobs, failure_of: FailureFactory, per_report: bool) -> None:
        report = (window.account_id, window.report)
        if not per_report:
            self.window_failed(window, failure_of(window.context))
        elif report not in self._told:
            self._told.add(report)
            self.window_failed(window, failure_of(RequestContext(window.report, window.account_id)))
        else:
            self._over(window, None)

    def _over(self, window: WindowJobs, event: WindowClosed | PieceFailed | None) -> None:
        if window.over:
            return
        window.over = True
        window.waiting.clear()
        self._board.drop(window)
        run = self._runs.get(window.report)
        if run is None:
            return
        if not isinstance(event, WindowClosed):
            run.cursor.jobs.close(window.account_id, window.position)
        if event is not None:
            run.events.put(event)
        run.windows_over += 1
        run.windows_with_jobs_over += window.needs_jobs
        run.open_windows[window.account_id] -= 1
        if not run.open_windows[window.account_id]:
            del run.open_windows[window.account_id]
        self._end_if_done(run)

    def _skips(self, failure: Exception) -> bool:
        return isinstance(failure, ApiFailure) and self._services.accounts.skips(failure)

    # The end

    def _end_if_done(self, run: ReportRun) -> None:
        if self._runs.get(run.name) is run and not run.unplanned and not run.open_windows:
            del self._runs[run.name]
            self._plans.ended(run.name)
            run.events.put(Ended())
            self._loop.at(0.0, self._end_when_closed)

    def _leave(self, run: ReportRun) -> None:
        if self._runs.get(run.name) is run:
            del self._runs[run.name]
            self._plans.ended(run.name)
        self._board.leave(run)

    def _close(self) -> None:
        self._closing = True
        for run in list(self._runs.values()):
            self._leave(run)
            run.events.put(Ended(InterruptedError("The sync has ended.")))
        self._end_when_closed()

    def _end_when_closed(self) -> None:
        if self._closing and not self._runs:
            if self._board.cancellations and self._failure is None:
                self._loop.at(self._loop.now() + 0.05, self._end_when_closed)
            else:
                self._loop.end()

    def _crashed(self, error: Exception) -> None:
        self._failure = error
        for run in list(self._runs.values()):
            del self._runs[run.name]
            run.events.put(Ended(error))

    def _tell_progress(self) -> None:
        # The reader writes it: this thread must not wait for whoever reads standard output.
        for run, line in progress_lines(self._runs.values(), self._board.accounts(), self._loop.now() - self._began):
            if not run.line_noted:
                run.line_noted = True
                run.events.put(Progress(line))
        self._loop.at(self._loop.now() + SECONDS_BETWEEN_LINES, self._tell_progress)

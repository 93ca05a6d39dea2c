# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which job is created next, and which account X is asked about, over all accounts (docs/x-ads-api.md §7.2)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Protocol

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.bodies import ApiResponse
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import BY_CODE, Action, ApiFailure, RequestContext, rule_for
from source_twitter_ads.api.request_loop import RequestLoop, Task
from source_twitter_ads.reports.account_jobs import JOBS_PER_STATUS_REQUEST, LONGEST_POLL_INTERVAL, AccountJobs
from source_twitter_ads.reports.cancellations import Cancellations
from source_twitter_ads.reports.downloads import Downloads
from source_twitter_ads.reports.job import Job, JobRequest, job_id_of, seconds_taken
from source_twitter_ads.reports.refusals import CREATION, STATUS, hopeless, shared
from source_twitter_ads.reports.report_run import JobsChanged, ReportRun
from source_twitter_ads.reports.window_jobs import WindowJobs

# With fewer status requests left than this for each account that has jobs, they are kept for jobs that are likely done.
SCARCE_POLLS = 4
SCOUTS = 10
# Where status requests are scarce, an account is asked after this many seconds however long other jobs took.
LONGEST_WAIT = 300.0

FailureFactory = Callable[[RequestContext], ApiFailure]


class WindowListener(Protocol):
    """Is told when windows end; the scheduler implements it."""

    def window_changed(self, window: WindowJobs) -> None:
        """A window may be done."""

    def window_failed(self, window: WindowJobs, failure: Exception) -> None:
        """A window is over, with an error."""

    def creation_failed(self, account: AccountJobs, failure_of: FailureFactory) -> None:
        """The windows of an account that need further jobs are over, each with an error."""

    def account_failed(self, account: AccountJobs, failure_of: FailureFactory, per_report: bool = False) -> None:
        """All windows of an account are over: one error for each, or for each report."""


class JobBoard:
    """The jobs of all accounts, from request to the url of a result file. For the scheduler's thread alone.

    Attributes:
        downloads: fetches the files of finished jobs.
        cancellations: cancels jobs that nobody waits for.

    Args:
        timeout: seconds that a job may take.
        workers: requests that may be under way.
        runs: the reports that are read, by name.
    """

    def __init__(
        self,
        loop: RequestLoop,
        client: ApiClient,
        timeout: float,
        workers: int,
        runs: dict[str, ReportRun],
        windows: WindowListener,
    ) -> None:
        self._loop = loop
        self._client = client
        self._timeout = timeout
        self._workers = workers
        self._runs = runs
        self._windows = windows
        self._accounts: dict[str, AccountJobs] = {}
        # Accounts with jobs that run, and with windows that are not over.
        self._accounts_with_jobs: set[str] = set()
        self._accounts_with_windows: set[str] = set()
        self._creators: dict[AccountJobs, None] = {}
        self._polls: dict[AccountJobs, None] = {}
        self.downloads = Downloads(client, self.job_failed)
        self.cancellations = Cancellations(loop, client, self._has_work)
        self._fastest: float | None = None
        self._slowest = 0.0
        self._scouts: set[str] = set()

    def account(self, account_id: str) -> AccountJobs:
        """Return what an account has waiting and running."""
        if account_id not in self._accounts:
            self._accounts[account_id] = AccountJobs(account_id, self._timeout)
        return self._accounts[account_id]

    def accounts(self) -> Sequence[AccountJobs]:
        """Return all accounts that have had a window."""
        return list(self._accounts.values())

    def add(self, window: WindowJobs, adopted: Sequence[Job]) -> None:
        """Take on a window, with the jobs that an interrupted sync has created for it."""
        account = self.account(window.account_id)
        if not account.windows:
            account.quota.note_starving(False, self._loop.now())
        account.windows.add(window)
        for job in adopted:
            window.open_jobs += 1
            window.note_accepted(job.request.placement)
            account.watch(window, job)
        self._has_work(account, window)

    def drop(self, window: WindowJobs) -> None:
        """Cancel the jobs of a window that is over, since they fill the account's slots."""
        account = self.account(window.account_id)
        account.remove(window)
        for owner, job in list(account.running.values()):
            if owner is window:
                self._cancel_running(account, job)
        self._has_work(account)

    def leave(self, run: ReportRun) -> None:
        """Let go of a report without a reader; its jobs stay at X, where the next sync takes them over."""
        self.downloads.forget(run)
        for account in self._accounts.values():
            for window in [one for one in account.windows if one.report == run.name]:
                window.over = True
                window.waiting.clear()
                account.remove(window)
            for job_id in [job_id for job_id, (window, _) in account.running.items() if window.report == run.name]:
                del account.running[job_id]
            self._has_work(account)

    def _cancel_running(self, account: AccountJobs, job: Job) -> None:
        account.running.pop(job.job_id, None)
        self.cancellations.add(account, job.job_id, job.context, slots=1)

    # Creation

    def next_creation(self) -> Task | None:
        """Return the next job to create; accounts take turns."""
        while self._creators:
            account = next(iter(self._creators))
            path = f"stats/jobs/accounts/{account.account_id}"
            if not self._loop.is_open("POST", path):
                return None
            del self._creators[account]
            found = account.next_request() if account.quota.being_created < self._creations_at_once() else None
            if found is None:
                self._schedule_poll(account)
                continue
            self._creators[account] = None
            window, request = found
            account.quota.being_created += 1
            window.open_jobs += 1
            api_request = self._client.request("POST", path, window.context, request.parameters(), job_id_of)
            created = partial(self._created, account, window, request, datetime.now(timezone.utc))
            return Task(api_request, created, partial(self._not_created, account, window, request, self._loop.now()))
        return None

    def _creations_at_once(self) -> int:
        """How many jobs of one account may be requested at a time: requests that hang must not take all workers."""
        return max(self._workers // 2, 1) if len(self._accounts_with_windows) > 1 else self._workers

    def _created(
        self, account: AccountJobs, window: WindowJobs, request: JobRequest, asked_at: datetime, response: ApiResponse
    ) -> None:
        account.quota.being_created -= 1
        job = Job(request, response.document["data"][0], window.context, created=self._loop.now())
        account.note_created(window, job, response.headers)
        window.note_accepted(request.placement)
        run = self._runs.get(window.report)
        if window.over or run is None:
            self._cancel_running(account, job)
        else:
            run.cursor.jobs.add(account.account_id, window.position, request, job.job_id, asked_at)
            if not run.jobs_noted:
                run.jobs_noted = True
                run.events.put(JobsChanged())
        self._has_work(account)

    def _not_created(
        self, account: AccountJobs, window: WindowJobs, request: JobRequest, asked_at: float, failure: Exception
    ) -> None:
        account.quota.being_created -= 1
        window.open_jobs -= 1
        run = self._runs.get(window.report)
        if window.over or run is None:
            self._has_work(account)
            return
        refusal = failure.refusal if isinstance(failure, ApiFailure) else None
        if refusal and rule_for(refusal).action is not Action.RETRY:
            account.last_response_at = self._loop.now()
        if refusal and rule_for(refusal).action is Action.WAIT_FOR_SLOT:
            account.quota.note_refused(len(account.running), self._loop.now())
            window.waiting.appendleft(request)
        elif not isinstance(failure, ApiFailure):
            self._windows.window_failed(window, failure)
        elif not window.accepts_placement(request.placement) and run.refusals.leaves_out(request, failure):
            window.drop_placement(request.placement)
        elif failure.failure_type is FailureType.transient_error and account.last_response_at < asked_at:
            # Nothing else was answered meanwhile: the endpoint is down for this account.
            window.waiting.appendleft(request)
            self._windows.creation_failed(account, partial(shared, failure, consequence=CREATION))
        else:
            self._windows.window_failed(window, run.refusals.explained(request, failure, window.context))
        self._has_work(account, window)
        self._windows.window_changed(window)

    # Status

    def _schedule_poll(self, account: AccountJobs) -> None:
        for accounts, has_any in (
            (self._accounts_with_jobs, account.running),
            (self._accounts_with_windows, account.windows),
        ):
            (accounts.add if has_any else accounts.discard)(account.account_id)
        if account in self._polls:
            return
        due = self._next_poll_at(account)
        if due < account.poll_at:
            account.poll_at = due
            self._loop.at(due, self._poll_is_due, account, due)

    def _poll_is_due(self, account: AccountJobs, due: float) -> None:
        """Queue a status request, unless another timer has taken the place of this one, or later is early enough."""
        if due != account.poll_at:
            return
        account.poll_at = math.inf
        if self._next_poll_at(account) > self._loop.now():
            self._schedule_poll(account)
        elif not self._may_scout(account):
            account.poll_at = self._loop.now() + LONGEST_POLL_INTERVAL
            self._loop.at(account.poll_at, self._poll_is_due, account, account.poll_at)
        else:
            self._polls[account] = None

    def _next_poll_at(self, account: AccountJobs) -> float:
        scarce = self._polls_are_scarce(account)
        return account.next_poll_at(self._loop.now(), self._fastest or 0.0, self._slowest, scarce)

    def _polls_are_scarce(self, account: AccountJobs) -> bool:
        left = self._client.remaining("GET", f"stats/jobs/accounts/{account.account_id}")
        return left is not None and left < SCARCE_POLLS * len(self._accounts_with_jobs)

    def _may_scout(self, account: AccountJobs) -> bool:
        """Where status requests are scarce, a few accounts find out for all how long jobs take."""
        if self._fastest is not None or not account.running or not self._polls_are_scarce(account):
            return True
        if account.oldest_created_at <= self._loop.now() - LONGEST_WAIT:
            return True
        self._scouts &= self._accounts_with_jobs
        if len(self._scouts) < SCOUTS:
            self._scouts.add(account.account_id)
        return account.account_id in self._scouts

    def next_poll(self) -> Task | None:
        """Return the next status request, which names all running jobs of an account; without any, for its slots."""
        while self._polls:
            account = next(iter(self._polls))
            path = f"stats/jobs/accounts/{account.account_id}"
            if not self._loop.is_open("GET", path):
                return None
            del self._polls[account]
            jobs = account.to_poll()
            if account.polling or not (jobs or account.has_waiting):
                continue
            account.polled(self._loop.now())
            # A response that is filtered by job_ids is never paged, whatever cursor it shows (docs/x-ads-api.md §7.2).
            ids = ",".join(job.job_id for job in jobs)
            query = {"job_ids": ids, "count": str(JOBS_PER_STATUS_REQUEST)} if ids else {"count": "1"}
            context = jobs[0].context if jobs else next(iter(account.windows)).context
            api_request = self._client.request("GET", path, context, query, lambda entry: (job_id_of(entry), entry))
            return Task(
                api_request, partial(self._on_status, account, jobs), partial(self._status_failed, account, jobs)
            )
        return None

    def _on_status(self, account: AccountJobs, jobs: Sequence[Job], response: ApiResponse) -> None:
        entries = dict(response.document["data"])
        # An adopted job may have waited for X in another state of affairs.
        for taken in (seconds_taken(entries[job.job_id]) for job in jobs if not job.adopted and job.job_id in entries):
            if taken is not None:
                self._fastest = min(taken, LONGEST_POLL_INTERVAL if self._fastest is None else self._fastest)
                self._slowest = max(self._slowest, min(taken, LONGEST_WAIT))
        account.polling = False
        utc_now = datetime.now(timezone.utc) - timedelta(seconds=self._client.clock.difference)
        for window, job in account.apply_status(jobs, entries, response.headers, self._loop.now(), utc_now):
            self._ended(account, window, job)
        if account.hopeless:
            reason = partial(hopeless, jobs=account.endless, seconds=self._timeout)
            self._windows.account_failed(account, reason, per_report=True)
        starved = account.quota.starved(self._loop.now())
        if starved >= self._timeout:
            happened = f"No slot for an analytics job was free for {starved:.0f} s"
            rule = BY_CODE["TOO_MANY_JOBS"]
            self._windows.account_failed(account, lambda context: ApiFailure(rule, context, happened))
        self._has_work(account)

    def _ended(self, account: AccountJobs, window: WindowJobs, job: Job) -> None:
        if job.given_up:
            self._cancel_running(account, job)
        run = self._runs.get(window.report)
        if window.over or run is None:
            return
        if job.url is not None:
            self.downloads.add(run, window, job)
            return
        self.job_failed(window, job, str(job.broken))

    def _status_failed(self, account: AccountJobs, jobs: Sequence[Job], failure: Exception) -> None:
        account.polling = False
        if isinstance(failure, ApiFailure) and failure.failure_type is FailureType.transient_error:
            self._windows.account_failed(account, partial(shared, failure, consequence=STATUS))
        else:
            # X refused this request: the windows that it was for fail, those that follow are asked about anew.
            asked = {job.job_id for job in jobs}
            concerned = {window for job_id, (window, _) in account.running.items() if job_id in asked}
            for window in concerned or set(account.windows):
                of_window = failure
                if isinstance(failure, ApiFailure):
                    of_window = shared(failure, window.context, STATUS)
                self._windows.window_failed(window, of_window)
        self._has_work(account)

    def job_failed(self, window: WindowJobs, job: Job, reason: str, outage: bool = False) -> None:
        """Ask again for what a job has no result for; see `WindowJobs.retry`."""
        run = self._runs.get(window.report)
        if window.over or run is None:
            return
        run.cursor.jobs.drop(window.account_id, window.position, job.job_id)
        try:
            window.retry(job, reason, outage)
        except ApiFailure as failure:
            self._windows.window_failed(window, failure)
        self._has_work(self.account(window.account_id), window)
        self._windows.window_changed(window)

    def _has_work(self, account: AccountJobs, window: WindowJobs | None = None) -> None:
        """Let an account take its turn, and a window of it that has requests waiting."""
        if window is not None and window.waiting and not window.over:
            account.add(window)
        if account.has_waiting:
            self._creators.setdefault(account)
        self._schedule_poll(account)

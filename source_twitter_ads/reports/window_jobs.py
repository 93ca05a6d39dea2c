# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What is left to do for one report window, and what becomes of it when one of its jobs fails."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.errors import Action, ApiFailure, RequestContext, Rule
from source_twitter_ads.reports.job import Job, JobRequest

logger = logging.getLogger("airbyte")

# How often the job of a single entity may fail, and how often a request and its parts may time out one after another.
MOST_TRIES = 3
# Jobs of a window that may fail beyond those that succeed: one hopeless entity takes about eight.
MOST_FAILURES = 30

_NOT_UNDERSTOOD = Rule(
    Action.FAIL,
    FailureType.system_error,
    "Please report it with this message. The window stays unread; all other windows are not affected.",
)
_GIVE_UP = Rule(
    Action.FAIL,
    FailureType.transient_error,
    "The window stays unread and is asked for again by the next sync; all other windows are not affected.",
)


class WindowJobs:
    """The job requests of a window until all of its rows are out.

    Attributes:
        report: the name of the report that the window belongs to.
        account_id: the ad account.
        position: of the window among those of the account and report, oldest first.
        context: the window, for messages.
        waiting: requests without a job yet.
        open_jobs: jobs that are being created, are running, or have a file that is not read yet.
        failure: why some of its rows are missing; None while nothing is.
        needs_jobs: whether it needs jobs at all.
        over: whether it is closed or has failed, so that nothing of it is wanted any more.
    """

    def __init__(
        self, report: str, account_id: str, position: int, context: RequestContext, requests: Iterable[JobRequest]
    ) -> None:
        self.report = report
        self.account_id = account_id
        self.position = position
        self.context = context
        self.waiting = deque(requests)
        self.open_jobs = 0
        self.failure: ApiFailure | None = None
        self.needs_jobs = bool(self.waiting)
        self.over = False
        self._accepted: set[str] = set()
        self._failed = self._read = 0

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return not self.waiting and not self.open_jobs

    def accepts_placement(self, placement: str) -> bool:
        """Return whether X has taken a job for a placement."""
        return placement in self._accepted

    def note_accepted(self, placement: str) -> None:
        """Note that X has taken a job for a placement."""
        self._accepted.add(placement)

    def rows_read(self) -> None:
        """Note that the rows of a job are out."""
        self.open_jobs -= 1
        self._read += 1

    def drop_placement(self, placement: str) -> None:
        """Drop what is still to be asked for under a placement."""
        self.waiting = deque(request for request in self.waiting if request.placement != placement)

    def retry(self, job: Job, reason: str, outage: bool = False) -> None:
        """Ask again for the rows of a job without a result, in smaller parts as long as these may single out an entity.

        After an outage of its file the same job is asked for again, since smaller ones do not mend that.

        Raises:
            ApiFailure: when nearly all jobs of the window fail, so that the window is given up.
        """
        self.open_jobs -= 1
        request = job.request
        if job.adopted:
            # What an earlier sync left at X may be gone, which does not count as a failure of this one.
            self.waiting.append(request)
            return
        self._failed += 1
        if self._failed > MOST_FAILURES + self._read:
            tried = f"{request.tries + 1} times in ever smaller parts"
            raise self._given_up(job, f"{tried}, like nearly all jobs of the window: {reason}")
        tries = request.tries if outage else request.tries_alone
        divisible = len(request.entity_ids) > 1 and not outage
        if request.timeouts + job.timed_out < MOST_TRIES and (divisible or tries + 1 < MOST_TRIES):
            self.waiting.extend([request.again()] if outage else request.parts(job.timed_out))
            return
        self._fail(self._given_up(job, f"{MOST_TRIES} times: {reason}"))

    def not_understood(self, job: Job, reason: str) -> None:
        """Give the rows of a job up, since another file would be the same."""
        self.open_jobs -= 1
        happened = f"The result file of {_described(job)} is not understood: {reason}"
        self._fail(ApiFailure(_NOT_UNDERSTOOD, job.context, happened))

    def _fail(self, failure: ApiFailure) -> None:
        if self.failure is not None:
            logger.warning(failure.message)
        self.failure = self.failure or failure

    @staticmethod
    def _given_up(job: Job, why: str) -> ApiFailure:
        return ApiFailure(_GIVE_UP, job.context, f"{_described(job)} gave no result, {why}")


def _described(job: Job) -> str:
    entity, ids = job.request.definition.entity, job.request.entity_ids
    what = f"{entity} {ids[0]}" if len(ids) == 1 else f"{len(ids)} of {entity}"
    return f"X's analytics job {job.job_id} for {what}"

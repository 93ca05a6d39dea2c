# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The jobs of one window: created as X has room, made again in parts when they fail."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timezone

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.errors import Action, ApiFailure, Rule, Where
from source_twitter_ads.reports.job import Job
from source_twitter_ads.reports.job_request import JobRequest
from source_twitter_ads.reports.jobs import JobBoard
from source_twitter_ads.reports.pending import PendingJobs
from source_twitter_ads.reports.progress import Progress
from source_twitter_ads.reports.unserved import Unserved

logger = logging.getLogger("airbyte")

# How often the job of a single entity may fail; larger ones are asked for again with half the entities each time.
MOST_TRIES = 3
# Jobs of a window that may fail beyond those that succeed: one hopeless entity takes about eight.
MOST_FAILURES = 30
# Jobs of a window that are asked for at the same time.
CREATED_AT_ONCE = 8

_GIVE_UP = Rule(
    Action.FAIL,
    FailureType.transient_error,
    "The window stays unread and is asked for again by the next sync; all other windows are not affected.",
)

_Attempts = list[tuple[JobRequest, "Future[Job | None]"]]


class WindowJobs:
    """What is left to do for a window.

    Args:
        board: the account's job board.
        pending: is told of each job, and knows those of an interrupted sync.
        progress: is told what is still to be created.
        unserved: knows what a refusal is about.
        where: the window, for messages; its account is known.
        position: of the window among those of the account.
        requests: what the window needs.
    """

    def __init__(
        self,
        board: JobBoard,
        pending: PendingJobs,
        progress: Progress,
        unserved: Unserved,
        where: Where,
        position: int,
        requests: Iterable[JobRequest],
    ) -> None:
        self._board = board
        self._pending = pending
        self._progress = progress
        self._unserved = unserved
        self._where = where
        self._account_id = str(where.account_id)
        self._position = position
        self._waiting = deque[JobRequest]()
        self._running: list[Job] = []
        self._served: set[str] = set()
        self._failed = self._read = 0
        self._failure: ApiFailure | None = None
        for request in requests:
            self._inherit(request)

    def _inherit(self, request: JobRequest) -> None:
        """Take over the job that an interrupted sync left behind for a request; without one, create it later."""
        job_id = self._pending.inherit(self._account_id, self._position, request)
        if job_id is None:
            self._waiting.append(request)
        else:
            self._served.add(request.placement)
            self._running.append(self._board.adopt(request, job_id, self._where))

    @property
    def open(self) -> bool:
        """Whether there are jobs to create or to wait for."""
        return bool(self._waiting or self._running)

    def create(self) -> None:
        """Create as many jobs as X has room for.

        Raises:
            ApiFailure: when X refuses one, but not just a placement that it serves no more.
        """
        while self._waiting:
            asked_at = datetime.now(timezone.utc)
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), CREATED_AT_ONCE))]
            with ThreadPoolExecutor(len(batch), thread_name_prefix="job") as pool:
                attempts: _Attempts = [
                    (request, pool.submit(self._board.try_create, request, self._where)) for request in batch
                ]
            without_room = self._take_in(attempts, asked_at)
            self._heed_refusals(attempts)
            if without_room and self._waiting:
                return
        self._board.satisfied(self._where)

    def _take_in(self, attempts: _Attempts, asked_at: datetime) -> bool:
        """Watch the jobs that X has made and keep what it has not; whether it had no room for one."""
        made = [attempt.result() for _, attempt in attempts if attempt.exception() is None]
        for job in filter(None, made):
            self._running.append(job)
            self._served.add(job.request.placement)
            self._pending.add(self._account_id, self._position, job.request, job.job_id, asked_at)
        unmade = [request for request, attempt in attempts if attempt.exception() or attempt.result() is None]
        self._waiting.extendleft(reversed(unmade))
        return None in made

    def _heed_refusals(self, attempts: _Attempts) -> None:
        for request, attempt in attempts:
            failure = attempt.exception()
            if not isinstance(failure, ApiFailure):
                if failure is not None:
                    raise failure
            elif request.placement not in self._served and self._unserved.leaves_out(request, failure):
                kept = [one for one in self._waiting if one.placement != request.placement]
                self._progress.queued(self._account_id, len(kept) - len(self._waiting))
                self._waiting = deque(kept)
            else:
                raise self._unserved.explained(request, failure, self._where) from failure

    def wait(self) -> list[Job]:
        """Return the jobs that have ended, those with a file first; none when there is room for others.

        Raises:
            ApiFailure: when X does not tell of them, or has no room for so long that waiting has no sense.
        """
        self._pending.flush()
        ended = self._board.wait(self._running, bool(self._waiting), self._where)
        for job in ended:
            self._running.remove(job)
        return sorted(ended, key=lambda job: job.url is None)

    def step_aside(self) -> None:
        """Let other windows have the room that there is, while this one is busy with what it has."""
        self._board.satisfied(self._where)

    def succeeded(self) -> None:
        """A job's rows were read."""
        self._read += 1

    def failed(self, job: Job, reason: str, outage: bool = False) -> None:
        """A job has no result: ask for it again, in parts as long as that may single out an entity.

        The window goes on with all others of its jobs; `close` raises what was lost.

        Args:
            job: the job.
            reason: why it has none.
            outage: whether its file could not be fetched, which smaller jobs do not mend.

        Raises:
            ApiFailure: when nearly all jobs of the window fail.
        """
        self._pending.drop(self._account_id, self._position, job.job_id)
        if job.adopted:
            # What an earlier sync left behind may be gone: that is no failure of this one.
            self._again([job.request])
            return
        self._failed += 1
        if self._failed > MOST_FAILURES + self._read:
            tried = f"{job.request.tries + 1} times in ever smaller parts"
            raise self._given_up(job, f"{tried}, like nearly all jobs of the window: {reason}")
        tries = job.request.tries if outage else job.request.tries_alone
        if tries + 1 < MOST_TRIES or (len(job.request.entity_ids) > 1 and not outage):
            self._again(job.request.halves())
            return
        failure = self._given_up(job, f"{MOST_TRIES} times: {reason}")
        if self._failure is not None:
            logger.warning(failure.message)
        self._failure = self._failure or failure

    def _again(self, requests: list[JobRequest]) -> None:
        self._waiting.extend(requests)
        self._progress.queued(self._account_id, len(requests))

    def _given_up(self, job: Job, why: str) -> ApiFailure:
        entity, ids = job.request.definition.entity, job.request.entity_ids
        what = f"{entity} {ids[0]}" if len(ids) == 1 else f"{len(ids)} of {entity}"
        return ApiFailure(_GIVE_UP, job.where, f"X's analytics job {job.job_id} for {what} gave no result, {why}")

    def close(self) -> None:
        """End the window once all is done.

        Raises:
            ApiFailure: the first job that was lost.
        """
        if self._failure is not None:
            raise self._failure

    def leave(self) -> None:
        """Give up whatever is still to do."""
        self._board.leave(self._running, self._where)
        self._progress.queued(self._account_id, -len(self._waiting))

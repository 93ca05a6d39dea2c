# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Cancels jobs that nobody waits for, since they fill the slots of their account (docs/x-ads-api.md §7.2)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure, RequestContext
from source_twitter_ads.api.request_loop import RequestLoop, Task
from source_twitter_ads.reports.account_jobs import AccountJobs

# Jobs that run and files that are ready come first.
CANCELLED_AT_ONCE = 2


@dataclass(frozen=True)
class _Cancellation:
    account: AccountJobs
    job_id: str
    context: RequestContext
    slots: int


class Cancellations:
    """The jobs that are to be cancelled. For the scheduler's thread alone.

    Args:
        changed: is told of an account that may have more slots.
    """

    def __init__(self, loop: RequestLoop, client: ApiClient, changed: Callable[[AccountJobs], None]) -> None:
        self._loop = loop
        self._client = client
        self._changed = changed
        self._waiting = deque[_Cancellation]()
        self._under_way = 0

    def __bool__(self) -> bool:
        """Whether jobs are still to be cancelled."""
        return bool(self._waiting or self._under_way)

    def add(self, account: AccountJobs, job_id: str, context: RequestContext, slots: int) -> None:
        """Queue a job that holds so many slots of its account until it is cancelled."""
        account.quota.being_cancelled += slots
        self._waiting.append(_Cancellation(account, job_id, context, slots))

    def next_task(self) -> Task | None:
        """Return the next job to cancel. Only QUEUED and PROCESSING jobs can be; others have ended (§7.2)."""
        if not self._waiting or self._under_way >= CANCELLED_AT_ONCE:
            return None
        job = self._waiting[0]
        path = f"stats/jobs/accounts/{job.account.account_id}/{job.job_id}"
        if not self._loop.is_open("DELETE", path):
            return None
        self._waiting.popleft()
        self._under_way += 1
        request = self._client.request("DELETE", path, job.context)
        return Task(request, partial(self._ended, job), partial(self._failed, job))

    def _ended(self, job: _Cancellation, _: object = None) -> None:
        self._under_way -= 1
        job.account.quota.being_cancelled -= job.slots
        self._changed(job.account)

    def _failed(self, job: _Cancellation, failure: Exception) -> None:
        if not isinstance(failure, ApiFailure) or failure.failure_type is FailureType.transient_error:
            # While X fails, the account's other jobs are left to end by themselves.
            others = [other for other in self._waiting if other.account is job.account]
            self._waiting = deque(other for other in self._waiting if other.account is not job.account)
            job.account.quota.being_cancelled -= sum(other.slots for other in others)
        self._ended(job)

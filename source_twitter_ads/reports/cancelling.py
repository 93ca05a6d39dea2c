# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Cancels jobs whose results nobody waits for any more, without letting anybody wait long for it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from source_twitter_ads.api.errors import ApiFailure, Where
from source_twitter_ads.api.transport import Transport

CANCELLED_AT_ONCE = 8
# A window that has failed says so after this time, whatever X makes of its jobs.
CANCEL_SECONDS = 5.0

_ENDED_ALREADY = frozenset({400, 404, 409})

Cancelled = tuple[str, Where]


def cancel_all(transport: Transport, path: str, jobs: Iterable[Cancelled]) -> None:
    """Cancel jobs, some at once; after CANCEL_SECONDS the rest goes on without the caller.

    While X fails, the others are left to end by themselves.

    Args:
        transport: sends the requests.
        path: of the account's jobs.
        jobs: ids, and the places in the sync that asked for them.
    """
    rest = deque(jobs)

    def work() -> None:
        while rest:
            try:
                job_id, where = rest.popleft()
            except IndexError:
                return
            if not _cancel(transport, f"{path}/{job_id}", where):
                rest.clear()

    _work_for_a_while(work, min(len(rest), CANCELLED_AT_ONCE))


def _work_for_a_while(work: Callable[[], None], count: int) -> None:
    # Daemons: the process need not wait for them either.
    workers = [threading.Thread(target=work, name=f"cancel-{n}", daemon=True) for n in range(count)]
    for worker in workers:
        worker.start()
    deadline = time.monotonic() + CANCEL_SECONDS
    for worker in workers:
        worker.join(max(deadline - time.monotonic(), 0.0))


def _cancel(transport: Transport, path: str, where: Where) -> bool:
    """Cancel a job; whether X answered at all."""
    try:
        transport.delete(path, where)
    except ApiFailure as failure:
        # Only QUEUED and PROCESSING jobs can be cancelled; how X says that one has ended is not documented (§7.2).
        return failure.refusal is not None and failure.refusal.status in _ENDED_ALREADY
    return True

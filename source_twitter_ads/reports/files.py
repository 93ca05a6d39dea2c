# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Result files of a window: the next ones are fetched while one is read, and few are in memory at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from source_twitter_ads.api.transport import Transport
from source_twitter_ads.reports.job import Job

# Files of one window that are fetched at once, and files of all windows that are in memory, packed: some MB each.
FILES_AHEAD = 4
FILES_HELD = 16
# Result files that are unpacked at the same time: each may take some 100 MB, and the interpreter works on one anyway.
FILES_UNPACKED = 2

Fetched = tuple[Job, "Future[bytes] | None"]


class ResultFiles:
    """The room that a sync has for result files; a read that nobody finishes takes it from its own sync only.

    Attributes:
        unpacking: to be held while a file is unpacked and read.

    Args:
        held: packed files of all windows that are in memory at once.
        unpacked: files that are unpacked at once.
    """

    def __init__(self, held: int = FILES_HELD, unpacked: int = FILES_UNPACKED) -> None:
        self.unpacking = threading.BoundedSemaphore(unpacked)
        self._room = threading.BoundedSemaphore(held)

    def fetched(self, transport: Transport, jobs: Sequence[Job]) -> Iterator[Fetched]:
        """Yield each job with its packed file to come, None where it has no file; in order.

        Who takes them must not wait for anything but them meanwhile, since others may wait for the room.

        Args:
            transport: fetches the files.
            jobs: jobs that have ended.
        """
        pool = ThreadPoolExecutor(FILES_AHEAD, thread_name_prefix="file")
        rest, coming = deque(jobs), deque[Fetched]()
        try:
            while rest or coming:
                # Nobody waits for room while it holds some itself, so all windows get on.
                while rest and len(coming) < FILES_AHEAD and self._may_hold(rest[0], wait=not coming):
                    job = rest.popleft()
                    coming.append((job, pool.submit(transport.download, job.url, job.where) if job.url else None))
                job, file = coming[0]
                yield job, file
                coming.popleft()
                self._let_go(job)
        finally:
            for job, _ in coming:
                self._let_go(job)
            pool.shutdown(wait=False, cancel_futures=True)

    def _may_hold(self, job: Job, wait: bool) -> bool:
        return job.url is None or self._room.acquire(blocking=wait)

    def _let_go(self, job: Job) -> None:
        if job.url is not None:
            self._room.release()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Fetches the next page of a listing while the one before is on its way out.

Pages of one listing come one after another, since each names the next. A single large account would therefore wait for
the network and for serialisation in turn. One page is read ahead per listing, and for a few listings at a time, so that
memory stays bounded: where many are read at once, they overlap with each other anyway. The page behind the bookmark is
never asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

# Pages that are read ahead at once, of all listings: a parsed page takes some 10 MB.
AHEAD = 3
_room = threading.BoundedSemaphore(AHEAD)

Records = list[dict[str, Any]]
Cut = tuple[Records, "str | None", bool]


def whole(records: Records) -> Cut:
    """Keep all records and go on."""
    return records, None, False


def read_ahead(pages: Iterator[Records], cut: Callable[[Records], Cut] = whole) -> Iterator[tuple[Records, str | None]]:
    """Yield (records to emit, their newest cursor value) for each page up to the one that completes the read.

    Args:
        pages: the listing; it is resumed in another thread, by one thread at a time.
        cut: says of a page what to emit, its newest cursor value, and whether the read is complete with it.

    Raises:
        Exception: whatever `pages` raises, after the pages before it were yielded.
    """
    # Of this listing alone: threads that are shared would outlive the sync, and be missing after a fork.
    pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    try:
        records = next(pages, None)
        while records is not None:
            kept, newest, complete = cut(records)
            if complete:
                yield kept, newest
                return
            following = pool.submit(_next, pages) if _room.acquire(blocking=False) else None
            yield kept, newest
            records = next(pages, None) if following is None else following.result()
    finally:
        pool.shutdown(wait=False)


def _next(pages: Iterator[Records]) -> Records | None:
    try:
        return next(pages, None)
    finally:
        _room.release()

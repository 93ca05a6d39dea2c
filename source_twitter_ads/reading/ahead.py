# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Fetches the next page of a listing while the one before is on its way out.

Pages of one listing come one after another, since each names the next. A single large account would therefore wait for
the network and for serialisation in turn. One page is read ahead per listing, never more, so that memory stays bounded;
the page behind the bookmark is never asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

# At least as many as there are readers, each of which has one page under way: nobody waits for a thread here. How many
# requests are in flight is up to the transport.
_THREADS = 128
_pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="ahead")

Records = Sequence[dict[str, Any]]
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
    records = next(pages, None)
    while records is not None:
        kept, newest, complete = cut(records)
        following = None if complete else _pool.submit(next, pages, None)
        yield kept, newest
        records = None if following is None else following.result()

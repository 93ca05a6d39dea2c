# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The pages of one paginated collection: read one ahead, and no further than to the bookmark."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.engine.page import Page

logger = logging.getLogger("airbyte")

# Pages that are read ahead at once, of all collections: a parsed page takes some 10 MB.
PAGES_AHEAD = 3
_permits = threading.BoundedSemaphore(PAGES_AHEAD)

Records = list[dict[str, Any]]


class Cut(NamedTuple):
    """What is used of one page: its records, how far they move the bookmark, and whether no later page is needed."""

    records: Records
    cursor_value: str | None = None
    complete: bool = False


def read_ahead(pages: Iterator[Records], cut: Callable[[Records], Cut] = Cut) -> Iterator[Cut]:
    """Yield the cut of each page up to the one that completes the read.

    Args:
        pages: the records of each page; it is resumed in another thread, by one thread at a time. What it raises comes
            after the pages before.
        cut: says what is used of a page; everything by default.
    """
    # Of this collection alone: threads that are shared would outlive the sync, and be missing after a fork.
    pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    try:
        records = next(pages, None)
        while records is not None:
            used = cut(records)
            if used.complete:
                yield used
                return
            following = pool.submit(_next, pages) if _permits.acquire(blocking=False) else None
            yield used
            records = next(pages, None) if following is None else following.result()
    finally:
        pool.shutdown(wait=False)


def _next(pages: Iterator[Records]) -> Records | None:
    try:
        return next(pages, None)
    finally:
        _permits.release()


class NewestFirst:
    """Cuts the pages of one slice to what is new, and says when nothing newer can follow.

    Records without a cursor value are kept and never end the read; records equal to the bookmark are kept, since more
    may have been written within that second. If the API does not keep the order, the read goes on to the last page:
    that costs requests, not records.

    Args:
        stream_name: for the warning.
        values_of: reads the cursor values of a page's records as comparable text, None where a record has none.
        since: the bookmark, or the start date; None for everything.
        until: the end date; None for no upper bound.
        began: returns when the first page was asked for, by the API's clock, which its response may be the first to
            tell. The bookmark does not pass that moment: what was changed while the pages were read may be on a page
            that was already read.
        ordered: False where the API promises no order, so that every page is read without a warning.
    """

    def __init__(
        self,
        stream_name: str,
        values_of: Callable[[Records], Sequence[str | None]],
        since: str | None,
        until: str | None,
        began: Callable[[], str],
        ordered: bool = True,
    ) -> None:
        self._stream_name = stream_name
        self._values_of = values_of
        # Every text lies between the bounds that stand for none.
        self._since = since or ""
        self._until = until or chr(sys.maxunicode)
        self._began = began
        self._last: str | None = None
        self._ordered = ordered

    def cut(self, records: Records) -> Cut:
        """Return what is used of the next page."""
        cursor_values = self._values_of(records)
        values = [value for value in cursor_values if value is not None]
        if not values:
            return Cut(records)
        self._check_order(values)
        oldest, newest = min(values), max(values)
        if self._since <= oldest and newest <= self._until:
            return Cut(records, min(newest, self._began()))
        pairs = zip(records, cursor_values, strict=True)
        kept = [record for record, value in pairs if value is None or self._is_inside(value)]
        reached = max(filter(self._is_inside, values), default=None)
        return Cut(kept, reached and min(reached, self._began()), complete=self._ordered and oldest < self._since)

    def _is_inside(self, value: str) -> bool:
        return self._since <= value <= self._until

    def _check_order(self, values: list[str]) -> None:
        chain = values if self._last is None else [self._last, *values]
        if self._ordered and chain != sorted(chain, reverse=True):
            self._ordered = False
            logger.warning(
                f"{self._stream_name} is not sorted newest first: reading all pages instead of stopping early."
            )
        self._last = values[-1]


def read_pages(
    stream_name: str,
    pages: Iterator[Records],
    stream_slice: StreamSlice,
    skips: Callable[[Exception], bool],
    *,
    added: Mapping[str, str],
    cut: Callable[[Records], Cut] = Cut,
) -> Iterator[Page]:
    """Yield the pages of a slice that hold something to emit.

    Args:
        stream_name: the stream of all records.
        pages: as for `read_ahead`, and so is `cut`.
        stream_slice: the slice that they are read for.
        skips: whether an error of `pages` only means that the slice has nothing to read. It is raised all the same once
            a page is out: a bookmark follows that page, and the next sync would not read the gap below it.
        added: fields that each record is given, since the API leaves them out.
        cut: see `pages`.
    """
    begun = False
    try:
        for used in read_ahead(pages, cut):
            for record in used.records if added else ():
                record.update(added)
            if used.records:
                begun = True
                yield Page(stream_name, used.records, stream_slice, used.cursor_value)
    except Exception as error:
        if begun or not skips(error):
            raise

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One listing of X as the pages of one slice."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.engine.page import Page

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


logger = logging.getLogger("airbyte")

CursorValue = Callable[[Mapping[str, Any]], "str | None"]


class NewestFirst:
    """Cuts the pages of one slice to what is new, and says when nothing newer can follow.

    Records without a cursor value are kept and never end the read; records equal to the bookmark are kept, since more
    may have been written within that second. Should X not keep the order, the read goes on to the last page: an
    endpoint that ignores `sort_by` then costs requests, not records (peers.md E6).

    Args:
        stream_name: for the warning.
        value_of: reads a record's cursor value as comparable text.
        since: the bookmark, or the start date; None for everything.
        until: the end date; None for no upper bound.
        began: says when the first page was asked for, by X's clock, which its answer may be the first to tell. The
            bookmark does not pass that moment: what was changed while the pages were read may be on a page that was
            already read.
        ordered: False where X promises no order, so that every page is read without a warning.
    """

    def __init__(
        self,
        stream_name: str,
        value_of: CursorValue,
        since: str | None,
        until: str | None,
        began: Callable[[], str],
        ordered: bool = True,
    ) -> None:
        self._stream_name = stream_name
        self._value_of = value_of
        self._since = since
        self._until = until
        self._began = began
        self._last: str | None = None
        self._ordered = ordered

    def cut(self, records: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str | None, bool]:
        """Return (records to emit, how far they move the bookmark, whether the read is complete) for one page."""
        every = [self._value_of(record) for record in records]
        values = [value for value in every if value is not None]
        if not values:
            return records, None, False
        self._check_order(values)
        oldest = min(values)
        ended = self._since is not None and oldest < self._since and self._ordered
        inside = (self._since is None or oldest >= self._since) and (self._until is None or max(values) <= self._until)
        if inside:
            return records, min(max(values), self._began()), False
        kept = [record for record, value in zip(records, every, strict=True) if value is None or self._wanted(value)]
        newest = max(filter(self._wanted, values), default=None)
        return kept, newest and min(newest, self._began()), ended

    def _wanted(self, value: str) -> bool:
        return (self._since is None or value >= self._since) and (self._until is None or value <= self._until)

    def _check_order(self, values: list[str]) -> None:
        chain = values if self._last is None else [self._last, *values]
        if self._ordered and chain != sorted(chain, reverse=True):
            self._ordered = False
            logger.warning(
                f"X did not sort {self._stream_name} newest first: reading all pages instead of stopping early."
            )
        self._last = values[-1]


def listed(
    stream_name: str,
    listing: Iterator[Records],
    stream_slice: StreamSlice,
    skips: Callable[[ApiFailure], bool],
    *,
    added: Mapping[str, str],
    cut: Callable[[Records], Cut] = whole,
) -> Iterator[Page]:
    """Yield a listing's pages, as long as they hold something that is to be emitted.

    Args:
        stream_name: the stream of all records.
        listing: the records of each page.
        stream_slice: the slice that they are read for.
        skips: whether a failure only means that there is nothing to read there (`Accounts.skips`).
        added: fields that each record is given, such as account_id, which X leaves out.
        cut: as for `read_ahead`.

    Raises:
        ApiFailure: when X refuses. Also what could be skipped, once a page is out: a bookmark follows that page, and
            to skip the rest would leave a gap below it that nobody reads again.
    """
    begun = False
    try:
        for kept, newest in read_ahead(listing, cut):
            for record in kept if added else ():
                record.update(added)
            if kept:
                begun = True
                yield Page(stream_name, kept, stream_slice, newest)
    except ApiFailure as failure:
        if begun or not skips(failure):
            raise

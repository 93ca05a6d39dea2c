# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Where an incremental read may stop.

No endpoint filters by date: records come newest first, and the read ends at the first one older than the bookmark
(x-ads-api.md §2.3). Times are compared as text, since X writes all of them as `YYYY-MM-DDTHH:MM:SSZ`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

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

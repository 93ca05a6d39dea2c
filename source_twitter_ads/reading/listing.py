# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One listing of X as the pages of one slice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.reading.ahead import Cut, Records, read_ahead, whole
from source_twitter_ads.reading.page import Page


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

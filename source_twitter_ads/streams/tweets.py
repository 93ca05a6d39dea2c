# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The Tweets of each ad account, published and scheduled (docs/x-ads-api.md §5.34)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.sources.utils.schema_helpers import ResourceSchemaLoader

from source_twitter_ads.api.errors import RequestContext
from source_twitter_ads.api.pagination import MAX_PAGE_SIZE, pages
from source_twitter_ads.api.services import Services
from source_twitter_ads.components.records import CheckedRecords, instant_text, iso_text
from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.listing import NewestFirst, read_pages
from source_twitter_ads.streams.base import XAdsStream

TWEET_TYPES = ("PUBLISHED", "SCHEDULED")
# X's text of an id → the number that X sends beside it (docs/x-ads-api.md §2.6).
_TEXTS_OF_IDS = (
    ("in_reply_to_status_id_str", "in_reply_to_status_id"),
    ("in_reply_to_user_id_str", "in_reply_to_user_id"),
    ("quoted_status_id_str", "quoted_status_id"),
    ("id_str", "id"),
    ("tweet_id", "id"),
)


def comparable(tweet: dict[str, Any]) -> dict[str, Any]:
    """Return a Tweet with its ids as text and `created_at` as an ISO date-time, as every other stream has them."""
    for text, number in _TEXTS_OF_IDS:
        value = tweet.get(text)
        if isinstance(value, str) and value:
            tweet[number] = value
        elif type(tweet.get(number)) is int:
            tweet[number] = str(tweet[number])
    created_at = instant_text(tweet.get("created_at"))
    if created_at is not None:
        tweet["created_at"] = created_at
    return tweet


class Tweets(XAdsStream):
    """Tweets by account and tweet_type.

    Published Tweets come newest first and are read down to the bookmark. Scheduled ones come in no order, can be edited
    without a trace in their dates, and are few: they are read in full each time.
    """

    name = "tweets"
    cursor_field = "created_at"

    def __init__(self, services: Services, bookmarks: BookmarkCursor) -> None:
        self._bookmarks = bookmarks
        super().__init__(services)

    @property
    def primary_key(self) -> list[str]:
        """A Tweet can be seen from several accounts."""
        return ["account_id", "id"]

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]  # the CDK's cache keeps streams for ever
        """Return the documented fields of a Tweet."""
        schema: Mapping[str, Any] = ResourceSchemaLoader("source_twitter_ads").get_schema(self.name)
        return schema

    def path(self, *, stream_slice: Mapping[str, Any] | None = None, **_: Any) -> str:
        """Return the collection of the slice's account."""
        return f"accounts/{(stream_slice or {})['account_id']}/tweets"

    def stream_slices(self, *_: Any, **__: Any) -> Iterable[StreamSlice]:
        """Yield one slice per account and tweet_type."""
        for account_id in self._services.accounts.ids():
            for tweet_type in TWEET_TYPES:
                yield StreamSlice(partition={"account_id": account_id, "tweet_type": tweet_type}, cursor_slice={})

    def read_records(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> Iterable[StreamData]:
        """Yield the pages of a slice.

        Raises:
            ApiFailure: when X refuses.
        """
        assert isinstance(stream_slice, StreamSlice)
        account_id, tweet_type = stream_slice["account_id"], stream_slice["tweet_type"]
        # X hides organic Tweets unless `timeline_type` asks for them.
        query = {"tweet_type": tweet_type, "timeline_type": "ALL"}
        context = RequestContext(self.name, account_id, tweet_type)
        count = min(self._services.settings.page_size, MAX_PAGE_SIZE)
        path = self.path(stream_slice=stream_slice)
        checked = CheckedRecords(path, context, ["id"], self.cursor_field)
        listing = pages(self._services.client, path, query, context, count=count)
        prepared = checked.pages([comparable(tweet) for tweet in page] for page in listing)
        skips, cut = self._services.accounts.skips, self._bounds(stream_slice, checked).cut
        yield from read_pages(self.name, prepared, stream_slice, skips, added={"account_id": account_id}, cut=cut)
        checked.close()

    def _bounds(self, stream_slice: StreamSlice, checked: CheckedRecords) -> NewestFirst:
        settings = self._services.settings
        bookmark = self._bookmarks.bookmark(stream_slice.partition)
        since = max(filter(None, (bookmark, iso_text(settings.start_date))), default=None)
        began = partial(self._services.client.clock.at_least, time.time())
        scheduled = stream_slice["tweet_type"] == "SCHEDULED"
        if scheduled and (bookmark or "") <= began():
            since = None
        return NewestFirst(
            self.name, checked.cursor_values, since, iso_text(settings.end_date), began, ordered=not scheduled
        )

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads the collections that the manifest declares, one page at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from functools import partial
from typing import Any

from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.types import Config, StreamSlice

from source_twitter_ads.api.errors import RequestContext
from source_twitter_ads.api.pagination import MAX_PAGE_SIZE, pages
from source_twitter_ads.api.services import Services
from source_twitter_ads.components.records import CheckedRecords
from source_twitter_ads.engine.listing import Cut, NewestFirst, Records, read_pages
from source_twitter_ads.engine.page import Page

# The manifest's start of everything: the CDK's cursor needs one.
BEGINNING = "1970-01-01T00:00:00Z"


@dataclass
class PageRetriever(Retriever):
    """Reads one collection of X for each slice of its stream.

    Attributes:
        name: the stream.
        primary_key: the stream's.
        config: the normalised configuration.
        path: the collection below the API version, a format string: fields of the slice's partition, `{stream}`, and
            `{targeting_list}`, which is the stream's name without `targeting_`.
        query: query parameters, filled in the same way; `{with_deleted}` is the user's choice.
        max_page_size: the endpoint's own maximum (docs/x-ads-api.md §2.2); 0 where it takes neither count nor cursor.
        fixed_page_size: ask for max_page_size whatever page_size says: where an endpoint takes a count but no cursor,
            the rows behind a smaller first page are out of reach.
        fields_from_partition: partition fields that each record is given, such as account_id, which X leaves out.
        cursor: the cursor that the CDK made of the stream's `incremental_sync`; names the cursor field.
    """

    name: str
    primary_key: list[str]
    config: Config
    path: str
    parameters: InitVar[Mapping[str, Any]]
    query: Mapping[str, str] = field(default_factory=dict)
    max_page_size: int = MAX_PAGE_SIZE
    fixed_page_size: bool = False
    fields_from_partition: list[str] = field(default_factory=list)
    cursor: Cursor | None = None

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._services = Services.of(self.config)
        cursor_field = getattr(self.cursor, "cursor_field", None)
        self._cursor_field: str | None = cursor_field.cursor_field_key if cursor_field else None

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[Page]:
        """Yield the pages of a slice, newest records first, down to its bookmark.

        Raises:
            ApiFailure: when X refuses, or when listing the slice already failed.
        """
        stream_slice = stream_slice or StreamSlice(partition={}, cursor_slice={})
        unlisted = stream_slice.extra_fields.get("failure")
        if unlisted:
            raise unlisted
        partition = stream_slice.partition
        values = {
            **partition,
            "stream": self.name,
            "targeting_list": self.name.removeprefix("targeting_"),
            "with_deleted": "true" if self._services.settings.with_deleted else "false",
        }
        query = {key: text.format_map(values) for key, text in self.query.items()}
        path, context = self.path.format_map(values), RequestContext(self.name, partition.get("account_id"))
        key = [name for name in self.primary_key if name not in self.fields_from_partition]
        checked = CheckedRecords(path, context, key, self._cursor_field)
        listing = checked.pages(self._collection(path, query, context))
        added = {name: partition[name] for name in self.fields_from_partition}
        skips, cut = self._services.accounts.skips, self._cut(stream_slice, checked)
        yield from read_pages(self.name, listing, stream_slice, skips, added=added, cut=cut)
        checked.close()

    def _collection(self, path: str, query: Mapping[str, str], context: RequestContext) -> Iterator[Records]:
        page_size = self.max_page_size if self.fixed_page_size else self._services.settings.page_size
        count = min(page_size, self.max_page_size) or None
        return pages(self._services.client, path, query, context, count=count)

    def _cut(self, stream_slice: StreamSlice, checked: CheckedRecords) -> Callable[[Records], Cut]:
        """Cut by the bookmark alone: reports and Tweets name entities that no date of the configuration may hide."""
        if self._cursor_field is None:
            return Cut
        bookmark = stream_slice.cursor_slice.get("start_time")
        since = None if bookmark == BEGINNING else bookmark
        began = partial(self._services.client.clock.at_least, time.time())
        return NewestFirst(self.name, checked.cursor_values, since, None, began).cut


@dataclass
class AccountsRetriever(PageRetriever):
    """Takes the record of each account out of the one listing that all streams share.

    A slice, and so a bookmark, for each account lets one that the token sees only later arrive, however long ago it was
    changed.
    """

    def _collection(self, path: str, query: Mapping[str, str], context: RequestContext) -> Iterator[Records]:
        record = self._services.accounts.records().get(context.account_id or "")
        if record is not None and (self._services.settings.with_deleted or not record.get("deleted")):
            yield [dict(record)]

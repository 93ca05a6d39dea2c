# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The partitions of streams: per account, per batch of line items, per TV market."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import InitVar, dataclass, field
from itertools import chain
from typing import Any

from airbyte_cdk.sources.declarative.partition_routers.partition_router import PartitionRouter
from airbyte_cdk.sources.types import Config, StreamSlice, StreamState

from source_twitter_ads.api.accounts import IDS_PER_REQUEST
from source_twitter_ads.api.bodies import text_of
from source_twitter_ads.api.errors import ApiFailure, RequestContext
from source_twitter_ads.api.pagination import MAX_PAGE_SIZE, pages
from source_twitter_ads.api.services import Services


@dataclass
class XAdsRouter(PartitionRouter):
    """A router that adds nothing to requests: the retriever fills paths and queries from the partition itself."""

    config: Config
    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._services = Services.of(self.config)

    def get_stream_state(self) -> Mapping[str, StreamState] | None:
        """Parents are read anew in each sync, so they have no state."""
        return None

    def get_request_params(self, **_: Any) -> Mapping[str, Any]:
        """Nothing to add."""
        return {}

    def get_request_headers(self, **_: Any) -> Mapping[str, Any]:
        """Nothing to add."""
        return {}

    def get_request_body_data(self, **_: Any) -> Mapping[str, Any]:
        """Nothing to add."""
        return {}

    def get_request_body_json(self, **_: Any) -> Mapping[str, Any]:
        """Nothing to add."""
        return {}


@dataclass
class AccountsRouter(XAdsRouter):
    """One partition per ad account, or per account and each of further values.

    Attributes:
        values: a further partition field and its values, for instance `{permission_scope: [OWNER, SHARED]}`.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield partitions `{account_id}`, with the further field where there is one.

        Raises:
            ApiFailure: when the accounts cannot be listed.
        """
        for account_id in self._services.accounts.ids():
            for name, own_values in self.values.items() or [("", [""])]:
                for value in own_values:
                    more = {name: value} if name else {}
                    yield StreamSlice(partition={"account_id": account_id, **more}, cursor_slice={})


@dataclass
class LineItemBatchesRouter(XAdsRouter):
    """One partition per up to 200 line items of one account, deleted ones too where the user wants them.

    All line items are asked, not only changed ones: a changed criterion does not touch its line item
    (docs/x-ads-api.md §9 E9).
    """

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield partitions `{account_id, line_item_ids}`; an account whose listing fails becomes one failing slice."""
        accounts = self._services.accounts.ids()
        ahead = self._services.settings.num_workers
        with ThreadPoolExecutor(ahead, thread_name_prefix="line_items") as pool:
            listings: deque[tuple[str, Future[Iterator[list[str]]]]] = deque()
            for account_id in accounts:
                listings.append((account_id, pool.submit(self._begun, account_id)))
                if len(listings) >= ahead:
                    yield from self._slices(*listings.popleft())
            while listings:
                yield from self._slices(*listings.popleft())

    def _slices(self, account_id: str, listing: Future[Iterator[list[str]]]) -> Iterator[StreamSlice]:
        try:
            for batch in listing.result():
                partition = {"account_id": account_id, "line_item_ids": ",".join(batch)}
                yield StreamSlice(partition=partition, cursor_slice={})
        except ApiFailure as failure:
            partition = {"account_id": account_id, "line_item_ids": ""}
            yield StreamSlice(partition=partition, cursor_slice={}, extra_fields={"failure": failure})

    def _begun(self, account_id: str) -> Iterator[list[str]]:
        """List the first batch at least: most accounts have no more, and a thousand of them are not asked in turn."""
        batches = self._batches(account_id)
        first = next(batches, None)
        return iter(()) if first is None else chain([first], batches)

    def _batches(self, account_id: str) -> Iterator[list[str]]:
        seen: set[str] = set()
        waiting: list[str] = []
        try:
            for page in self._pages(account_id):
                for line_item_id in page:
                    if line_item_id not in seen:
                        seen.add(line_item_id)
                        waiting.append(line_item_id)
                while len(waiting) >= IDS_PER_REQUEST:
                    yield waiting[:IDS_PER_REQUEST]
                    del waiting[:IDS_PER_REQUEST]
        except ApiFailure as failure:
            # An account that showed some line items is accessible: a refusal now would lose the rest of them.
            if seen or not self._services.accounts.skips(failure):
                raise
        if waiting:
            yield waiting

    def _pages(self, account_id: str) -> Iterator[list[str]]:
        settings = self._services.settings
        deleted = "true" if settings.with_deleted else "false"
        query = {"with_deleted": deleted, "with_draft": "true", "sort_by": "created_at-asc"}
        context = RequestContext("targeting_criteria", account_id)
        count = min(settings.page_size, MAX_PAGE_SIZE)
        path = f"accounts/{account_id}/line_items"
        return pages(self._services.client, path, query, context, count=count, read=lambda item: text_of(item, "id"))


@dataclass
class TvMarketsRouter(XAdsRouter):
    """One partition per TV market, since shows are listed by the market's locale (docs/x-ads-api.md §5.22)."""

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield partitions `{locale}`.

        Raises:
            ApiFailure: when the markets cannot be listed.
        """
        context = RequestContext("targeting_tv_shows")
        seen: set[str] = set()
        path = "targeting_criteria/tv_markets"
        for page in pages(self._services.client, path, {}, context, count=None, read=lambda m: text_of(m, "locale")):
            for locale in page:
                if locale not in seen:
                    seen.add(locale)
                    yield StreamSlice(partition={"locale": locale}, cursor_slice={})

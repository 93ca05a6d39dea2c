# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The partitions of streams: per account, per batch of line items, per TV market."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import InitVar, dataclass, field
from functools import partial
from itertools import chain, islice
from typing import Any

from airbyte_cdk.sources.declarative.partition_routers import PartitionRouter
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

    def _nothing(self, **_: Any) -> Mapping[str, Any]:
        return {}

    get_request_params = get_request_headers = get_request_body_data = get_request_body_json = _nothing


@dataclass
class AccountsRouter(XAdsRouter):
    """One partition per ad account, or per account and value of a further partition field."""

    # The further field and its values, for instance {permission_scope: [OWNER, SHARED]}.
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield partitions `{account_id}`, with the further field where there is one.

        Raises:
            ApiFailure: when the accounts cannot be listed.
        """
        further = [{name: value} for name, values in self.values.items() for value in values] or [{}]
        for account_id in self._services.accounts.ids():
            for fields in further:
                yield StreamSlice(partition={"account_id": account_id, **fields}, cursor_slice={})


@dataclass
class LineItemBatchesRouter(XAdsRouter):
    """One partition per up to 200 line items of one account, deleted ones too where the user wants them.

    All line items are asked, not only changed ones: a changed criterion does not touch its line item
    (docs/x-ads-api.md §9 E9).
    """

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield partitions `{account_id, line_item_ids}`; an account whose listing fails becomes one failing slice."""
        ahead = self._services.settings.num_workers
        with ThreadPoolExecutor(ahead, thread_name_prefix="line_items") as pool:
            listings: deque[Future[Iterator[StreamSlice]]] = deque()
            for account_id in self._services.accounts.ids():
                listings.append(pool.submit(self._begun, account_id))
                if len(listings) >= ahead:
                    yield from listings.popleft().result()
            while listings:
                yield from listings.popleft().result()

    def _begun(self, account_id: str) -> Iterator[StreamSlice]:
        """List the first batch at least: most accounts have no more, and a thousand of them are not asked in turn."""
        slices = self._slices(account_id)
        return chain(list(islice(slices, 1)), slices)

    def _slices(self, account_id: str) -> Iterator[StreamSlice]:
        settings = self._services.settings
        deleted = "true" if settings.with_deleted else "false"
        listing = pages(
            self._services.client,
            f"accounts/{account_id}/line_items",
            {"with_deleted": deleted, "with_draft": "true", "sort_by": "created_at-asc"},
            RequestContext("targeting_criteria", account_id),
            count=min(settings.page_size, MAX_PAGE_SIZE),
            read=partial(text_of, name="id"),
        )
        seen: set[str] = set()
        waiting: list[str] = []
        try:
            for page in listing:
                waiting += [line_item_id for line_item_id in dict.fromkeys(page) if line_item_id not in seen]
                seen.update(page)
                while len(waiting) >= IDS_PER_REQUEST:
                    yield _line_items(account_id, waiting[:IDS_PER_REQUEST])
                    del waiting[:IDS_PER_REQUEST]
        except ApiFailure as failure:
            # An account that showed some line items is accessible: a refusal now would lose the rest of them.
            if seen or not self._services.accounts.skips(failure):
                yield _line_items(account_id, [], failure=failure)
            return
        if waiting:
            yield _line_items(account_id, waiting)


def _line_items(account_id: str, ids: Sequence[str], **extra_fields: Any) -> StreamSlice:
    partition = {"account_id": account_id, "line_item_ids": ",".join(ids)}
    return StreamSlice(partition=partition, cursor_slice={}, extra_fields=extra_fields)


@dataclass
class TvMarketsRouter(XAdsRouter):
    """One partition per TV market, since shows are listed by the market's locale (docs/x-ads-api.md §5.22)."""

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield partitions `{locale}`.

        Raises:
            ApiFailure: when the markets cannot be listed.
        """
        context = RequestContext("targeting_tv_shows")
        read = partial(text_of, name="locale")
        listing = pages(self._services.client, "targeting_criteria/tv_markets", {}, context, count=None, read=read)
        for locale in dict.fromkeys(chain.from_iterable(listing)):
            yield StreamSlice(partition={"locale": locale}, cursor_slice={})

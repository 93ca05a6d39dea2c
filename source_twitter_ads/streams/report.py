# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The report streams: one per prebuilt and per custom report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from traceback import clear_frames
from typing import Any

from airbyte_cdk.models import SyncMode
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.reports.catalog import ReportDefinition
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.retriever import ReportRetriever
from source_twitter_ads.reports.schema import json_schema
from source_twitter_ads.reports.shared import SharedReports
from source_twitter_ads.reports.turns import Turns
from source_twitter_ads.streams.base import XAdsStream


class Report(XAdsStream):
    """One report of all accounts: a slice is one window of one account.

    Args:
        definition: what the report asks for.
        shared: what the reports of a sync share: job boards, activity, calendars.
        bookmarks: the stream's cursor.
    """

    # Its windows wait for X's jobs most of the time, and so run in threads of their own.
    waits = True

    def __init__(self, definition: ReportDefinition, shared: SharedReports, bookmarks: ReportCursor) -> None:
        self._definition = definition
        self._shared = shared
        self._bookmarks = bookmarks
        self._retriever: ReportRetriever | None = None
        self._turns: Turns[StreamSlice] | None = None
        super().__init__(shared.services)

    @property
    def name(self) -> str:
        """The report's name."""
        return self._definition.name

    @property
    def primary_key(self) -> list[str]:
        """The columns that a period keeps when it is read again."""
        return self._definition.primary_key

    @property
    def cursor_field(self) -> str:
        """The column that moves with time."""
        return self._definition.cursor_field

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]  # the CDK caches its own
        """Return the columns that the report's metric groups have."""
        return json_schema(self._definition)

    def path(self, *, stream_slice: Mapping[str, Any] | None = None, **_: Any) -> str:
        """Return the job endpoint of the slice's account."""
        return f"stats/jobs/accounts/{(stream_slice or {})['account_id']}"

    def stream_slices(self, *_: Any, **__: Any) -> Iterable[StreamSlice]:
        """Yield the windows of all accounts, one of each planned account in turn, oldest first.

        An account is planned once X has said what was active in it; one that fails is one failing slice, and the
        others go on.

        Raises:
            ApiFailure: when the accounts, or the countries and platforms that jobs must name, cannot be listed.
        """
        feeds = self._shared.feeds
        feeds.begin(self.name)
        try:
            self._retriever = self._shared.retriever(self._definition, self._bookmarks.jobs)
            accounts = self._services.accounts.ids()
            if accounts:
                yield from self._planned_in_turn(accounts)
        finally:
            feeds.end(self.name)

    def _planned_in_turn(self, accounts: Sequence[str]) -> Iterator[StreamSlice]:
        turns = self._turns = Turns[StreamSlice](len(accounts))
        workers = min(self._services.settings.num_workers, len(accounts))
        pool = ThreadPoolExecutor(workers, thread_name_prefix="plan")
        try:
            for account_id in accounts:
                pool.submit(self._plan, account_id, turns)
            yield from turns
        finally:
            pool.shutdown(cancel_futures=True)

    def _plan(self, account_id: str, turns: Turns[StreamSlice]) -> None:
        """Plan an account and hand in its slices; whatever happens, its plan has ended then."""
        slices: list[StreamSlice] = []
        try:
            slices = self._slices(account_id)
        # Also what nobody foresaw stays with its account.
        except Exception as failure:
            # Its frames hold the account's activity for as long as the slice waits to be read.
            for error in filter(None, (failure, failure.__cause__)):
                clear_frames(error.__traceback__)
            if not isinstance(failure, ApiFailure) or not self._services.accounts.skips(failure):
                partition = {"account_id": account_id}
                slices = [StreamSlice(partition=partition, cursor_slice={}, extra_fields={"failure": failure})]
        finally:
            self._shared.feeds.planned(self.name, account_id)
            turns.planned(account_id, slices)

    def _slices(self, account_id: str) -> list[StreamSlice]:
        planner = self._shared.planner(self._definition, account_id)
        windows = planner.plan(self._bookmarks.bookmark(account_id))
        assert self._retriever is not None
        self._retriever.settle(self._shared.board(account_id), account_id, windows)
        self._bookmarks.begin(account_id, [planned.closes_until for planned in windows])
        self._shared.estimate(self._definition, windows)
        slices = []
        for position, planned in enumerate(windows):
            window = {"start": planned.window.request_start, "end": planned.window.request_end}
            more = {"position": position, "windows": len(windows), "planned": planned.packed()}
            slices.append(StreamSlice(partition={"account_id": account_id}, cursor_slice=window, extra_fields=more))
        return slices

    def read_records(
        self,
        sync_mode: SyncMode,
        cursor_field: list[str] | None = None,
        stream_slice: Mapping[str, Any] | None = None,
        stream_state: Mapping[str, Any] | None = None,
    ) -> Iterable[StreamData]:
        """Yield the rows of a window.

        Raises:
            ApiFailure: when the window, or planning its account, failed.
        """
        assert isinstance(stream_slice, StreamSlice)
        try:
            yield from self._read_slice(stream_slice)
        finally:
            if self._turns is not None:
                self._turns.read(stream_slice["account_id"])

    def _read_slice(self, stream_slice: StreamSlice) -> Iterator[StreamData]:
        more = stream_slice.extra_fields
        if "failure" in more:
            raise more["failure"]
        assert self._retriever is not None
        account_id = stream_slice["account_id"]
        try:
            board = self._shared.board(account_id)
            yield from self._retriever.read_window(board, account_id, more["planned"], stream_slice)
        except ApiFailure as failure:
            if not self._services.accounts.skips(failure):
                raise
            # What X does not serve today is asked for again: the account may get the feature.
            self._bookmarks.hold(account_id, more["position"])

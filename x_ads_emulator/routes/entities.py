# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Collections and single records of the 34 streams (docs/x-ads-api.md §2, §5)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from typing import Any, Final

from x_ads_emulator.errors import ApiError
from x_ads_emulator.http.params import Param, boolean, read_params
from x_ads_emulator.payload import MISSING, Payload, RawRows
from x_ads_emulator.routes import paging
from x_ads_emulator.routes.endpoint import Endpoint
from x_ads_emulator.routes.filters import tests_of, view_of
from x_ads_emulator.settings import Settings
from x_ads_emulator.world.bulk import BulkTable
from x_ads_emulator.world.context import Record
from x_ads_emulator.world.visibility import print_tweet, styled_tweet
from x_ads_emulator.world.world import World

_NEWEST_TWEET_FIRST: Final = (("id", True),)
_PAGE_ONLY: Final = frozenset({"count", "cursor", "with_total_count", "trim_user", "lang"})
_SINGLE_PARAMS: Final = (Param("with_deleted", boolean),)
_CACHED_COLLECTIONS: Final = 256
Pairs = Iterable[tuple[str, str]]


class Entities:
    """The entity endpoints over a world."""

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._collections: dict[tuple[str, str | None, str], tuple[int, list[Record]]] = {}
        self._numbers = paging.CursorNumbers()
        self._lock = threading.Lock()

    def collection(self, endpoint: Endpoint, account_id: str | None, pairs: Pairs) -> Payload:
        """One page of a collection; all of it where the endpoint has no pages. Raises ApiError."""
        values = read_params(endpoint.params, pairs)
        echo = self._echo(endpoint, account_id, values)
        rows = self._world.records(endpoint.stream, account_id)
        if isinstance(rows, BulkTable) and not self._selects(endpoint, values):
            return self._bulk_page(endpoint, account_id, rows, values, echo)
        filters = self._filter_text(endpoint, account_id, values)
        order = _order(endpoint, values)
        found = self._ordered(endpoint, account_id, values, filters, order)
        if endpoint.stream == "promoted_accounts" and "line_item_ids" in values and not found:
            message = "None of the line items are configured to contain promoted accounts"
            raise ApiError(400, "INVALID_PARAMETER", message, "line_item_ids", ",".join(values["line_item_ids"]))
        cursor = self._cursor(values, filters) if endpoint.has_cursor else None
        start = paging.start_of(found, order, cursor, self._settings.paging == "keyset")
        count = values.get("count", endpoint.default_count) or len(found)
        page = found[start : start + count]
        following: str | int | None = None
        if endpoint.has_cursor and page and self._more(len(page), count, start, len(found)):
            last = paging.position(page[-1], order)
            following = self._printed_cursor(paging.Cursor(start + len(page), last), filters)
        return self._payload(endpoint, values, self._printed(endpoint, page, values), echo, following, len(found))

    def single(self, endpoint: Endpoint, account_id: str, record_id: str, pairs: Pairs) -> Payload:
        """`GET …/:id`: an object, for `cards` a list of one (§2.1). Raises ApiError 404, also for a deleted record."""
        values = read_params(_SINGLE_PARAMS, pairs)
        record = self._world.get(endpoint.stream, account_id, record_id)
        if record is None or (record.get("deleted") and not values.get("with_deleted")):
            singular = endpoint.not_found.removesuffix("_NOT_FOUND").lower() if "_" in endpoint.not_found else "record"
            message = f"{singular.replace('_', ' ').capitalize()} {record_id} was not found"
            raise ApiError(404, endpoint.not_found, message, _id_name(endpoint), record_id)
        echo = {**values, _id_name(endpoint): record_id, "account_id": account_id, **endpoint.echo_extra}
        return Payload([record] if endpoint.path == "cards" else record, echo)

    def account(self, account_id: str, pairs: Pairs) -> Payload:
        """`GET accounts/:account_id` (§5.1). Raises ApiError 404 for a deleted account."""
        values = read_params(_SINGLE_PARAMS, pairs)
        record = self._world.account(account_id)
        if record["deleted"] and not values.get("with_deleted"):
            raise ApiError(404, "NOT_FOUND", f"Account {account_id} was not found", "account_id", account_id)
        return Payload(record, {**values, "account_id": account_id})

    def _ordered(
        self, endpoint: Endpoint, account_id: str | None, values: Mapping[str, Any], filters: str, order: paging.Order
    ) -> list[Record]:
        key = (endpoint.key, account_id, filters)
        with self._lock:
            version, rows = self._collections.get(key, (-1, []))
            # Without start_time events are compared with the present, so a cached collection grows stale.
            if version == self._world.version and endpoint.stream != "targeting_events":
                return rows
            version = self._world.version
        rows = paging.ordered(self._select(endpoint, account_id, values), order)
        with self._lock:
            if len(self._collections) >= _CACHED_COLLECTIONS:
                self._collections.clear()
            self._collections[key] = (version, rows)
        return rows

    def _select(self, endpoint: Endpoint, account_id: str | None, values: Mapping[str, Any]) -> list[Record]:
        source: Iterable[Record] = self._world.records(endpoint.stream, account_id)
        if isinstance(source, BulkTable):
            source = _bulk_candidates(source, endpoint, values)
        tests = tests_of(self._world, endpoint, account_id, values)
        return [record for record in source if all(test(record) for test in tests)]

    def _bulk_page(
        self,
        endpoint: Endpoint,
        account_id: str | None,
        rows: BulkTable,
        values: Mapping[str, Any],
        echo: dict[str, Any],
    ) -> Payload:
        if values.get("sort_by", ["updated_at-desc"]) != ["updated_at-desc"]:
            message = "Rows made on demand are sorted by updated_at-desc only"
            raise ApiError(400, "REQUEST_TOO_COMPLEX", message, "sort_by")
        filters = self._filter_text(endpoint, account_id, values)
        cursor = self._cursor(values, filters)
        start = cursor.offset if cursor else 0
        count = values.get("count", endpoint.default_count)
        deleted = bool(values.get("with_deleted"))
        total = rows.count_visible(deleted)
        size = max(0, min(count, total - start))
        more = self._more(size, count, start, total)
        following = self._printed_cursor(paging.Cursor(start + size, []), filters) if more else None
        data = RawRows(rows.render(start, count, deleted))
        return self._payload(endpoint, values, data, echo, following, total)

    def _printed(self, endpoint: Endpoint, page: list[Record], values: Mapping[str, Any]) -> list[Record]:
        if endpoint.stream == "tweets":
            style, dates = self._settings.tweet_id_style, self._settings.tweet_dates
            return [styled_tweet(print_tweet(row, view_of(values).trim_user), style, dates) for row in page]
        if "lang" in values:
            return [{**record, "localized_name": record["name"]} for record in page]
        return page

    def _payload(
        self,
        endpoint: Endpoint,
        values: Mapping[str, Any],
        data: Any,
        echo: dict[str, Any],
        following: str | int | None,
        total: int,
    ) -> Payload:
        extra = dict(endpoint.envelope)
        if "total_count" in extra or values.get("with_total_count"):
            extra["total_count"] = total
        return Payload(data, echo, following if endpoint.prints_cursor else MISSING, extra)

    def _cursor(self, values: Mapping[str, Any], filters: str) -> paging.Cursor | None:
        if "cursor" not in values:
            return None
        numbered = self._settings.cursor_style == "number"
        text = self._numbers.text(values["cursor"], filters) if numbered else values["cursor"]
        return paging.Cursor.decode(text, filters)

    def _printed_cursor(self, cursor: paging.Cursor, filters: str) -> str | int:
        text = cursor.encode(filters)
        return self._numbers.number(text, filters) if self._settings.cursor_style == "number" else text

    def _more(self, size: int, count: int, start: int, total: int) -> bool:
        if size < count:
            return False
        return start + size < total or self._settings.cursor_after_full_page

    def _selects(self, endpoint: Endpoint, values: Mapping[str, Any]) -> bool:
        """Whether the request filters beyond with_deleted."""
        return bool(set(values) - {"count", "cursor", "sort_by", "with_deleted", "with_draft", "with_total_count"})

    def _filter_text(self, endpoint: Endpoint, account_id: str | None, values: Mapping[str, Any]) -> str:
        chosen = {name: value for name, value in sorted(values.items()) if name not in _PAGE_ONLY}
        return json.dumps([endpoint.key, account_id, chosen])

    def _echo(self, endpoint: Endpoint, account_id: str | None, values: dict[str, Any]) -> dict[str, Any]:
        echo = {**values, **endpoint.echo_extra}
        if account_id is not None:
            echo["account_id"] = account_id
        return echo


def _order(endpoint: Endpoint, values: Mapping[str, Any]) -> paging.Order:
    """Published Tweets come newest first, scheduled and draft ones in any order (§5.34 rule 4)."""
    if endpoint.stream == "tweets":
        return _NEWEST_TWEET_FIRST if values["tweet_type"] == "PUBLISHED" else ()
    return paging.parse_order(values.get("sort_by", ()))


def _bulk_candidates(rows: BulkTable, endpoint: Endpoint, values: Mapping[str, Any]) -> Iterable[Record]:
    own = next((name for name, field in endpoint.id_filters.items() if field == "id" and name in values), None)
    if own is not None:
        return [record for record in map(rows.find, values[own]) if record is not None]
    return rows.children_of(values["line_item_ids"]) if "line_item_ids" in values else rows


def _id_name(endpoint: Endpoint) -> str:
    return next(name.removesuffix("s") for name, field in endpoint.id_filters.items() if field == "id")

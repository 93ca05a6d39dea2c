# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""All data of the emulator; tests build the same world to know what must be read."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from x_ads_emulator.clock import Clock, parse_instant, print_instant
from x_ads_emulator.world.bulk import BulkTable
from x_ads_emulator.world.context import Context, Record
from x_ads_emulator.world.examples import ENTITIES
from x_ads_emulator.world.examples_global import GLOBALS
from x_ads_emulator.world.globals import build_global
from x_ads_emulator.world.spec import DEFAULT_VOLUMES, AccountSpec, WorldSpec
from x_ads_emulator.world.tables import build_table
from x_ads_emulator.world.visibility import View, predicate, print_tweet

ACCOUNT_STREAMS: Final = tuple(DEFAULT_VOLUMES)
GLOBAL_STREAMS: Final = tuple(GLOBALS)


class World:
    """Accounts, their entities, and the global lists. Use `World.build`."""

    def __init__(self, spec: WorldSpec, clock: Clock) -> None:
        self.spec = spec.pinned()
        self.clock = clock
        #: Grows with each mutation, which makes cached collections stale.
        self.version = 0
        self._specs = {a.id: a for a in self.spec.accounts}
        now = self.spec.data_instant()
        self._contexts = {a.id: Context(a, n, now) for n, a in enumerate(self.spec.accounts)}
        self._tables: dict[tuple[str, str | None], Sequence[Record]] = {}
        self._indexes: dict[tuple[str, str | None], tuple[Sequence[Record], dict[str, Record]]] = {}
        self._lock = threading.RLock()

    @classmethod
    def build(cls, spec: WorldSpec, clock: Clock | None = None) -> World:
        """A world, which makes rows on first use. Equal specs with `data_now` or `now` give equal rows."""
        if clock is None:
            clock = Clock(parse_instant(spec.now) if spec.now else None)
        return cls(spec, clock)

    def now(self) -> datetime:
        """The present of the world, aware, UTC."""
        return self.clock.now()

    def account_ids(self) -> list[str]:
        """Ids of all accounts, with any access."""
        return list(self._specs)

    def has_account(self, account_id: str) -> bool:
        """Whether the account exists, with any access."""
        return account_id in self._specs

    def spec_of(self, account_id: str) -> AccountSpec:
        """The spec of an account. Raises KeyError."""
        return self._specs[account_id]

    def account(self, account_id: str) -> Record:
        """The account's record as `GET accounts` prints it (§5.1). Raises KeyError."""
        record = self.get("accounts", None, account_id)
        if record is None:
            raise KeyError(account_id)
        return record

    def records(self, stream: str, account_id: str | None = None) -> Sequence[Record]:
        """All rows of a stream as X would print them, deleted, draft and legacy ones included.

        A list, or for more than 20,000 generated rows a sequence that makes its rows on demand. Raises KeyError for
        an unknown account or stream.
        """
        key = (stream, account_id)
        with self._lock:
            if key not in self._tables:
                self._tables[key] = self._build(stream, account_id)
            return self._tables[key]

    def global_records(self, stream: str) -> Sequence[Record]:
        """All rows of a list without an account."""
        return self.records(stream, None)

    def get(self, stream: str, account_id: str | None, record_id: str) -> Record | None:
        """The row with that id (Tweets: `tweet_id`), deleted or not."""
        rows = self.records(stream, account_id)
        if isinstance(rows, BulkTable):
            return rows.find(record_id)
        known = self._indexes.get((stream, account_id))
        if known is None or known[0] is not rows:
            # A mutation replaces the list. Of rows with the same id the first counts.
            known = (rows, {key_of(record): record for record in reversed(rows)})
            self._indexes[stream, account_id] = known
        return known[1].get(record_id)

    def visible(self, stream: str, account_id: str | None = None, **view: Any) -> list[Record]:
        """The rows that a request with these parameters sees, in any order.

        Keyword arguments are those of `View` (with_deleted, with_draft, include_legacy_cards, permission_scope,
        tweet_type, timeline_type, include_mentions_and_replies, trim_user, user_id); defaults are the API's.
        """
        if account_id is None:
            rows = self.records(stream)
            return [r for r in rows if view.get("with_deleted") or not r.get("deleted")]
        chosen = View(**view)
        shown = filter(self.shows(stream, account_id, chosen), self.records(stream, account_id))
        return [print_tweet(r, chosen.trim_user) for r in shown] if stream == "tweets" else list(shown)

    def shows(self, stream: str, account_id: str, view: View) -> Any:
        """The predicate of a view on an account's stream: record -> bool."""
        deleted: frozenset[str] = frozenset()
        if stream in ("promoted_tweets", "targeting_criteria") and not view.with_deleted:
            deleted = _DeletedIds(self, account_id)
        user = self.full_user_id(account_id) if stream == "tweets" else ""
        return predicate(stream, account_id, view, deleted, user)

    def full_user_id(self, account_id: str) -> str:
        """The user id of the account's FULL promotable user, the default author of its Tweets (§5.34)."""
        return self._contexts[account_id].user_id

    def mutate(self, change: Mapping[str, Any]) -> Record | None:
        """Changes a row, like a user of the Ads Manager.

        `{"op": "upsert", "stream", "account_id", "record"}`: replaces the row with the record's id, or adds it.
        `{"op": "touch", "stream", "account_id", "id", "updated_at": null|"…Z", "fields": {…}}`: sets `updated_at`
        (default: the world's now) and further fields.
        `{"op": "delete", "stream", "account_id", "id", "updated_at", "hard": false}`: marks as deleted, or removes.
        Returns the row as it is now. Raises KeyError for an unknown row, ValueError for a stream made on demand.
        """
        stream, account_id = change["stream"], change.get("account_id")
        with self._lock:
            rows = self.records(stream, account_id)
            if isinstance(rows, BulkTable):
                raise ValueError(f"{stream} of {account_id} is made on demand and cannot be changed")
            old = None if change["op"] == "upsert" else self.get(stream, account_id, change["id"])
            if change["op"] != "upsert" and old is None:
                raise KeyError(change["id"])
            new = _changed(change, old, print_instant(self.now()))
            wanted = key_of(new) if new is not None else change["id"]
            kept = [new if key_of(r) == wanted else r for r in rows]
            if new is not None and not any(r is new for r in kept):
                kept.append(new)
            self._tables[(stream, account_id)] = [r for r in kept if r is not None]
            self.version += 1
            return new

    def _build(self, stream: str, account_id: str | None) -> Sequence[Record]:
        if stream == "accounts":
            return [_account_record(c, self.spec) for c in self._contexts.values()]
        if account_id is None:
            return build_global(stream, self.spec.global_volume(stream), self.spec.data_instant())
        context = self._contexts[account_id]
        rows = build_table(context, stream, self.spec.seed)
        if stream == "tailored_audiences" and context.index == 1 and self.spec.shared_audience and rows:
            first = self.records(stream, self.spec.accounts[0].id)
            shared = [{**r, "permission_level": "READ_ONLY"} for r in first[:1]]
            return [*shared, *rows]
        return rows


class _DeletedIds(frozenset[str]):
    """Ids of an account's deleted line items, also of those made on demand."""

    def __new__(cls, world: World, account_id: str) -> _DeletedIds:
        rows = world.records("line_items", account_id)
        bulk = isinstance(rows, BulkTable)
        ids = super().__new__(cls, () if bulk else (r["id"] for r in rows if r["deleted"]))
        ids._bulk = rows if isinstance(rows, BulkTable) else None
        return ids

    _bulk: BulkTable | None

    def __contains__(self, record_id: object) -> bool:
        if self._bulk is None:
            return super().__contains__(record_id)
        row = self._bulk.find(str(record_id))
        return row is not None and bool(row["deleted"])


def key_of(record: Record) -> str:
    """The value that identifies a row."""
    if "tweet_id" in record and "full_text" in record:
        return str(record["tweet_id"])
    for name in ("id", "targeting_value", "locale"):
        if name in record:
            return str(record[name])
    raise KeyError("a record needs an id")


def _changed(change: Mapping[str, Any], old: Record | None, now: str) -> Record | None:
    if change["op"] == "upsert":
        return dict(change["record"])
    if change["op"] == "delete" and change.get("hard"):
        return None
    stamp = {"updated_at": change.get("updated_at") or now}
    if change["op"] == "touch":
        return {**(old or {}), **stamp, **change.get("fields", {})}
    if change["op"] == "delete":
        return {**(old or {}), **stamp, "deleted": True}
    raise ValueError(f"op must be upsert, touch or delete, got {change['op']!r}")


def _account_record(context: Context, spec: WorldSpec) -> Record:
    account = context.account
    if account.has_examples:
        documented = {**ENTITIES["accounts"][0], "deleted": account.deleted}
        given = {"timezone": account.timezone}
        return documented if account.timezone == documented["timezone"] else documented | given
    record: Record = {
        "name": account.name,
        "business_name": None,
        "timezone": account.timezone,
        "timezone_switch_at": account.timezone_switch_at,
        "id": account.id,
        "created_at": print_instant(context.now - timedelta(days=900)),
        "updated_at": print_instant(context.now - timedelta(days=10 + context.index // 2)),
        "business_id": None,
        "approval_status": "ACCEPTED",
        "deleted": account.deleted,
    }
    # §5.1: nullable, and missing in some samples.
    industry: Record = ({}, {"industry_type": "RETAIL"}, {"industry_type": None})[context.index % 3]
    return record | industry

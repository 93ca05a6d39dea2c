# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which entities have numbers, and which of their numbers have changed (x-ads-api.md §7.7)."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from source_twitter_ads.api.answers import text_of
from source_twitter_ads.api.errors import ApiFailure, Where
from source_twitter_ads.api.paging import MAX_PAGE_SIZE, pages
from source_twitter_ads.api.transport import Transport
from source_twitter_ads.reports.account_calendar import ceil_hour, floor_hour, iso, parse_instant
from source_twitter_ads.reports.combinations import PLACEMENTS
from source_twitter_ads.reports.downtime import ACTIVITY, Downtime

# X answers for at most 90 days; windows have 30.
LONGEST_REQUEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Activity:
    """X's word that numbers of an entity changed.

    Attributes:
        entity_id: the entity.
        placements: where it has numbers.
        start, end: the period that the changed numbers belong to, UTC; it may lie long before the change.
    """

    entity_id: str
    placements: tuple[str, ...]
    start: datetime
    end: datetime


class ActivityFeed:
    """active_entities of one account; each question is asked once per sync, however many reports have it.

    Args:
        transport: sends the requests.
        account_id: the ad account.
        outage_timeout: seconds for which a question that X left unanswered is not asked again.
    """

    def __init__(self, transport: Transport, account_id: str, outage_timeout: float) -> None:
        self._transport = transport
        self._account_id = account_id
        self._downtime = Downtime(outage_timeout)
        self._lock = threading.Lock()
        self._listing_tweets = threading.Lock()
        self._asking: dict[tuple[str, datetime, datetime], threading.Lock] = {}
        self._known: dict[tuple[str, datetime, datetime], list[Activity]] = {}
        self._tweets: list[str] | None = None

    def changes(self, entity: str, start: datetime, end: datetime, where: Where) -> list[Activity]:
        """Return what changed between two instants, by the time at which X recorded the change.

        Raises:
            ApiFailure: when X refuses.
        """
        found: list[Activity] = []
        for first, last in _spans(floor_hour(start), ceil_hour(end)):
            found.extend(self._ask(entity, first, last, where))
        return found

    def _ask(self, entity: str, start: datetime, end: datetime, where: Where) -> list[Activity]:
        key = (entity, start, end)
        with self._lock:
            asking = self._asking.setdefault(key, threading.Lock())
        with asking:
            if key not in self._known:
                query = {"entity": entity, "start_time": iso(start), "end_time": iso(end)}
                self._known[key] = self._answer(query, where)
            return self._known[key]

    def _answer(self, query: Mapping[str, str], where: Where) -> list[Activity]:
        """Ask X, unless all of it or this very question has been waited for in vain: other reports have it too."""
        endpoints = (ACTIVITY, f"{ACTIVITY} {sorted(query.items())}")
        with self._lock:
            for endpoint in endpoints:
                self._downtime.check(endpoint, where, time.monotonic())
        path = f"stats/accounts/{self._account_id}/active_entities"
        try:
            found: list[Activity] = self._transport.get(path, query, where, _activity).document["data"]
        except ApiFailure as failure:
            with self._lock:
                for endpoint in endpoints:
                    self._downtime.failed(endpoint, failure, time.monotonic())
            raise
        with self._lock:
            self._downtime.answered(ACTIVITY, time.monotonic())
        return found

    def organic_tweets(self, where: Where) -> list[str]:
        """Return the ids of all organic Tweets: X lists no activity of them, and an old one may still be seen.

        Raises:
            ApiFailure: when X refuses.
        """
        with self._listing_tweets:
            if self._tweets is None:
                query = {"tweet_type": "PUBLISHED", "timeline_type": "ORGANIC", "trim_user": "true"}
                path = f"accounts/{self._account_id}/tweets"
                listing = pages(self._transport, path, query, where, count=MAX_PAGE_SIZE, read=_tweet_id)
                self._tweets = [tweet_id for page in listing for tweet_id in page]
            return self._tweets


class ActivityFeeds:
    """The feeds of a sync: one per account, forgotten as soon as every report that is read has planned the account.

    Args:
        transport: sends the requests.
        outage_timeout: as for `ActivityFeed`.
    """

    def __init__(self, transport: Transport, outage_timeout: float) -> None:
        self._transport = transport
        self._outage_timeout = outage_timeout
        self._lock = threading.Lock()
        self._feeds: dict[str, ActivityFeed] = {}
        self._reading: set[str] = set()
        self._planned: dict[str, set[str]] = {}

    def begin(self, report: str) -> None:
        """Note that a report is read in this sync, before any of them is planned."""
        with self._lock:
            self._reading.add(report)

    def of(self, account_id: str) -> ActivityFeed:
        """Return the feed of an account, for a plan that is noted once it has ended."""
        with self._lock:
            if account_id not in self._feeds:
                self._feeds[account_id] = ActivityFeed(self._transport, account_id, self._outage_timeout)
            return self._feeds[account_id]

    def planned(self, report: str, account_id: str) -> None:
        """Note that a report needs an account's feed no more."""
        with self._lock:
            self._planned.setdefault(account_id, set()).add(report)
            self._forget(account_id)

    def end(self, report: str) -> None:
        """Note that a report needs no feed any more."""
        with self._lock:
            self._reading.discard(report)
            for account_id in list(self._feeds):
                self._forget(account_id)

    def _forget(self, account_id: str) -> None:
        if self._reading <= self._planned.get(account_id, set()):
            self._feeds.pop(account_id, None)


def _activity(entry: Mapping[str, Any]) -> Activity:
    placements = entry.get("placements")
    if placements is not None and not isinstance(placements, list):
        raise TypeError("placements is no list")
    # An entity that was active had to be shown somewhere, so a missing word on it is no word that it was nowhere.
    where = _shared(tuple(map(str, placements))) if placements else PLACEMENTS
    times = _instant(entry["activity_start_time"]), _instant(entry["activity_end_time"])
    return Activity(sys.intern(text_of(entry, "entity_id")), where, *times)


@lru_cache(maxsize=64)
def _shared(placements: tuple[str, ...]) -> tuple[str, ...]:
    """The one tuple of these placements, which thousands of activities have in common."""
    return tuple(map(sys.intern, placements))


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    return parse_instant(text)


def _tweet_id(tweet: Mapping[str, Any]) -> str:
    return text_of(tweet, next((name for name in ("tweet_id", "id_str") if tweet.get(name)), "id"))


def _spans(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        until = min(start + LONGEST_REQUEST + timedelta(days=1), end)
        yield start, until
        start = until

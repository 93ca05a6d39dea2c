# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Walking a collection page by page (x-ads-api.md §2.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from source_twitter_ads.api import errors
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import Action, ApiFailure, RequestContext, Rule

# Records that a page may hold at most, of every endpoint that names no other maximum (x-ads-api.md §2.2).
MAX_PAGE_SIZE = 1000


def pages(
    client: ApiClient,
    path: str,
    params: Mapping[str, str],
    context: RequestContext,
    *,
    count: int | None,
    read: Callable[[Mapping[str, Any]], Any] | None = None,
) -> Iterator[list[Any]]:
    """Yield the records of each page; only a null `next_cursor` ends a listing.

    Args:
        client: sends the requests.
        path: the collection, below the API version.
        params: the filters, the same for every page.
        context: the place in the sync, for messages.
        count: records per page; None where the endpoint takes no `count`. A cursor that it gives counts all the same.
        read: as for `ApiClient.get`; the pages then hold what it returns.

    Raises:
        ApiFailure: when X refuses, or answers with the same cursor twice, which would never end.
    """
    query = dict(params) if count is None else {**params, "count": str(count)}
    cursor: str | None = None
    seen: set[str] = set()
    while True:
        asked = query if cursor is None else {**query, "cursor": cursor}
        document = client.get(path, asked, context, read).document
        data = document["data"]
        # "In some rare cases … a collection with a hashmap instead": one object (x-ads-api.md §2.1).
        yield data if isinstance(data, list) else [data]
        following = document.get("next_cursor")
        if not following:
            return
        if str(following) in seen:
            rule = Rule(Action.FAIL, errors.TRANSIENT, "Run the sync again; if it stays so, please report it.")
            raise ApiFailure(rule, context, f"X answered GET {path} with the same next_cursor twice")
        cursor = str(following)
        seen.add(cursor)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads a collection page by page (docs/x-ads-api.md §2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from source_twitter_ads.api import errors
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.envelope import Read
from source_twitter_ads.api.errors import Action, ApiFailure, RequestContext, Rule

# Most records of a page, unless an endpoint has a maximum of its own (docs/x-ads-api.md §2.2).
MAX_PAGE_SIZE = 1000
_WRONG_CURSOR = Rule(Action.FAIL, errors.TRANSIENT, "Run the sync again; if this happens again, please report it.")


def pages(
    client: ApiClient,
    path: str,
    params: Mapping[str, str],
    context: RequestContext,
    *,
    count: int | None,
    read: Read | None = None,
) -> Iterator[list[Any]]:
    """Yield the records of each page of a collection, until `next_cursor` is null; see `ApiClient.get`.

    `count` is the number of records per page, None if the endpoint takes no such parameter; its cursors are followed
    all the same. The pages hold what `read` returns where it is given.

    Raises:
        ApiFailure: when X refuses; see `next_cursor` for a cursor that is not text, or that comes twice.
    """
    query = dict(params) if count is None else {**params, "count": str(count)}
    cursor: str | None = None
    seen: set[str] = set()
    while True:
        asked = query if cursor is None else {**query, "cursor": cursor}
        document = client.get(path, asked, context, read).document
        data = document["data"]
        # "In some rare cases … a collection with a hashmap instead": one object (docs/x-ads-api.md §2.1).
        yield data if isinstance(data, list) else [data]
        cursor = next_cursor(document, seen, path, context)
        if cursor is None:
            return


def next_cursor(document: Mapping[str, Any], seen: set[str], path: str, context: RequestContext) -> str | None:
    """Return the cursor of the page that follows, None after the last one, and add it to those seen.

    Raises:
        ApiFailure: when it is not text, or was seen before, so that the collection would never end.
    """
    following = document.get("next_cursor")
    if following is None or following == "":
        return None
    if not isinstance(following, (str, int)) or isinstance(following, bool):
        raise ApiFailure(_WRONG_CURSOR, context, f"X sent a next_cursor that is not text for GET {path}")
    cursor = str(following)
    if cursor in seen:
        raise ApiFailure(_WRONG_CURSOR, context, f"X sent the same next_cursor twice for GET {path}")
    seen.add(cursor)
    return cursor

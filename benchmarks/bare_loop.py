# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A minimal client of paged collections, in one thread: the yardstick of cases (a) and (b).

Download, parse with orjson, add account_id, serialise each record as an Airbyte RECORD line, write. It neither waits
for limits nor retries nor keeps state. With `--download-only` it shows how fast the server is by itself.

    python -m benchmarks.bare_loop BASE_URL ACCOUNT_ID[,ACCOUNT_ID…] [--download-only]
"""

from __future__ import annotations

import re
import sys
import time

import orjson
import requests
from requests_oauthlib import OAuth1

from benchmarks.credentials import oauth1

# What the connector asks for too: without drafts there would be fewer records.
_PARAMS = {"count": "1000", "sort_by": "updated_at-desc", "with_deleted": "true", "with_draft": "true"}
_CURSOR = re.compile(rb'"next_cursor":"([^"]+)"')


def pages(session: requests.Session, auth: OAuth1, url: str) -> None:
    """Read one collection to its last page and write its records."""
    account_id = url.split("/")[-2]
    params = dict(_PARAMS)
    write, dumps = sys.stdout.buffer.write, orjson.dumps
    while True:
        document = orjson.loads(session.get(url, params=params, auth=auth, timeout=60).content)
        emitted_at = int(time.time() * 1000)
        for record in document["data"]:
            record["account_id"] = account_id
            message = {"stream": "line_items", "data": record, "emitted_at": emitted_at}
            write(dumps({"type": "RECORD", "record": message}, option=orjson.OPT_APPEND_NEWLINE))
        if not document["next_cursor"]:
            return
        params["cursor"] = document["next_cursor"]


def downloads(session: requests.Session, auth: OAuth1, url: str) -> None:
    """Fetch all pages of a collection, parse only the cursor, and write one RECORD line per page."""
    params = dict(_PARAMS)
    while True:
        found = _CURSOR.search(session.get(url, params=params, auth=auth, timeout=60).content)
        sys.stdout.write('{"type":"RECORD"}\n')
        if not found:
            return
        params["cursor"] = found.group(1).decode()


def main() -> None:
    """Read the line items of each account."""
    base_url, account_ids = sys.argv[1:3]
    read = downloads if "--download-only" in sys.argv else pages
    with requests.Session() as session:
        for account_id in account_ids.split(","):
            read(session, oauth1(), f"{base_url}/12/accounts/{account_id}/line_items")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

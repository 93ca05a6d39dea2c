# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A tiny HTTP API that has nothing to do with ads, and the connector that reads it through the engine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from source_twitter_ads.engine.source import PagedSource

MANIFEST = Path(__file__).with_name("foreign_manifest.yaml")
PAGE_SIZE = 10
TOKEN = "librarian"


def source(**inputs: Any) -> PagedSource:
    """The connector, as engine/README.md makes it."""
    return PagedSource(str(MANIFEST), **inputs)


class Bookshop:
    """The records, and how long a page takes.

    Attributes:
        records: by stream, oldest first.
        page_seconds: time that a response takes.
    """

    def __init__(self) -> None:
        self.page_seconds = 0.0
        self.records: dict[str, list[dict[str, Any]]] = {"shops": [], "orders": [], "prices": []}
        for shop_id in range(1, 14):
            self.records["shops"].append({"id": shop_id, "name": f"Shop {shop_id}\u2028"})
            # Every third shop has sold nothing.
            for number in range(shop_id * 3 if shop_id % 3 else 0):
                self.add("orders", shop_id, f"2025-{1 + number % 12:02d}-{shop_id:02d}T10:00:00Z")
        for number in range(35):
            self.add("prices", None, f"2025-03-01T00:00:{number:02d}Z")

    def add(self, stream: str, shop_id: int | None, changed_at: str) -> None:
        """Add a record with the next id of its stream."""
        records = self.records[stream]
        records.append({"id": len(records) + 1, "shop_id": shop_id or 0, "changed_at": changed_at, "pages": 2**60})

    def page(self, stream: str, query: dict[str, str]) -> list[dict[str, Any]]:
        """The records of one page."""
        found = [
            record
            for record in self.records[stream]
            if str(record.get("shop_id")) == query.get("shop", str(record.get("shop_id")))
            and record.get("changed_at", "") >= query.get("since", "")
        ]
        start = (int(query.get("page", "1")) - 1) * PAGE_SIZE
        return found[start : start + PAGE_SIZE]


@contextmanager
def served(bookshop: Bookshop) -> Iterator[dict[str, Any]]:
    """Serve a bookshop on loopback; yields the connector's configuration."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            time.sleep(bookshop.page_seconds)
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            body = json.dumps({"items": bookshop.page(parts.path.strip("/"), query) if known else []}).encode()
            self.send_response(200 if known else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"url": f"http://127.0.0.1:{server.server_port}/", "token": TOKEN}
        server.shutdown()

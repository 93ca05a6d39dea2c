# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A server on this machine that responds with the replies of a script, and a client that talks to it."""

from __future__ import annotations

import json
import ssl
import threading
import time as system_time
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.clock import SystemTime
from source_twitter_ads.api.errors import ApiFailure, RequestContext
from unit_tests.conftest import settings_of

CONTEXT = RequestContext("campaigns", "a")
PATH = "accounts/a/campaigns"
HOUR = 3600
# X's only documented text of a 401 (docs/x-ads-api.md §3).
SAID = "This request is not properly authenticated"
GOOD = b'{"data": [{"id": "1"}], "next_cursor": null}'


@dataclass
class Reply:
    """A response; `interim` is the status of another one that goes ahead of it, a while before."""

    status: int = 200
    body: bytes = GOOD
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    seconds: float = 0.0
    chunked: bool = False
    interim: int | None = None

    def framed(self) -> bytes:
        """The body as it goes over the wire."""
        if not self.chunked:
            return self.body
        middle = len(self.body) // 2
        parts = [part for part in (self.body[:middle], self.body[middle:]) if part]
        ends = b"" if self.cut else b"0\r\n\r\n"
        return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + ends


def refusal(status: int, code: str, message: str = "X's words", **headers: str) -> Reply:
    body = json.dumps({"errors": [{"code": code, "message": message}], "request": {"params": {}}}).encode()
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def unauthorized(time: SystemTime, clock_ahead: float = 0.0) -> Reply:
    """X's 401, with X's time as seen from a machine whose clock is ahead of it."""
    reply = refusal(401, "UNAUTHORIZED_ACCESS", SAID)
    reply.headers["Date"] = formatdate(time.now() - clock_ahead, usegmt=True)
    return reply


class Server:
    """Responds with the replies of a script, the last one again and again; remembers the requests.

    Args:
        time: the clocks of the server and of its clients.
        tls: makes it speak TLS.
    """

    def __init__(self, time: SystemTime | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.time = time or SystemTime()
        self.script: list[Reply] = [Reply()]
        self.seen: list[dict[str, Any]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # One write per response: two of them take 40 ms.

            def respond(self) -> None:
                form = self.rfile.read(int(self.headers.get("content-length") or 0))
                seen = {"method": self.command, "path": self.path, "form": form, "at": owner.time.now()}
                owner.seen.append({**seen, "headers": {k.lower(): v for k, v in self.headers.items()}})
                reply = owner.script.pop(0) if len(owner.script) > 1 else owner.script[0]
                if reply.interim:
                    self.send_response_only(reply.interim)
                    self.end_headers()
                    self.wfile.flush()
                system_time.sleep(reply.seconds)
                self.send_response_only(reply.status)
                headers = {"Date": formatdate(owner.time.now(), usegmt=True), **reply.headers}
                if reply.chunked:
                    headers["Transfer-Encoding"] = "chunked"
                else:
                    headers["Content-Length"] = str(len(reply.body) + (50 if reply.cut else 0))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.framed())
                self.close_connection = self.close_connection or reply.cut

            do_GET = do_POST = do_DELETE = do_CONNECT = respond  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def replies(self, *script: Reply) -> None:
        self.script = list(script)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def client(server: Server, **changes: Any) -> ApiClient:
    settings = settings_of(base_url=server.url, **{"outage_timeout": 60, "request_timeout": 5, **changes})
    return ApiClient(settings, server.time)


def fetched(asked: ApiClient, url: str) -> bytes:
    """The result file at a url."""
    return asked.send(asked.file_request(url, CONTEXT)).document  # type: ignore[no-any-return]


def failure(server: Server, **changes: Any) -> ApiFailure:
    with pytest.raises(ApiFailure) as caught:
        client(server, **changes).get(PATH, {}, CONTEXT)
    return caught.value

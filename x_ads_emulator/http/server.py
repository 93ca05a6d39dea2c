# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The HTTP/1.1 server: one thread per connection, keep-alive, loopback only."""

from __future__ import annotations

import socket
import struct
import sys
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from x_ads_emulator.http.app import App
from x_ads_emulator.http.request import Request
from x_ads_emulator.http.response import Response
from x_ads_emulator.http.wire import Framed, frame
from x_ads_emulator.routes.control import PREFIX, Control

_SLICES_PER_SECOND = 20
_MAX_LINE_BYTES = 65_536
_MAX_HEADERS = 100


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, app: App) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.app = app
        self.control = Control(app)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print every error except a connection that the client closed."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads the requests of one connection and writes the responses."""

    protocol_version = "HTTP/1.1"
    wbufsize = 0
    disable_nagle_algorithm = True
    server: Server
    raw_requestline: bytes

    def setup(self) -> None:
        """Leaves the connection uncounted until its first request of the API."""
        super().setup()
        self._connection_number = 0

    def parse_request(self) -> bool:
        """Reads the request line and the headers as plain text; the standard library's e-mail parser is slow."""
        self.command, self.request_version, self.close_connection = "", self.protocol_version, True
        self.requestline = self.raw_requestline.decode("latin-1").rstrip("\r\n")
        words = self.requestline.split()
        if len(words) != 3 or words[2] not in ("HTTP/1.0", "HTTP/1.1"):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return False
        self.command, self.path, self.request_version = words
        self.fields: dict[str, str] = {}
        while (line := self.rfile.readline(_MAX_LINE_BYTES + 1)) not in (b"\r\n", b"\n", b""):
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or len(line) > _MAX_LINE_BYTES or len(self.fields) == _MAX_HEADERS:
                self.send_error(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if colon else HTTPStatus.BAD_REQUEST)
                return False
            self.fields[name.strip().lower()] = value.strip()
        wish = self.fields.get("connection", "").lower()
        self.close_connection = wish == "close" or (self.request_version == "HTTP/1.0" and wish != "keep-alive")
        if self.fields.get("expect", "").lower() == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _serve(self) -> None:
        received = time.time()
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.fields.get("content-length") or 0))
        is_control = path.startswith(PREFIX)
        if not self._connection_number and not is_control:
            self._connection_number = self.server.app.log.connected()
        request = Request(
            self.command, path, query, self.fields, body, self._connection_number, received, self.request_version
        )
        response = self.server.control.handle(request) if is_control else self.server.app.handle(request)
        self._send(response, frame(response, request, self.server.app.settings))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _send(self, response: Response, framed: Framed) -> None:
        if response.interim is not None:
            interim = f"HTTP/1.1 {response.interim} {_phrase(response.interim)}\r\nlink: </>; rel=preconnect\r\n\r\n"
            self.connection.sendall(interim.encode("latin-1"))
        if response.delay:
            time.sleep(response.delay)
        if response.cut_before:
            self._reset()
            return
        body, head = framed.body, self._head(response, framed)
        if framed.cut_after is not None:
            self.connection.sendall(head + body[: framed.cut_after])
            # After a reset the client's kernel drops unread bytes: give the client time to read them.
            time.sleep(0.05)
            self._reset()
        elif response.bytes_per_second is not None:
            self._send_slowly(head, body, response.bytes_per_second)
        else:
            self.connection.sendall(head + body if len(body) < 65_536 else head)
            if len(body) >= 65_536:
                self.connection.sendall(body)
        if framed.close:
            self.close_connection = True

    def _head(self, response: Response, framed: Framed) -> bytes:
        now = time.time() + self.server.app.settings.clock_ahead_seconds
        lines = [
            f"HTTP/1.1 {response.status} {_phrase(response.status)}",
            f"date: {self.date_time_string(now)}",
            f"content-type: {response.content_type}",
            *(f"{name}: {value}" for name, value in {**framed.headers, **response.headers}.items()),
        ]
        if self.close_connection:
            lines.append("connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _send_slowly(self, head: bytes, body: bytes, pace: float) -> None:
        self.connection.sendall(head)
        size = max(1, int(pace / _SLICES_PER_SECOND))
        for start in range(0, len(body), size):
            part = body[start : start + size]
            self.connection.sendall(part)
            time.sleep(len(part) / pace)

    def _reset(self) -> None:
        """Ends the connection with a TCP reset instead of an orderly close."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """The request log takes the place of the access log."""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How a body is sent: gzipped or plain, with a length or in chunks (RFC 9110 §8.4, RFC 9112 §7.1)."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Final

from x_ads_emulator.http.request import Request
from x_ads_emulator.http.response import Response
from x_ads_emulator.settings import Settings

#: So small that a page of a test world comes in several chunks.
CHUNK_BYTES: Final = 1_000
_END: Final = b"0\r\n\r\n"


@dataclass(frozen=True)
class Framed:
    """Body and headers as they go over the wire.

    Attributes:
        headers: those that say how the body is written.
        body: the bytes after the head.
        cut_after: the connection is reset after that many bytes of the body.
        close: whether the connection is closed after the body.
    """

    headers: dict[str, str]
    body: bytes
    cut_after: int | None
    close: bool


def frame(response: Response, request: Request, settings: Settings) -> Framed:
    """The body as the settings and the request want it.

    A `declared_length` promises more bytes than follow. In a chunked body the last chunk is missing instead.
    """
    headers, body = _packed(response, request) if settings.gzip else ({}, response.body)
    chunked = settings.chunked and request.version == "HTTP/1.1"
    promised = 0 if response.declared_length is None else response.declared_length - len(response.body)
    if chunked:
        headers["transfer-encoding"] = "chunked"
    else:
        headers["content-length"] = str(len(body) + promised)
    cut_after = None
    if response.cut_after is not None:
        # The same share of the bytes that are sent, which never include the last one.
        cut_after = int(len(body) * response.cut_after / max(len(response.body), 1))
    if request.method == "HEAD":
        body = b""
    elif chunked:
        body = _chunks(body) + (b"" if promised else _END)
    return Framed(headers, body, cut_after, response.declared_length is not None)


def _packed(response: Response, request: Request) -> tuple[dict[str, str], bytes]:
    accepted = {one.partition(";")[0].strip() for one in request.headers.get("accept-encoding", "").split(",")}
    if "gzip" not in accepted or not response.body or response.content_type == "application/gzip":
        return {}, response.body
    return {"content-encoding": "gzip", "vary": "accept-encoding"}, gzip.compress(response.body, 1, mtime=0)


def _chunks(body: bytes) -> bytes:
    parts = (body[start : start + CHUNK_BYTES] for start in range(0, len(body), CHUNK_BYTES))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)

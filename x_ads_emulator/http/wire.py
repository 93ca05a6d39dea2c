# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How a body is written to the wire: packed or not, with a length or in chunks (RFC 9110 §8.4, RFC 9112 §7.1)."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Final

from x_ads_emulator.http.answer import Answer
from x_ads_emulator.http.request import Request
from x_ads_emulator.settings import Settings

#: Small enough for a page of a test world to come in several chunks.
CHUNK_BYTES: Final = 1_000
_END: Final = b"0\r\n\r\n"


@dataclass(frozen=True)
class Framed:
    """Body and headers as they go over the wire.

    Attributes:
        headers: those that say how the body is written.
        body: the bytes behind the head.
        cut_after: the connection is reset after that many of them.
        close: the connection ends behind them.
    """

    headers: dict[str, str]
    body: bytes
    cut_after: int | None
    close: bool


def frame(answer: Answer, request: Request, settings: Settings) -> Framed:
    """Write an answer's body as the settings and the request have it.

    A `declared_length` is a promise of more than comes; in chunks, that is a last chunk that is missing.
    """
    headers, body = _packed(answer, request) if settings.gzip else ({}, answer.body)
    chunked = settings.chunked and request.version == "HTTP/1.1"
    promised = 0 if answer.declared_length is None else answer.declared_length - len(answer.body)
    if chunked:
        headers["transfer-encoding"] = "chunked"
    else:
        headers["content-length"] = str(len(body) + promised)
    cut_after = None
    if answer.cut_after is not None:
        # The share of the plain body that was to be kept, of what is sent; the end is never part of it.
        cut_after = int(len(body) * answer.cut_after / max(len(answer.body), 1))
    if request.method == "HEAD":
        body = b""
    elif chunked:
        body = _chunks(body) + (b"" if promised else _END)
    return Framed(headers, body, cut_after, answer.declared_length is not None)


def _packed(answer: Answer, request: Request) -> tuple[dict[str, str], bytes]:
    accepted = {one.partition(";")[0].strip() for one in request.headers.get("accept-encoding", "").split(",")}
    if "gzip" not in accepted or not answer.body or answer.content_type == "application/gzip":
        return {}, answer.body
    return {"content-encoding": "gzip", "vary": "accept-encoding"}, gzip.compress(answer.body, 1, mtime=0)


def _chunks(body: bytes) -> bytes:
    parts = (body[start : start + CHUNK_BYTES] for start in range(0, len(body), CHUNK_BYTES))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)

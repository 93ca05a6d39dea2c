# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reading bodies: whole, bounded in size and time, and refused when they are not what X sends."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import requests

# A page of 1,000 records is about 1 MB and a result file some tens of MB; what is larger than this is no answer of X.
MAX_BODY_BYTES = 512 * 1024 * 1024
_CHUNK = 1 << 20


class BadBody(Exception):
    """An answer whose body is not what X sends there: cut, garbled, an HTML page, or far too large."""


@dataclass(frozen=True)
class Answer:
    """A successful answer.

    Attributes:
        status: HTTP status.
        headers: response headers, case-insensitive.
        document: the parsed envelope; the bytes of a result file.
    """

    status: int
    headers: Mapping[str, str]
    document: Any


def read_body(response: requests.Response, seconds: float) -> bytes:
    """Read a streamed response to its end.

    Args:
        response: the response, requested with `stream=True`.
        seconds: how long the whole body may take; a server that drips would otherwise hold a worker for ever.

    Raises:
        BadBody: when the body is too large.
        requests.RequestException: when it stops early or takes too long.
    """
    ends = time.monotonic() + seconds
    chunks = []
    size = 0
    for chunk in response.iter_content(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise BadBody(f"more than {MAX_BODY_BYTES} bytes")
        if time.monotonic() > ends:
            raise requests.exceptions.ReadTimeout(f"the body took longer than {seconds:.0f} s")
    return b"".join(chunks)


def parse_envelope(body: bytes) -> Mapping[str, Any]:
    """Parse X's success envelope (x-ads-api.md §2.1).

    Raises:
        BadBody: when it is not JSON, or not an object with a `data` member.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadBody(f"{len(body)} bytes that are not JSON ({_excerpt(body)}): {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("data"), (list, dict)):
        raise BadBody(f"JSON without a data member ({_excerpt(body)})")
    return document


def gunzip(body: bytes, limit: int = MAX_BODY_BYTES) -> bytes:
    """Unpack a gzip file whole; a file that came unpacked already is returned as it is.

    Raises:
        BadBody: when it is cut, garbled, or unpacks to more than `limit` bytes.
    """
    return b"".join(_inflate(body, limit))


def whole_gzip(body: bytes, limit: int = MAX_BODY_BYTES) -> bytes:
    """Return a gzip file as it is, proven to unpack whole; the unpacked bytes are not kept.

    Raises:
        BadBody: as `gunzip`.
    """
    for _ in _inflate(body, limit):
        pass
    return body


def _inflate(body: bytes, limit: int) -> Iterator[bytes]:
    if body[:2] != b"\x1f\x8b":
        yield body
        return
    size = 0
    rest = body
    while rest:
        inflater = zlib.decompressobj(wbits=31)
        while not inflater.eof:
            try:
                part = inflater.decompress(rest, _CHUNK)
            except zlib.error as error:
                raise BadBody(f"a gzip file that is damaged: {error}") from error
            rest = inflater.unconsumed_tail
            size += len(part)
            if size > limit:
                raise BadBody(f"a gzip file that unpacks to more than {limit} bytes")
            if not part and not inflater.eof:
                raise BadBody("a gzip file that is cut off")
            yield part
        rest = inflater.unused_data


def _excerpt(body: bytes) -> str:
    """Show how a body begins, for messages; markup tells a proxy's error page from X's answer."""
    return repr(body[:60].decode("utf-8", "replace"))

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads bodies: complete, bounded in size and time, and refused if X does not send such."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

from source_twitter_ads.api.secrets import masked

# A page of 1,000 records has about 1 MB and a result file some tens of MB.
MAX_BODY_BYTES = 64 * 1024 * 1024
MAX_FILE_BYTES = 512 * 1024 * 1024
# X says in a sentence why it refuses a request.
MAX_REFUSAL_BYTES = 64 * 1024
GZIP = b"\x1f\x8b"
_GZIP_ENCODINGS = frozenset({"gzip", "x-gzip"})
_CHUNK = 1 << 20
# Bytes to read at a time: what has arrived, so that a server that drips is noticed.
_ARRIVED = 1 << 16

# How much of a body is looked through for the title of a page.
_BEGINNING = 8192
_TITLE = re.compile(r"<title[^>]*>\s*(.*?)\s*</title", re.IGNORECASE | re.DOTALL)

Body = bytes | bytearray


class InvalidBody(Exception):
    """A body is not what X sends there: cut off, garbled, of another form, or far too large."""


class ForeignBody(InvalidBody):
    """A web page in place of X's JSON: a proxy, a firewall or the login page of a network sent it."""


@dataclass(frozen=True)
class ApiResponse:
    """A successful response.

    Attributes:
        headers: their names are case-insensitive.
        document: the parsed envelope; the bytes of a result file.
    """

    status: int
    headers: Mapping[str, str]
    document: Any


def read_body(response: requests.Response, seconds: float, result: bool = False) -> Body:
    """Read a streamed response to its end, for some seconds at most, and undo its content encoding.

    A result file may be larger than a page, and stays packed, since unpacked it is many times as large.

    Raises:
        InvalidBody: when the body is too large, or does not unpack to its end.
        requests.RequestException: when it stops early or takes too long.
    """
    limit = MAX_FILE_BYTES if result else MAX_BODY_BYTES
    # urllib3 unpacks too, but does not notice that a packed body is cut off.
    packed = response.headers.get("content-encoding", "").strip().lower() in _GZIP_ENCODINGS
    # One growing buffer: joining parts would take twice the memory, and a file may have 100 MB.
    body = bytearray()
    for chunk in _chunks(response, seconds, not packed):
        body += chunk
        if len(body) > limit:
            raise InvalidBody(f"more than {limit} bytes")
    if not packed or (result and not _is_packed_twice(body)):
        return body
    return gunzip(body, limit)


def _is_packed_twice(body: Body) -> bool:
    """Return whether a gzip file was packed again for its transport (docs/x-ads-api.md §7.3)."""
    with suppress(zlib.error):
        return zlib.decompressobj(wbits=31).decompress(body, len(GZIP)) == GZIP
    return False


def read_refused(response: requests.Response, seconds: float) -> bytes:
    """Read as much of an error body as arrives; never fail, since its status and headers count."""
    body = b""
    with suppress(InvalidBody, requests.RequestException):
        for chunk in _chunks(response, seconds, False):
            body += chunk
            if len(body) >= MAX_REFUSAL_BYTES:
                break
    if not body.startswith(GZIP):
        return body[:MAX_REFUSAL_BYTES]
    with suppress(zlib.error):
        return zlib.decompressobj(wbits=31).decompress(body, MAX_REFUSAL_BYTES)
    return b""


def _chunks(response: requests.Response, seconds: float, decode: bool) -> Iterator[bytes]:
    ends = time.monotonic() + seconds
    try:
        while chunk := response.raw.read1(_ARRIVED, decode_content=decode):
            yield chunk
            if time.monotonic() > ends:
                # Not a ReadTimeout: a server that drips is not silent.
                raise requests.exceptions.ConnectionError(f"the body took longer than {seconds:.0f} s")
    except DecodeError as error:
        raise InvalidBody(f"a body that cannot be unpacked: {error}") from error
    except ReadTimeoutError as error:
        raise requests.exceptions.ReadTimeout(error) from error
    except HTTPError as error:
        raise requests.exceptions.ConnectionError(error) from error


def text_of(record: Mapping[str, Any], name: str) -> str:
    """Return a required field of a record, such as its id, as text.

    Raises:
        KeyError: when it is missing, null or empty.
        TypeError: when it is neither text nor a whole number.
    """
    value = record.get(name)
    if value is None or value == "":
        raise KeyError(name)
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise TypeError(f"{name} is {type(value).__name__}")
    return str(value)


def gunzip(body: Body, limit: int = MAX_FILE_BYTES) -> bytes:
    """Unpack a gzip file as a whole; see `inflate`."""
    return b"".join(inflate(body, limit))


def inflate(body: Body, limit: int = MAX_FILE_BYTES) -> Iterator[bytes]:
    """Unpack a gzip file in parts of at most 1 MB; one that is not packed is yielded as it is.

    Raises:
        InvalidBody: when it is cut, garbled, or unpacks to more than `limit` bytes.
    """
    if not body.startswith(GZIP):
        yield bytes(body)
        return
    size = position = 0
    view = memoryview(body)
    while position < len(body):
        inflater = zlib.decompressobj(wbits=31)
        while not inflater.eof:
            # In small pieces, since zlib copies what it leaves over.
            packed = inflater.unconsumed_tail or view[position : position + _ARRIVED]
            position += 0 if inflater.unconsumed_tail else len(packed)
            try:
                part = inflater.decompress(packed, _CHUNK)
            except zlib.error as error:
                raise InvalidBody(f"a gzip file that is damaged: {error}") from error
            size += len(part)
            if size > limit:
                raise InvalidBody(f"a gzip file that unpacks to more than {limit} bytes")
            if not packed and not part and not inflater.eof:
                raise InvalidBody("a gzip file that is cut off")
            yield part
        position -= len(inflater.unused_data)


def is_page(body: Body) -> bool:
    """Return whether a body is markup, HTML or XML."""
    return body[:_BEGINNING].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def excerpt(body: Body) -> str:
    """Return the beginning of a body for messages, without secrets; the title of a web page."""
    text = masked(body[:_BEGINNING].decode("utf-8", "replace"))
    if not is_page(body):
        return repr(text[:60])
    title = _TITLE.search(text)
    return f"a web page ({title[1][:60] if title else text[:60]!r})"

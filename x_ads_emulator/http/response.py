# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A finished HTTP response and X's envelopes (docs/x-ads-api.md §2.1, §3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from x_ads_emulator.errors import ApiError
from x_ads_emulator.payload import Payload, RawRows, _Missing

JSON = "application/json;charset=utf-8"


@dataclass
class Response:
    """What goes over the wire, and how.

    Attributes:
        status, headers, body, content_type: the HTTP response.
        refused: code (and reason) for the request log, None for success.
        not_before: epoch seconds before which the client must not repeat the request.
        user_level: whether that wait is about all accounts (§4).
        cut_before: the connection is reset without a response.
        cut_after: the connection is reset after that many bytes of the body.
        interim: status below 200 of an informational response in front of this one (RFC 9110 §15.2).
        delay: seconds to wait before this response is sent.
        bytes_per_second: pace of the body, None for full speed.
        declared_length: a Content-Length that is not the body's; the connection is closed after the body.
    """

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    refused: str | None = None
    not_before: float | None = None
    user_level: bool = False
    cut_before: bool = False
    cut_after: int | None = None
    interim: int | None = None
    delay: float = 0.0
    bytes_per_second: float | None = None
    declared_length: int | None = None


def success(payload: Payload) -> Response:
    """The success envelope: `request`, `next_cursor` where the endpoint has it, further members, `data`."""
    envelope: dict[str, Any] = {"request": {"params": payload.params}}
    if not isinstance(payload.next_cursor, _Missing):
        envelope["next_cursor"] = payload.next_cursor
    envelope |= payload.extra
    if isinstance(payload.data, RawRows):
        opening = orjson.dumps(envelope)[:-1] + b',"data":['
        body = b"".join([opening, *payload.data.pieces, b"]}"])
    else:
        body = orjson.dumps(envelope | {"data": payload.data})
    return Response(payload.status, body, headers=dict(payload.headers))


def failure(error: ApiError, account_id: str | None = None, reason: str | None = None) -> Response:
    """The error envelope of §3."""
    params = {"account_id": account_id} if account_id is not None and error.status != 401 else {}
    body = orjson.dumps({"errors": [error.entry()], "request": {"params": params}})
    return Response(error.status, body, refused=f"{error.code}: {reason}" if reason else error.code)


def plain(value: Any, status: int = 200) -> Response:
    """JSON without an envelope, for the control plane."""
    return Response(status, orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))

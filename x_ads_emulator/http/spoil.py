# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What each kind of fault does to a response (docs/x-ads-api.md §3, §4)."""

from __future__ import annotations

import math
import time
from random import Random
from typing import Final

from x_ads_emulator.errors import ApiError
from x_ads_emulator.http.faults import FaultRule
from x_ads_emulator.http.oauth1 import SignatureError
from x_ads_emulator.http.request import Request
from x_ads_emulator.http.response import Response, failure

_CODES: Final = {
    400: ("INVALID_PARAMETER", "The request is invalid"),
    401: ("UNAUTHORIZED_ACCESS", "This request is not properly authenticated"),
    # X's table has no 402 (§3 rule 5); the words are HTTP's.
    402: ("PAYMENT_REQUIRED", "Payment Required"),
    403: ("ACTION_NOT_ALLOWED", "This action is not allowed"),
    404: ("NOT_FOUND", "The resource was not found"),
    408: ("CANCELLED_REQUEST", "The request was cancelled"),
    423: ("LOCK_ACQUISITION_TIMEOUT", "A lock could not be acquired in time"),
    429: ("TOO_MANY_REQUESTS", "The request limit for this resource has been exceeded"),
    500: ("INTERNAL_ERROR", "An internal error occurred"),
    503: (
        "SERVICE_UNAVAILABLE",
        "Service unavailable due to request timeout; please try the request again later",
    ),
}
_HTML: Final = (
    "<!DOCTYPE html><html><head><title>X / ?</title></head><body><h1>{}</h1>Something went wrong.</body></html>"
)


def instead(rule: FaultRule, request: Request, account_id: str | None) -> Response:
    """The response of a fault that takes the API's place."""
    arguments = rule.arguments
    if rule.fault == "status":
        return _status(rule, account_id)
    if rule.fault == "clock_skew":
        # One text of a 401 is known (§3), and it names no cause: only the Date header shows the wrong clock.
        return failure(SignatureError("unnamed timestamp" if arguments.get("wordless") else "timestamp"))
    if rule.fault == "html":
        status = arguments.get("status", 503)
        page = arguments.get("body", _HTML.format(status)).encode()
        return Response(status, page, "text/html;charset=utf-8")
    if rule.fault == "redirect":
        location = arguments.get("location", "http://127.0.0.1:9/elsewhere")  # ignore-https-check
        if arguments.get("to_itself"):
            host = request.headers.get("host", "")
            location = f"http://{host}{request.path}?{request.query}"  # ignore-https-check
        return Response(arguments.get("status", 302), b"", headers={"location": location})
    if rule.fault == "reset_before":
        return Response(0, b"", cut_before=True)
    if rule.fault == "repeat_authorization":
        # The header holds the consumer key, the token and a signature (§1 rule 4).
        message = f"Could not read the header Authorization: {request.headers.get('authorization', '')}"
        code = arguments.get("code", "INVALID_PARAMETER")
        return failure(ApiError(arguments.get("status", 400), code, message), account_id)
    if rule.fault == "garbage":
        length = arguments.get("length", 512)
        return Response(arguments.get("status", 200), Random(rule.struck).randbytes(length))
    return Response(arguments.get("status", 200), b"")


def spoil(rule: FaultRule, response: Response) -> Response:
    """The API's own response, damaged on its way."""
    arguments, body = rule.arguments, response.body
    if rule.fault == "hang":
        response.delay = arguments.get("seconds", 60.0)
    elif rule.fault == "interim":
        response.interim, response.delay = arguments.get("status", 103), arguments.get("seconds", 0.0)
    elif rule.fault == "slow_body":
        response.bytes_per_second = arguments.get("bytes_per_second", 100.0)
    elif rule.fault == "wrong_content_length":
        response.declared_length = len(body) + arguments.get("extra", 100)
    else:
        kept = min(int(len(body) * arguments.get("share", 0.5)), max(len(body) - 1, 0))
        if rule.fault == "reset_during_body":
            response.cut_after = kept
        else:
            response.body = body[:kept]
    return response


def _status(rule: FaultRule, account_id: str | None) -> Response:
    """X's envelope with any status; `bare` leaves out all headers about waiting.

    A 429 has reset headers, `reset_in` (default 1) seconds ahead. They are the account's where the path has one, unless
    `reset_scope` is "user". A 503 has `retry-after` only if `retry_after` is given: at X it may lack it (§4 rule 3).
    """
    arguments = rule.arguments
    status = arguments.get("status", 500)
    default = _CODES.get(status, ("INTERNAL_ERROR", f"HTTP {status}"))
    error = ApiError(
        status, arguments.get("code", default[0]), arguments.get("message", default[1]), arguments.get("parameter")
    )
    response = failure(error, account_id)
    now = time.time()
    if not arguments.get("bare"):
        if "retry_after" in arguments:
            response.headers["retry-after"] = str(arguments["retry_after"])
            response.not_before = now + float(arguments["retry_after"])
        if "reset_in" in arguments or (status == 429 and "retry_after" not in arguments):
            reset = math.ceil(now + arguments.get("reset_in", 1))
            of_account = account_id is not None and arguments.get("reset_scope") != "user"
            response.headers |= _reset_headers(reset, of_account)
            response.not_before, response.user_level = max(response.not_before or 0, reset), not of_account
    response.headers |= arguments.get("headers", {})
    return response


def _reset_headers(reset: int, of_account: bool) -> dict[str, str]:
    if not of_account:
        return {"x-rate-limit-limit": "2000", "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset)}
    return {
        "x-rate-limit-limit": "1000000",
        "x-rate-limit-remaining": "999999",
        "x-rate-limit-reset": str(reset + 900),
        "x-account-rate-limit-limit": "2000",
        "x-account-rate-limit-remaining": "0",
        "x-account-rate-limit-reset": str(reset),
    }

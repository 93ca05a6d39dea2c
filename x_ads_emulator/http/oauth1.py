# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""OAuth 1.0a HMAC-SHA1 verification (docs/x-ads-api.md §1), written from RFC 5849."""

from __future__ import annotations

import base64
import hmac
import re
import threading
import time
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, unquote

from x_ads_emulator import settings as constants
from x_ads_emulator.errors import ApiError
from x_ads_emulator.http.request import Request
from x_ads_emulator.settings import Settings

#: Inferred: X names no figure, OAuth servers use five minutes by custom (§1 rule 8).
MAX_SKEW_SECONDS: Final = 300
_REQUIRED: Final = frozenset(
    f"oauth_{name}"
    for name in ("consumer_key", "nonce", "signature", "signature_method", "timestamp", "token", "version")
)
_PARAMETER: Final = re.compile(r'\s*([a-z_]+)="([^"]*)"\s*')
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9\-._~]*")
#: A query string of unreserved characters, escapes and the two separators alone.
_STRICT_QUERY: Final = re.compile(r"(?:[A-Za-z0-9\-._~&=]|%[0-9A-Fa-f]{2})*")


def encode(text: str) -> str:
    """RFC 3986 percent-encoding of every character that is not unreserved."""
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="-._~")


def signature_base(method: str, url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """`METHOD&url&parameters`, with the url stripped of its query and all parameters sorted after encoding."""
    joined = "&".join(f"{name}={value}" for name, value in sorted((encode(n), encode(v)) for n, v in pairs))
    return "&".join((method.upper(), encode(url), encode(joined)))


def sign(base: str, consumer_secret: str, token_secret: str) -> str:
    """The base64 HMAC-SHA1 signature of a base string."""
    key = f"{encode(consumer_secret)}&{encode(token_secret)}".encode()
    return base64.b64encode(hmac.digest(key, base.encode(), "sha1")).decode()


class SignatureError(ApiError):
    """The 401 of §3: one message for a wrong clock, one for every other reason; only the log has `reason`."""

    def __init__(self, reason: str) -> None:
        late = reason == "timestamp"
        message = "Timestamp out of bounds" if late else "This request is not properly authenticated"
        super().__init__(401, "UNAUTHORIZED_ACCESS", message)
        self.reason = reason


class Verifier:
    """Checks the Authorization header of requests and remembers nonces.

    Args:
        settings: reads `clock_ahead_seconds` and `skew_named`, see settings.py.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._nonces: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def verify(self, request: Request) -> None:
        """Raises SignatureError."""
        reason = self._refusal(request)
        if reason == "timestamp" and not self._settings.skew_named:
            reason = "unnamed timestamp"
        if reason is not None:
            raise SignatureError(reason)

    def _refusal(self, request: Request) -> str | None:
        values = parse_header(request.headers.get("authorization", ""))
        if values is None:
            return "no OAuth header"
        missing = _REQUIRED - values.keys()
        if missing:
            return f"header lacks {', '.join(sorted(missing))}"
        if values["oauth_signature_method"] != "HMAC-SHA1" or values["oauth_version"] != "1.0":
            return "not HMAC-SHA1 1.0"
        if values["oauth_consumer_key"] != constants.CONSUMER_KEY or values["oauth_token"] != constants.ACCESS_TOKEN:
            return "unknown key or token"
        if not _STRICT_QUERY.fullmatch(request.query):
            return "query is not percent-encoded"
        if not self._signed(request, values):
            return "signature"
        stamp = values["oauth_timestamp"]
        now = time.time() + self._settings.clock_ahead_seconds
        if not stamp.isdigit() or abs(int(stamp) - now) > MAX_SKEW_SECONDS:
            return "timestamp"
        return None if self._is_fresh(values["oauth_nonce"], stamp) else "repeated nonce"

    def _signed(self, request: Request, values: dict[str, str]) -> bool:
        header_pairs = [(n, v) for n, v in values.items() if n != "oauth_signature"]
        host = request.headers.get("host", "").lower()
        url = f"http://{host}{request.path}"  # ignore-https-check: the emulator speaks plain HTTP
        base = signature_base(request.method, url, header_pairs + request.pairs())
        expected = sign(base, constants.CONSUMER_SECRET, constants.ACCESS_TOKEN_SECRET)
        return hmac.compare_digest(expected, values["oauth_signature"])

    def _is_fresh(self, nonce: str, timestamp: str) -> bool:
        now = time.time()
        with self._lock:
            if (nonce, timestamp) in self._nonces:
                return False
            self._nonces[(nonce, timestamp)] = now
            if len(self._nonces) > 200_000:
                self._nonces = {k: t for k, t in self._nonces.items() if now - t < 2 * MAX_SKEW_SECONDS}
            return True


def parse_header(header: str) -> dict[str, str] | None:
    """The decoded oauth_* values of a header; None when it is not an OAuth header or names one twice."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        return None
    values: dict[str, str] = {}
    for part in rest.split(","):
        match = _PARAMETER.fullmatch(part)
        if match is None or match[1] in values:
            return None
        if match[1].startswith("oauth_"):
            values[match[1]] = unquote(match[2])
    return values

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The one table from X's refusals to what is done about them and what the user reads (x-ads-api.md §3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from urllib3.exceptions import LocationValueError

from source_twitter_ads.api.bodies import Body, excerpt

_LISTED = 10
_USER_INFO = re.compile(r"//[^/\s]*@")


def place_of(url: str) -> str:
    """Show a url without what may hold a key: its query, and the user before its host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "which is no url"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def cause_of(error: Exception) -> str:
    """Name the innermost reason of a network error; urllib3 wraps it several times, with addresses of objects."""
    inner: BaseException = error
    seen = 0
    while seen < 8:
        nested = inner.__cause__ or next((a for a in inner.args if isinstance(a, BaseException)), None)
        reason = getattr(inner, "reason", None)
        nested = reason if isinstance(reason, BaseException) else nested
        if nested is None:
            break
        inner, seen = nested, seen + 1
    text = str(inner).split(">: ", 1)[-1]
    return _USER_INFO.sub("//***@", text) or type(error).__name__


def joined(ids: Sequence[str]) -> str:
    """Name some ids, and how many there are besides."""
    shown = ", ".join(ids[:_LISTED])
    return shown if len(ids) <= _LISTED else f"{shown} and {len(ids) - _LISTED} more"


CONFIG = FailureType.config_error
TRANSIENT = FailureType.transient_error
SYSTEM = FailureType.system_error


class Action(Enum):
    """What happens to a request that X refused."""

    RETRY = "retry"  # again after a short, growing pause
    WAIT = "wait"  # again once the time that X names has come
    WAIT_FOR_SLOT = "wait for slot"  # the job board tries again when a job has ended
    SKIP = "skip"  # nothing to read there: a warning, no error
    FAIL = "fail"


@dataclass(frozen=True)
class Rule:
    """One row of the table: what is done, who can mend it, and the advice that ends the message."""

    action: Action
    failure_type: FailureType
    advice: str


@dataclass(frozen=True)
class RequestContext:
    """The place of a request in the sync, for messages.

    Attributes:
        stream: the stream that asks.
        account_id: the ad account, None for global lists.
        what: more, for instance the window and job of a report.
    """

    stream: str
    account_id: str | None = None
    what: str = ""

    def __str__(self) -> str:
        account = f", account {self.account_id}" if self.account_id else ""
        return f"stream {self.stream}{account}" + (f", {self.what}" if self.what else "")


@dataclass(frozen=True)
class Refusal:
    """X's own words, or what stands in their place.

    Attributes:
        status: HTTP status.
        code: X's error code, CAPS_CASE or empty.
        message: X's text; how the body begins when it is not X's envelope.
        parameter: the parameter that X names.
        foreign: whether there is a body, and it is not X's envelope: a proxy, a firewall or X's front servers say so.
        clock_ahead: seconds by which the clock of this machine is ahead of the answer's.
    """

    status: int
    code: str
    message: str
    parameter: str = ""
    foreign: bool = False
    clock_ahead: float = 0.0

    @property
    def wrong_clock(self) -> bool:
        """Whether it is a signature that cannot be accepted, since its time is wrong."""
        stated = not self.foreign and "timestamp" in self.message.lower()
        return self.status == 401 and (stated or abs(self.clock_ahead) > LARGEST_SKEW)

    def __str__(self) -> str:
        text = f"HTTP {self.status} {self.code}".rstrip()
        text += f": {self.message}" if self.message or self.code else ""
        text += f" (parameter {self.parameter})" if self.parameter else ""
        if self.status == 401 and abs(self.clock_ahead) > LARGEST_SKEW:
            side = "ahead of" if self.clock_ahead > 0 else "behind"
            text += f" (the clock here is {abs(self.clock_ahead):.0f} s {side} that of the answer)"
        return text


# Seconds; the answer to a signature tells what time it is for X.
LARGEST_SKEW = 60.0

_TRY_LATER = "Run the sync again later; X's status page tells of outages."
_REPORT_BUG = "This is likely a defect of the connector: please report it with this message."
_ASK_ACCESS = (
    "Check the account id, and that the X user who owns the access token has a role in that ad account "
    "(ads.x.com, Edit access to account)."
)

# Clock skew: the signature's timestamp is refused, and a fresh signature may pass (docs/x-ads-api.md §10.5).
CLOCK_SKEW = Rule(
    Action.RETRY, SYSTEM, "The clock of the machine that runs the sync is wrong: set it by a time server."
)

BY_CODE: Mapping[str, Rule] = {
    "UNAUTHORIZED_ACCESS": Rule(
        Action.FAIL,
        CONFIG,
        "X does not accept the four keys. Copy consumer key, consumer secret, access token and access token secret "
        "again from the developer portal; a token that was revoked must be generated anew.",
    ),
    "UNAUTHORIZED_CLIENT_APPLICATION": Rule(
        Action.FAIL,
        CONFIG,
        "The app is not approved for the Ads API. Apply for access in the X developer portal, "
        "and generate new access tokens once X has approved it.",
    ),
    "INSUFFICIENT_USER_AUTHORIZED_PERMISSION": Rule(
        Action.FAIL,
        CONFIG,
        "The access token is older than the app's approval, or the app has read permission only. "
        "Set the app to Read and write, generate the access token and its secret again, and enter the new ones.",
    ),
    "READONLY_CLIENT_APPLICATION": Rule(
        Action.FAIL, CONFIG, "Set the app to Read and write, then generate the access token and its secret again."
    ),
    "ACCOUNT_NOT_FOUND": Rule(Action.FAIL, CONFIG, _ASK_ACCESS),
    "ACTION_NOT_ALLOWED": Rule(Action.FAIL, CONFIG, _ASK_ACCESS),
    "USER_NOT_FOUND": Rule(Action.FAIL, CONFIG, _ASK_ACCESS),
    "FUNDING_INSTRUMENT_ACCESS_NOT_ALLOWED": Rule(Action.FAIL, CONFIG, _ASK_ACCESS),
    "CURRENT_USER_SUSPENDED": Rule(
        Action.FAIL, CONFIG, "X has suspended this user or account. Settle it with X, or take it out of account_ids."
    ),
    "ACCOUNT_LOCKED_OUT": Rule(
        Action.FAIL, CONFIG, "X has locked this user or account. Unlock it on x.com, or take it out of account_ids."
    ),
    "INVALID_ACCOUNT_SERVICE_LEVEL": Rule(
        Action.SKIP, CONFIG, "This ad account has no access to the feature, so there is nothing to read."
    ),
    "FEATURE_NOT_AVAILABLE": Rule(
        Action.SKIP, CONFIG, "This ad account has no access to the feature, so there is nothing to read."
    ),
    "TOO_MANY_JOBS": Rule(
        Action.WAIT_FOR_SLOT, TRANSIENT, "Another tool is using up the 100 analytics jobs of this ad account."
    ),
    "TOO_MANY_REQUESTS": Rule(Action.WAIT, TRANSIENT, _TRY_LATER),
    "TWEET_RATE_LIMIT_EXCEEDED": Rule(Action.WAIT, TRANSIENT, _TRY_LATER),
}

BY_STATUS: Mapping[int, Rule] = {
    400: Rule(Action.FAIL, SYSTEM, _REPORT_BUG),
    401: BY_CODE["UNAUTHORIZED_ACCESS"],
    403: Rule(Action.FAIL, CONFIG, _ASK_ACCESS),
    404: Rule(Action.FAIL, SYSTEM, _REPORT_BUG),
    405: Rule(Action.FAIL, SYSTEM, _REPORT_BUG),
    408: Rule(Action.RETRY, TRANSIENT, _TRY_LATER),
    423: Rule(Action.RETRY, TRANSIENT, _TRY_LATER),
    429: BY_CODE["TOO_MANY_REQUESTS"],
    500: Rule(Action.RETRY, TRANSIENT, _TRY_LATER),
    502: Rule(Action.RETRY, TRANSIENT, _TRY_LATER),
    503: Rule(Action.RETRY, TRANSIENT, _TRY_LATER),
    504: Rule(Action.RETRY, TRANSIENT, _TRY_LATER),
}
# Nobody knows then who refused: X's own 403 have an envelope. With other statuses the status says enough.
_FOREIGN = Rule(
    Action.FAIL,
    TRANSIENT,
    "This is not how X answers: a proxy, a firewall or a gate in front of X refused the request. "
    "Check the proxy and the firewall of the machine that runs the sync, and run it again.",
)
_FOREIGN_STATUSES = frozenset({403, 407})
# X's texts are a sentence; whatever else stands there must not fill the log.
_LONGEST_TEXT = 1000
_OTHER = Rule(Action.FAIL, SYSTEM, _REPORT_BUG)


def read_refusal(status: int, body: Body, clock_ahead: float = 0.0) -> Refusal:
    """Read X's error envelope; of an HTML page or another text the beginning is kept (x-ads-api.md §3).

    Args:
        status: HTTP status.
        body: as far as it arrived.
        clock_ahead: seconds by which the clock of this machine is ahead of the answer's.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        document = None
    errors = document.get("errors") if isinstance(document, dict) else None
    first: Any = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return Refusal(status, "", excerpt(body) if body else "", foreign=bool(body), clock_ahead=clock_ahead)
    code, message, parameter = (str(first.get(name) or "")[:_LONGEST_TEXT] for name in ("code", "message", "parameter"))
    return Refusal(status, code, message, parameter, clock_ahead=clock_ahead)


def rule_for(refusal: Refusal) -> Rule:
    """Find the row for a refusal: by X's code where it has one of its own, else by the HTTP status."""
    if refusal.wrong_clock:
        return CLOCK_SKEW
    if refusal.foreign and refusal.status in _FOREIGN_STATUSES:
        return _FOREIGN
    # A server that fails may still print any code: what it says about the request does not count then.
    if refusal.status < 500 and refusal.code in BY_CODE:
        return BY_CODE[refusal.code]
    return BY_STATUS.get(refusal.status, BY_STATUS[500] if refusal.status >= 500 else _OTHER)


class ApiFailure(AirbyteTracedException):
    """A request that could not be done: X's code and text, where it happened, and what to do.

    Attributes:
        refusal: X's own words, None when the network failed.
        context: the request's place in the sync.
    """

    def __init__(self, rule: Rule, context: RequestContext, happened: str, refusal: Refusal | None = None) -> None:
        text = f"{happened} ({context}). {rule.advice}".strip()
        super().__init__(
            internal_message=text,
            message=text,
            failure_type=rule.failure_type,
        )
        self.refusal = refusal
        self.context = context


class Skipped(ApiFailure):
    """X has nothing to read at this place for this account; the caller warns and goes on."""


def network_rule(error: Exception) -> Rule:
    """Find the row for a request that got no usable answer.

    A TLS connection that merely broke is a broken connection; a certificate that does not fit will never do, and nor
    will one that is not there, of which requests tells with a plain OSError.
    """
    of_certificates = isinstance(error, requests.exceptions.SSLError) or not isinstance(
        error, requests.RequestException
    )
    if of_certificates and "certificate" in str(error).lower():
        return Rule(
            Action.FAIL,
            CONFIG,
            "The TLS certificate could not be verified: check proxy and CA settings of the machine.",
        )
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, LocationValueError)):
        return Rule(
            Action.FAIL, CONFIG, "Check base_url and the proxy settings of the machine (HTTPS_PROXY and others)."
        )
    return Rule(Action.RETRY, TRANSIENT, "Check the network, firewall and proxy of the machine that runs the sync.")

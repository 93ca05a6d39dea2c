# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The table from X's error codes to what is done about them and what the user reads (docs/x-ads-api.md §3)."""

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

_JOINED = 10
_USER_INFO = re.compile(r"//[^/\s]*@")


def without_secrets(url: str) -> str:
    """Return a url for messages, without its query and user, since both may hold a key."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that is not a url"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def cause_of(error: Exception) -> str:
    """Return the innermost reason of a network error; urllib3 wraps it several times, with addresses of objects."""
    inner: BaseException = error
    for _ in range(8):
        reason = getattr(inner, "reason", None)
        if not isinstance(reason, BaseException):
            reason = inner.__cause__ or next((a for a in inner.args if isinstance(a, BaseException)), None)
        if reason is None:
            break
        inner = reason
    text = str(inner).split(">: ", 1)[-1]
    return _USER_INFO.sub("//***@", text) or type(error).__name__


def joined(ids: Sequence[str]) -> str:
    """Return ids for messages: the first ten, and how many more there are."""
    shown = ", ".join(ids[:_JOINED])
    return shown if len(ids) <= _JOINED else f"{shown} and {len(ids) - _JOINED} more"


CONFIG = FailureType.config_error
TRANSIENT = FailureType.transient_error
SYSTEM = FailureType.system_error


class Action(Enum):
    """What happens to a request that X refused."""

    RETRY = "retry"  # after a short, growing pause
    WAIT = "wait"  # until the time that X names
    WAIT_FOR_SLOT = "wait for slot"  # the job board retries when a job has ended
    SKIP = "skip"  # there is nothing to read: a warning instead of an error
    FAIL = "fail"


@dataclass(frozen=True)
class Rule:
    """A row of the table: what is done, whose fault it is, and the advice that ends the message."""

    action: Action
    failure_type: FailureType
    advice: str


@dataclass(frozen=True)
class RequestContext:
    """The place of a request in the sync, for messages.

    Attributes:
        account_id: the ad account, None for global lists.
        what: details, for instance the window of a report.
    """

    stream: str
    account_id: str | None = None
    what: str = ""

    def __str__(self) -> str:
        account = f", account {self.account_id}" if self.account_id else ""
        return f"stream {self.stream}{account}" + (f", {self.what}" if self.what else "")


@dataclass(frozen=True)
class Refusal:
    """What X said when it refused a request.

    Attributes:
        code: X's error code, CAPS_CASE or empty.
        message: X's text; how the body begins when it is not X's envelope.
        parameter: the parameter that X names.
        foreign: whether there is a body without X's envelope: it comes from a proxy, a firewall or X's front servers.
        clock_ahead: seconds by which the clock of this machine is ahead of X's.
    """

    status: int
    code: str
    message: str
    parameter: str = ""
    foreign: bool = False
    clock_ahead: float = 0.0

    @property
    def wrong_clock(self) -> bool:
        """Whether X refused the signature for its timestamp."""
        stated = not self.foreign and "timestamp" in self.message.lower()
        return self.status == 401 and (stated or abs(self.clock_ahead) > LARGEST_SKEW)

    def __str__(self) -> str:
        text = f"HTTP {self.status} {self.code}".rstrip()
        text += f": {self.message}" if self.message or self.code else ""
        text += f" (parameter {self.parameter})" if self.parameter else ""
        if self.status == 401 and abs(self.clock_ahead) > LARGEST_SKEW:
            side = "ahead of" if self.clock_ahead > 0 else "behind"
            text += f" (the clock here is {abs(self.clock_ahead):.0f} s {side} X's)"
        return text


# Seconds between the clocks of this machine and of X from which on X may refuse a signature (docs/x-ads-api.md §1).
LARGEST_SKEW = 60.0


def _user_error(advice: str) -> Rule:
    return Rule(Action.FAIL, CONFIG, advice)


_TRY_LATER = "Run the sync again later; X's status page lists outages."
# A fresh signature may pass (docs/x-ads-api.md §10.5).
CLOCK_SKEW = Rule(
    Action.RETRY,
    SYSTEM,
    "The clock of the machine that runs the sync is wrong: synchronise it with an NTP time server.",
)
RATE_LIMITED = Rule(Action.WAIT, TRANSIENT, _TRY_LATER)
SERVER_ERROR = Rule(Action.RETRY, TRANSIENT, _TRY_LATER)
UNREACHABLE = Rule(Action.FAIL, TRANSIENT, "Check the network of the machine that runs the sync and X's status page.")
_DEFECT = Rule(Action.FAIL, SYSTEM, "This is likely a defect of the connector: please report it with this message.")
_NO_ACCESS = _user_error(
    "Check the account id, and that the X user who owns the access token has a role in that ad account "
    "(ads.x.com, Edit access to account)."
)
_NO_FEATURE = Rule(Action.SKIP, CONFIG, "This ad account has no access to the feature, so there is nothing to read.")

BY_CODE: Mapping[str, Rule] = {
    "UNAUTHORIZED_ACCESS": _user_error(
        "X does not accept the four keys. Copy consumer key, consumer secret, access token and access token secret "
        "again from the developer portal; a token that was revoked must be generated anew."
    ),
    "UNAUTHORIZED_CLIENT_APPLICATION": _user_error(
        "The app is not approved for the Ads API. Apply for access in the X developer portal, "
        "and generate new access tokens once X has approved it."
    ),
    "INSUFFICIENT_USER_AUTHORIZED_PERMISSION": _user_error(
        "The access token is older than the app's approval, or the app has read permission only. "
        "Set the app to Read and write, generate the access token and its secret again, and enter the new ones."
    ),
    "READONLY_CLIENT_APPLICATION": _user_error(
        "Set the app to Read and write, then generate the access token and its secret again."
    ),
    "ACCOUNT_NOT_FOUND": _NO_ACCESS,
    "ACTION_NOT_ALLOWED": _NO_ACCESS,
    "USER_NOT_FOUND": _NO_ACCESS,
    "FUNDING_INSTRUMENT_ACCESS_NOT_ALLOWED": _NO_ACCESS,
    "CURRENT_USER_SUSPENDED": _user_error(
        "X has suspended this user or account. Settle it with X, or take it out of account_ids."
    ),
    "ACCOUNT_LOCKED_OUT": _user_error(
        "X has locked this user or account. Unlock it on x.com, or take it out of account_ids."
    ),
    "INVALID_ACCOUNT_SERVICE_LEVEL": _NO_FEATURE,
    "FEATURE_NOT_AVAILABLE": _NO_FEATURE,
    "TOO_MANY_JOBS": Rule(
        Action.WAIT_FOR_SLOT, TRANSIENT, "Another tool is using up the 100 analytics jobs of this ad account."
    ),
    "TOO_MANY_REQUESTS": RATE_LIMITED,
    "TWEET_RATE_LIMIT_EXCEEDED": RATE_LIMITED,
}

BY_STATUS: Mapping[int, Rule] = {
    400: _DEFECT,
    401: BY_CODE["UNAUTHORIZED_ACCESS"],
    403: _NO_ACCESS,
    404: _DEFECT,
    405: _DEFECT,
    408: SERVER_ERROR,
    423: SERVER_ERROR,
    429: RATE_LIMITED,
}
# X's own 403 have an envelope, so the account is not to blame. Other statuses say enough by themselves.
_FOREIGN = Rule(
    Action.FAIL,
    TRANSIENT,
    "The response is not X's: a proxy, a firewall or a gateway in front of X refused the request. "
    "Check the proxy and the firewall of the machine that runs the sync, and run it again.",
)
_FOREIGN_STATUSES = frozenset({403, 407})
# X's texts are a sentence; others must not fill the log.
_LONGEST_TEXT = 1000


def read_refusal(status: int, body: Body, clock_ahead: float = 0.0) -> Refusal:
    """Read X's error envelope, or the beginning of any other body, as far as it arrived (docs/x-ads-api.md §3).

    `clock_ahead` is as in `Refusal`.
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
    """Return the rule for a refusal: by X's code if the table has it, else by the HTTP status."""
    if refusal.wrong_clock:
        return CLOCK_SKEW
    if refusal.foreign and refusal.status in _FOREIGN_STATUSES:
        return _FOREIGN
    if refusal.status >= 500:
        return SERVER_ERROR  # A failing server may print any code.
    return BY_CODE.get(refusal.code) or BY_STATUS.get(refusal.status, _DEFECT)


class ApiFailure(AirbyteTracedException):
    """A request failed. The message says what happened, where, and what to do.

    Attributes:
        refusal: what X said, None when the network failed.
        context: the request's place in the sync.
    """

    def __init__(self, rule: Rule, context: RequestContext, happened: str, refusal: Refusal | None = None) -> None:
        text = f"{happened} ({context}). {rule.advice}".strip()
        super().__init__(internal_message=text, message=text, failure_type=rule.failure_type)
        self.refusal = refusal
        self.context = context


class Skipped(ApiFailure):
    """X has nothing to read there for this account: the caller warns and goes on."""


def network_rule(error: Exception) -> Rule:
    """Return the rule for a request without a response: retry, unless the settings of the machine are wrong.

    A broken TLS connection is retried; a certificate that does not match, or a CA bundle that is missing (a plain
    OSError of requests), is not.
    """
    of_certificates = isinstance(error, requests.exceptions.SSLError) or not isinstance(
        error, requests.RequestException
    )
    if of_certificates and "certificate" in str(error).lower():
        return _user_error("The TLS certificate could not be verified: check proxy and CA settings of the machine.")
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, LocationValueError)):
        return _user_error("Check base_url and the proxy settings of the machine (HTTPS_PROXY and others).")
    return Rule(Action.RETRY, TRANSIENT, "Check the network, firewall and proxy of the machine that runs the sync.")

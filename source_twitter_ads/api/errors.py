# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The table from X's error codes to what is done about them and what the user reads (docs/x-ads-api.md §3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from urllib3.exceptions import LocationValueError

from source_twitter_ads.api.bodies import Body, InvalidBody, excerpt
from source_twitter_ads.api.envelope import errors_in, load
from source_twitter_ads.api.secrets import masked

# http.client's words for a proxy that responds to CONNECT with a status of 400 to 499.
_REFUSED_TUNNEL = "Tunnel connection failed: 4"
_USER_INFO = re.compile(r"//[^/\s]*@")


def without_secrets(url: str) -> str:
    """Return a url for messages, without its query and user, since both may hold a key."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that is not a url"
    return masked(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")


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
    return masked(_USER_INFO.sub("//***@", text)) or type(error).__name__


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
    """A row of the table: what is done, whose fault it is, and the advice that ends the message.

    Attributes:
        of_all: whether the reason concerns all requests of a sync.
    """

    action: Action
    failure_type: FailureType
    advice: str
    of_all: bool = False


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
    def unauthorized(self) -> bool:
        """Whether X refused the signature, or the keys that made it."""
        return self.status == 401 or (self.status < 400 and self.code == UNAUTHORIZED)

    @property
    def wrong_clock(self) -> bool:
        """Whether X refused the signature for its timestamp."""
        stated = not self.foreign and "timestamp" in self.message.lower()
        return self.unauthorized and (stated or abs(self.clock_ahead) > LARGEST_SKEW)

    def __str__(self) -> str:
        text = f"HTTP {self.status} {self.code}".rstrip()
        text += f": {self.message}" if self.message or self.code else ""
        text += f" (parameter {self.parameter})" if self.parameter else ""
        if self.unauthorized and abs(self.clock_ahead) > LARGEST_SKEW:
            side = "ahead of" if self.clock_ahead > 0 else "behind"
            text += f" (the clock here is {abs(self.clock_ahead):.0f} s {side} X's)"
        return text


# Seconds between the clocks of this machine and of X from which on X may refuse a signature (docs/x-ads-api.md §1).
LARGEST_SKEW = 60.0
UNAUTHORIZED = "UNAUTHORIZED_ACCESS"


def _user_error(advice: str, of_all: bool = False) -> Rule:
    return Rule(Action.FAIL, CONFIG, advice, of_all)


_TRY_LATER = "Run the sync again later; X's status page lists outages."
# A fresh signature may pass (docs/x-ads-api.md §10.5).
CLOCK_SKEW = Rule(
    Action.RETRY,
    SYSTEM,
    "The clock of the machine that runs the sync is wrong: synchronise it with an NTP time server.",
    of_all=True,
)
RATE_LIMITED = Rule(Action.WAIT, TRANSIENT, "Run the sync again later.")
SERVER_ERROR = Rule(Action.RETRY, TRANSIENT, _TRY_LATER)
UNREACHABLE = Rule(Action.FAIL, TRANSIENT, "Check the network of the machine that runs the sync and X's status page.")
UNREADABLE = Rule(Action.RETRY, TRANSIENT, "Run the sync again later; if this goes on, report it with this message.")
_NOT_FROM_X = (
    "The response is not X's: a proxy, a firewall, a gateway or the login page of a network sent it. "
    "Check them on the machine that runs the sync, and run it again."
)
FOREIGN_PAGE = Rule(Action.RETRY, TRANSIENT, _NOT_FROM_X)
_FOREIGN = Rule(Action.FAIL, TRANSIENT, _NOT_FROM_X, of_all=True)
_DEFECT = Rule(Action.FAIL, SYSTEM, "This is likely a defect of the connector: please report it with this message.")
_NO_ACCESS = _user_error(
    "Check the account id, and that the X user who owns the access token has a role in that ad account "
    "(ads.x.com, Edit access to account)."
)
_NO_FEATURE = Rule(Action.SKIP, CONFIG, "This ad account has no access to the feature, so there is nothing to read.")

BY_CODE: Mapping[str, Rule] = {
    UNAUTHORIZED: _user_error(
        "X does not accept the four keys. Copy consumer key, consumer secret, access token and access token secret "
        "again from the developer portal; a token that was revoked must be generated anew.",
        of_all=True,
    ),
    "UNAUTHORIZED_CLIENT_APPLICATION": _user_error(
        "The app is not approved for the Ads API. Apply for access in the X developer portal, "
        "and generate new access tokens once X has approved it.",
        of_all=True,
    ),
    "INSUFFICIENT_USER_AUTHORIZED_PERMISSION": _user_error(
        "The access token is older than the app's approval, or the app has read permission only. "
        "Set the app to Read and write, generate the access token and its secret again, and enter the new ones.",
        of_all=True,
    ),
    "READONLY_CLIENT_APPLICATION": _user_error(
        "Set the app to Read and write, then generate the access token and its secret again.", of_all=True
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
    401: BY_CODE[UNAUTHORIZED],
    402: _user_error(
        "X asks for a payment: check plan and billing of your app in the X developer portal.", of_all=True
    ),
    403: _NO_ACCESS,
    404: _DEFECT,
    405: _DEFECT,
    408: SERVER_ERROR,
    423: SERVER_ERROR,
    429: RATE_LIMITED,
}
# Codes of the statuses that are retried, where they stand in a success (docs/x-ads-api.md §2.1 rule 6).
_PASSING = frozenset(
    {"CANCELLED_REQUEST", "LOCK_ACQUISITION_TIMEOUT", "INTERNAL_ERROR", "OVER_CAPACITY", "SERVICE_UNAVAILABLE"}
)
# X's own 403 have an envelope, so the account is not to blame. The others are HTTP's own for proxies and login pages.
_FOREIGN_IF_BARE = frozenset({403})
_FOREIGN_STATUSES = frozenset({407, 511})
# docs/x-ads-api.md §0 rule 4. The HTTP status is unknown.
_SWITCHED_OFF = re.compile(r"\bversion\b.*\bnot available\b", re.IGNORECASE)
_VERSION_OFF = _user_error(
    "X has switched off the version of its API that this release of the connector uses: update the connector.",
    of_all=True,
)
# X's texts are a sentence; others must not fill the log.
LONGEST_TEXT = 1000


def read_refusal(status: int, body: Body, clock_ahead: float = 0.0) -> Refusal:
    """Read X's error envelope, or the beginning of any other body, as far as it arrived (docs/x-ads-api.md §3).

    `clock_ahead` is as in `Refusal`.
    """
    try:
        document, _ = load(body)
    except InvalidBody:
        document = None
    if errors := errors_in(document):
        return refusal_of(status, errors, clock_ahead)
    return Refusal(status, "", excerpt(body) if body else "", foreign=bool(body), clock_ahead=clock_ahead)


def refusal_of(status: int, errors: Sequence[Mapping[str, Any]], clock_ahead: float = 0.0) -> Refusal:
    """Return the refusal that X's error objects tell of: the first, unless another one weighs more than a skip."""
    refusals = []
    for error in errors:
        names = "code", "message", "parameter"
        code, message, parameter = (masked(str(error.get(name) or ""))[:LONGEST_TEXT] for name in names)
        refusals.append(Refusal(status, code, message, parameter, clock_ahead=clock_ahead))
    return next((one for one in refusals if rule_for(one).action is not Action.SKIP), refusals[0])


def rule_for(refusal: Refusal) -> Rule:
    """Return the rule for a refusal: by X's code if the table has it, else by the HTTP status."""
    if refusal.wrong_clock:
        return CLOCK_SKEW
    if refusal.status in _FOREIGN_STATUSES or (refusal.foreign and refusal.status in _FOREIGN_IF_BARE):
        return _FOREIGN
    # A failing server may print any code.
    if refusal.status >= 500 or (refusal.status < 400 and refusal.code in _PASSING):
        return SERVER_ERROR
    if not refusal.foreign and (refusal.status == 410 or _SWITCHED_OFF.search(refusal.message)):
        return _VERSION_OFF
    return BY_CODE.get(refusal.code) or BY_STATUS.get(refusal.status, _DEFECT)


class ApiFailure(AirbyteTracedException):
    """A request failed. The message says what happened, where, and what to do.

    Attributes:
        refusal: what X said, None when the network failed.
        context: the request's place in the sync.
        cause: a sentence on what several failures have in common, and equal for these; "" for one of its own.
    """

    def __init__(
        self,
        rule: Rule,
        context: RequestContext,
        happened: str,
        refusal: Refusal | None = None,
        cause: str = "",
    ) -> None:
        text = f"{happened} ({context}). {rule.advice}".strip()
        super().__init__(internal_message=text, message=text, failure_type=rule.failure_type)
        self.refusal = refusal
        self.context = context
        self.cause = cause or (rule.advice if rule.of_all else "")


class Skipped(ApiFailure):
    """X has nothing to read there for this account: the caller warns and goes on."""


_PROXY_REFUSES = _user_error(
    "The proxy refused the connection: check HTTPS_PROXY and NO_PROXY on the machine that runs the sync, user name and "
    "password of the proxy included, and that the proxy allows this host.",
    of_all=True,
)
_PROXY_FAILS = Rule(
    Action.RETRY,
    TRANSIENT,
    "The proxy does not connect: check that it runs and reaches X, and HTTPS_PROXY and NO_PROXY on the machine that "
    "runs the sync.",
)


def network_rule(error: Exception) -> Rule:
    """Return the rule for a request without a response: retry, unless the settings of the machine are wrong.

    A broken TLS connection is retried; a certificate that does not match, or a CA bundle that is missing (a plain
    OSError of requests), is not.
    """
    if isinstance(error, requests.exceptions.ProxyError):
        return _PROXY_REFUSES if _REFUSED_TUNNEL in str(error) else _PROXY_FAILS
    of_certificates = isinstance(error, requests.exceptions.SSLError) or not isinstance(
        error, requests.RequestException
    )
    if of_certificates and "certificate" in str(error).lower():
        return _user_error(
            "The TLS certificate could not be verified: check proxy and CA settings of the machine.", of_all=True
        )
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, LocationValueError)):
        return _user_error(
            "Check base_url and the proxy settings of the machine (HTTPS_PROXY and others).", of_all=True
        )
    return Rule(Action.RETRY, TRANSIENT, "Check the network, firewall and proxy of the machine that runs the sync.")

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One request to X, from waiting for its turn to a body that can be trusted.

Declarative streams, Tweets and Reports all go through here: limits, signing, retries and error messages exist once.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from source_twitter_ads.api import errors
from source_twitter_ads.api.answers import Answer, BadBody, parse_envelope, read_body, whole_gzip
from source_twitter_ads.api.endpoints import account_of, endpoint_of
from source_twitter_ads.api.errors import Action, ApiFailure, Refusal, Rule, Skipped, Where
from source_twitter_ads.api.limits import Limits, Passage, WaitTooLong, number
from source_twitter_ads.api.signing import Signer, Unsigned
from source_twitter_ads.configuration import Settings
from source_twitter_ads.configuration.settings import RESULT_HOSTS, X_HOSTS

logger = logging.getLogger("airbyte")

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
# A signature that X calls too old or too new is made again a few times; then the clock is wrong.
SKEW_TRIES = 3
MAX_REDIRECTS = 3
# A connection that is not there within this time will not come.
CONNECT_SECONDS = 30


@dataclass
class Call:
    """One request, with what is known of its attempts so far."""

    method: str
    url: str
    where: Where
    params: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None
    signed: bool = True
    parse: Callable[[bytes], Any] = parse_envelope
    retry_statuses: frozenset[int] = frozenset()
    attempts: int = 0
    began: float = field(default_factory=time.time)
    waited: float = 0.0
    redirects: int = 0

    def __str__(self) -> str:
        return f"{self.method} {urlsplit(self.url).path}"


class Outage:
    """Since when a host has not answered at all, for all requests together: a dead network is reported once due."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: dict[str, float] = {}

    def failed(self, host: str) -> float:
        """Note a failed attempt; return for how many seconds the host has been silent."""
        now = time.time()
        with self._lock:
            return now - self._since.setdefault(host, now)

    def answered(self, host: str) -> None:
        """Note that the host lives."""
        with self._lock:
            self._since.pop(host, None)


class Transport:
    """Sends requests of one token, `num_workers` at a time, over connections that are kept alive.

    Args:
        settings: credentials, address and time limits.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._signer = Signer(settings)
        self._limits = Limits()
        self._outage = Outage()
        self._slots = threading.BoundedSemaphore(settings.num_workers)
        self._session = requests.Session()
        adapter = HTTPAdapter(pool_connections=8, pool_maxsize=settings.num_workers)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)  # ignore-https-check: validate.py allows it to loopback only
        self._session.headers.update({"User-Agent": settings.user_agent, "Accept": "application/json"})
        self._jitter = random.Random()

    def get(self, path: str, params: Mapping[str, str], where: Where) -> Answer:
        """GET a resource of the API, signed.

        Args:
            path: below the version, for instance `accounts/18ce54d4x5t/campaigns`, or an absolute URL of the API.
            params: query parameters.
            where: the place in the sync, for messages.

        Raises:
            ApiFailure: when X refuses or does not answer for as long as the settings allow.
            Skipped: when there is nothing to read for this account.
        """
        return self._do(Call("GET", self._url(path), where, params=params))

    def post(self, path: str, params: Mapping[str, str], where: Where) -> Answer:
        """POST a form, signed; see `get`."""
        return self._do(Call("POST", self._url(path), where, form=params))

    def delete(self, path: str, where: Where) -> Answer:
        """DELETE a resource, signed; see `get`."""
        return self._do(Call("DELETE", self._url(path), where))

    def download(self, url: str, where: Where) -> bytes:
        """Fetch a result file, still packed but proven whole (x-ads-api.md §1, §7.2).

        It is signed only when the API's own host serves it.

        Raises:
            ApiFailure: when the host is not one of X's, or the file cannot be had.
        """
        parts = urlsplit(url)
        own = parts.netloc == self._settings.host
        if not own and (parts.scheme != "https" or parts.hostname not in RESULT_HOSTS):
            raise ApiFailure(
                Rule(Action.FAIL, errors.SYSTEM, "The file was not fetched, to keep data away from unknown places."),
                where,
                f"X named a result file on the unknown host {parts.hostname}",
            )
        signed = parts.hostname in X_HOSTS or (own and parts.path.startswith("/12/"))
        # 404 and 426 are answered for some seconds after SUCCESS (x-ads-api.md §7.2, §8).
        call = Call("GET", url, where, signed=signed, parse=whole_gzip, retry_statuses=frozenset({404, 426}))
        packed: bytes = self._do(call).document
        return packed

    def _url(self, path: str) -> str:
        return path if "://" in path else f"{self._settings.api_url}/{path}"

    def _do(self, call: Call) -> Answer:
        """Try a call until it is answered, or until it may no longer be tried."""
        while True:
            call.attempts += 1
            try:
                passage, response, body = self._exchange(call)
            except WaitTooLong as error:
                raise self._failure(errors.BY_STATUS[429], call, f"X limits {call} {error}") from error
            except BadBody as error:
                self._pause(call, f"{call} was answered with {error}", errors.BY_STATUS[500])
                continue
            except requests.RequestException as error:
                self._network_trouble(call, error)
                continue
            if response.is_redirect:
                self._follow(call, response)
                continue
            if 200 <= response.status_code < 300:
                try:
                    return Answer(response.status_code, response.headers, call.parse(body))
                except BadBody as error:
                    self._pause(call, f"{call} was answered with {error}", errors.BY_STATUS[500])
                    continue
            self._refused(call, passage, response, body)

    def _exchange(self, call: Call) -> tuple[Passage, requests.Response, bytes]:
        """Wait for the call's turn, then sign it, send it and read the answer to its end."""
        endpoint, account_id = endpoint_of(call.method, call.url), account_of(call.url)
        entered = time.time()
        deadline = entered + self._settings.rate_limit_timeout - call.waited
        with self._limits.passage(endpoint, account_id, deadline) as passage, self._slots:
            call.waited += time.time() - entered
            request = requests.Request(
                call.method,
                call.url,
                params=call.params,
                data=call.form,
                auth=self._signer if call.signed else Unsigned(),
            )
            prepared = self._session.prepare_request(request)
            options = self._session.merge_environment_settings(prepared.url, {}, True, None, None)
            timeout = (min(CONNECT_SECONDS, self._settings.request_timeout), self._settings.request_timeout)
            response = self._session.send(prepared, timeout=timeout, allow_redirects=False, **options)
            with response:
                body = read_body(response, self._settings.request_timeout)
            self._outage.answered(urlsplit(call.url).netloc)
            passage.answered(response.headers)
            return passage, response, body

    def _refused(self, call: Call, passage: Passage, response: requests.Response, body: bytes) -> None:
        """Act on an answer that is no success: return to try again, or raise."""
        refusal = errors.read_refusal(response.status_code, body)
        rule = errors.rule_for(refusal)
        happened = f"X refused {call} with {refusal}"
        if rule.action is Action.SKIP:
            raise Skipped(rule, call.where, happened, refusal)
        if rule is errors.CLOCK_SKEW and call.attempts < SKEW_TRIES:
            self._pause(call, happened, rule, refusal)
        elif rule.action is Action.WAIT or "retry-after" in response.headers:
            self._wait(call, passage, response, happened)
        elif (rule.action is Action.RETRY and rule is not errors.CLOCK_SKEW) or (
            response.status_code in call.retry_statuses
        ):
            self._pause(call, happened, rule, refusal)
        else:
            raise self._failure(rule, call, happened, refusal)

    def _wait(self, call: Call, passage: Passage, response: requests.Response, happened: str) -> None:
        """Close the gate until the time that X names: the account's reset, the user's, or retry-after."""
        headers = response.headers
        if response.status_code != 429:
            after = number(headers, "retry-after")
            passage.close(time.time() + (after if after is not None else self._next_pause(call)), happened)
            return self._check_time(call, errors.BY_STATUS[503], happened)
        account, user = number(headers, "x-account-rate-limit-reset"), number(headers, "x-rate-limit-reset")
        after = number(headers, "retry-after")
        if account is not None:
            passage.close(account, happened)
        elif user is not None:
            passage.close(user, happened, account_level=False)
        else:
            passage.close(time.time() + (after if after is not None else self._next_pause(call)), happened)
        return None

    def _pause(self, call: Call, happened: str, rule: Rule, refusal: Refusal | None = None) -> None:
        """Sleep for a growing, jittered time, unless the call has been tried for as long as it may."""
        self._check_time(call, rule, happened, refusal)
        seconds = self._next_pause(call)
        logger.info(f"{happened} ({call.where}): trying again in {seconds:.1f} s.")
        time.sleep(seconds)

    def _check_time(self, call: Call, rule: Rule, happened: str, refusal: Refusal | None = None) -> None:
        tried = time.time() - call.began - call.waited
        if tried >= self._settings.outage_timeout:
            tries = f"{happened}, {call.attempts} times in {tried:.0f} s"
            raise self._failure(rule, call, tries, refusal)

    def _next_pause(self, call: Call) -> float:
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (call.attempts - 1), self._settings.outage_timeout / 4)
        return longest * self._jitter.uniform(0.5, 1.0)

    def _network_trouble(self, call: Call, error: requests.RequestException) -> None:
        """Try again after a broken connection, unless the whole host has been silent for too long."""
        rule = errors.network_rule(error)
        host = urlsplit(call.url).netloc
        happened = f"{call} got no whole answer from {host}: {_cause(error)}"
        silent = self._outage.failed(host)
        if rule.action is Action.FAIL or silent >= self._settings.outage_timeout:
            raise self._failure(rule, call, happened)
        self._pause(call, happened, rule)

    def _follow(self, call: Call, response: requests.Response) -> None:
        """Go where X redirects to, if it is a host of X; the request is signed anew for it."""
        target = urljoin(call.url, response.headers["location"])
        parts = urlsplit(target)
        call.redirects += 1
        same = parts.netloc == self._settings.host and parts.scheme == urlsplit(self._settings.base_url).scheme
        allowed = same or (parts.scheme == "https" and parts.hostname in (X_HOSTS if call.signed else RESULT_HOSTS))
        if not allowed or call.redirects > MAX_REDIRECTS or call.method != "GET":
            raise self._failure(
                Rule(Action.FAIL, errors.SYSTEM, "The redirect was not followed, to keep the keys to X's own hosts."),
                call,
                f"{call} was redirected to {parts.scheme}://{parts.netloc}{parts.path}",
            )
        call.url, call.params = target, None

    def _failure(self, rule: Rule, call: Call, happened: str, refusal: Refusal | None = None) -> ApiFailure:
        return ApiFailure(rule, call.where, happened, refusal)


def _cause(error: requests.RequestException) -> str:
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
    return text or type(error).__name__

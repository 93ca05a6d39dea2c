# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Sends requests to X: rate limits, signing, retries and error messages exist here once, for all streams."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError

from source_twitter_ads.api import bodies, envelope, errors
from source_twitter_ads.api.bodies import ApiResponse, Body, ForeignBody, InvalidBody
from source_twitter_ads.api.circuit_breaker import CircuitBreaker
from source_twitter_ads.api.clock import Clock, SystemTime
from source_twitter_ads.api.envelope import ErrorsInSuccess, OtherAccount, Read
from source_twitter_ads.api.errors import Action, ApiFailure, Refusal, RequestContext, Rule, Skipped
from source_twitter_ads.api.http import Access, Hosts, Signer, new_session, unsigned
from source_twitter_ads.api.rate_limit_window import NotYet, WaitTooLong
from source_twitter_ads.api.rate_limits import RateLimits
from source_twitter_ads.api.request import ApiRequest, endpoint_of
from source_twitter_ads.api.secrets import hide, masked
from source_twitter_ads.configuration import Settings
from source_twitter_ads.configuration.spec import SECRETS

logger = logging.getLogger("airbyte")

# Seconds between attempts: doubled after each, up to the longest.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
# X refuses a signature that it takes for too old or too new. If it refuses a few fresh ones, a clock is wrong.
SKEW_TRIES = 3
MAX_REDIRECTS = 3
# A connection that takes longer than this will not come about.
CONNECT_SECONDS = 30.0
# A result file may come some seconds after SUCCESS; after this time it has expired (docs/x-ads-api.md §7.2).
LATE_FILE_SECONDS = 60.0
LATE_FILE_STATUSES = frozenset({404, 426})
# A job that is not cancelled ends by itself, which is not worth a long wait.
DELETE_SECONDS = 10.0


class ApiClient:
    """Sends requests of one token, `num_workers` at a time, over connections that are kept alive.

    Attributes:
        clock: the difference between the clocks of this machine and of X.
    """

    def __init__(self, settings: Settings, time: SystemTime | None = None) -> None:
        self._settings = settings
        hide(getattr(settings, key) for key in SECRETS)
        self._time = time or SystemTime()
        self._signer = Signer(settings)
        self._hosts = Hosts(settings)
        self._limits = RateLimits(settings.num_workers, self._time)
        self._breaker = CircuitBreaker(float(settings.outage_timeout), self._time)
        self.clock = Clock()
        self._closed = threading.Event()
        self._session = new_session(settings)
        self._jitter = random.Random()
        self._lock = threading.Lock()
        self._warned: set[tuple[str | None, ...]] = set()

    def get(
        self, path: str, params: Mapping[str, str], context: RequestContext, read: Read | None = None
    ) -> ApiResponse:
        """GET a resource of the API by its path, such as `accounts/18ce54d4x5t/campaigns`.

        `read` makes of each record what the connector itself needs of it (`envelope.read_records`). A response with a
        record that it cannot read is requested again.

        Raises:
            ApiFailure: when X refuses, or does not respond for as long as the settings allow.
            Skipped: when there is nothing to read for this account.
        """
        return self.send(self.request("GET", path, context, params, read))

    def send(self, request: ApiRequest) -> ApiResponse:
        """Send a request until X responds or it may no longer be retried; see `get`."""
        while True:
            outcome = self.attempt(request, wait=True)
            if isinstance(outcome, ApiResponse):
                return outcome
            self._time.wait(self._closed, outcome)

    def request(
        self,
        method: str,
        path: str,
        context: RequestContext,
        params: Mapping[str, str] | None = None,
        read: Read | None = None,
    ) -> ApiRequest:
        """Return a signed request for `attempt` or `send`; see `get`.

        A POST is retried like a GET: if its response was lost, X makes a second job and the first one ends unread.
        """
        request = self._new(method, f"{self._settings.api_url}/{path}", context)
        request.read = read
        request.params, request.form = (None, params) if method == "POST" else (params, None)
        if method == "DELETE":
            request.patience = min(request.patience, DELETE_SECONDS)
            request.longest_wait = min(request.longest_wait, request.patience)
        return request

    def file_request(self, url: str, context: RequestContext) -> ApiRequest:
        """Return the request of a result file; its document is the file as it was sent, proven to be complete.

        Raises:
            ApiFailure: when the host is not one of X's (docs/x-ads-api.md §1, §7.2).
        """
        access = self._hosts.access(url, result=True)
        if access is Access.FORBIDDEN:
            happened = f"X named a result file at an unknown host, {errors.without_secrets(url)}"
            raise ApiFailure(_FOREIGN_FILE, context, happened)
        request = self._new("GET", url, context)
        request.result, request.signed = True, access is Access.SIGNED
        return request

    def attempt(self, request: ApiRequest, wait: bool = False) -> ApiResponse | float:
        """Send a request once, and only wait for rate limits if told to.

        Returns:
            The response, or the seconds after which the request is to be attempted again.

        Raises:
            ApiFailure, Skipped: as `get`.
        """
        self._check(request)
        request.attempts += 1
        try:
            response, retry_after = self._exchange(request, wait)
            if request.refusal:
                return self._refused(request, request.refusal, retry_after)
            if response is None:
                return 0.0
            self._breaker.succeeded(request)
            return response
        except NotYet as held:
            request.attempts -= 1
            return max(held.until - self._time.now(), 0.0)
        except WaitTooLong as error:
            timeout = self._settings.rate_limit_timeout
            raised = f" (rate_limit_timeout is {timeout} s: raise it to wait longer)"
            bound = raised if request.longest_wait >= timeout else ""
            raise ApiFailure(errors.RATE_LIMITED, request.context, f"{error}{bound}", request.refusal) from error
        except InvalidBody as error:
            if isinstance(error, OtherAccount):
                # What comes next on its connection would be the response to this request.
                self._session.close()
            rule = errors.FOREIGN_PAGE if isinstance(error, ForeignBody) else errors.UNREADABLE
            return self._failed(request, f"The response to {request} was {error}", rule)
        except (OSError, HTTPError) as error:  # those of requests, and what it lets through
            rule = errors.network_rule(error)
            proxy = self._proxy(request.url)
            place = f"{request.host} through the proxy {proxy}" if proxy else request.host
            happened = f"{request} got no complete response from {place}: {errors.cause_of(error)}"
            if rule.action is Action.FAIL:
                raise ApiFailure(rule, request.context, happened) from error
            return self._failed(request, happened, rule, error=error)

    def opens(self, method: str, path: str) -> float | None:
        """Return the epoch second at which X's limit for all accounts allows a request; None when it may go now."""
        return self._limits.window(endpoint_of(method, f"{self._settings.api_url}/{path}"), None).opens()

    def remaining(self, method: str, path: str) -> int | None:
        """Return how many requests of an endpoint X still allows in this window for all accounts; None if unknown."""
        return self._limits.window(endpoint_of(method, f"{self._settings.api_url}/{path}"), None).remaining

    def close(self) -> None:
        """Close the connections; requests that wait or come later fail, so that the threads of the sync end soon."""
        self._closed.set()
        self._limits.abandon()
        self._session.close()

    def _new(self, method: str, url: str, context: RequestContext) -> ApiRequest:
        settings = self._settings
        return ApiRequest(method, url, context, float(settings.outage_timeout), float(settings.rate_limit_timeout))

    def _exchange(self, request: ApiRequest, wait: bool) -> tuple[ApiResponse | None, float | None]:
        """Wait for rate limits, then sign and send the request, and read the response to its end.

        Returns:
            The response, None when X refused the request (`request.refusal`) or redirected it; and the seconds that X
            asks to stay away because it fails.
        """
        began = request.held_since = request.held_since or self._time.monotonic()
        waited = self._time.monotonic() - began
        deadline = self._time.now() + request.longest_wait - request.limited - waited
        with self._limits.permit(request.endpoint, request.account_id, deadline, wait) as permit:
            request.limited += self._time.monotonic() - began
            request.held_since = None
            self._check(request, sending=True)
            request.refusal, request.sent = None, self._time.monotonic()
            with self._send(request) as response:
                status, headers = response.status_code, response.headers
                if status < 200:
                    # The final response is still to come: the connection closes, so that no other request gets it.
                    raise requests.exceptions.ConnectionError(f"only the interim response HTTP {status}")
                ahead = self.clock.ahead(headers, self._time.now()) if request.signed else self.clock.difference
                seconds = float(self._settings.request_timeout)
                if status < 300:
                    body: Body = bodies.read_body(response, seconds, request.result)
                else:
                    body = bodies.read_refused(response, seconds)
            # Neither the query nor a header: `--debug` must not show more than any other log.
            logger.debug(f"{request} ({request.context}): HTTP {status}, {len(body)} bytes.")
            self._warn_of(request, headers)
            permit.responded(headers, status < 500 and status != 429, ahead)
            if response.is_redirect:
                self._follow(request, response)
                return None, None
            if status < 300:
                try:
                    return ApiResponse(status, headers, self._document(request, body)), None
                except ErrorsInSuccess as found:
                    request.refusal = errors.refusal_of(status, found.errors, ahead)
            else:
                request.refusal = errors.read_refusal(status, body, ahead)
            happened = f"X refused {request} with {request.refusal}"
            # Before the permit is given back, so that no other request runs into the same limit.
            return None, permit.apply_retry_headers(request.refusal, happened, self._next_pause(request))

    def _document(self, request: ApiRequest, body: Body) -> Any:
        """Return what a successful response holds: the bytes of a result file, or an envelope."""
        if request.result:
            return envelope.result_file(body)
        parsed, mended = envelope.load(body)
        document = envelope.check(parsed, request.account_id)
        if mended:
            stream, account_id = request.context.stream, request.context.account_id
            place = f"The response to {request} ({request.context})"
            self._warn_once(f"{place} has text that is not UTF-8: U+FFFD stands for each break.", stream, account_id)
        if request.read is None:
            return document
        return envelope.read_records(document, request.read, required=request.method == "POST")

    def _warn_of(self, request: ApiRequest, headers: Mapping[str, str]) -> None:
        """Pass on X's warning, for instance of an endpoint that will end (docs/x-ads-api.md §0 rule 3)."""
        if warning := headers.get("x-api-warn"):
            text = masked(warning)[: errors.LONGEST_TEXT]
            self._warn_once(f"X warns about {request.endpoint} ({request.context}): {text}", request.endpoint)

    def _warn_once(self, text: str, *key: str | None) -> None:
        """Log a warning unless this sync has logged one with the same key."""
        with self._lock:
            if key in self._warned:
                return
            self._warned.add(key)
        logger.warning(text)

    def _proxy(self, url: str) -> str | None:
        """Return the proxy of a url, without user and password."""
        proxies = self._session.merge_environment_settings(url, {}, None, None, None)["proxies"]
        proxy: str | None = requests.utils.select_proxy(url, proxies)
        return proxy and proxy.rpartition("@")[2].rpartition("//")[2]

    def _send(self, request: ApiRequest) -> requests.Response:
        """Sign and send through `Session.send`, where the CDK guards private networks in Airbyte Cloud."""
        auth = self._signer if request.signed else unsigned
        outgoing = requests.Request(request.method, request.url, params=request.params, data=request.form, auth=auth)
        prepared = self._session.prepare_request(outgoing)
        assert prepared.url is not None
        options: Any = self._session.merge_environment_settings(prepared.url, {}, True, None, None)
        reading = min(float(self._settings.request_timeout), self._breaker.patience(request))
        timeout = min(CONNECT_SECONDS, reading), reading
        return self._session.send(prepared, timeout=timeout, allow_redirects=False, **options)

    def _check(self, request: ApiRequest, sending: bool = False) -> None:
        if self._closed.is_set():
            raise ApiFailure(_ENDED, request.context, f"{request} was not sent: the sync that it belongs to has ended")
        self._breaker.check(request, sending)

    def _refused(self, request: ApiRequest, refusal: Refusal, retry_after: float | None) -> float:
        """Act on a refusal by its rule: return the seconds to the next attempt, or raise."""
        rule = errors.rule_for(refusal)
        happened = f"X refused {request} with {refusal}"
        late = request.result and refusal.status in LATE_FILE_STATUSES and request.tried < LATE_FILE_SECONDS
        request.skews += rule is errors.CLOCK_SKEW
        if rule.action is not Action.RETRY and refusal.status < 500:
            self._breaker.refused(request)
        if rule.action is Action.SKIP:
            raise Skipped(rule, request.context, happened, refusal)
        if rule.action is Action.WAIT:
            return 0.0
        if late or (rule.action is Action.RETRY and request.skews < SKEW_TRIES):
            return self._failed(request, happened, rule, retry_after)
        if refusal.unauthorized and request.signed:
            self._breaker.refused_keys(request, rule, refusal)
        raise ApiFailure(rule, request.context, happened, refusal)

    def _failed(
        self,
        request: ApiRequest,
        happened: str,
        rule: Rule,
        retry_after: float | None = None,
        error: Exception | None = None,
    ) -> float:
        """Note a failed attempt and return the seconds to the next one; `error` is that of an unreachable host.

        Raises:
            ApiFailure: when the request has failed twice and for as long as it may, or others have failed for long.
        """
        request.failures += 1
        silent = isinstance(error, requests.exceptions.Timeout)
        request.tried += self._breaker.failed(request, happened, silent)
        outage = self._breaker.outage(request)
        lasting = ""
        if request.failures > 1 and request.tried >= request.patience:
            lasting = f"{happened}, {request.failures} times in {request.tried:.0f} s"
        elif outage:
            lasting = f"{happened}; no other request to {request.host} succeeded for {outage:.0f} s"
        if lasting:
            unreachable = error is not None or rule is errors.FOREIGN_PAGE
            cause = "" if rule.of_all else self._breaker.cause(request, unreachable)
            raise ApiFailure(rule, request.context, lasting, request.refusal, cause)
        pause = retry_after or min(self._next_pause(request), max(request.patience - request.tried, 0.0))
        request.tried += pause
        if retry_after:
            return 0.0  # The rate limit window of the endpoint is closed for that time.
        logger.info(f"{happened} ({request.context}): trying again in {pause:.1f} s.")
        return pause

    def _next_pause(self, request: ApiRequest) -> float:
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(request.attempts - 1, 10), request.patience / 4)
        return longest * self._jitter.uniform(0.5, 1.0)

    def _follow(self, request: ApiRequest, response: requests.Response) -> None:
        """Point a GET to where X redirects it, to be signed anew; raise an ApiFailure if that is not a host of X."""
        try:
            target = urljoin(request.url, response.headers["location"])
        except ValueError:
            target = ""
        access = self._hosts.access(target, request.result)
        request.redirects += 1
        if access is Access.FORBIDDEN or request.redirects > MAX_REDIRECTS or request.method != "GET":
            happened = f"{request} was redirected to {errors.without_secrets(target)}"
            raise ApiFailure(_NOT_FOLLOWED, request.context, happened)
        request.url, request.params, request.signed = target, None, access is Access.SIGNED


_ENDED = Rule(Action.FAIL, errors.SYSTEM, "Start a new sync.")
_NOT_FOLLOWED = Rule(Action.FAIL, errors.SYSTEM, "The redirect was not followed, to keep the keys to X's own hosts.")
_FOREIGN_FILE = Rule(Action.FAIL, errors.SYSTEM, "The file was not fetched, to keep data away from unknown hosts.")

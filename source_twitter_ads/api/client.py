# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Requests to X, from waiting for their turn to a body that can be trusted.

Declarative streams, Tweets and Reports all go through here: limits, signing, retries and error messages exist once.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError

from source_twitter_ads.api import errors
from source_twitter_ads.api.bodies import (
    ApiResponse,
    Body,
    InvalidBody,
    envelope_of,
    parse_envelope,
    read_body,
    read_refused,
    result_file,
)
from source_twitter_ads.api.circuit_breaker import LAST_WORD, Keys, Outage, lasting
from source_twitter_ads.api.clock import Clock
from source_twitter_ads.api.errors import Action, ApiFailure, Refusal, RequestContext, Rule, Skipped, cause_of, place_of
from source_twitter_ads.api.http import Hosts, Signer, Unsigned, new_session
from source_twitter_ads.api.rate_limit_window import NotYet, WaitTooLong
from source_twitter_ads.api.rate_limits import RateLimits, heed
from source_twitter_ads.api.request import ApiRequest, endpoint_of
from source_twitter_ads.configuration import Settings

logger = logging.getLogger("airbyte")

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
# A signature that X calls too old or too new is made again a few times; then the clock is wrong.
SKEW_TRIES = 3
MAX_REDIRECTS = 3
# A connection that is not there within this time will not come.
CONNECT_SECONDS, SHORTEST_CONNECT = 30.0, 5.0
# A result file is there some seconds after SUCCESS (x-ads-api.md §7.2, §8); later than this it has expired.
LATE_FILE_SECONDS = 60.0
LATE_FILE_STATUSES = frozenset({404, 426})
# A job that is not cancelled ends by itself: that is not worth waiting for.
DELETE_SECONDS = 10.0

Read = Callable[[Mapping[str, Any]], Any]


class ApiClient:
    """Sends requests of one token, `num_workers` at a time, over connections that are kept alive.

    Attributes:
        clock: how far the clock of this machine is from X's.

    Args:
        settings: credentials, address and time limits.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._signer = Signer(settings)
        self._hosts = Hosts(settings)
        self._limits = RateLimits(settings.num_workers)
        self._outage = Outage()
        self._keys = Keys()
        self.clock = Clock()
        self._ended = threading.Event()
        self._session = new_session(settings)
        self._jitter = random.Random()

    def get(
        self, path: str, params: Mapping[str, str], context: RequestContext, read: Read | None = None
    ) -> ApiResponse:
        """GET a resource of the API, signed, and wait for the answer.

        Args:
            path: below the version, for instance `accounts/18ce54d4x5t/campaigns`.
            params: query parameters.
            context: the place in the sync, for messages.
            read: makes of each record what the connector itself needs of it; an answer with a record that it cannot
                read is asked for again (`answers.envelope_of`).

        Raises:
            ApiFailure: when X refuses or does not answer for as long as the settings allow.
            Skipped: when there is nothing to read for this account.
        """
        return self.send(self.request("GET", path, context, params, read))

    def send(self, request: ApiRequest) -> ApiResponse:
        """Send a request until it is answered or may no longer be tried; see `get`."""
        while True:
            outcome = self._try(request, wait=True)
            if isinstance(outcome, ApiResponse):
                return outcome
            self._ended.wait(outcome)

    def request(
        self,
        method: str,
        path: str,
        context: RequestContext,
        params: Mapping[str, str] | None = None,
        read: Read | None = None,
    ) -> ApiRequest:
        """Return a signed request for `attempt`; see `get`.

        A job whose creation was answered by a broken connection is created again: the first one ends unread. A job
        that is not cancelled ends by itself, so a DELETE is not tried for long.
        """
        request = self._new(method, f"{self._settings.api_url}/{path}", context)
        request.parse = envelope_of(read) if read else parse_envelope
        request.params, request.form = (None, params) if method == "POST" else (params, None)
        if method == "DELETE":
            request.patience = min(request.patience, DELETE_SECONDS)
            request.longest_wait = min(request.longest_wait, request.patience)
        return request

    def file_request(self, url: str, context: RequestContext) -> ApiRequest:
        """Return the request of a result file, for `attempt`; its document is the file, still packed but proven whole.

        Raises:
            ApiFailure: when the host is not one of X's (x-ads-api.md §1, §7.2).
        """
        signed = self._hosts.signed(url, result=True)
        if signed is None:
            raise ApiFailure(
                Rule(Action.FAIL, errors.SYSTEM, "The file was not fetched, to keep data away from unknown places."),
                context,
                f"X named a result file at an unknown place, {place_of(url)}",
            )
        request = self._new("GET", url, context)
        request.result, request.signed, request.parse = True, signed, result_file
        return request

    def attempt(self, request: ApiRequest) -> ApiResponse | float:
        """Send a request once, for a caller that has other things to do than to wait.

        Returns:
            The answer, or the seconds after which the request is to be tried again.

        Raises:
            ApiFailure, Skipped: as `get`.
        """
        return self._try(request, wait=False)

    def opens(self, method: str, path: str) -> float | None:
        """Return the epoch second at which X's limit for all accounts allows a request; None when it may go now."""
        return self._limits.gate(endpoint_of(method, f"{self._settings.api_url}/{path}"), None).opens()

    def remaining(self, method: str, path: str) -> int | None:
        """Return how many requests of an endpoint X still allows in this window for all accounts; None if unknown."""
        return self._limits.gate(endpoint_of(method, f"{self._settings.api_url}/{path}"), None).remaining

    def close(self) -> None:
        """Send nothing any more, and close the connections that are kept alive.

        Requests that are under way are read to their end; those that still wait or come later fail instead of being
        sent, so that threads of a sync that was abandoned end soon.
        """
        self._ended.set()
        self._limits.abandon()
        self._session.close()

    def _new(self, method: str, url: str, context: RequestContext) -> ApiRequest:
        settings = self._settings
        return ApiRequest(method, url, context, float(settings.outage_timeout), float(settings.rate_limit_timeout))

    def _try(self, request: ApiRequest, wait: bool) -> ApiResponse | float:
        """Send a call once; return its answer, or the seconds to the next try. With `wait`, limits are waited for."""
        self._check(request)
        request.attempts += 1
        try:
            response, body = self._exchange(request, wait)
            if response.is_redirect:
                self._follow(request, response)
                return 0.0
            if request.refusal:
                return self._refused(request, request.refusal)
            answer = ApiResponse(response.status_code, response.headers, request.parse(body))
            self._outage.answered(request.scopes)
            if request.signed:
                self._keys.accepted()
            return answer
        except NotYet as held:
            request.attempts -= 1
            return max(held.until - time.time(), 0.0)
        except WaitTooLong as error:
            own = request.longest_wait < self._settings.rate_limit_timeout
            bound = "" if own else f" (rate_limit_timeout is {self._settings.rate_limit_timeout} s)"
            happened = f"{error}{bound}"
            raise ApiFailure(errors.BY_STATUS[429], request.context, happened, request.refusal) from error
        except InvalidBody as error:
            return self._pause(request, f"{request} was answered with {error}", errors.BY_STATUS[500])
        except (OSError, HTTPError) as error:  # those of requests, and what it lets through
            return self._network_trouble(request, error)

    def _exchange(self, request: ApiRequest, wait: bool) -> tuple[requests.Response, Body]:
        """Wait for the call's turn, then sign it, send it and read the answer to its end."""
        entered = request.held_since = request.held_since or time.monotonic()
        deadline = time.time() + request.longest_wait - request.limited - (time.monotonic() - entered)
        with self._limits.permit(request.endpoint, request.account_id, deadline, wait) as permit:
            request.held_since = None
            request.waited(time.monotonic() - entered)
            self._check(request, claim=True)
            request.refusal, request.sent = None, time.monotonic()
            with self._send(request) as response:
                self._outage.heard(request.host)
                ahead = self.clock.ahead(response.headers, time.time()) if request.signed else self.clock.difference
                succeeded = 200 <= response.status_code < 300
                seconds = float(self._settings.request_timeout)
                body = read_body(response, seconds, request.result) if succeeded else read_refused(response, seconds)
            # Neither the query nor a header: `--debug` must not show more than any other log.
            logger.debug(f"{request} ({request.context}): HTTP {response.status_code}, {len(body)} bytes.")
            permit.answered(response.headers, succeeded, ahead)
            if not succeeded and not response.is_redirect:
                request.refusal = errors.read_refusal(response.status_code, body, ahead)
                heed(request, request.refusal, permit, response.headers, self._next_pause(request))
            return response, body

    def _send(self, request: ApiRequest) -> requests.Response:
        """Sign and send through `Session.send`, where the CDK guards private networks in Airbyte Cloud."""
        auth = self._signer if request.signed else Unsigned()
        outgoing = requests.Request(request.method, request.url, params=request.params, data=request.form, auth=auth)
        prepared = self._session.prepare_request(outgoing)
        assert prepared.url is not None
        options: Any = self._session.merge_environment_settings(prepared.url, {}, True, None, None)
        left = request.patience - max(request.tried, self._outage.silence(request.host))
        reading = min(float(self._settings.request_timeout), max(left, request.patience * LAST_WORD, 1.0))
        connecting = min(CONNECT_SECONDS, reading, max(request.patience - request.tried, SHORTEST_CONNECT))
        return self._session.send(prepared, timeout=(connecting, reading), allow_redirects=False, **options)

    def _refused(self, request: ApiRequest, refusal: Refusal) -> float:
        """Act on an answer that is no success: return the seconds to the next try, or raise."""
        rule = errors.rule_for(refusal)
        happened = f"X refused {request} with {refusal}"
        if refusal.status < 500 and rule.action in (Action.SKIP, Action.FAIL):
            self._outage.answered(request.scopes)
        if rule.action is Action.SKIP:
            raise Skipped(rule, request.context, happened, refusal)
        if rule.action is Action.WAIT:
            self._outage.answered(request.scopes)
            return 0.0
        late = request.result and refusal.status in LATE_FILE_STATUSES and request.tried < LATE_FILE_SECONDS
        request.skews += rule is errors.CLOCK_SKEW
        if request.skews >= SKEW_TRIES or not (late or rule.action is Action.RETRY):
            if refusal.status == 401 and request.signed:
                self._keys.refused(rule, refusal, request.endpoint)
            raise ApiFailure(rule, request.context, happened, refusal)
        return self._pause(request, happened, rule, refusal)

    def _pause(
        self,
        request: ApiRequest,
        happened: str,
        rule: Rule,
        refusal: Refusal | None = None,
        silent_since: float | None = None,
    ) -> float:
        """Return a growing, jittered time to the next try, unless the call has been tried for as long as it may.

        A time that X demanded is waited for at the gate instead.
        """
        began = time.monotonic() if silent_since is None else silent_since
        request.failed(began)
        silent = silent_since is not None
        silence = self._outage.silence(request.host) if silent else 0.0
        # What was sent when the host had said nothing for so long already met no accident in common with others.
        again = request.failures > 1 or silence - (time.monotonic() - request.sent) >= request.patience
        everywhere = self._outage.failed(request.scopes, request.places(silent), began, happened, again)
        given_up = lasting(request, max(everywhere, silence), again)
        if given_up:
            raise ApiFailure(rule, request.context, f"{happened}{given_up}", refusal)
        if request.demanded:
            return 0.0
        seconds = max(0.0, min(self._next_pause(request), request.patience - request.tried))
        logger.info(f"{happened} ({request.context}): trying again in {seconds:.1f} s.")
        return seconds

    def _next_pause(self, request: ApiRequest) -> float:
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(request.attempts - 1, 10), request.patience / 4)
        return longest * self._jitter.uniform(0.5, 1.0)

    def _check(self, request: ApiRequest, claim: bool = False) -> None:
        """Do not send what is known to fail: the first calls that were due have found out for all others."""
        if self._ended.is_set():
            raise ApiFailure(_ENDED, request.context, f"{request} was not sent: the sync that asked for it has ended")
        rejected = self._keys.rejected
        if rejected and request.signed:
            rule, refusal = rejected
            raise ApiFailure(
                rule, request.context, f"{request} was not sent, as X refuses all requests with {refusal}", refusal
            )
        known = self._outage.given_up(request.scopes, self._settings.outage_timeout, claim)
        if known:
            happened = f"{request} was not sent to {request.host}, as others that are like it fail: {known}"
            raise ApiFailure(_UNREACHABLE, request.context, happened)

    def _network_trouble(self, request: ApiRequest, error: Exception) -> float:
        """Return the seconds after which to try again after a broken connection."""
        rule = errors.network_rule(error)
        happened = f"{request} got no whole answer from {request.host}: {cause_of(error)}"
        if rule.action is Action.FAIL:
            raise ApiFailure(rule, request.context, happened)
        silent = isinstance(error, requests.exceptions.Timeout)
        return self._pause(
            request, happened, rule, silent_since=self._outage.hung(request.host, request.sent) if silent else None
        )

    def _follow(self, request: ApiRequest, response: requests.Response) -> None:
        """Go where X redirects to, if it is a host of X; the request is signed anew for it."""
        try:
            target = urljoin(request.url, response.headers["location"])
        except ValueError:
            target = ""
        signed = self._hosts.signed(target, request.result)
        request.redirects += 1
        if signed is None or request.redirects > MAX_REDIRECTS or request.method != "GET":
            raise ApiFailure(
                Rule(Action.FAIL, errors.SYSTEM, "The redirect was not followed, to keep the keys to X's own hosts."),
                request.context,
                f"{request} was redirected to {place_of(target)}",
            )
        request.url, request.params, request.signed = target, None, signed


_ENDED = Rule(Action.FAIL, errors.SYSTEM, "Start a new one.")
_UNREACHABLE = Rule(
    Action.FAIL, errors.TRANSIENT, "Check the network of the machine that runs the sync and X's status page."
)

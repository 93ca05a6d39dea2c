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
from source_twitter_ads.api.attempt import Call, endpoint_of
from source_twitter_ads.api.bodies import (
    Answer,
    BadBody,
    Body,
    envelope_of,
    parse_envelope,
    read_body,
    read_refused,
    result_file,
)
from source_twitter_ads.api.circuit_breaker import LAST_WORD, Keys, Outage, lasting
from source_twitter_ads.api.clock import Clock
from source_twitter_ads.api.errors import Action, ApiFailure, Refusal, Rule, Skipped, Where, cause_of, place_of
from source_twitter_ads.api.http import Hosts, Signer, Unsigned, new_session
from source_twitter_ads.api.rate_limit_window import NotYet, WaitTooLong
from source_twitter_ads.api.rate_limits import Limits, heed
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


class Transport:
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
        self._limits = Limits(settings.num_workers)
        self._outage = Outage()
        self._keys = Keys()
        self.clock = Clock()
        self._ended = threading.Event()
        self._session = new_session(settings)
        self._jitter = random.Random()

    def get(self, path: str, params: Mapping[str, str], where: Where, read: Read | None = None) -> Answer:
        """GET a resource of the API, signed, and wait for the answer.

        Args:
            path: below the version, for instance `accounts/18ce54d4x5t/campaigns`.
            params: query parameters.
            where: the place in the sync, for messages.
            read: makes of each record what the connector itself needs of it; an answer with a record that it cannot
                read is asked for again (`answers.envelope_of`).

        Raises:
            ApiFailure: when X refuses or does not answer for as long as the settings allow.
            Skipped: when there is nothing to read for this account.
        """
        return self.send(self.call("GET", path, where, params, read))

    def send(self, call: Call) -> Answer:
        """Send a request until it is answered or may no longer be tried; see `get`."""
        while True:
            outcome = self._try(call, wait=True)
            if isinstance(outcome, Answer):
                return outcome
            self._ended.wait(outcome)

    def call(
        self, method: str, path: str, where: Where, params: Mapping[str, str] | None = None, read: Read | None = None
    ) -> Call:
        """Return a signed request for `attempt`; see `get`.

        A job whose creation was answered by a broken connection is created again: the first one ends unread. A job
        that is not cancelled ends by itself, so a DELETE is not tried for long.
        """
        call = self._new(method, f"{self._settings.api_url}/{path}", where)
        call.parse = envelope_of(read) if read else parse_envelope
        call.params, call.form = (None, params) if method == "POST" else (params, None)
        if method == "DELETE":
            call.patience = min(call.patience, DELETE_SECONDS)
            call.longest_wait = min(call.longest_wait, call.patience)
        return call

    def file_call(self, url: str, where: Where) -> Call:
        """Return the request of a result file, for `attempt`; its document is the file, still packed but proven whole.

        Raises:
            ApiFailure: when the host is not one of X's (x-ads-api.md §1, §7.2).
        """
        signed = self._hosts.signed(url, result=True)
        if signed is None:
            raise ApiFailure(
                Rule(Action.FAIL, errors.SYSTEM, "The file was not fetched, to keep data away from unknown places."),
                where,
                f"X named a result file at an unknown place, {place_of(url)}",
            )
        call = self._new("GET", url, where)
        call.result, call.signed, call.parse = True, signed, result_file
        return call

    def attempt(self, call: Call) -> Answer | float:
        """Send a request once, for a caller that has other things to do than to wait.

        Returns:
            The answer, or the seconds after which the request is to be tried again.

        Raises:
            ApiFailure, Skipped: as `get`.
        """
        return self._try(call, wait=False)

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

    def _new(self, method: str, url: str, where: Where) -> Call:
        settings = self._settings
        return Call(method, url, where, float(settings.outage_timeout), float(settings.rate_limit_timeout))

    def _try(self, call: Call, wait: bool) -> Answer | float:
        """Send a call once; return its answer, or the seconds to the next try. With `wait`, limits are waited for."""
        self._check(call)
        call.attempts += 1
        try:
            response, body = self._exchange(call, wait)
            if response.is_redirect:
                self._follow(call, response)
                return 0.0
            if call.refusal:
                return self._refused(call, call.refusal)
            answer = Answer(response.status_code, response.headers, call.parse(body))
            self._outage.answered(call.scopes)
            if call.signed:
                self._keys.accepted()
            return answer
        except NotYet as held:
            call.attempts -= 1
            return max(held.until - time.time(), 0.0)
        except WaitTooLong as error:
            own = call.longest_wait < self._settings.rate_limit_timeout
            bound = "" if own else f" (rate_limit_timeout is {self._settings.rate_limit_timeout} s)"
            happened = f"{error}{bound}"
            raise ApiFailure(errors.BY_STATUS[429], call.where, happened, call.refusal) from error
        except BadBody as error:
            return self._pause(call, f"{call} was answered with {error}", errors.BY_STATUS[500])
        except (OSError, HTTPError) as error:  # those of requests, and what it lets through
            return self._network_trouble(call, error)

    def _exchange(self, call: Call, wait: bool) -> tuple[requests.Response, Body]:
        """Wait for the call's turn, then sign it, send it and read the answer to its end."""
        entered = call.held_since = call.held_since or time.monotonic()
        deadline = time.time() + call.longest_wait - call.limited - (time.monotonic() - entered)
        with self._limits.passage(call.endpoint, call.account_id, deadline, wait) as passage:
            call.held_since = None
            call.waited(time.monotonic() - entered)
            self._check(call, claim=True)
            call.refusal, call.sent = None, time.monotonic()
            with self._send(call) as response:
                self._outage.heard(call.host)
                ahead = self.clock.ahead(response.headers, time.time()) if call.signed else self.clock.difference
                succeeded = 200 <= response.status_code < 300
                seconds = float(self._settings.request_timeout)
                body = read_body(response, seconds, call.result) if succeeded else read_refused(response, seconds)
            # Neither the query nor a header: `--debug` must not show more than any other log.
            logger.debug(f"{call} ({call.where}): HTTP {response.status_code}, {len(body)} bytes.")
            passage.answered(response.headers, succeeded, ahead)
            if not succeeded and not response.is_redirect:
                call.refusal = errors.read_refusal(response.status_code, body, ahead)
                heed(call, call.refusal, passage, response.headers, self._next_pause(call))
            return response, body

    def _send(self, call: Call) -> requests.Response:
        """Sign and send through `Session.send`, where the CDK guards private networks in Airbyte Cloud."""
        auth = self._signer if call.signed else Unsigned()
        request = requests.Request(call.method, call.url, params=call.params, data=call.form, auth=auth)
        prepared = self._session.prepare_request(request)
        assert prepared.url is not None
        options: Any = self._session.merge_environment_settings(prepared.url, {}, True, None, None)
        left = call.patience - max(call.tried, self._outage.silence(call.host))
        reading = min(float(self._settings.request_timeout), max(left, call.patience * LAST_WORD, 1.0))
        connecting = min(CONNECT_SECONDS, reading, max(call.patience - call.tried, SHORTEST_CONNECT))
        return self._session.send(prepared, timeout=(connecting, reading), allow_redirects=False, **options)

    def _refused(self, call: Call, refusal: Refusal) -> float:
        """Act on an answer that is no success: return the seconds to the next try, or raise."""
        rule = errors.rule_for(refusal)
        happened = f"X refused {call} with {refusal}"
        if refusal.status < 500 and rule.action in (Action.SKIP, Action.FAIL):
            self._outage.answered(call.scopes)
        if rule.action is Action.SKIP:
            raise Skipped(rule, call.where, happened, refusal)
        if rule.action is Action.WAIT:
            self._outage.answered(call.scopes)
            return 0.0
        late = call.result and refusal.status in LATE_FILE_STATUSES and call.tried < LATE_FILE_SECONDS
        call.skews += rule is errors.CLOCK_SKEW
        if call.skews >= SKEW_TRIES or not (late or rule.action is Action.RETRY):
            if refusal.status == 401 and call.signed:
                self._keys.refused(rule, refusal, call.endpoint)
            raise ApiFailure(rule, call.where, happened, refusal)
        return self._pause(call, happened, rule, refusal)

    def _pause(
        self, call: Call, happened: str, rule: Rule, refusal: Refusal | None = None, silent_since: float | None = None
    ) -> float:
        """Return a growing, jittered time to the next try, unless the call has been tried for as long as it may.

        A time that X demanded is waited for at the gate instead.
        """
        began = time.monotonic() if silent_since is None else silent_since
        call.failed(began)
        silent = silent_since is not None
        silence = self._outage.silence(call.host) if silent else 0.0
        # What was sent when the host had said nothing for so long already met no accident in common with others.
        again = call.failures > 1 or silence - (time.monotonic() - call.sent) >= call.patience
        everywhere = self._outage.failed(call.scopes, call.places(silent), began, happened, again)
        given_up = lasting(call, max(everywhere, silence), again)
        if given_up:
            raise ApiFailure(rule, call.where, f"{happened}{given_up}", refusal)
        if call.demanded:
            return 0.0
        seconds = max(0.0, min(self._next_pause(call), call.patience - call.tried))
        logger.info(f"{happened} ({call.where}): trying again in {seconds:.1f} s.")
        return seconds

    def _next_pause(self, call: Call) -> float:
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(call.attempts - 1, 10), call.patience / 4)
        return longest * self._jitter.uniform(0.5, 1.0)

    def _check(self, call: Call, claim: bool = False) -> None:
        """Do not send what is known to fail: the first calls that were due have found out for all others."""
        if self._ended.is_set():
            raise ApiFailure(_ENDED, call.where, f"{call} was not sent: the sync that asked for it has ended")
        rejected = self._keys.rejected
        if rejected and call.signed:
            rule, refusal = rejected
            raise ApiFailure(
                rule, call.where, f"{call} was not sent, as X refuses all requests with {refusal}", refusal
            )
        known = self._outage.given_up(call.scopes, self._settings.outage_timeout, claim)
        if known:
            happened = f"{call} was not sent to {call.host}, as others that are like it fail: {known}"
            raise ApiFailure(_UNREACHABLE, call.where, happened)

    def _network_trouble(self, call: Call, error: Exception) -> float:
        """Return the seconds after which to try again after a broken connection."""
        rule = errors.network_rule(error)
        happened = f"{call} got no whole answer from {call.host}: {cause_of(error)}"
        if rule.action is Action.FAIL:
            raise ApiFailure(rule, call.where, happened)
        silent = isinstance(error, requests.exceptions.Timeout)
        return self._pause(
            call, happened, rule, silent_since=self._outage.hung(call.host, call.sent) if silent else None
        )

    def _follow(self, call: Call, response: requests.Response) -> None:
        """Go where X redirects to, if it is a host of X; the request is signed anew for it."""
        try:
            target = urljoin(call.url, response.headers["location"])
        except ValueError:
            target = ""
        signed = self._hosts.signed(target, call.result)
        call.redirects += 1
        if signed is None or call.redirects > MAX_REDIRECTS or call.method != "GET":
            raise ApiFailure(
                Rule(Action.FAIL, errors.SYSTEM, "The redirect was not followed, to keep the keys to X's own hosts."),
                call.where,
                f"{call} was redirected to {place_of(target)}",
            )
        call.url, call.params, call.signed = target, None, signed


_ENDED = Rule(Action.FAIL, errors.SYSTEM, "Start a new one.")
_UNREACHABLE = Rule(
    Action.FAIL, errors.TRANSIENT, "Check the network of the machine that runs the sync and X's status page."
)

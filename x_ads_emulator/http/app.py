# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The pipeline of a request: signature, faults, limits, access, route, envelope, log."""

from __future__ import annotations

import threading
import time
import traceback
from dataclasses import replace
from typing import Final

from x_ads_emulator.errors import ApiError
from x_ads_emulator.http.content import change
from x_ads_emulator.http.faults import CONTENT, INSTEAD, OTHER_ACCOUNT, FaultPlan, FaultRule
from x_ads_emulator.http.oauth1 import SignatureError, Verifier
from x_ads_emulator.http.params import flat
from x_ads_emulator.http.ratelimit import Bucket, RateLimiter
from x_ads_emulator.http.request import Request
from x_ads_emulator.http.requestlog import Entry, RequestLog
from x_ads_emulator.http.response import Response, failure, success
from x_ads_emulator.http.spoil import instead, spoil
from x_ads_emulator.payload import Payload, RawRows
from x_ads_emulator.routes.access import check_account, check_app
from x_ads_emulator.routes.analytics import AnalyticsRoutes
from x_ads_emulator.routes.changes import PendingChanges
from x_ads_emulator.routes.entities import Entities
from x_ads_emulator.routes.extras import cards_all, features, user_access
from x_ads_emulator.routes.router import Route, resolve
from x_ads_emulator.settings import API_VERSION, Settings
from x_ads_emulator.world.world import World

_PREBUILT_BYTES: Final = 512 * 1024 * 1024
_HEADERS_OF_NOTE: Final = ("user-agent", "accept", "accept-encoding", "content-type", "host")


class App:
    """Everything between the socket and the world."""

    def __init__(self, world: World, settings: Settings, plan: FaultPlan) -> None:
        self.world = world
        self.settings = settings
        self.plan = plan
        self.log = RequestLog(settings)
        self.limiter = RateLimiter(settings)
        self.analytics = AnalyticsRoutes(world, settings)
        self.pending = PendingChanges(world)
        self._entities = Entities(world, settings)
        self._verifier = Verifier(settings)
        self._prebuilt: dict[tuple[int, str, str], bytes] = {}
        self._prebuilt_bytes = 0
        self._lock = threading.Lock()

    def handle(self, request: Request) -> Response:
        """The response to a request of the API, which is logged."""
        entry = Entry(0, request.received, request.method, request.path, flat(request.pairs()), request.connection)
        entry.headers = {n: request.headers[n] for n in _HEADERS_OF_NOTE if n in request.headers}
        entry.headers["signed"] = str("authorization" in request.headers).lower()
        self.log.open(entry)
        try:
            if self.settings.latency_ms:
                time.sleep(self.settings.latency_ms / 1000)
            response = self._respond_safely(request, entry)
            response.headers = self._by_own_clock(response.headers)
            response.headers.setdefault("x-current-api-version", f"{API_VERSION}.0")
            self._warn(response, entry.endpoint)
            entry.status, entry.bytes, entry.refused = response.status, len(response.body), response.refused
            if response.not_before is not None:
                self.log.add_wait(entry, time.time(), response.not_before, response.user_level)
            self.pending.served(request.path, entry.account_id)
            return response
        finally:
            self.log.close(entry, time.time() - request.received)

    def _warn(self, response: Response, endpoint: str) -> None:
        """Responses of a deprecated endpoint carry a warning (§0 rule 3); result files come from another host."""
        warnings = self.settings.api_warn
        text = warnings.get(endpoint) or (None if endpoint == "result_file" else warnings.get("*"))
        if text:
            response.headers.setdefault("x-api-warn", text)

    def _by_own_clock(self, headers: dict[str, str]) -> dict[str, str]:
        """Reset times follow the server's clock (§4), like its Date header."""
        ahead = int(self.settings.clock_ahead_seconds)
        if not ahead:
            return headers
        return {name: str(int(text) + ahead) if name.endswith("-reset") else text for name, text in headers.items()}

    def _respond_safely(self, request: Request, entry: Entry) -> Response:
        """Turn an error in the emulator itself into a 500, with a traceback on stderr, where tests look for it."""
        try:
            return self._respond(request, entry)
        except Exception:
            traceback.print_exc()
            return failure(ApiError(500, "INTERNAL_ERROR", "The emulator itself failed, see its stderr"))

    def _respond(self, request: Request, entry: Entry) -> Response:
        try:
            route = resolve(request.path)
        except ApiError as error:
            return failure(error)
        if route is not None:
            entry.endpoint, entry.account_id = route.key, route.account_id
        self.log.mark_early(entry)
        if self.settings.version_off_status is not None and entry.endpoint != "result_file":
            message = f"Version {API_VERSION}.0 is not available."
            return failure(ApiError(self.settings.version_off_status, "INVALID", message))
        try:
            self._authenticate(request, route)
        except SignatureError as error:
            return failure(error, reason=error.reason)
        except ApiError as error:
            return failure(error)
        rule = self.plan.pick(request, entry.endpoint, entry.account_id)
        if rule is not None:
            entry.fault = rule.name
        return self._faulty(request, route, rule)

    def _authenticate(self, request: Request, route: Route | None) -> None:
        """Result files need no signature, and their host refuses signed requests, except the API's own host (§1)."""
        if route is not None and route.kind == "result_file" and not self.settings.result_host_signed:
            if "authorization" in request.headers:
                raise ApiError(403, "FORBIDDEN", "Result files are served to unsigned requests only")
            return
        self._verifier.verify(request)
        check_app(self.settings)

    def _faulty(self, request: Request, route: Route | None, rule: FaultRule | None) -> Response:
        if rule is not None and rule.fault in INSTEAD:
            return instead(rule, request, route.account_id if route else None)
        if rule is not None and rule.fault == OTHER_ACCOUNT and route is not None and route.account_id is not None:
            other = rule.arguments["account_id"]
            path = request.path.replace(f"/{route.account_id}", f"/{other}", 1)
            return self._limited(replace(request, path=path), replace(route, account_id=other))
        response = self._limited(request, route)
        if rule is None or rule.fault == OTHER_ACCOUNT:
            return response
        return change(rule, response) if rule.fault in CONTENT else spoil(rule, response)

    def _limited(self, request: Request, route: Route | None) -> Response:
        if route is None:
            return failure(ApiError(404, "ROUTE_NOT_FOUND", "The requested resource could not be found"))
        if request.method not in route.methods:
            message = f"{request.method} is not allowed for {route.key}"
            return failure(ApiError(405, "METHOD_NOT_ALLOWED", message), route.account_id)
        if route.kind == "result_file":
            return self._file(request, route)
        bucket = route.bucket(request.method)
        if dict(request.pairs()).get("with_total_count") == "true":
            # §4: requests with with_total_count are counted apart.
            bucket = Bucket(f"with_total_count {route.key}", bucket.account_id, min(200, bucket.limit))
        allowed, headers, reset = self.limiter.count(bucket, route.account_id, f"{request.method} {route.key}")
        if not allowed:
            message = "The request limit for this resource has been exceeded"
            response = failure(ApiError(429, "TOO_MANY_REQUESTS", message), route.account_id)
            response.not_before = reset
            response.user_level = "x-account-rate-limit-reset" not in headers
        else:
            response = self._routed(request, route)
        response.headers = {**headers, **response.headers}
        return response

    def _file(self, request: Request, route: Route) -> Response:
        try:
            if request.version == "HTTP/1.0":
                # §1: the file host refuses HTTP/1.0.
                raise ApiError(426, "UPGRADE_REQUIRED", "Upgrade Required")
            return Response(200, self.analytics.result_file(route.record_id), "application/gzip")
        except ApiError as error:
            page = f"<html><body>{error.status} {error.message}</body></html>".encode()
            return Response(error.status, page, "text/html", refused=error.code)

    def _routed(self, request: Request, route: Route) -> Response:
        key = (self.world.version, request.path, request.query)
        cacheable = self.settings.prebuild and route.kind == "collection"
        if cacheable and (body := self._prebuilt.get(key)) is not None:
            return Response(200, body)
        try:
            check_account(self.world, route)
            payload = self._reply(request, route)
            response = success(payload)
        except ApiError as error:
            return failure(error, route.account_id)
        # Rows made on demand are made as fast as they are looked up.
        cacheable = cacheable and not isinstance(payload.data, RawRows)
        if cacheable and self._prebuilt_bytes + len(response.body) <= _PREBUILT_BYTES:
            with self._lock:
                self._prebuilt[key] = response.body
                self._prebuilt_bytes += len(response.body)
        return response

    def _reply(self, request: Request, route: Route) -> Payload:
        account_id = route.account_id
        if route.kind == "collection" and route.endpoint is not None:
            return self._entities.collection(route.endpoint, account_id, request.pairs())
        if route.kind == "single" and route.endpoint is not None:
            return self._entities.single(route.endpoint, account_id or "", route.record_id, request.pairs())
        if route.kind == "account":
            return self._entities.account(account_id or "", request.pairs())
        if route.kind == "cards_all":
            return cards_all(self.world, account_id or "", route.record_id, request.pairs())
        if route.kind == "features":
            return features(account_id or "", request.pairs())
        if route.kind == "user_access":
            return user_access(self.world, account_id or "")
        return self.analytics.respond(route, request.method, flat(request.pairs()))

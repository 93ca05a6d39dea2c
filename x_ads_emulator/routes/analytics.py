# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Routes of the analytics endpoints; the first request creates the analytics service."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from x_ads_emulator.errors import ApiError
from x_ads_emulator.payload import Payload
from x_ads_emulator.routes.router import Route
from x_ads_emulator.settings import Settings
from x_ads_emulator.world.world import World


class AnalyticsRoutes:
    """Hands analytics requests to the service."""

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._service: Any = None
        self._lock = threading.Lock()

    @property
    def service(self) -> Any:
        """The `Analytics` of analytics/service.py."""
        with self._lock:
            if self._service is None:
                # Imported here, to spare a run without analytics the import of numpy.
                from x_ads_emulator.analytics.service import Analytics

                self._service = Analytics(self._world, self._settings)
            return self._service

    def respond(self, route: Route, method: str, params: Mapping[str, str]) -> Payload:
        """The payload of active_entities and of the job endpoints. Raises ApiError."""
        account_id = route.account_id or ""
        if route.kind == "active_entities":
            payload: Payload = self.service.active_entities(account_id, params)
        elif route.kind == "job":
            payload = self.service.delete_job(account_id, route.record_id)
        elif method == "POST":
            payload = self.service.create_job(account_id, params)
        else:
            payload = self.service.list_jobs(account_id, params)
        return payload

    def result_file(self, name: str) -> bytes:
        """The bytes of a result file. Raises ApiError 404, 426."""
        if not name:
            raise ApiError(404, "NOT_FOUND", "The path names no result file")
        data: bytes = self.service.result_file(name)
        return data

    def describe(self) -> Mapping[str, Any]:
        """The service's counters; empty before the first analytics request."""
        if self._service is None:
            return {}
        described: Mapping[str, Any] = self._service.describe()
        return described

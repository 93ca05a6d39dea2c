# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The control plane `/__emulator__/…`: unsigned and not logged."""

from __future__ import annotations

import json
from typing import Any, Final

from x_ads_emulator.clock import print_instant
from x_ads_emulator.errors import ApiError
from x_ads_emulator.http.app import App
from x_ads_emulator.http.request import Request
from x_ads_emulator.http.response import Response, plain

PREFIX: Final = "/__emulator__/"


class Control:
    """The control endpoints."""

    def __init__(self, app: App) -> None:
        self._app = app

    def handle(self, request: Request) -> Response:
        """The JSON response to a control request; 400 with a message for an unknown name or value."""
        name = request.path[len(PREFIX) :].strip("/")
        try:
            body = json.loads(request.body) if request.body else {}
            if request.method == "GET":
                return plain(self._get(name))
            return plain(self._post(name, body))
        except (KeyError, ValueError, TypeError, ApiError) as error:
            return plain({"error": f"{type(error).__name__}: {error}"}, 400)

    def _get(self, name: str) -> Any:
        app = self._app
        if name == "requests":
            return app.log.entries()
        if name == "stats":
            analytics = dict(app.analytics.describe())
            return {**app.log.stats(), "analytics": analytics, "pending_changes": app.pending.left()}
        if name == "faults":
            return app.plan.describe()
        if name == "settings":
            return app.settings.to_dict()
        if name == "world":
            return {**app.world.spec.to_dict(), "present": print_instant(app.world.now())}
        raise ValueError(f"unknown control endpoint GET {name}")

    def _post(self, name: str, body: Any) -> Any:
        app = self._app
        if name == "reset-log":
            app.log.reset()
        elif name == "mutate":
            return {"record": app.pending.add(body)}
        elif name == "correction":
            app.analytics.service.correct(body)
        elif name == "clock":
            app.world.clock.advance(float(body["advance"]))
        elif name == "settings":
            app.settings.update(body)
            if {"rate_limit", "status_limit"} & set(body):
                app.limiter.reset()
        elif name == "faults":
            app.plan.replace(body)
        else:
            raise ValueError(f"unknown control endpoint POST {name}")
        return {}

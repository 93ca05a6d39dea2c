# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The control plane `/__emulator__/…`: unsigned, not logged, outside of the API."""

from __future__ import annotations

import json
from typing import Any, Final

from x_ads_emulator.clock import print_instant
from x_ads_emulator.errors import ApiError
from x_ads_emulator.http.answer import Answer, plain
from x_ads_emulator.http.app import App
from x_ads_emulator.http.request import Request

PREFIX: Final = "/__emulator__/"


class Control:
    """Answers control requests."""

    def __init__(self, app: App) -> None:
        self._app = app

    def handle(self, request: Request) -> Answer:
        """JSON in, JSON out; 400 with a sentence for what it does not understand."""
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
        raise ValueError(f"GET {name} is not known")

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
            raise ValueError(f"POST {name} is not known")
        return {}

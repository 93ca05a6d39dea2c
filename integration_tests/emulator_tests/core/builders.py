# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Builders of worlds and of signed requests; signatures come from oauthlib, not from the emulator."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from oauthlib.oauth1 import Client  # type: ignore[import-untyped]

from x_ads_emulator import settings as constants
from x_ads_emulator.http.app import App
from x_ads_emulator.http.faults import FaultPlan
from x_ads_emulator.http.request import Request
from x_ads_emulator.settings import Settings
from x_ads_emulator.world.spec import AccountSpec, WorldSpec
from x_ads_emulator.world.world import World

ACCOUNT = "18ce54d4x5t"
NOW = "2026-11-22T12:00:00Z"
HOST = "http://127.0.0.1:9999"


@dataclass
class Got:
    """An answer as a client sees it."""

    status: int
    json: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        """X's code of the first error."""
        code: str = self.json["errors"][0]["code"]
        return code


def world_of(accounts: Sequence[AccountSpec], **changes: Any) -> World:
    """A world at a fixed time."""
    return World.build(WorldSpec(now=NOW, accounts=list(accounts), **changes))


def demo_world() -> World:
    """The demo world at a fixed time."""
    return World.build(WorldSpec.demo(NOW))


def oauth(**changes: Any) -> Client:
    """A signer with the emulator's credentials, any of which can be replaced."""
    values = {
        "client_key": constants.CONSUMER_KEY,
        "client_secret": constants.CONSUMER_SECRET,
        "resource_owner_key": constants.ACCESS_TOKEN,
        "resource_owner_secret": constants.ACCESS_TOKEN_SECRET,
    }
    return Client(**{**values, **changes})


def signed(
    path: str,
    params: Mapping[str, Any] | None = None,
    method: str = "GET",
    form: Mapping[str, str] | None = None,
    signer: Client | None = None,
) -> Request:
    """A request with a strictly encoded query, signed over query and form."""
    query = urlencode(params or {}, quote_via=quote, safe="")
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    url = f"{HOST}{path}?{query}" if query else HOST + path
    body = urlencode(form) if form is not None else None
    _, signed_headers, _ = (signer or oauth()).sign(url, method, body, headers)
    lower = {name.lower(): str(value) for name, value in signed_headers.items()} | {"host": "127.0.0.1:9999"}
    return Request(method, path, query, lower, (body or "").encode(), 1, time.time())


class Caller:
    """An emulator in this process, without a socket."""

    def __init__(
        self,
        world: World | None = None,
        settings: Mapping[str, Any] | None = None,
        faults: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.world = world or demo_world()
        self.settings = Settings.from_dict({"rate_limit": "off", **(settings or {})})
        self.app = App(self.world, self.settings, FaultPlan(faults))

    def send(self, request: Request) -> Got:
        """Sends a prepared request."""
        answer = self.app.handle(request)
        try:
            body = json.loads(answer.body) if answer.body else None
        except ValueError:
            body = answer.body
        return Got(answer.status, body, answer.headers)

    def get(self, path: str, **params: Any) -> Got:
        """GET /12/<path>."""
        return self.send(signed(f"/12/{path}", params))

    def pages(self, path: str, **params: Any) -> list[list[dict[str, Any]]]:
        """All pages of a collection."""
        pages: list[list[dict[str, Any]]] = []
        while True:
            got = self.get(path, **params)
            assert got.status == 200, got.json
            pages.append(got.json["data"])
            if not got.json.get("next_cursor"):
                return pages
            params["cursor"] = got.json["next_cursor"]

    def rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All rows of a collection."""
        return [row for page in self.pages(path, **params) for row in page]

    def log(self) -> list[dict[str, Any]]:
        """The request log."""
        return self.app.log.entries()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""From a path to a route (docs/x-ads-api.md §1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from x_ads_emulator.errors import ApiError
from x_ads_emulator.http.ratelimit import Bucket
from x_ads_emulator.routes.endpoint import Endpoint
from x_ads_emulator.routes.endpoints import ACCOUNT_ENDPOINTS, ACCOUNTS
from x_ads_emulator.routes.endpoints_global import GLOBAL_ENDPOINTS
from x_ads_emulator.settings import API_VERSION

RESULT_PREFIX: Final = "/advertiser-api-async-analytics/"
_OF_ACCOUNT: Final = {e.path: e for e in ACCOUNT_ENDPOINTS}
_GLOBAL: Final = {e.path: e for e in GLOBAL_ENDPOINTS}
#: Requests per 15 minutes of endpoints beside the streams, if not 2,000 (§4: POST stats/jobs as observed).
_OTHER_LIMITS: Final = {"POST stats/jobs/accounts/:id": 10_000}


@dataclass(frozen=True)
class Route:
    """Where a request goes.

    Attributes:
        kind: collection, single, account, cards_all, features, user_access, active_entities, jobs, job, result_file.
        key: endpoint key for the log and for limits.
        methods: methods that the path allows.
        endpoint: the collection behind it.
        account_id, record_id: ids in the path.
    """

    kind: str
    key: str
    methods: tuple[str, ...] = ("GET",)
    endpoint: Endpoint | None = None
    account_id: str | None = None
    record_id: str = ""

    def bucket(self, method: str) -> Bucket:
        """The rate limit that counts a request of this route (§4)."""
        if self.endpoint is None or self.kind == "cards_all":
            key = f"{method} {self.key}"
            return Bucket(key, None, _OTHER_LIMITS.get(key, 2_000))
        scope = self.endpoint.limit_scope
        name = self.key if scope in ("endpoint", "account") else scope
        return Bucket(name, self.account_id if scope == "account" else None, self.endpoint.limit)


def resolve(path: str) -> Route | None:
    """The route of a path, None for an unknown path. Raises ApiError for another API version (§0)."""
    if path.startswith(RESULT_PREFIX):
        return Route("result_file", "result_file", record_id=unquote(path[len(RESULT_PREFIX) :]))
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if parts[0] != API_VERSION:
        if parts[0].isdigit():
            # §0 gives the body; the status is unknown (§11.1).
            raise ApiError(400, "INVALID", f"Version {parts[0]}.0 is not available.")
        return None
    rest = parts[1:]
    if rest[:1] == ["stats"]:
        return _stats(rest[1:])
    if rest[:1] == ["accounts"]:
        return _account(rest[1:])
    endpoint = _GLOBAL.get("/".join(rest))
    return Route("collection", endpoint.key, endpoint=endpoint) if endpoint else None


def _account(rest: list[str]) -> Route | None:
    if not rest:
        return Route("collection", "accounts", endpoint=ACCOUNTS)
    account_id, resource = rest[0], "/".join(rest[1:])
    if not resource:
        return Route("account", "accounts/:id", account_id=account_id)
    endpoint = _OF_ACCOUNT.get(resource)
    if endpoint is not None:
        return Route("collection", endpoint.key, endpoint=endpoint, account_id=account_id)
    simple = {"features": "features", "authenticated_user_access": "user_access", "cards/all": "cards_all"}
    if resource in simple:
        return Route(simple[resource], f"accounts/:id/{resource}", account_id=account_id)
    parent, _, record_id = resource.rpartition("/")
    if parent == "cards/all":
        return Route("cards_all", "accounts/:id/cards/all/:id", account_id=account_id, record_id=record_id)
    endpoint = _OF_ACCOUNT.get(parent)
    if endpoint is None or not endpoint.single:
        return None
    return Route("single", f"{endpoint.key}/:id", ("GET",), endpoint, account_id, record_id)


def _stats(rest: list[str]) -> Route | None:
    if len(rest) == 3 and rest[0] == "accounts" and rest[2] == "active_entities":
        return Route("active_entities", "stats/accounts/:id/active_entities", account_id=rest[1])
    if rest[:2] == ["jobs", "accounts"] and len(rest) == 3:
        return Route("jobs", "stats/jobs/accounts/:id", ("GET", "POST"), account_id=rest[2])
    if rest[:2] == ["jobs", "accounts"] and len(rest) == 4:
        key = "stats/jobs/accounts/:id/:job_id"
        return Route("job", key, ("DELETE",), account_id=rest[2], record_id=rest[3])
    return None

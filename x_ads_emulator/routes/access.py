# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the token may do with an account (docs/x-ads-api.md §3).

- `forbidden`: like an unknown account: missing in `accounts`, 403 ACCOUNT_NOT_FOUND.
- `revoked`: in `accounts`; 403 ACCOUNT_NOT_FOUND on everything below it.
- `suspended`, `user_suspended`, `locked_out`: in `accounts`, and GET accounts/:id works; below it 403
  ACTION_NOT_ALLOWED, CURRENT_USER_SUSPENDED, ACCOUNT_LOCKED_OUT.
- `service_level`: 400 INVALID_ACCOUNT_SERVICE_LEVEL on the streams that the spec names (`stats` for analytics), or
  on all if it names none.
"""

from __future__ import annotations

from typing import Final

from x_ads_emulator.errors import ApiError
from x_ads_emulator.routes.router import Route
from x_ads_emulator.settings import Settings
from x_ads_emulator.world.world import World

_BLOCKED: Final = {
    "suspended": ("ACTION_NOT_ALLOWED", "The account {} is suspended, this action is not allowed"),
    "user_suspended": ("CURRENT_USER_SUSPENDED", "The current user is suspended"),
    "locked_out": ("ACCOUNT_LOCKED_OUT", "The account {} is locked out"),
}


def check_app(settings: Settings) -> None:
    """Raises ApiError 403 for an app that is not approved, or a token from before the approval."""
    if not settings.app_approved:
        message = "The client application making this request does not have access to this API"
        raise ApiError(403, "UNAUTHORIZED_CLIENT_APPLICATION", message)
    if settings.token_predates_approval:
        message = "The user has not granted this application the permission that this request needs"
        raise ApiError(403, "INSUFFICIENT_USER_AUTHORIZED_PERMISSION", message)


def check_account(world: World, route: Route) -> None:
    """Raises ApiError if the token lacks the right to use the route's account."""
    account_id = route.account_id
    if account_id is None:
        return
    access = world.spec_of(account_id).access if world.has_account(account_id) else "forbidden"
    if access in ("forbidden", "revoked"):
        raise ApiError(403, "ACCOUNT_NOT_FOUND", f"Account {account_id} was not found", "account_id", account_id)
    if route.kind == "account":
        return
    if access in _BLOCKED:
        code, message = _BLOCKED[access]
        raise ApiError(403, code, message.format(account_id))
    if access == "service_level":
        stream = route.endpoint.stream if route.endpoint is not None else "stats"
        named = world.spec_of(account_id).service_level_streams
        if not named or stream in named:
            message = "The account's service level does not include this endpoint"
            raise ApiError(400, "INVALID_ACCOUNT_SERVICE_LEVEL", message)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What `check` proves: that the keys work, and that every ad account that is to be read can be seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from source_twitter_ads.api.accounts import ALL_DELETED, NO_ACCOUNT
from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.api.services import Services
from source_twitter_ads.api.wording import listed
from source_twitter_ads.configuration import ConfigProblem


def check_connection(services: Services) -> None:
    """List the ad accounts.

    Raises:
        ApiFailure: when X refuses the keys or cannot be reached; its text says what to do.
        ConfigProblem: when an account of the configuration is not among them, or the token sees none at all.
    """
    visible = services.accounts.records()
    wanted = services.settings.account_ids
    missing = [account_id for account_id in wanted if account_id not in visible]
    if missing:
        raise ConfigProblem(
            f"account_ids holds {listed(missing)}, which X does not show to the owner of the access token: check the "
            "id in the address of the Ads Manager, and that this X user has a role in the account."
        )
    if not visible:
        raise ConfigProblem(NO_ACCOUNT)
    suspended = [account_id for account_id in wanted or visible if not _readable(visible[account_id])]
    if len(suspended) == len(wanted or visible):
        raise ConfigProblem(ALL_DELETED.format(listed(suspended)))


def _readable(record: Mapping[str, Any]) -> bool:
    return not record.get("deleted")


__all__ = ["ApiFailure", "check_connection"]

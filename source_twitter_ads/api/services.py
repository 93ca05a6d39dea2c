# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What all streams of one sync share: the connection to X and what was looked up over it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from source_twitter_ads.api.accounts import ALL_DELETED, NO_ACCOUNT, Accounts
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure, joined
from source_twitter_ads.configuration import ConfigProblem, Settings


class Services:
    """The shared parts of a sync.

    The CDK builds each component of the manifest on its own and hands it nothing but the configuration; so a component
    finds its services by it. Every sync begins with `Services.renew`, so that nothing that was looked up outlives it.

    Attributes:
        settings: the configuration.
        client: the one way to X.
        accounts: the ad accounts of the sync.
    """

    _lock: ClassVar[threading.Lock] = threading.Lock()
    # Weak, so that connections and look-ups of a sync end with the streams that hold them.
    _current: ClassVar[MutableMapping[Settings, Services]] = WeakValueDictionary()

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.client = ApiClient(settings)
        self.accounts = Accounts(self.client, settings)
        self._closers: list[Callable[[], None]] = []

    def on_close(self, closer: Callable[[], None]) -> None:
        """Have something ended before the connections are."""
        self._closers.append(closer)

    def close(self) -> None:
        """End the sync's connections; nobody gets these services any more."""
        for closer in self._closers:
            closer()
        self.client.close()
        with Services._lock:
            if Services._current.get(self.settings) is self:
                del Services._current[self.settings]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Services:
        """Return the services of the running sync of a configuration."""
        settings = Settings.from_config(config)
        with cls._lock:
            services = cls._current.get(settings) or cls(settings)
            cls._current[settings] = services
            return services

    @classmethod
    def renew(cls, config: Mapping[str, Any]) -> Services:
        """Begin a new sync of a configuration: forget what an earlier one looked up."""
        settings = Settings.from_config(config)
        with cls._lock:
            services = cls(settings)
            cls._current[settings] = services
            return services


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
            f"account_ids holds {joined(missing)}, which X does not show to the owner of the access token: check the "
            "id in the address of the Ads Manager, and that this X user has a role in the account."
        )
    if not visible:
        raise ConfigProblem(NO_ACCOUNT)
    suspended = [account_id for account_id in wanted or visible if not _readable(visible[account_id])]
    if len(suspended) == len(wanted or visible):
        raise ConfigProblem(ALL_DELETED.format(joined(suspended)))


def _readable(record: Mapping[str, Any]) -> bool:
    return not record.get("deleted")


__all__ = ["ApiFailure", "check_connection"]

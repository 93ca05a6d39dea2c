# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What all streams of one sync share: the client, and what was looked up with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, MutableMapping
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from source_twitter_ads.api.accounts import Accounts
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.configuration import ConfigProblem, Settings
from source_twitter_ads.engine.failures import listed


class Services:
    """The shared parts of a sync.

    The CDK builds each component of the manifest by itself and hands it nothing but the configuration, so a component
    finds its services by that. Every sync begins with `Services.renew`, so that no look-up outlives it.
    """

    _lock: ClassVar[threading.Lock] = threading.Lock()
    # Weak, so that the connections and look-ups of a sync end with its streams.
    _current: ClassVar[MutableMapping[Settings, Services]] = WeakValueDictionary()

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.client = ApiClient(settings)
        self.accounts = Accounts(self.client, settings)
        self._closed = False
        self._closers: list[Callable[[], None]] = []

    def on_close(self, closer: Callable[[], None]) -> None:
        """Call something before the connections are closed; at once where they are."""
        with Services._lock:
            if not self._closed:
                self._closers.append(closer)
                return
        closer()

    def close(self) -> None:
        """Close the connections; `of` returns other services from now on."""
        with Services._lock:
            self._closed = True
            if Services._current.get(self.settings) is self:
                del Services._current[self.settings]
        for closer in self._closers:
            closer()
        self.client.close()

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Services:
        """Return the services of the running sync of a configuration."""
        settings = Settings.from_config(config)
        with cls._lock:
            services = cls._current[settings] = cls._current.get(settings) or cls(settings)
            return services

    @classmethod
    def renew(cls, config: Mapping[str, Any]) -> Services:
        """Return new services for a new sync of a configuration."""
        settings = Settings.from_config(config)
        with cls._lock:
            services = cls._current[settings] = cls(settings)
            return services


def check_connection(services: Services) -> None:
    """Raise unless X shows every account that the configuration names, and there is one to read.

    Raises:
        ApiFailure: when X refuses the keys or cannot be reached; its text says what to do.
        ConfigProblem: when an account is not shown, or none is left to read.
    """
    shown = services.accounts.records()
    missing = [account_id for account_id in services.settings.account_ids if account_id not in shown]
    if missing:
        visible = services.accounts.visible_ids()
        named = [f"{one} (you mean {same})" if (same := _same(one, visible)) else one for one in missing]
        raise ConfigProblem(
            f"account_ids holds {listed(named)}, which X does not show to the owner of the access token: check the "
            "id in the address of the Ads Manager, and that this X user has a role in the account. "
            f"X shows {listed(visible) or 'no account'}."
        )
    services.accounts.ids()


def _same(account_id: str, visible: Collection[str]) -> str | None:
    """Return the visible account whose id a user has written in upper case or in base 10 (docs/x-ads-api.md §2.6)."""
    written = [account_id.lower()]
    if account_id.isdecimal():
        written.append(_base36(int(account_id)))
    return next((one for one in written if one in visible), None)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits

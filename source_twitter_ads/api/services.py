# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What all streams of one sync share: the connection to X and what was looked up over it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, ClassVar

from source_twitter_ads.api.accounts import Accounts
from source_twitter_ads.api.transport import Transport
from source_twitter_ads.configuration import Settings


class Services:
    """The shared parts of a sync.

    The CDK builds each component of the manifest on its own and hands it nothing but the configuration; so a component
    finds its services by it. Every sync begins with `Services.renew`, so that nothing that was looked up outlives it.

    Attributes:
        settings: the configuration.
        transport: the one way to X.
        accounts: the ad accounts of the sync.
    """

    _lock: ClassVar[threading.Lock] = threading.Lock()
    _current: ClassVar[dict[Settings, Services]] = {}

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.transport = Transport(settings)
        self.accounts = Accounts(self.transport, settings)

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Services:
        """Return the services of the running sync of a configuration."""
        settings = Settings.from_config(config)
        with cls._lock:
            if settings not in cls._current:
                cls._current[settings] = cls(settings)
            return cls._current[settings]

    @classmethod
    def renew(cls, config: Mapping[str, Any]) -> Services:
        """Begin a new sync of a configuration: forget what an earlier one looked up."""
        settings = Settings.from_config(config)
        with cls._lock:
            cls._current[settings] = cls(settings)
            return cls._current[settings]

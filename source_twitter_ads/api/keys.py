# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Keys that X does not accept: what a few requests have found out holds for all that are still to come."""

from __future__ import annotations

import threading

from source_twitter_ads.api.errors import Refusal, Rule

# So many endpoints that refuse in a row are no accident of one of them; and so many requests, wherever they went, if no
# key has ever been accepted, or if nothing but one endpoint is asked.
ENDPOINTS_IN_A_ROW = 3
REFUSALS_IN_A_ROW = 30


class Keys:
    """Whether X accepts the four keys of this sync, and the signatures that this machine makes with them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._endpoints: set[str] = set()
        self._ever_accepted = False
        self._rejected: tuple[Rule, Refusal] | None = None

    def accepted(self) -> None:
        """Note a signed request that succeeded."""
        with self._lock:
            self._in_a_row = 0
            self._endpoints.clear()
            self._ever_accepted = True

    def refused(self, rule: Rule, refusal: Refusal, endpoint: str) -> None:
        """Note a signed request that failed with HTTP 401 for good, and what is to be done about it."""
        with self._lock:
            self._in_a_row += 1
            self._endpoints.add(endpoint)
            enough = REFUSALS_IN_A_ROW if self._ever_accepted else ENDPOINTS_IN_A_ROW
            if len(self._endpoints) >= ENDPOINTS_IN_A_ROW or self._in_a_row >= enough:
                self._rejected = rule, refusal

    @property
    def rejected(self) -> tuple[Rule, Refusal] | None:
        """The row of the table and X's words, once it is clear that X refuses every signed request."""
        return self._rejected

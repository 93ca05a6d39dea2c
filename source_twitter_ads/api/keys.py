# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Keys that X does not accept: what a few requests have found out holds for all that are still to come."""

from __future__ import annotations

import threading

from source_twitter_ads.api.errors import Refusal, Rule

# So many signed requests in a row are no accident of one request or place.
REFUSALS_IN_A_ROW = 3


class Keys:
    """Whether X accepts the four keys of this sync, and the signatures that this machine makes with them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._rejected: tuple[Rule, Refusal] | None = None

    def accepted(self) -> None:
        """Note a signed request that succeeded."""
        with self._lock:
            self._in_a_row = 0

    def refused(self, rule: Rule, refusal: Refusal) -> None:
        """Note a signed request that failed with HTTP 401 for good, and what is to be done about it."""
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= REFUSALS_IN_A_ROW:
                self._rejected = rule, refusal

    @property
    def rejected(self) -> tuple[Rule, Refusal] | None:
        """The row of the table and X's words, once it is clear that X refuses every signed request."""
        return self._rejected

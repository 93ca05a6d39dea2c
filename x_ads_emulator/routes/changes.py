# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Changes of the world that wait for a request, so that a test can change data in the middle of a sync."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Any

from x_ads_emulator.world.context import Record
from x_ads_emulator.world.world import World


class PendingChanges:
    """Applies changes at once, or right after the nth response to a path."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._waiting: list[dict[str, Any]] = []

    def add(self, change: Mapping[str, Any]) -> Record | None:
        """Applies a change (see `World.mutate`) and returns the row; keeps a change that has `after`, returns None.

        `after` is `{"path_regex", "account_id": null, "nth": 1}`. Raises KeyError, ValueError.
        """
        if "after" not in change:
            return self._world.mutate(change)
        after = {"nth": 1, "account_id": None, **change["after"]}
        with self._lock:
            self._waiting.append({"change": {k: v for k, v in change.items() if k != "after"}, **after, "seen": 0})
        return None

    def served(self, path: str, account_id: str | None) -> None:
        """Applies the changes that are due; called between making and sending a response."""
        if not self._waiting:
            return
        with self._lock:
            due = [w for w in self._waiting if _counts(w, path, account_id)]
            self._waiting = [w for w in self._waiting if w not in due]
        for waiting in due:
            self._world.mutate(waiting["change"])

    def left(self) -> int:
        """The number of changes that still wait."""
        return len(self._waiting)


def _counts(waiting: dict[str, Any], path: str, account_id: str | None) -> bool:
    if waiting["account_id"] not in (None, account_id) or not re.search(waiting["path_regex"], path):
        return False
    waiting["seen"] += 1
    return bool(waiting["seen"] >= waiting["nth"])

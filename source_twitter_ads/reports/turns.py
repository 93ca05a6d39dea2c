# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The order in which windows of several accounts are read: one of each account in turn. Pure: touches no network."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

# Windows of one account that may be out unread while other accounts are still being planned: enough to keep its jobs
# going, few enough that the accounts planned first leave threads to those planned last.
AHEAD = 8

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """Hands out the items of several accounts, one of each in turn, as their plans come in from other threads.

    The items of one account keep their order. A plan that takes long holds up no account that is planned.

    Args:
        awaited: how many plans will come.
        ahead: items of an account that may be out unread as long as plans are awaited.
    """

    def __init__(self, awaited: int, ahead: int = AHEAD) -> None:
        self._awaited = awaited
        self._ahead = ahead
        self._changed = threading.Condition()
        self._items: dict[str, deque[Item]] = {}
        self._unread: dict[str, int] = {}
        self._ready: deque[str] = deque()
        self._held: dict[str, None] = {}

    def planned(self, account_id: str, items: Iterable[Item]) -> None:
        """Add the items of an account, oldest first; none where its plan came to nothing."""
        with self._changed:
            self._awaited -= 1
            waiting = deque(items)
            if waiting:
                self._items[account_id] = waiting
                self._ready.append(account_id)
            if not self._awaited:
                self._ready.extend(self._held)
                self._held.clear()
            self._changed.notify()

    def read(self, account_id: str) -> None:
        """Note that an item of an account is no longer out, whether it was read or has failed."""
        with self._changed:
            self._unread[account_id] = self._unread.get(account_id, 0) - 1
            if account_id in self._held:
                del self._held[account_id]
                self._ready.append(account_id)
                self._changed.notify()

    def __iter__(self) -> Iterator[Item]:
        """Yield every item; wait where all that may be handed out is out. For one thread."""
        while True:
            with self._changed:
                while not self._ready:
                    # Accounts are held only as long as plans are awaited.
                    if not self._awaited:
                        return
                    self._changed.wait()
                item = self._take(self._ready.popleft())
            yield item

    def _take(self, account_id: str) -> Item:
        items = self._items[account_id]
        item = items.popleft()
        unread = self._unread[account_id] = self._unread.get(account_id, 0) + 1
        if not items:
            del self._items[account_id]
        elif self._awaited and unread >= self._ahead:
            self._held[account_id] = None
        else:
            self._ready.append(account_id)
        return item

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The ad accounts of a sync, requested once for all streams."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from source_twitter_ads.api.bodies import text_of
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure, RequestContext, Skipped, rule_for
from source_twitter_ads.api.pagination import MAX_PAGE_SIZE, pages
from source_twitter_ads.configuration import ConfigProblem, Settings
from source_twitter_ads.engine.failures import listed

logger = logging.getLogger("airbyte")

_REFUSED_BELOW_DELETED = frozenset({403, 404})
# X accepts this many ids in a list (docs/x-ads-api.md §2.2).
IDS_PER_REQUEST = 200
NO_ACCOUNT = (
    "The keys are right, but the owner of the access token has no ad account: ask an account admin to add this X user "
    "under Edit access to account on ads.x.com."
)
ALL_DELETED = "X lists {} as deleted, and shows no other account: set with_deleted to true to read them."


class Accounts:
    """The ad accounts that this sync reads: those of the settings, or all that the token sees."""

    def __init__(self, client: ApiClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._lock = threading.Lock()
        self._outcome: dict[str, Mapping[str, Any]] | ApiFailure | None = None

    def ids(self) -> list[str]:
        """Return the ids of the accounts to read; no request is sent if the configuration names them.

        An account that the configuration names is read in any case. Otherwise deleted accounts are skipped, unless
        `with_deleted` is set.

        Raises:
            ApiFailure: as `records`.
            ConfigProblem: when there is none to read, which would look like a success.
        """
        if self._settings.account_ids:
            return list(self._settings.account_ids)
        records = self.records()
        if not records:
            raise ConfigProblem(NO_ACCOUNT)
        wanted = [id_ for id_, record in records.items() if self._settings.with_deleted or not record.get("deleted")]
        if not wanted:
            raise ConfigProblem(ALL_DELETED.format(listed(list(records))))
        return wanted

    def skips(self, failure: Exception) -> bool:
        """Return whether an error means that there is nothing to read; if so, log it as a warning.

        X may refuse requests for a deleted account (its documents do not say); users cannot change that.
        """
        if not isinstance(failure, ApiFailure) or not (isinstance(failure, Skipped) or self._is_of_deleted(failure)):
            return False
        logger.warning(str(failure))
        return True

    def _is_of_deleted(self, failure: ApiFailure) -> bool:
        account_id, refusal = failure.context.account_id, failure.refusal
        # A proxy, whose refusal is foreign, knows nothing of the account.
        if not account_id or not refusal or refusal.foreign or rule_for(refusal).of_all:
            return False
        if refusal.status not in _REFUSED_BELOW_DELETED and refusal.code != "ACCOUNT_NOT_FOUND":
            return False
        try:
            return bool(self.records().get(account_id, {}).get("deleted"))
        except ApiFailure:
            return False

    def records(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the account records (time zone, name, …) by id, deleted ones included.

        Raises:
            ApiFailure: when the accounts cannot be listed; every stream gets the same one.
        """
        with self._lock:
            if self._outcome is None:
                try:
                    self._outcome = dict(self._list(self._settings.account_ids))
                except ApiFailure as failure:
                    self._outcome = failure
            if isinstance(self._outcome, ApiFailure):
                raise self._outcome
            return self._outcome

    def visible_ids(self) -> list[str]:
        """Return the ids of all accounts that the token sees, whatever the configuration names.

        Raises:
            ApiFailure: when they cannot be listed.
        """
        return [id_ for id_, _ in self._list(())]

    def _list(self, ids: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for start in range(0, len(ids) or 1, IDS_PER_REQUEST):
            # Sorted by a field that never changes, so that no account moves between pages meanwhile.
            params = {"with_deleted": "true", "sort_by": "created_at-asc"}
            if ids:
                params["account_ids"] = ",".join(ids[start : start + IDS_PER_REQUEST])
            context = RequestContext("accounts")
            for page in pages(self._client, "accounts", params, context, count=MAX_PAGE_SIZE, read=_with_id):
                yield from page


def _with_id(record: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    return text_of(record, "id"), record

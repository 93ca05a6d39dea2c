# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Compares rows of reports with the server's numbers, for some of the accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from integration_tests.truth import differences, expected_rows, rows_by_key
from x_ads_emulator.analytics.catalog import METRIC_GROUPS
from x_ads_emulator.world.world import World

REPORTS = {
    "accounts_daily_report": "ACCOUNT",
    "funding_instruments_daily_report": "FUNDING_INSTRUMENT",
    "campaigns_daily_report": "CAMPAIGN",
    "line_items_daily_report": "LINE_ITEM",
    "promoted_tweets_daily_report": "PROMOTED_TWEET",
    "promoted_accounts_daily_report": "PROMOTED_ACCOUNT",
}
#: X's documents dropped this one in 2026 (docs/x-ads-api.md §0), the prebuilt reports do not ask for it.
_GROUPS = tuple(group for group in METRIC_GROUPS if group != "MEDIA")


@dataclass
class Comparison:
    """The result of a comparison.

    Attributes:
        accounts: how many accounts were compared.
        keys: how many rows hold a number.
        problems: the first differences, in words.
    """

    accounts: int
    keys: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        verdict = f"{len(self.problems)} or more differ" if self.problems else "none differs"
        return f"{self.keys:,} rows of {self.accounts} accounts, {verdict}"

    @property
    def is_exact(self) -> bool:
        """Whether there are rows and all of them equal the server's."""
        return self.keys > 0 and not self.problems


def text_of(account_id: str) -> str:
    """The text that a row of an account holds."""
    return f'"account_id":"{account_id}"'


def compare(world: World, paths: Sequence[Path], account_ids: Sequence[str], first: date, end: date) -> Comparison:
    """Compare the rows of the prebuilt reports with the truth.

    Args:
        world: the data that the server serves.
        paths: lines of records, of one sync after the other; a later row replaces an earlier one.
        account_ids: the accounts whose rows are there.
        first, end: the UTC days [first, end) that are compared; their numbers must be settled.
    """
    records = _by_report(paths, end)
    found = Comparison(len(account_ids))
    for report, entity in REPORTS.items():
        for account_id in account_ids:
            expected = expected_rows(
                world,
                account_id=account_id,
                entity=entity,
                granularity="DAY",
                metric_groups=_GROUPS,
                first_day=first,
                last_day_exclusive=end,
            )
            found.keys += len(expected)
            different = differences(expected, rows_by_key(records[report, account_id]), limit=2)
            found.problems += [f"{report} {line}" for line in different]
    return found


def _by_report(paths: Iterable[Path], end: date) -> dict[tuple[str, str], list[dict[str, Any]]]:
    records: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for path in paths:
        for line in path.read_bytes().split(b"\n"):
            if line:
                record = orjson.loads(line)["record"]
                row = record["data"]
                if row["date"] < end.isoformat():
                    records[record["stream"], row["account_id"]].append(row)
    return records

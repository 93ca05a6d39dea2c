# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The queries that the demo runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb

from demo import files

ENTITIES_PER_ACCOUNT = """\
SELECT a.name AS account, a.timezone, count(DISTINCT c.id) AS campaigns, count(l.id) AS line_items
FROM accounts a
JOIN campaigns c ON c.account_id = a.id
JOIN line_items l ON l.account_id = a.id AND l.campaign_id = c.id
GROUP BY ALL ORDER BY line_items DESC"""

# One emulated entity in eight has charges beyond 2^53, so that tests see every digit arrive. They dwarf all others.
_ORDINARY = "billed_charge_local_micro < 1e12"

SPEND_PER_CAMPAIGN = f"""\
SELECT a.name AS account, c.name AS campaign, c.currency,
       round(sum(r.billed_charge_local_micro) / 1e6, 2) AS spend, sum(r.impressions) AS impressions
FROM campaigns_daily_report r
JOIN campaigns c ON c.account_id = r.account_id AND c.id = r.entity_id
JOIN accounts a ON a.id = r.account_id
WHERE r.{_ORDINARY}
GROUP BY ALL ORDER BY spend DESC LIMIT 10"""

DAILY_SPEND = f"""\
SELECT CAST(r.date AS DATE) AS date, sum(r.billed_charge_local_micro) / 1e6 AS spend
FROM campaigns_daily_report r
JOIN campaigns c ON c.account_id = r.account_id AND c.id = r.entity_id
WHERE c.currency = 'USD' AND r.{_ORDINARY}
GROUP BY ALL ORDER BY date"""


def question(streams: Iterable[str]) -> str:
    """A query worth trying with these streams."""
    return SPEND_PER_CAMPAIGN if "campaigns_daily_report" in streams else ENTITIES_PER_ACCOUNT


def ask(sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run a query and return its column names and rows.

    Raises:
        duckdb.Error: for a query that fails, or a database that another program holds open.
    """
    with duckdb.connect(str(files.DATABASE), read_only=True) as connection:
        result = connection.execute(sql)
        return [column[0] for column in result.description or []], result.fetchall()


def require_free() -> None:
    """Raises duckdb.IOException when another program holds the database open."""
    if files.DATABASE.exists():
        duckdb.connect(str(files.DATABASE)).close()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Fields that the documented records share."""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]

ACCOUNT_ID = "18ce54d4x5t"


def of_account(*records: Record) -> list[Record]:
    """Records with the fields that the connector adds, for the documents' account."""
    return [{"account_id": ACCOUNT_ID, **record} for record in records]


def dates(created_at: str, updated_at: str | None = None) -> Record:
    """The dates of a record that is not deleted."""
    return {"created_at": created_at, "updated_at": updated_at or created_at, "deleted": False}

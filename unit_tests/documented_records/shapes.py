# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the documented records have in common."""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]

ACCOUNT_ID = "18ce54d4x5t"


def of_account(*records: Record) -> list[Record]:
    """Records as they are emitted for the documents' account."""
    return [{"account_id": ACCOUNT_ID, **record} for record in records]


def dates(created_at: str, updated_at: str | None = None) -> Record:
    """The dates of a record that is not deleted."""
    return {"created_at": created_at, "updated_at": updated_at or created_at, "deleted": False}

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How often X is asked for the status of jobs."""

from __future__ import annotations

# Jobs are ready after seconds to many minutes: asked soon at first, then ever more rarely.
FIRST_POLL = 1.0
SOONEST_POLL = 2.0
LATEST_POLL = 15.0
# X answers 2,000 status requests in 15 minutes (x-ads-api.md §4), perhaps to all accounts of a user together.
SECONDS_PER_STATUS_REQUEST = 0.6


def poll_interval(youngest: float | None, busy_accounts: int) -> float:
    """Return the seconds from one status request of an account to the next.

    Args:
        youngest: seconds since the account's latest job was created; None when it has none.
        busy_accounts: how many accounts have jobs, and ask too.
    """
    own = LATEST_POLL if youngest is None else min(LATEST_POLL, max(SOONEST_POLL, youngest / 10))
    return max(own, busy_accounts * SECONDS_PER_STATUS_REQUEST)


def first_poll() -> float:
    """Return the seconds from the first job of an account that had none to the status request for it."""
    return min(FIRST_POLL, SOONEST_POLL)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One analytics job that X has taken on, and how X writes about it (docs/x-ads-api.md §7.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from source_twitter_ads.api.bodies import text_of
from source_twitter_ads.api.errors import Where
from source_twitter_ads.reports.account_calendar import parse_instant
from source_twitter_ads.reports.job_request import JobRequest

FINISHED = "SUCCESS"
BROKEN = frozenset({"FAILED", "CANCELLED"})
# A job is lost only if two responses lack it that lie this part of its time apart: a single one may be an accident, and
# after a long wait for its turn it would be the first one of all.
LOST_RESPONSES_APART = 0.1


@dataclass(eq=False)
class Job:
    """A job that X has taken on.

    Attributes:
        request: what it asks for.
        job_id: X's id, as text.
        where: the place in the sync, for messages.
        created: when it was created, by the monotonic clock.
        seen: when X last listed it, by the monotonic clock; None before the first time.
        missed: since when X's responses have lacked it, by the monotonic clock; None when the last one listed it.
        url: the result file, once it is ready.
        broken: why there will be no file, once that is known.
        timed_out: whether it did not end in time.
        given_up: whether X may still be working on it although nobody waits any more.
        adopted: whether an earlier sync created it.
    """

    request: JobRequest
    job_id: str
    where: Where
    created: float
    seen: float | None = None
    missed: float | None = None
    url: str | None = None
    broken: str | None = None
    timed_out: bool = False
    given_up: bool = False
    adopted: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.url is not None or self.broken is not None

    def learn(self, entry: Mapping[str, Any] | None, now: float, utc_now: datetime) -> None:
        """Take in what a status response says of the job.

        Args:
            entry: X's entry; None where the response lacks the job.
            now: the moment, by the monotonic clock.
            utc_now: the same moment by X's clock, for `expires_at`.
        """
        if entry is None:
            self.missed = now if self.missed is None else self.missed
            return
        self.seen, self.missed = now, None
        status = str(entry.get("status"))
        if status in BROKEN:
            self.broken = f"X ended it as {status}"
        # SUCCESS without a url is a file that X has not put there yet.
        elif status == FINISHED and entry.get("url"):
            expires = _instant(entry.get("expires_at"))
            if self.adopted and expires is not None and expires <= utc_now:
                self.broken = f"its result has expired at {entry['expires_at']}"
            else:
                self.url = result_url(str(entry["url"]))

    def give_up(self, now: float, timeout: float, lost: float) -> bool:
        """End the job if it takes too long, or if X has stopped listing it; return whether it has ended.

        Args:
            now: the moment, by the monotonic clock.
            timeout: seconds that it may take.
            lost: seconds for which X may leave it out of its responses.
        """
        missing = self.missed is not None and now - self.missed >= lost * LOST_RESPONSES_APART
        if now - self.created >= timeout:
            self.broken, self.timed_out = f"it was not ready after {now - self.created:.0f} s", True
        elif self.seen is None and self.adopted:
            self.broken = "X does not know it any more"
        elif missing and now - (self.seen or self.created) >= lost:
            self.broken = "X does not list it any more"
        self.given_up = self.ended
        return self.ended


def seconds_taken(entry: Mapping[str, Any]) -> float | None:
    """Return how long a finished job took by X's own times (docs/x-ads-api.md §7.2), None where X does not say."""
    created, updated = _instant(entry.get("created_at")), _instant(entry.get("updated_at"))
    if entry.get("status") != FINISHED or created is None or updated is None:
        return None
    return max((updated - created).total_seconds(), 0.0)


def job_id_of(entry: Mapping[str, Any]) -> str:
    """Read a job's id, which X sends as text, as number, or as both (docs/x-ads-api.md §2.6).

    Raises:
        KeyError, TypeError: when it has none.
    """
    return text_of(entry, "id_str" if entry.get("id_str") else "id")


def _instant(value: object) -> datetime | None:
    try:
        return parse_instant(value) if isinstance(value, str) else None
    except ValueError:
        return None


def result_url(url: str) -> str:
    """Mend a url that X has glued to another, `https://…https://…`: the last one counts (docs/x-ads-api.md §1)."""
    starts = (url.rfind("https://"), url.rfind("http://"))  # ignore-https-check: only to find where it begins
    return url[max(*starts, 0) :]

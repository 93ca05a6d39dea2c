# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One analytics job that X has taken on, and how X writes about it (docs/x-ads-api.md §7.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from source_twitter_ads.api.bodies import MAX_FILE_BYTES, text_of
from source_twitter_ads.api.errors import RequestContext
from source_twitter_ads.reports.calendar import parse_instant
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.options import HOUR, TOTAL
from source_twitter_ads.reports.schema import columns
from source_twitter_ads.reports.windows import Window

MAX_ENTITIES = 20
"""Most entities that X takes per job (docs/x-ads-api.md §7.2)."""

# Nine digits and a comma. Counts have fewer digits, large amounts of money some more.
_BYTES_PER_NUMBER = 10

MAX_NUMBERS = MAX_FILE_BYTES // _BYTES_PER_NUMBER
"""Most numbers of a result file if every column has numbers: the file still unpacks to less than MAX_FILE_BYTES."""

MAX_DAYS = 30
"""Longest window (docs/x-ads-api.md §7.9)."""

# How many segments an entity typically has numbers for; a guess errs on the large side.
_SEGMENTS = {
    "AGE": 12,
    "GENDER": 3,
    "PLATFORMS": 5,
    "METROS": 210,
    "CONVERSION_TAGS": 20,
    "REGIONS": 60,
    "LOCATIONS": 60,
    "CITIES": 300,
    "POSTAL_CODES": 1000,
    "DEVICES": 100,
    "PLATFORM_VERSIONS": 40,
    "INTERESTS": 350,
    "CONVERSATIONS": 500,
    "TV_SHOWS": 200,
    "LANGUAGES": 40,
    "APP_STORE_CATEGORY": 60,
}
_OTHER_SEGMENTS = 100


def estimate_numbers(definition: ReportDefinition, entities: int, window: Window) -> int:
    """The most numbers that the result file of one job can hold: entities × segments × points × metric columns."""
    return entities * _numbers_per_point(definition) * _points(definition, window.end - window.start)


def expected_rows(definition: ReportDefinition, window: Window, entities: Mapping[str, Collection[str]]) -> int:
    """About how many rows a window will have, given its entity ids by placement."""
    return sum(map(len, entities.values())) * _segments(definition) * _points(definition, window.end - window.start)


def batch_size(definition: ReportDefinition, window: Window) -> int:
    """How many entities a job of this window asks for, 1–20, so that its file holds at most MAX_NUMBERS."""
    return max(1, min(MAX_ENTITIES, MAX_NUMBERS // max(1, estimate_numbers(definition, 1, window))))


def window_days(definition: ReportDefinition) -> int:
    """How many days a window of this report has, 1–30: fewer than 30 where one entity alone would exceed MAX_NUMBERS.

    Only reports of many segments, above all by HOUR, come out below 30; a TOTAL window's grid never changes.
    """
    per_day = _numbers_per_point(definition) * _points(definition, timedelta(days=1))
    return MAX_DAYS if definition.granularity == TOTAL else max(1, min(MAX_DAYS, MAX_NUMBERS // per_day))


def _points(definition: ReportDefinition, length: timedelta) -> int:
    if definition.granularity == TOTAL:
        return 1
    return length // timedelta(hours=1) if definition.granularity == HOUR else length.days


@lru_cache(maxsize=256)
def _numbers_per_point(definition: ReportDefinition) -> int:
    return _segments(definition) * sum(1 for _ in columns(definition.metric_groups))


def _segments(definition: ReportDefinition) -> int:
    return _SEGMENTS.get(definition.segmentation, _OTHER_SEGMENTS) if definition.segmentation else 1


@dataclass(frozen=True)
class JobRequest:
    """What one job asks for: at most 20 entities of one placement in one window (docs/x-ads-api.md §7.2).

    Attributes:
        country: targeting value of a country, where the segment needs one.
        platform: targeting value of a platform, where the segment needs one.
        tries: how often this request, or the larger ones it is a part of, have failed.
        tries_alone: how often it has failed since it has a single entity.
        timeouts: how many of these failures were jobs that did not end in time.
    """

    definition: ReportDefinition
    window: Window
    placement: str
    entity_ids: tuple[str, ...]
    country: str | None = None
    platform: str | None = None
    tries: int = 0
    tries_alone: int = 0
    timeouts: int = 0

    def parameters(self) -> dict[str, str]:
        """The parameters of POST stats/jobs/accounts/:account_id."""
        optional = {
            "segmentation_type": self.definition.segmentation,
            "country": self.country,
            "platform": self.platform,
        }
        return {
            "entity": self.definition.entity,
            "entity_ids": ",".join(self.entity_ids),
            "start_time": self.window.request_start,
            "end_time": self.window.request_end,
            "granularity": self.definition.granularity,
            "placement": self.placement,
            "metric_groups": ",".join(self.definition.metric_groups),
            **{key: value for key, value in optional.items() if value is not None},
        }

    def again(self) -> JobRequest:
        """Return the request once more, after a failure that smaller ones do not mend."""
        return replace(self, tries=self.tries + 1)

    def parts(self, timed_out: bool = False) -> list[JobRequest]:
        """Return the request in smaller ones, after a failure: its halves, or once more where it has one entity.

        Each job that does not end costs its whole time, so a second one in a row is asked for entity by entity.
        """
        ids = self.entity_ids
        size = 1 if timed_out and self.timeouts else max((len(ids) + 1) // 2, 1)
        failed = replace(
            self,
            tries=self.tries + 1,
            tries_alone=self.tries_alone + (len(ids) == 1),
            timeouts=self.timeouts + timed_out,
        )
        return [replace(failed, entity_ids=ids[first : first + size]) for first in range(0, len(ids), size)]


def job_requests(
    definition: ReportDefinition,
    window: Window,
    entities: Mapping[str, Iterable[str]],
    countries: Iterable[str | None] = (None,),
    platforms: Iterable[str | None] = (None,),
) -> Iterator[JobRequest]:
    """Divide the entities of a window into as few jobs as X allows.

    Args:
        definition: the report.
        window: the period.
        entities: entity ids by placement.
        countries: targeting values to ask one by one; None where the report needs none.
        platforms: the same for platforms.
    """
    size = batch_size(definition, window)
    for placement, ids in entities.items():
        ordered = sorted(ids)
        for first in range(0, len(ordered), size):
            for country in countries:
                for platform in platforms:
                    batch = tuple(ordered[first : first + size])
                    yield JobRequest(definition, window, placement, batch, country, platform)


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
        context: the place in the sync, for messages.
        created: when it was created, by the monotonic clock.
        seen: when X last listed it, by the monotonic clock; None before the first time.
        missed: since when X's responses have lacked it, by the monotonic clock; None when the last one listed it.
        url: the result file, once it is ready.
        broken: why there will be no file, once that is known.
        timed_out: whether it did not end in time.
        given_up: whether the connector has stopped waiting for it while X may still work on it.
        adopted: whether an earlier sync created it.
    """

    request: JobRequest
    job_id: str
    context: RequestContext
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

    def apply_status(self, entry: Mapping[str, Any] | None, now: float, utc_now: datetime) -> None:
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

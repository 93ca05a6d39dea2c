# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What one analytics job asks for, and how a window's entities are divided into jobs. Pure: touches no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from source_twitter_ads.reports.catalog import ReportDefinition
from source_twitter_ads.reports.sizing import batch_size
from source_twitter_ads.reports.windows import Window


@dataclass(frozen=True)
class JobRequest:
    """One job: at most 20 entities of one placement in one window (docs/x-ads-api.md §7.2).

    Attributes:
        country, platform: targeting values, only where the segment needs one.
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

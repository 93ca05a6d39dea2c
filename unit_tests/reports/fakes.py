# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Stand-ins for what the report engine works with: a clock, X's job endpoints, X's change feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from source_twitter_ads.api.answers import Answer
from source_twitter_ads.api.errors import ApiFailure, Refusal, Where, rule_for
from source_twitter_ads.configuration import Settings
from source_twitter_ads.reports.activity import Activity
from source_twitter_ads.reports.job import Job
from source_twitter_ads.reports.job_request import JobRequest
from source_twitter_ads.reports.jobs import JobBoard
from source_twitter_ads.reports.progress import Progress
from unit_tests.reports.builders import report, window

WHERE = Where("spend", "1a", "window 2026-03-01 to 2026-03-03")
OTHER = Where("spend", "1a", "window 2026-04-01 to 2026-04-03")
DONE = {"status": "SUCCESS", "url": "https://ton.twimg.com/file.json.gz"}
Read = Callable[[Mapping[str, Any]], Any]


def settings(**changes: Any) -> Settings:
    """Settings of a user who names nothing but the dates."""
    return replace(Settings.from_config({"start_date": "2026-03-01"}), **changes)


def request(*entity_ids: str, start: str = "2026-03-01", end: str = "2026-03-02") -> JobRequest:
    """A job request of campaigns over two days."""
    return JobRequest(report(), window(start, end), "ALL_ON_TWITTER", entity_ids or ("c1",))


def refusal(status: int, code: str = "", where: Where = WHERE, parameter: str = "", message: str = "no") -> ApiFailure:
    """X's refusal of a request."""
    said = Refusal(status, code, message, parameter)
    return ApiFailure(rule_for(said), where, f"X refused with {said}", said)


class Clock:
    """A monotonic clock that stands still until somebody waits; stands in for the module `time`."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """The seconds that it shows."""
        return self.now


class Waiting:
    """A condition whose waits let the clock run instead."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def wait(self, timeout: float) -> None:
        """Let time pass."""
        self._clock.now += timeout

    def notify_all(self) -> None:
        """Nobody else is there."""


class FakeJobs:
    """The job endpoints of X as the transport gives access to them.

    Attributes:
        created, polls, deleted: what was asked for: entity ids by job id, (clock, job ids) and job ids.
        posts: how many jobs X was asked for, whether it took them or not.
        status: job id → entry fields (`status`, `url`); a job without one is not listed.
        remaining: the header of the room left; None for none.
        failures: raised by the next requests of a method, one each.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.created: dict[str, str] = {}
        self.polls: list[tuple[float, list[str]]] = []
        self.deleted: list[str] = []
        self.posts = 0
        self.status: dict[str, dict[str, Any]] = {}
        self.remaining: int | None = None
        self.failures: dict[str, list[Exception]] = {"post": [], "get": [], "delete": []}
        self.during_post: Callable[[], None] = lambda: None

    @property
    def _headers(self) -> dict[str, str]:
        return {} if self.remaining is None else {"x-concurrent-job-limit-remaining": str(self.remaining)}

    def _fail(self, method: str) -> None:
        if self.failures[method]:
            raise self.failures[method].pop(0)

    def post(self, path: str, params: Mapping[str, str], where: Where, read: Read) -> Answer:
        """Take on a job; it is PROCESSING from then on."""
        self.posts += 1
        self._fail("post")
        self.during_post()
        job_id = str(len(self.created) + 1)
        self.created[job_id] = params["entity_ids"]
        self.status.setdefault(job_id, {"status": "PROCESSING"})
        return Answer(200, self._headers, {"data": [read({"id": int(job_id)})]})

    def get(self, path: str, params: Mapping[str, str], where: Where, read: Read) -> Answer:
        """Tell the status of the jobs that are named."""
        ids = params["job_ids"].split(",") if "job_ids" in params else []
        self.polls.append((self._clock.now, ids))
        self._fail("get")
        listed = [{"id": one, **self.status[one]} for one in ids if self.status.get(one)]
        return Answer(200, self._headers, {"data": [read(entry) for entry in listed]})

    def delete(self, path: str, where: Where) -> Answer:
        """Cancel a job."""
        self.deleted.append(path.rsplit("/", 1)[1])
        self._fail("delete")
        return Answer(200, {}, {"data": {}})


class Board:
    """A board whose waits cost no time, and the X behind it."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, busy_accounts: Callable[[], int] = lambda: 1, **changes: Any
    ) -> None:
        self.clock = Clock()
        monkeypatch.setattr("source_twitter_ads.reports.jobs.time", self.clock)
        self.x = FakeJobs(self.clock)
        given = settings(**changes)
        self.board = JobBoard(self.x, given, "1a", Progress(), busy_accounts)  # type: ignore[arg-type]
        self.board._condition = Waiting(self.clock)  # type: ignore[assignment]

    def create(self, count: int = 1, where: Where = WHERE) -> list[Job]:
        """Create as many jobs as there is room for, up to a number."""
        made = [self.board.try_create(request(f"c{n}"), where) for n in range(count)]
        return [job for job in made if job is not None]

    def wait(self, jobs: list[Job], room: bool = False, where: Where = WHERE) -> list[Job]:
        """Wait as a window does."""
        return self.board.wait(jobs, room, where)


class FakeFeed:
    """X's change feed: entries are (when X recorded it, what it says).

    Attributes:
        asked: the periods that were asked for.
    """

    def __init__(self, *recorded: tuple[datetime, Activity]) -> None:
        self._recorded = recorded
        self.asked: list[tuple[datetime, datetime]] = []

    def changes(self, entity: str, start: datetime, end: datetime, where: Where) -> list[Activity]:
        """What was recorded in a period."""
        self.asked.append((start, end))
        return [activity for moment, activity in self._recorded if start <= moment < end]

    def organic_tweets(self, where: Where) -> list[str]:
        """Two Tweets."""
        return ["t1", "t2"]

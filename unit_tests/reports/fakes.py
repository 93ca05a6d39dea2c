# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Stand-ins and builders for the parts of the report engine that are tested one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from source_twitter_ads.api.errors import ApiFailure, Refusal, RequestContext, rule_for
from source_twitter_ads.configuration import Settings
from source_twitter_ads.reports.job import Job, JobRequest
from source_twitter_ads.reports.planner import Activity, Plan, PlannedWindow, Question
from source_twitter_ads.reports.window_jobs import WindowJobs
from unit_tests.reports.builders import report, window

CONTEXT = RequestContext("spend", "1a", "window 2026-03-01 to 2026-03-03")
OTHER = RequestContext("spend", "1a", "window 2026-04-01 to 2026-04-03")
DONE = {"status": "SUCCESS", "url": "https://ton.twimg.com/file.json.gz"}
Read = Callable[[Mapping[str, Any]], Any]


def settings(**changes: Any) -> Settings:
    """Settings of a user who names nothing but the dates."""
    return replace(Settings.from_config({"start_date": "2026-03-01"}), **changes)


def request(*entity_ids: str, start: str = "2026-03-01", end: str = "2026-03-02", **more: Any) -> JobRequest:
    """A job request of campaigns over two days."""
    return JobRequest(report(), window(start, end), "ALL_ON_TWITTER", entity_ids or ("c1",), **more)


def window_jobs(*requests: JobRequest, report_name: str = "spend", position: int = 0) -> WindowJobs:
    """A window whose requests wait."""
    return WindowJobs(report_name, "1a", position, replace(CONTEXT, stream=report_name), requests)


def job(job_id: str = "7", created: float = 1000.0, asks: JobRequest | None = None, **more: Any) -> Job:
    """A job that X has taken."""
    return Job(asks or request(), job_id, CONTEXT, created, **more)


def refusal(
    status: int, code: str = "", context: RequestContext = CONTEXT, parameter: str = "", message: str = "no"
) -> ApiFailure:
    """X's refusal of a request."""
    said = Refusal(status, code, message, parameter)
    return ApiFailure(rule_for(said), context, f"X refused with {said}", said)


class FakeFeed:
    """X's change feed: entries are (when X recorded it, what it says).

    Attributes:
        asked: the periods that were asked for.
        kinds: the kinds of entities that were asked for.
        rounds: how many questions were asked together, one after another.
    """

    def __init__(self, *recorded: tuple[datetime, Activity], kind: str = "") -> None:
        self._recorded = recorded
        self._kind = kind
        self.asked: list[tuple[datetime, datetime]] = []
        self.kinds: list[str] = []
        self.rounds: list[int] = []

    def drive(self, plan: Plan) -> list[PlannedWindow]:
        """Answer the questions of a plan until it ends."""
        answers: Sequence[Sequence[Activity]] | None = None
        while True:
            try:
                questions = plan.send(answers)  # type: ignore[arg-type]
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            self.rounds.append(len(questions))
            answers = [self._answer(question) for question in questions]

    def _answer(self, question: Question) -> list[Activity]:
        self.asked.append((question.start, question.end))
        self.kinds.append(question.entity)
        if self._kind not in ("", question.entity):
            return []
        return [activity for moment, activity in self._recorded if question.start <= moment < question.end]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Runs the plans of all accounts, and asks X each question about active entities once per sync."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from airbyte_cdk.models import FailureType

from source_twitter_ads.api.bodies import ApiResponse
from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure, RequestContext
from source_twitter_ads.api.pagination import next_cursor
from source_twitter_ads.api.request_loop import RequestLoop, Task
from source_twitter_ads.reports.definition import retired_parts
from source_twitter_ads.reports.planner import Activity, Plan, PlannedWindow, Question, read_activity
from source_twitter_ads.reports.refusals import ACTIVITY, explained, shared
from source_twitter_ads.reports.report_run import ReportRun


class PlanListener(Protocol):
    """Is told how plans end; the scheduler implements it."""

    def planned(self, run: ReportRun, account_id: str, windows: Sequence[PlannedWindow]) -> None:
        """The windows of an account are known."""

    def plan_failed(self, run: ReportRun, account_id: str, failure: Exception) -> None:
        """An account cannot be planned."""


@dataclass(eq=False)
class _Pending:
    """A plan that waits for answers."""

    run: ReportRun
    plan: Plan
    wanted: Sequence[Question] = ()
    missing: int = 0


@dataclass(eq=False)
class _Request:
    """A question on its way, page by page: X documents one page, and a cursor where there are more."""

    question: Question
    context: RequestContext
    found: list[Activity] = field(default_factory=list)
    cursor: str | None = None
    cursors: set[str] = field(default_factory=set)

    def parameters(self) -> dict[str, str]:
        return self.question.parameters() | ({} if self.cursor is None else {"cursor": self.cursor})


@dataclass(eq=False)
class _Account:
    """The questions of one account, kept until every report of the sync has planned it."""

    account_id: str
    answers: dict[Question, list[Activity] | Exception] = field(default_factory=dict)
    asking: dict[Question, list[_Pending]] = field(default_factory=dict)
    requests: deque[_Request] = field(default_factory=deque)
    planned: set[str] = field(default_factory=set)
    plans: int = 0
    in_flight: int = 0
    last_response_at: float = -math.inf
    down: ApiFailure | None = None


class PlanQueue:
    """Drives the planners of all reports through X's feed of active entities. For the scheduler's thread alone.

    Args:
        workers: requests that may be under way; so many accounts are planned at a time at least.
        expected: names of the reports of the sync; an account's answers are kept for all of them.
    """

    def __init__(
        self, loop: RequestLoop, client: ApiClient, workers: int, expected: Iterable[str], outcomes: PlanListener
    ) -> None:
        self._loop = loop
        self._client = client
        self._workers = workers
        self._expected = set(expected)
        self._outcomes = outcomes
        self._accounts: dict[str, _Account] = {}
        self._queue: dict[str, list[ReportRun]] = {}
        self._active: dict[str, _Account] = {}
        self._turns = deque[_Account]()

    def add(self, run: ReportRun, account_ids: Iterable[str]) -> None:
        """Queue a report's accounts."""
        for account_id in account_ids:
            self._queue.setdefault(account_id, []).append(run)
        for account_id in list(self._active):
            self._plan_account(account_id)

    def ended(self, report: str) -> None:
        """Note that a report needs no answers any more."""
        self._expected.discard(report)
        for account_id in list(self._accounts):
            self._forget(self._accounts[account_id])

    def next_question(self) -> Task | None:
        """Return the next request of active_entities; accounts take turns.

        An account is asked one question until it has answered one: where its feed is down, one of them finds it out.
        """
        # Few accounts at a time, so that the first jobs begin early; but accounts that only wait hold up no other one.
        while self._queue and (len(self._active) < self._workers or not self._turns):
            self._plan_account(next(iter(self._queue)))
        while self._turns:
            account = self._turns[0]
            path = f"stats/accounts/{account.account_id}/active_entities"
            if not self._loop.is_open("GET", path):
                return None
            self._turns.popleft()
            one = account.requests.popleft()
            if account.down is None:
                account.in_flight += 1
                self._take_turn(account)
                request = self._client.request("GET", path, one.context, one.parameters(), read_activity)
                failed = partial(self._failed, account, one.question, self._loop.now())
                return Task(request, partial(self._answered, account, one, path), failed)
            self._take_turn(account)
            self._answer(account, one.question, account.down)
        return None

    def _take_turn(self, account: _Account) -> None:
        """Queue an account that has questions and may ask one more."""
        alone = len(self._active) == 1
        most = self._workers if alone else max(self._workers // 2, 1)
        if account.last_response_at == -math.inf and account.down is None:
            most = 1
        if account.requests and account.in_flight < most and account not in self._turns:
            self._turns.append(account)

    def _plan_account(self, account_id: str) -> None:
        """Plan an account for the reports that are queued for it."""
        runs = self._queue.pop(account_id, [])
        if not runs:
            return
        account = self._accounts.setdefault(account_id, _Account(account_id))
        self._active[account_id] = account
        account.plans += len(runs)
        for run in runs:
            try:
                pending = _Pending(run, run.plan(account_id))
            except Exception as failure:
                self._end(account, run, failure)
            else:
                self._advance(account, pending, None)

    def _advance(self, account: _Account, pending: _Pending, answers: Sequence[Sequence[Activity]] | None) -> None:
        """Go on with a plan until it ends, or until X must be asked for something that is not known yet."""
        run = pending.run
        try:
            while True:
                # The first `send` of a generator takes None alone.
                pending.wanted = pending.plan.send(answers)  # type: ignore[arg-type]
                known = [account.answers.get(question) for question in pending.wanted]
                failure = next((answer for answer in known if isinstance(answer, Exception)), None)
                if failure is not None:
                    raise failure
                if None in known:
                    break
                answers = [answer for answer in known if isinstance(answer, list)]
        except StopIteration as end:
            self._end(account, run, end.value)
            return
        # An unforeseen error stays with its account too.
        except Exception as failure:
            self._end(account, run, failure)
            return
        context = RequestContext(run.name, account.account_id)
        for question in pending.wanted:
            if question in account.answers:
                continue
            pending.missing += 1
            if question not in account.asking:
                account.requests.append(_Request(question, context))
            account.asking.setdefault(question, []).append(pending)
        self._take_turn(account)

    def _answered(self, account: _Account, request: _Request, path: str, response: ApiResponse) -> None:
        account.last_response_at = self._loop.now()
        account.in_flight -= 1
        request.found += response.document["data"]
        outcome: list[Activity] | Exception = request.found
        try:
            request.cursor = next_cursor(response.document, request.cursors, path, request.context)
        except ApiFailure as failure:
            outcome, request.cursor = failure, None
        if request.cursor is not None:
            account.requests.appendleft(request)
        self._take_turn(account)
        if request.cursor is None:
            self._answer(account, request.question, outcome)

    def _failed(self, account: _Account, question: Question, began: float, failure: Exception) -> None:
        lasting = isinstance(failure, ApiFailure) and failure.failure_type is FailureType.transient_error
        if lasting and account.last_response_at < began:
            # Nothing else was answered meanwhile: the endpoint is down for this account.
            account.down = failure  # type: ignore[assignment]
        account.in_flight -= 1
        self._take_turn(account)
        self._answer(account, question, failure)

    def _answer(self, account: _Account, question: Question, answer: list[Activity] | Exception) -> None:
        account.answers[question] = answer
        for pending in account.asking.pop(question, ()):
            pending.missing -= 1
            if pending.missing == 0:
                answers = [account.answers[wanted] for wanted in pending.wanted]
                failure = next((one for one in answers if isinstance(one, Exception)), None)
                if failure is None:
                    self._advance(account, pending, [one for one in answers if isinstance(one, list)])
                else:
                    pending.plan.close()
                    self._end(account, pending.run, failure)

    def _end(self, account: _Account, run: ReportRun, outcome: list[PlannedWindow] | Exception) -> None:
        account.planned.add(run.name)
        account.plans -= 1
        if account.plans == 0:
            self._active.pop(account.account_id, None)
        self._forget(account)
        if isinstance(outcome, Exception):
            self._outcomes.plan_failed(run, account.account_id, self._explained(run, account, outcome))
        else:
            self._outcomes.planned(run, account.account_id, outcome)

    @staticmethod
    def _explained(run: ReportRun, account: _Account, failure: Exception) -> Exception:
        if not isinstance(failure, ApiFailure):
            return failure
        context = RequestContext(run.name, account.account_id)
        if failure.context.stream != run.name:
            failure = shared(failure, context, ACTIVITY)
        return explained(failure, retired_parts(run.definition), context, "to say what was active")

    def _forget(self, account: _Account) -> None:
        if self._expected <= account.planned and not account.plans:
            self._accounts.pop(account.account_id, None)

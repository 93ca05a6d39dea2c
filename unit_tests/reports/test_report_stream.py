# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which windows a report hands out in which order, and what it keeps meanwhile."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from itertools import islice
from sys import getsizeof
from typing import Any

import pytest
from airbyte_cdk.models import SyncMode
from airbyte_cdk.sources.message import NoopMessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_twitter_ads.api.answers import Answer
from source_twitter_ads.api.errors import BY_CODE, ApiFailure, Skipped, Where
from source_twitter_ads.reports.activity import ActivityFeed
from source_twitter_ads.reports.cursor import ReportCursor
from source_twitter_ads.reports.shared import SharedReports
from source_twitter_ads.streams.report import Report
from unit_tests.reports.builders import report
from unit_tests.reports.fakes import Read, refusal, settings

AHEAD = 8


class FakeX:
    """X, with accounts in which campaigns were active, and the services of a sync that reads them.

    Attributes:
        before: account id → runs before X tells of that account's activity.
        asked: questions for activity: (account id, start).
        campaigns: those that were active, in every period.
    """

    def __init__(self, *account_ids: str) -> None:
        self.settings = settings(start_date="2026-01-01")
        self.transport = self.accounts = self
        self.before: dict[str, Callable[[], object]] = {}
        self.asked: list[tuple[str, str]] = []
        self.campaigns = ["c1"]
        self._ids = account_ids

    def ids(self) -> list[str]:
        """The accounts to read."""
        return list(self._ids)

    def records(self) -> Mapping[str, Mapping[str, Any]]:
        """The accounts as X shows them."""
        return {account_id: {"timezone": "Etc/UTC"} for account_id in self._ids}

    def skips(self, failure: ApiFailure) -> bool:
        """Whether there is nothing to read."""
        return isinstance(failure, Skipped)

    def get(self, path: str, params: Mapping[str, str], where: Where, read: Read) -> Answer:
        """Tell what was active."""
        account_id = path.split("/")[2]
        self.before.get(account_id, int)()
        self.asked.append((account_id, params["start_time"]))
        times = {"activity_start_time": params["start_time"], "activity_end_time": params["start_time"]}
        # X's ids come out of a parser, each time as new objects.
        ids = ["".join(campaign) for campaign in map(list, self.campaigns)]
        return Answer(200, {}, {"data": [read({"entity_id": one, "placements": ["TREND"], **times}) for one in ids]})


class EmptyWindows:
    """Reads windows in which nothing is."""

    def settle(self, *_: object) -> None:
        """There are no jobs."""

    def read_window(self, *_: object) -> tuple[()]:
        """Nothing."""
        return ()


def shared_of(x: Any) -> SharedReports:
    shared = SharedReports(x, NoopMessageRepository())
    shared.retriever = lambda *_: EmptyWindows()  # type: ignore[method-assign,assignment]
    return shared


def stream(shared: SharedReports, **entry: Any) -> Report:
    definition = report(**entry)
    return Report(definition, shared, ReportCursor(definition.name, "date", {}, NoopMessageRepository()))


def slices(reading: Report) -> Any:
    return iter(reading.stream_slices())


def accounts(found: Any, count: int | None = None) -> list[str]:
    return [one["account_id"] for one in islice(found, count)]


def read(reading: Report, stream_slice: StreamSlice) -> None:
    list(reading.read_records(SyncMode.incremental, stream_slice=stream_slice))


def raiser(failure: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise failure

    return fail


class TestTurns:
    def test_given_two_accounts_when_sliced_then_their_windows_take_turns_oldest_first(self) -> None:
        found = list(slices(stream(shared_of(FakeX("1a", "1b")))))
        # What was handed out before both were planned is left aside.
        both = accounts(found)[AHEAD:]
        mine = [one["start"] for one in found if one["account_id"] == "1a"]
        assert len(mine) > AHEAD
        assert mine == sorted(mine)
        assert set(both[:2]) == {"1a", "1b"}

    def test_given_a_plan_that_takes_long_when_sliced_then_no_account_is_more_than_few_windows_ahead(self) -> None:
        x, release = FakeX("1a", "1slow"), threading.Event()
        x.before["1slow"] = release.wait
        found = slices(stream(shared_of(x)))
        assert accounts(found, AHEAD) == ["1a"] * AHEAD
        threading.Timer(0.1, release.set).start()
        assert "1slow" in accounts(found, 2)

    def test_given_a_plan_that_takes_long_when_windows_are_read_then_the_other_account_goes_on(self) -> None:
        x, release = FakeX("1a", "1slow"), threading.Event()
        x.before["1slow"] = release.wait
        reading = stream(shared_of(x))
        found = slices(reading)
        for stream_slice in islice(found, AHEAD):
            read(reading, stream_slice)
        assert accounts(found, 2) == ["1a"] * 2
        release.set()
        list(found)

    @pytest.mark.parametrize("failure", [refusal(403), KeyError("unforeseen")])
    def test_given_a_plan_that_fails_when_sliced_then_one_slice_that_raises_and_the_others_are_whole(
        self, failure: Exception
    ) -> None:
        x = FakeX("1a", "1bad")
        x.before["1bad"] = raiser(failure)
        reading = stream(shared_of(x))
        found = list(slices(reading))
        (bad,) = (one for one in found if one["account_id"] == "1bad")
        assert len(found) > AHEAD
        with pytest.raises(type(failure)):
            read(reading, bad)


class TestMemory:
    @pytest.fixture
    def feeds(self, monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[ActivityFeed]]:
        made: list[weakref.ref[ActivityFeed]] = []
        original = ActivityFeed.__init__

        def noted(self: ActivityFeed, *arguments: Any) -> None:
            made.append(weakref.ref(self))
            original(self, *arguments)

        monkeypatch.setattr(ActivityFeed, "__init__", noted)
        return made

    def test_given_many_entities_when_their_windows_wait_then_an_entity_takes_a_few_bytes_of_each(self) -> None:
        x = FakeX("1a")
        x.campaigns = [f"c{number}" for number in range(200)]
        waiting = [one.extra_fields["planned"].entities["TREND"] for one in slices(stream(shared_of(x)))]
        assert {len(ids) for ids in waiting} == {200}
        assert max(map(getsizeof, waiting)) < 200 * 10
        assert len({id(one) for ids in waiting for one in ids}) == 200

    def test_given_two_reports_when_the_last_has_planned_an_account_then_its_activity_is_gone(
        self, feeds: list[weakref.ref[ActivityFeed]]
    ) -> None:
        x, release = FakeX("1a", "1slow"), threading.Event()
        x.before["1slow"] = release.wait
        shared = shared_of(x)
        first, second = slices(stream(shared)), slices(stream(shared, name="second"))
        # The engine begins all reports at once.
        shared.feeds.begin("second")
        accounts(first, AHEAD)
        gone = [[one() for one in feeds].count(None)]
        accounts(second, AHEAD)
        gone.append([one() for one in feeds].count(None))
        release.set()
        for found in (first, second):
            list(found)
        gone.append([one() for one in feeds].count(None))
        assert gone == [0, 1, 2]
        assert len(x.asked) == len(set(x.asked))

    def test_given_a_report_that_is_not_read_when_the_others_have_planned_then_it_keeps_nothing_alive(
        self, feeds: list[weakref.ref[ActivityFeed]]
    ) -> None:
        shared = shared_of(FakeX("1a", "1b"))
        reading, _unread = stream(shared), stream(shared, name="unread")
        accounts(slices(reading), 2 * AHEAD + 1)
        assert [one() for one in feeds] == [None, None]

    def test_given_a_plan_that_fails_when_it_has_ended_then_the_account_counts_as_planned(
        self, feeds: list[weakref.ref[ActivityFeed]]
    ) -> None:
        x = FakeX("1bad")
        x.before["1bad"] = raiser(Skipped(BY_CODE["FEATURE_NOT_AVAILABLE"], Where("spend"), "no access"))
        assert list(slices(stream(shared_of(x)))) == []
        assert [one() for one in feeds] == [None]

    def test_given_a_report_that_ends_early_when_others_have_planned_then_it_keeps_nothing_alive(
        self, feeds: list[weakref.ref[ActivityFeed]]
    ) -> None:
        shared = shared_of(FakeX("1a"))
        shared.feeds.begin("ends early")
        list(slices(stream(shared)))
        assert [one() is None for one in feeds] == [False]
        shared.feeds.end("ends early")
        assert [one() for one in feeds] == [None]

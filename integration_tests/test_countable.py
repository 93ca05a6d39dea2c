# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The countable costs of a sync: requests, connections, bytes, requests in flight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integration_tests.conftest import NO_LIMITS, small_world
from integration_tests.connector import GLOBAL_LISTS, INCREMENTAL, STREAMS, run, run_here
from integration_tests.entities import differences, expected
from integration_tests.reports import harness as reports
from x_ads_emulator.client import Emulator
from x_ads_emulator.routes.endpoints import ACCOUNT_ENDPOINTS, ACCOUNTS
from x_ads_emulator.routes.endpoints_global import GLOBAL_ENDPOINTS
from x_ads_emulator.world.spec import AccountSpec, WorldSpec

WORKERS = 4
Start = Callable[..., Emulator]


@pytest.fixture(scope="module")
def slow() -> Iterator[Emulator]:
    """Two accounts behind a network that takes its time, so that requests overlap."""
    with Emulator.start(small_world(), settings={**NO_LIMITS, "latency_ms": 20}) as emulator:
        yield emulator


def reads(emulator: Emulator) -> Counter[tuple[Any, ...]]:
    """Requests per path and parameters."""
    return Counter((e["path"], tuple(sorted(e["params"].items()))) for e in emulator.requests())


def at_once(entries: list[dict[str, Any]]) -> list[int]:
    """For each request, how many of them were in flight when it arrived."""
    return [sum(e["time"] <= one["time"] < e["time"] + e["duration"] for e in entries) for one in entries]


def whole(emulator: Emulator) -> list[dict[str, Any]]:
    """All targeting criteria."""
    return expected(emulator.world, "targeting_criteria")


class TestWholeSync:
    @pytest.fixture(scope="class")
    @staticmethod
    def synced(slow: Emulator) -> Emulator:
        """All streams were read once, by four workers."""
        slow.reset_log()
        output = run("read", slow.config(num_workers=WORKERS))
        assert output.exit_code == 0
        return slow

    def test_given_all_streams_when_read_then_requests_in_flight_stay_within_workers(self, synced: Emulator) -> None:
        assert 1 < synced.stats()["peak_concurrent"] <= WORKERS

    def test_given_all_streams_when_read_then_connections_stay_within_workers(self, synced: Emulator) -> None:
        assert synced.stats()["connections"] <= WORKERS

    def test_given_all_streams_when_read_then_only_shared_collections_are_read_twice(self, synced: Emulator) -> None:
        again = {path for (path, _), times in reads(synced).items() if times > 1}

        # TV shows are read by market, and the markets are a stream too.
        assert again <= {"/12/targeting_criteria/tv_markets"}

    def test_given_all_streams_when_read_then_only_documented_parameters_are_sent(self, synced: Emulator) -> None:
        """X ignores unknown parameters (docs/x-ads-api.md §2.1): a misspelt filter would go unnoticed."""
        endpoints = (ACCOUNTS, *ACCOUNT_ENDPOINTS, *GLOBAL_ENDPOINTS)
        documented = {endpoint.key: {param.name for param in endpoint.params} for endpoint in endpoints}

        sent = {(e["endpoint"], name) for e in synced.requests() for name in e["params"]}

        assert {(endpoint, name) for endpoint, name in sent if name not in documented[endpoint]} == set()

    def test_given_small_collections_when_read_then_each_costs_one_request_per_account(self, synced: Emulator) -> None:
        asked = Counter(e["endpoint"] for e in synced.requests())
        per_account = set(INCREMENTAL) - {"accounts", "tailored_audiences", "tweets", "cards"}

        assert {name: asked[f"accounts/:id/{path_of(name)}"] for name in per_account - {"line_items"}} == dict.fromkeys(
            per_account - {"line_items"}, 2
        )


class TestCriteria:
    def test_given_many_accounts_when_criteria_are_read_then_line_items_come_in_parallel(self, start: Start) -> None:
        accounts = [f"1account{number}" for number in range(12)]
        emulator = start(small_world(*accounts, volumes={"line_items": 2, "targeting_criteria": 3}), latency_ms=100)

        output = run_here(emulator.config("2010-01-01", num_workers=6), ["targeting_criteria"])

        line_items = [e for e in emulator.requests() if e["endpoint"] == "accounts/:id/line_items"]
        assert len(line_items) == len(accounts)
        assert max(at_once(line_items)) > 3
        assert differences("targeting_criteria", output.records["targeting_criteria"], whole(emulator)) == []


class TestLargeCollection:
    def test_given_pages_when_read_then_each_is_fetched_once_and_nothing_behind_the_last(self, start: Start) -> None:
        emulator = start(small_world("1first", volumes={"line_items": 2500}))

        output = run("read", emulator.config(), ["line_items"])

        pages = [e for e in emulator.requests() if e["endpoint"] == "accounts/:id/line_items"]
        expected = -(-len(output.records["line_items"]) // 1000)
        assert len(pages) == expected

    def test_given_one_page_when_read_then_the_lines_are_little_longer_than_the_page(self, start: Start) -> None:
        emulator = start(small_world("1first", volumes={"line_items": 800}))

        output = run("read", emulator.config(), ["line_items"])

        lines = [line for line in output.lines if line.startswith(b'{"type":"RECORD"')]
        (page,) = (e["bytes"] for e in emulator.requests() if e["endpoint"] == "accounts/:id/line_items")
        assert sum(map(len, lines)) < page + len(lines) * 130

    def test_given_large_collections_unchanged_when_synced_then_each_costs_one_request(self, start: Start) -> None:
        emulator = start(small_world("1first", "2second", volumes={"line_items": 2500, "campaigns": 1500}))
        streams = ["campaigns", "line_items"]
        first = run("read", emulator.config(), streams)
        emulator.reset_log()

        run("read", emulator.config(), streams, first.state)

        asked = Counter((e["endpoint"], e["account_id"]) for e in emulator.requests())
        of_streams = {f"accounts/:id/{name}" for name in streams}
        assert asked == {
            ("accounts", None): 1,
            **{(endpoint, account): 1 for endpoint in of_streams for account in ("1first", "2second")},
        }


class TestManyAccounts:
    def test_given_more_accounts_than_workers_when_read_then_all_workers_are_busy(self, start: Start) -> None:
        ids = [f"1account{n}" for n in range(12)]
        accounts = [AccountSpec(i, volumes={"line_items": 30}, examples=False) for i in ids]
        emulator = start(WorldSpec(accounts=accounts, shared_audience=False), latency_ms=50)

        run("read", emulator.config(num_workers=WORKERS), ["line_items"])

        stats = emulator.stats()
        assert (stats["peak_concurrent"], stats["connections"]) == (WORKERS, WORKERS)


def path_of(stream: str) -> str:
    """The collection behind a stream (docs/x-ads-api.md §5)."""
    renamed = {
        "cards_poll": "cards/poll",
        "cards_image_conversation": "cards/image_conversation",
        "cards_video_conversation": "cards/video_conversation",
    }
    return renamed.get(stream, stream)


def test_given_the_lists_of_this_test_then_they_cover_all_streams() -> None:
    assert set(STREAMS) == set(INCREMENTAL) | GLOBAL_LISTS | {"targeting_criteria"}


class TestReports:
    def test_given_slow_jobs_when_some_are_ready_then_files_are_fetched_while_others_run(
        self,
    ) -> None:
        with reports.start(
            reports.account("1a", volumes={"line_items": 100}), job_seconds=1.0, job_limit=2
        ) as emulator:
            lines = reports.report("lines")
            output = reports.sync(emulator.config("2026-03-01", end_date="2026-03-03", reports=[lines]))
            log = emulator.requests()
            truth = reports.truth(emulator, lines, "1a", "2026-03-01", "2026-03-04")

        jobs = [e["time"] for e in log if e["method"] == "POST"]
        files = [e["time"] for e in log if e["endpoint"] == "result_file"]
        assert len(jobs) == len(files) > 2
        # The jobs that were created last end a second later.
        assert sum(fetched < jobs[-1] + 1.0 for fetched in files) >= len(files) - 2
        assert reports.held([output], "lines", "1a") == truth

    def test_given_many_jobs_when_read_then_pages_and_files_do_not_wait_for_the_last_job(
        self,
    ) -> None:
        accounts = [reports.account(f"1account{n}", volumes={"campaigns": 3, "line_items": 3}) for n in range(12)]
        hours = reports.report("hours", entity="LINE_ITEM", granularity="HOUR")
        with reports.start(*accounts, latency_ms=100, job_seconds=0.5) as emulator:
            config = emulator.config("2026-07-01T00:00:00Z", end_date="2026-09-30", reports=[hours], num_workers=3)
            output = reports.sync(config, ["hours", "campaigns"])
            log = emulator.requests()

        last_job = max(e["time"] for e in log if e["method"] == "POST")
        pages = [e["time"] for e in log if e["endpoint"] == "accounts/:id/campaigns"]
        files = [e["time"] for e in log if e["endpoint"] == "result_file"]
        assert (output.exit_code, len(pages)) == (0, len(accounts))
        assert max(pages) < last_job
        assert sum(fetched < last_job for fetched in files) > len(files) / 5

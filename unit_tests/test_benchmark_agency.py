# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Judgements of the benchmarks of many accounts on a run and its log; nothing is started here."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from benchmarks import agency, bound, exact, worlds
from benchmarks.measure import RunFailed, Sample
from benchmarks.result import Options, Result
from benchmarks.watch import Drain
from integration_tests.truth import expected_rows
from x_ads_emulator.world.spec import AccountSpec, WorldSpec
from x_ads_emulator.world.world import World

IDS = worlds.agency_ids(20)
OPTIONS = Options(scale=0.02, repeats=1, slow_repeats=1, singer=None)
#: A run at which every goal is met: 20 requests that plan and create, 40 in all, jobs of 12 s, 225 or 100 ms each.
GOOD = Sample(
    seconds=14.0,
    reading_seconds=13.0,
    cpu_seconds=1.0,
    peak_mb=100.0,
    records=1_000,
    bytes=1_000_000,
    requests=40,
    connections=1,
    peak_concurrent=10,
    threads=20,
    state_bytes=10,
    record_bytes=1_000,
    last_rows={exact.text_of(one): 30.0 for one in IDS},
)


def entry(endpoint: str, method: str = "GET", status: int = 200, **more: Any) -> dict[str, Any]:
    return {"endpoint": endpoint, "method": method, "status": status, "refused": None, "account_id": None, **more}


LOG = [
    entry("accounts"),
    *[entry("stats/accounts/:id/active_entities")] * 9,
    *[entry(bound.STATUS, "POST")] * 10,
    *[entry(bound.STATUS)] * 10,
    *[entry("result_file")] * 10,
]
JOBS = [{"account_id": one, "seconds": 12.0} for one in IDS[:10]]


class Server:
    """A world without a server, and the log of one sync."""

    def __init__(self, log: list[dict[str, Any]]) -> None:
        self.log = log
        self.syncs = 0
        specs = [AccountSpec(one, volumes={}, examples=False) for one in IDS[:4]]
        self.world = World.build(WorldSpec(accounts=specs, shared_audience=False))

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def config(self, *_: object, **more: Any) -> dict[str, Any]:
        return more

    def requests(self) -> list[dict[str, Any]]:
        return self.log

    def stats(self) -> dict[str, Any]:
        return {"analytics": {"jobs": JOBS * self.syncs}}


Bench = Callable[..., Result]


@pytest.fixture
def bench(mocker: MockerFixture, tmp_path: Path) -> Bench:
    """A function that runs a case with given samples, in turn, and one log."""

    def bench(
        case: Callable[[Options], Result],
        samples: Iterable[Sample | None] = (),
        log: list[dict[str, Any]] = LOG,
        problems: Iterable[str] = (),
    ) -> Result:
        server, left = Server(log), [*samples]

        def run(_contender: object, _emulator: object, _seconds: float, states: Path, **_: object) -> Sample:
            sample = left.pop(0) if left else GOOD
            if sample is None:
                raise RunFailed("no memory")
            states.write_text(json.dumps({"state": {"stream": {"stream_descriptor": {"name": "r"}}}}) + "\n")
            server.syncs += 1
            return sample

        mocker.patch("benchmarks.worlds.agency", return_value=server)
        mocker.patch("benchmarks.agency.run", side_effect=run)
        mocker.patch("benchmarks.agency.OUT", tmp_path)
        mocker.patch("benchmarks.agency.compare", return_value=exact.Comparison(2, 100, list(problems)))
        return case(OPTIONS)

    return bench


def unmet(result: Result) -> list[str]:
    return [what for what, _, _, met in result.checks if not met]


class TestBound:
    def test_given_a_log_when_counted_then_planning_and_creating_requests_count_apart(self) -> None:
        assert bound.planned_and_created(LOG) == 20

    @pytest.mark.parametrize(
        ("latency", "workers", "longest", "seconds"),
        [(0.5, 10, 30.0, 20 * 0.5 / 10 + 30 + 0.5), (0.5, 10, 0.1, 40 * 0.5 / 10), (1.0, 1, 5.0, 40.0)],
        ids=["jobs", "requests", "one-worker"],
    )
    def test_given_a_log_when_bound_then_the_larger_of_chain_and_all_requests_counts(
        self, latency: float, workers: int, longest: float, seconds: float
    ) -> None:
        assert bound.bound(LOG, latency, workers, longest) == pytest.approx(seconds)

    def test_given_no_jobs_when_bound_then_planning_alone_counts(self) -> None:
        assert bound.bound(LOG[:10], 0.5, 10, 0.0) == pytest.approx(0.5)

    @pytest.mark.parametrize(("accounts", "jobs", "seconds"), [(2_000, 1, 0), (2_001, 1, 900), (50, 8_000, 900)])
    def test_given_jobs_when_the_user_limit_is_reached_then_polling_takes_whole_windows(
        self, accounts: int, jobs: int, seconds: int
    ) -> None:
        made = [{"account_id": one, "seconds": 1.0} for one in range(accounts) for _ in range(jobs)]
        assert bound.status_limit_demands(made) == seconds

    def test_given_refusals_when_counted_then_only_those_of_status_requests_do(self) -> None:
        log = [entry(bound.STATUS, status=429), entry(bound.STATUS, "POST", 429), entry("accounts", status=429)]
        assert bound.refused_status_requests(log) == 1


class TestCases:
    @pytest.mark.parametrize("case", agency.CASES.values(), ids=agency.CASES)
    def test_given_good_runs_when_judged_then_every_goal_is_met(
        self, bench: Bench, case: Callable[[Options], Result]
    ) -> None:
        result = bench(case)
        assert unmet(result) == []
        assert result.checks

    @pytest.mark.parametrize(
        ("change", "checks"),
        [
            ({"reading_seconds": 60.0}, ["first: time from the first request on / bound"]),
            ({"threads": agency.I_WORKERS + 17}, ["first: threads, at most 66"]),
            ({"peak_mb": 301.0}, ["first: peak memory"]),
            ({"state_bytes": 101}, ["20 accounts: bytes of STATE / of RECORD lines"]),
        ],
        ids=str,
    )
    def test_given_a_first_sync_of_many_accounts_when_a_figure_is_too_large_then_unmet(
        self, bench: Bench, change: Mapping[str, Any], checks: list[str]
    ) -> None:
        assert unmet(bench(agency.case_i, [replace(GOOD, **change)])) == checks

    def test_given_a_second_sync_when_it_is_slow_then_its_goal_is_not_met(self, bench: Bench) -> None:
        result = bench(agency.case_i, [GOOD, replace(GOOD, reading_seconds=60.0)])
        assert unmet(result) == ["second: time from the first request on / bound"]

    @pytest.mark.parametrize("workers", agency.H_WORKERS)
    def test_given_a_slow_run_with_some_workers_when_judged_then_its_goal_is_not_met(
        self, bench: Bench, workers: int
    ) -> None:
        samples = [replace(GOOD, reading_seconds=40.0) if one == workers else GOOD for one in agency.H_WORKERS]
        assert unmet(bench(agency.case_h, samples)) == [f"{workers} workers: time from the first request on / bound"]

    @pytest.mark.parametrize("case", agency.CASES.values(), ids=agency.CASES)
    def test_given_a_run_that_fails_when_judged_then_a_check_is_not_met(
        self, bench: Bench, case: Callable[[Options], Result]
    ) -> None:
        result = bench(case, [None])
        assert any(what.startswith("runs of source-twitter-ads") for what in unmet(result))
        assert any("no memory" in note for note in result.notes)

    @pytest.mark.parametrize("case", agency.CASES.values(), ids=agency.CASES)
    def test_given_rows_that_differ_when_judged_then_a_check_is_not_met(
        self, bench: Bench, case: Callable[[Options], Result]
    ) -> None:
        result = bench(case, problems=["likes is 3, expected 4"])
        assert {what.rpartition(": ")[2] for what in unmet(result)} == {"rows as the server has them"}
        assert any("likes is 3" in note for note in result.notes)

    def test_given_a_refused_request_when_judged_then_a_check_is_not_met(self, bench: Bench) -> None:
        log = [*LOG, entry(bound.STATUS, "POST", 400, refused="TOO_MANY_JOBS")]
        assert unmet(bench(agency.case_h, log=log)) == [f"{one} workers: refused requests: 0" for one in (10, 50)]

    def test_given_a_status_request_that_came_to_429_when_judged_then_a_check_is_not_met(self, bench: Bench) -> None:
        log = [*LOG, entry(bound.STATUS, status=429, refused="TOO_MANY_REQUESTS")]
        assert "status limit of the user: status requests that came to 429: 0" in unmet(bench(agency.case_i, log=log))

    @pytest.mark.parametrize(("seconds", "met"), [(25.0, True), (33.9, True), (34.1, False), (None, False)])
    def test_given_one_account_that_hangs_when_another_ends_later_then_the_goal_fails(
        self, bench: Bench, seconds: float | None, met: bool
    ) -> None:
        text = exact.text_of(IDS[2])
        last = {name: moment for name, moment in GOOD.last_rows.items() if name != text}
        disturbed = replace(GOOD, last_rows=last if seconds is None else {**last, text: seconds})
        expected = [] if met else [f"last row of {IDS[2]}, at most 10 % and 1 s later"]
        assert unmet(bench(agency.case_j, [GOOD, disturbed])) == expected

    def test_given_accounts_of_all_kinds_when_sampled_then_some_of_each_are_compared(self) -> None:
        busy = {"from": "2026-01-01", "to": "2026-12-31"}
        specs = [AccountSpec(one, volumes={}, activity=busy if n % 2 else None) for n, one in enumerate(IDS)]

        class Emulator:
            world = World.build(WorldSpec(accounts=specs))

        chosen = agency.sampled(Emulator())  # type: ignore[arg-type]
        assert len(chosen) == 6
        assert sum(Emulator.world.spec_of(one).activity is None for one in chosen) == 2


FIRST, END = date(2026, 10, 1), date(2026, 10, 4)


@pytest.fixture(scope="module")
def world() -> World:
    """One account with entities that are always active."""
    busy = {"from": "2026-01-01", "to": "2026-12-31"}
    volumes = dict.fromkeys(worlds.AGENCY_VOLUMES, 1)
    spec = AccountSpec(IDS[0], timezone="Etc/UTC", volumes=volumes, examples=False, activity=busy)
    return World.build(WorldSpec(now="2026-11-01T00:00:00Z", accounts=[spec]))


@pytest.fixture(scope="module")
def lines(world: World) -> list[str]:
    """The true rows of all reports, as the connector writes them."""
    return [
        json.dumps({"type": "RECORD", "record": {"stream": report, "data": row}})
        for report, entity in exact.REPORTS.items()
        for row in true_rows(world, entity)
    ]


def true_rows(world: World, entity: str) -> Iterable[dict[str, Any]]:
    """The rows of one kind of entity."""
    found = expected_rows(
        world,
        account_id=IDS[0],
        entity=entity,
        granularity="DAY",
        metric_groups=["ENGAGEMENT", "BILLING", "VIDEO", "WEB_CONVERSION"],
        first_day=FIRST,
        last_day_exclusive=END,
    )
    for (account_id, entity_id, placement, day, _), metrics in found.items():
        keys = {"account_id": account_id, "entity_id": entity_id, "placement": placement, "date": day}
        yield {**keys, "granularity": "DAY", "segment_value": None, **metrics}


class TestExact:
    def _compare(self, world: World, folder: Path, *syncs: list[str]) -> exact.Comparison:
        paths = [folder / f"{number}.txt" for number in range(len(syncs))]
        for path, lines in zip(paths, syncs, strict=True):
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return exact.compare(world, paths, [IDS[0]], FIRST, END)

    def test_given_the_truth_when_compared_then_it_is_exact(
        self, world: World, lines: list[str], tmp_path: Path
    ) -> None:
        found = self._compare(world, tmp_path, lines)
        assert (found.problems, found.keys, found.is_exact) == ([], len(lines), True)

    def test_given_one_number_or_row_that_is_wrong_when_compared_then_it_is_not_exact(
        self, world: World, lines: list[str], tmp_path: Path
    ) -> None:
        wrong = json.loads(lines[0])
        wrong["record"]["data"]["impressions"] += 1
        assert not self._compare(world, tmp_path, [json.dumps(wrong), *lines[1:]]).is_exact
        assert not self._compare(world, tmp_path, lines[1:]).is_exact
        assert not self._compare(world, tmp_path, []).is_exact
        assert self._compare(world, tmp_path, [json.dumps(wrong), *lines[1:]], lines[:1]).is_exact

    def test_given_rows_of_unsettled_days_when_compared_then_they_do_not_count(
        self, world: World, lines: list[str], tmp_path: Path
    ) -> None:
        later = json.loads(lines[0])
        later["record"]["data"]["date"] = END.isoformat()
        assert self._compare(world, tmp_path, [*lines, json.dumps(later)]).is_exact


class TestWatch:
    RECORD = b'{"type":"RECORD","record":{"data":{"account_id":"1a","name":"{\\"type\\":\\"STATE\\""}}}\n'
    STATE = b'{"type":"STATE","state":{"partition":{"account_id":"1a"}}}\n'
    LOG = b'{"type":"LOG","log":{"message":"\xe2\x80\xa8"}}\n'

    def _drained(self, text: bytes, *texts: str) -> tuple[Drain, bytes, bytes]:
        states, rows = io.BytesIO(), io.BytesIO()
        reader, writer = os.pipe()
        os.write(writer, text)
        os.close(writer)
        drain = Drain('"type":"RECORD"', states, rows, texts)
        drain.read(reader)
        os.close(reader)
        return drain, states.getvalue(), rows.getvalue()

    def test_given_lines_of_all_kinds_when_drained_then_bytes_are_counted_by_kind(self) -> None:
        drain, states, _ = self._drained(self.RECORD + self.STATE + self.RECORD + self.LOG + self.STATE)
        assert states == self.STATE * 2
        assert drain.counts == {
            "records": 2,
            "bytes": 2 * len(self.RECORD + self.STATE) + len(self.LOG),
            "state_bytes": 2 * len(self.STATE),
            "record_bytes": 2 * len(self.RECORD),
        }

    def test_given_texts_when_drained_then_matching_records_are_kept_and_timed(self) -> None:
        other = self.RECORD.replace(b"1a", b"2b")
        drain, _, rows = self._drained(self.STATE + other + self.RECORD, exact.text_of("1a"), exact.text_of("3c"))
        assert rows == self.RECORD
        assert set(drain.last_seen) == {exact.text_of("1a")}

    def test_given_a_line_that_was_cut_when_drained_then_it_does_not_count(self) -> None:
        drain, _, _ = self._drained(self.RECORD + self.RECORD[:-1])
        assert drain.counts["records"] == 1

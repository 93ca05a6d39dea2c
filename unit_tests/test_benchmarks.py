# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Judgements of the benchmarks on runs that fail or have too few or many records; nothing is started here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from benchmarks import cases, worlds
from benchmarks.__main__ import main
from benchmarks.contenders import BARE, OURS, SERVER, SINGER, STOCK
from benchmarks.measure import Contender, RunFailed, Sample
from benchmarks.result import Options, Result
from x_ads_emulator.world.spec import AccountSpec, WorldSpec
from x_ads_emulator.world.world import World

IDS = worlds.account_ids(cases.MANY_ACCOUNTS)
PER_ACCOUNT, DRAFTS = 20, 10
ROWS = PER_ACCOUNT * len(IDS)
OPTIONS = Options(scale=ROWS / cases.ROWS, repeats=2, slow_repeats=1, singer="tap")
#: Speeds at which every goal is met.
SECONDS = {OURS: 1.0, BARE: 1.0, SERVER: 0.1, STOCK: 100.0, SINGER: 100.0}
FAILS = -1
LATER = "2030-01-01T00:00:00Z"

#: Records of the timed runs by contender; the others write all records.
Outcomes = Mapping[str, Sequence[int]]
Bench = Callable[[Outcomes], None]


class Server:
    """A world of line items without a server; the log of a sync with one request per account."""

    base_url = "http://127.0.0.1:9"

    def __init__(self) -> None:
        specs = [AccountSpec(id_, volumes={"line_items": PER_ACCOUNT}, examples=False) for id_ in IDS]
        self.world = World.build(WorldSpec(accounts=specs, shared_audience=False))

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def config(self) -> dict[str, Any]:
        return {}

    def requests(self) -> list[dict[str, Any]]:
        return [{"endpoint": "line_items", "account_id": id_} for id_ in IDS]


def sample(name: str, records: int) -> Sample:
    took = SECONDS[name]
    counts = {"bytes": 1, "requests": 1, "connections": 1, "peak_concurrent": 1}
    return Sample(took, took, cpu_seconds=1.0, peak_mb=1.0, records=records, **counts)


@pytest.fixture
def server(mocker: MockerFixture, tmp_path: Path) -> Server:
    server = Server()
    mocker.patch("benchmarks.worlds.line_items", return_value=server)
    mocker.patch("benchmarks.cases.OUT", tmp_path)
    return server


@pytest.fixture
def bench(server: Server, mocker: MockerFixture) -> Bench:
    """Sets the number of records of the timed runs of (a) and (b)."""

    def bench(outcomes: Outcomes) -> None:
        left = {name: [*records] for name, records in outcomes.items()}

        def run(contender: Contender, *_: Any) -> Sample:
            records = left[contender.name].pop(0) if left.get(contender.name) else ROWS
            if records == FAILS:
                raise RunFailed(f"{contender.name} did not finish: no memory")
            return sample(contender.name, records)

        mocker.patch("benchmarks.rounds.run", side_effect=run)
        mocker.patch("benchmarks.rounds.written", return_value=(ROWS, 7))
        mocker.patch("benchmarks.cases.run")
        mocker.patch("benchmarks.singer_tap.tap", return_value=Contender(SINGER, [], repeats=1))

    return bench


def unmet(result: Result) -> list[str]:
    return [what for what, _, _, met in result.checks if not met]


class TestTimedRuns:
    @pytest.mark.parametrize("name", [OURS, BARE])
    @pytest.mark.parametrize("outcomes", [[ROWS, FAILS], [FAILS, FAILS], [ROWS - 1], [ROWS, ROWS + 1]], ids=str)
    def test_given_a_run_that_fails_or_differs_in_records_when_judged_then_a_check_fails(
        self, bench: Bench, name: str, outcomes: list[int]
    ) -> None:
        bench({name: outcomes})
        assert unmet(cases.case_b(OPTIONS)) == [f"runs of {name} with all {ROWS} records"]

    def test_given_downloads_that_fail_when_judged_then_a_check_is_not_met(self, bench: Bench) -> None:
        """Without the downloads alone, the server could be the bottleneck unnoticed."""
        bench({SERVER: [FAILS, FAILS]})
        assert unmet(cases.case_b(OPTIONS)) == [f"runs of {SERVER} that finished"]

    def test_given_runs_of_ours_that_all_fail_when_the_benchmarks_end_then_so_do_they(
        self, bench: Bench, mocker: MockerFixture, tmp_path: Path
    ) -> None:
        bench({OURS: [FAILS, FAILS]})
        words = ["--cases", "b", "--scale", str(OPTIONS.scale), "--repeats", "2", "--no-singer"]
        mocker.patch.object(sys, "argv", ["benchmarks", *words, "--output", str(tmp_path / "results.md")])
        assert main() == 1
        assert f"runs of {OURS} with all {ROWS} records | **0 of 2** | yes | NOT MET" in (
            (tmp_path / "results.md").read_text(encoding="utf-8")
        )


class TestPeers:
    @pytest.mark.parametrize("name", [SINGER, STOCK])
    def test_given_a_peer_that_wrote_fewer_records_when_judged_then_it_is_only_noted(
        self, bench: Bench, name: str
    ) -> None:
        bench({name: [ROWS - 50]})
        result = cases.case_b(OPTIONS)
        assert unmet(result) == []
        assert f"{name} wrote {ROWS - 50} of {ROWS} records." in result.notes
        assert not any("drafts" in note for note in result.notes)

    def test_given_a_tap_that_lacks_the_drafts_when_judged_then_the_note_says_so(self, bench: Bench) -> None:
        bench({SINGER: [ROWS - DRAFTS]})
        notes = cases.case_b(OPTIONS).notes
        assert f"{SINGER} wrote {ROWS - DRAFTS} of {ROWS} records." in notes
        assert f"{SINGER} does not ask for drafts (`with_draft`), and X lists none then." in notes


@pytest.mark.parametrize(("records", "met"), [(11, False), (12, True), (13, False), (ROWS, False)])
def test_given_a_second_sync_when_judged_then_only_records_at_the_bookmark_are_right(
    server: Server, mocker: MockerFixture, records: int, met: bool
) -> None:
    """Ten accounts have one newest line item each; the first has three."""
    newest = [(id_, 0) for id_ in IDS] + [(IDS[0], 1), (IDS[0], 2)]
    for id_, row in newest:
        line_item = server.world.records("line_items", id_)[row]["id"]
        change = {"op": "touch", "stream": "line_items", "account_id": id_, "id": line_item, "updated_at": LATER}
        server.world.mutate(change)

    def run(contender: Contender, _: object, states: Path | None = None) -> Sample:
        if states is None:
            return sample(OURS, records)
        states.write_text(json.dumps({"state": {}}))
        return sample(OURS, ROWS)

    mocker.patch("benchmarks.cases.run", side_effect=run)
    *others, (what, value, _, is_met) = cases.case_f(OPTIONS).checks
    assert (what, value, is_met) == (
        "records, as many as have their account's newest `updated_at`: 12",
        str([records]),
        met,
    )
    assert all(other_met for *_, other_met in others)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The state of reports: it moves window by window, and survives a killed process (docs/x-ads-api.md §9 J7, R12)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from integration_tests.connector import Output, run
from integration_tests.reports.harness import ALWAYS, account, ago, bookmarks, catalog, held, jobs, report, sync, truth
from integration_tests.truth import differences
from x_ads_emulator.client import Emulator

Start = Callable[..., Emulator]
LINES = report("lines")
VOLUMES = {"line_items": 25}


def moves(output: Output, stream: str, account_id: str) -> list[str]:
    """The bookmarks of an account in the order of the state messages, without repetitions."""
    told: list[str] = []
    for message in output.state_messages[stream]:
        for entry in message["stream"]["stream_state"]["states"]:
            bookmark = next(iter(entry["cursor"].values()))
            if entry["partition"]["account_id"] == account_id and bookmark not in told:
                told.append(bookmark)
    return told


def days(output: Output) -> dict[str, set[str]]:
    """The days that were read of each account."""
    found: dict[str, set[str]] = {}
    for row in output.records["lines"]:
        found.setdefault(row["account_id"], set()).add(row["date"])
    return found


@pytest.mark.usefixtures("quick")
def test_given_windows_without_rows_when_read_then_the_state_moves_all_the_same(begin: Start) -> None:
    emulator = begin(account("1a", volumes=VOLUMES, activity={"from": "2026-03-05", "to": "2026-03-09"}))
    output = sync(emulator.config("2026-01-01", end_date="2026-04-10", reports=[LINES]))
    told = moves(output, "lines", "1a")
    assert told == sorted(told)
    assert (told[0], told[-1]) == ("2026-01-31T00:00:00Z", "2026-04-11T00:00:00Z")
    assert set(told) <= {f"{day}T00:00:00Z" for day in ("2026-01-31", "2026-03-02", "2026-04-01", "2026-04-11")}


def test_given_a_killed_process_when_it_reads_on_then_the_union_of_rows_is_the_truth(begin: Start) -> None:
    emulator = begin(account("1a", volumes=VOLUMES), job_seconds=0.2, job_limit=2)
    config = emulator.config("2026-01-01", end_date="2026-06-15", reports=[LINES])

    def second_window_closed(line: bytes) -> bool:
        return b'"STATE"' in line and b"2026-03-" in line

    killed = run("read", config, catalog=catalog(["lines"]), kill_when=second_window_closed)
    assert (killed.exit_code, len(killed.errors)) == (-9, 0)
    reached = bookmarks(killed, "lines")["1a"]
    assert reached >= "2026-03-02T00:00:00Z"
    made = len(jobs(emulator))
    resumed = run("read", config, catalog=catalog(["lines"]), state=killed.state)
    assert resumed.exit_code == 0
    assert min(job["start_time"] for job in jobs(emulator, made)) > "2026-02-01"
    wanted = truth(emulator, LINES, "1a", "2026-01-01", "2026-06-16")
    assert differences(wanted, held([killed, resumed], "lines", "1a")) == []


def test_given_a_process_killed_while_jobs_run_when_it_reads_on_then_it_adopts_them(begin: Start) -> None:
    """No number is computed twice, and a correction made meanwhile arrives (docs/x-ads-api.md §9 J7)."""
    emulator = begin(account("1a", volumes={"line_items": 60}, activity=ALWAYS), job_seconds=6)
    config = emulator.config("2026-01-01", end_date="2026-02-15", reports=[LINES])

    def jobs_are_noted(line: bytes) -> bool:
        return b'"STATE"' in line and line.count(b'"job_id"') == 8

    killed = run("read", config, catalog=catalog(["lines"]), kill_when=jobs_are_noted)
    noted = killed.stream_state("lines")["jobs"]
    made = len(jobs(emulator))
    assert (killed.exit_code, killed.records, len(noted)) == (-9, {}, made)
    resumed = run("read", config, catalog=catalog(["lines"]), state=killed.state)
    assert resumed.exit_code == 0
    taken_over = [job for job in jobs(emulator)[:made] if job["id"] in {entry["job_id"] for entry in noted}]
    assert [job["fetches"] for job in taken_over] == [1] * len(noted)
    wanted = truth(emulator, LINES, "1a", "2026-01-01", "2026-02-16")
    assert differences(wanted, held([resumed], "lines", "1a")) == []
    asked = [(tuple(job["entity_ids"]), job["start_time"], job["placement"]) for job in jobs(emulator)]
    assert len(asked) == len(set(asked))
    assert "jobs" not in resumed.stream_state("lines")


@pytest.mark.usefixtures("quick")
class TestOddStates:
    def state(self, moment: str) -> list[dict[str, Any]]:
        return self.state_of({"states": [{"partition": {"account_id": "1a"}, "cursor": {"date": moment}}]})

    def state_of(self, content: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"type": "STREAM", "stream": {"stream_descriptor": {"name": "lines"}, "stream_state": content}}]

    def test_given_a_state_in_the_future_when_read_then_no_rows_and_the_same_state(self, begin: Start) -> None:
        emulator = begin(account("1a", volumes=VOLUMES))
        config = emulator.config("2026-01-01", reports=[LINES])
        output = sync(config, state=self.state("2999-01-01T00:00:00Z"))
        assert (output.exit_code, output.records, jobs(emulator)) == (0, {}, [])
        assert [bookmarks(output, "lines")] == [{"1a": "2999-01-01T00:00:00Z"}]
        assert len({json.dumps(message["stream"]) for message in output.state_messages["lines"]}) == 1

    def test_given_a_state_of_a_plain_date_when_read_then_the_days_before_it_come_again(self, begin: Start) -> None:
        emulator = begin(account("1a", volumes=VOLUMES))
        config = emulator.config("2026-01-01", reports=[LINES], attribution_window=3)
        bookmark = ago(days=2).date().isoformat()
        output = sync(config, state=self.state(bookmark))
        assert min(row["date"] for row in output.records["lines"]) == ago(days=5).date().isoformat()

    @pytest.mark.parametrize("wrapped", [False, True])
    def test_given_one_bookmark_for_all_accounts_when_read_then_it_counts_for_each(
        self, begin: Start, wrapped: bool
    ) -> None:
        emulator = begin(account("1a", volumes=VOLUMES), account("2b", volumes=VOLUMES))
        config = emulator.config("2026-01-01", end_date="2026-04-10", reports=[LINES], attribution_window=3)
        flat = {"date": "2026-04-01"}
        output = sync(config, state=self.state_of({"state": flat} if wrapped else flat))
        first = {account_id: min(rows) for account_id, rows in days(output).items()}
        assert first == dict.fromkeys(("1a", "2b"), "2026-03-29")
        assert bookmarks(output, "lines") == dict.fromkeys(("1a", "2b"), "2026-04-11T00:00:00Z")


@pytest.mark.usefixtures("quick")
def test_given_totals_when_synced_on_another_day_then_they_lie_on_the_same_grid(begin: Start) -> None:
    emulator = begin(account("1a", "America/Los_Angeles", volumes=VOLUMES))
    entry = report("lines", granularity="TOTAL")
    early = emulator.config("2026-01-01", end_date="2026-03-20", reports=[entry])
    first = sync(early)
    later = sync({**early, "end_date": "2026-04-20"}, state=first.state)
    dates = {row["date"] for row in first.records["lines"]}
    assert dates == {"2026-01-01", "2026-01-31", "2026-03-02"}
    assert {row["date"] for row in later.records["lines"]} == {"2026-03-02", "2026-04-01"}
    rows = held([first, later], "lines", "1a")
    for start, end in (("2026-01-01", "2026-01-31"), ("2026-03-02", "2026-04-01"), ("2026-04-01", "2026-04-21")):
        wanted = truth(emulator, entry, "1a", start, end)
        assert differences(wanted, {key: value for key, value in rows.items() if key[3][:10] == start}) == []

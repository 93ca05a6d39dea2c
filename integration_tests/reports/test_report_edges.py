# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Progress, large reports, and the edges of the configuration (docs/x-ads-api.md §9 R13, R15, R17)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import ROOT, run
from integration_tests.reports.harness import (
    account,
    bookmarks,
    catalog,
    day,
    described,
    held,
    jobs,
    refused,
    report,
    sync,
    truth,
)
from integration_tests.truth import differences
from x_ads_emulator.client import Emulator

Start = Callable[..., Emulator]
VOLUMES = {"line_items": 25}


class TestProgress:
    def test_given_a_slow_job_when_it_runs_then_an_estimate_and_its_progress_are_logged(self, begin: Start) -> None:
        emulator = begin(account("1a", volumes=VOLUMES), job_seconds=25)
        config = emulator.config("2026-11-01", end_date="2026-11-03", reports=[report("lines")])
        output = run("read", config, catalog=catalog(["lines"]))
        lines = [text for text in output.logs if text.startswith("lines: ")]
        assert len(lines) >= 2
        pattern = r"lines: 0 of 1 windows, 0 of 1 accounts, \d jobs running, 0 waiting\."
        assert all(re.fullmatch(pattern, line) for line in lines)
        kinds = [m["trace"]["type"] if m["type"] == "TRACE" else m["type"] for m in output.messages]
        assert kinds.index("ESTIMATE") < kinds.index("RECORD")
        (estimate,) = [m["trace"]["estimate"] for m in output.of_type("TRACE") if m["trace"]["type"] == "ESTIMATE"]
        assert (estimate["name"], estimate["type"]) == ("lines", "STREAM")
        assert estimate["row_estimate"] == len(output.records["lines"])


@pytest.mark.usefixtures("quick")
class TestCalendar:
    def test_given_an_account_that_moved_when_read_then_each_day_is_in_the_zone_of_then(self, begin: Start) -> None:
        switch = {"timezone_switch_at": "2026-05-10T15:00:00Z"}
        emulator = begin(account("1a", "Asia/Tokyo", volumes=VOLUMES, **switch))
        entries = [report("lines"), report("hours", granularity="HOUR")]
        config = emulator.config("2026-05-08", end_date="2026-05-13", reports=entries)
        output = sync(config)
        assert (output.exit_code, refused(emulator)) == (0, [])
        wanted = truth(emulator, entries[0], "1a", "2026-05-08", "2026-05-14")
        assert differences(wanted, held([output], "lines", "1a")) == []
        hours = truth(emulator, entries[1], "1a", "2026-05-08", "2026-05-14")
        assert differences(hours, held([output], "hours", "1a")) == []

    def test_given_no_end_date_when_read_then_no_row_lies_in_the_future(self, begin: Start) -> None:
        emulator = begin(account("1a", "Asia/Kolkata", volumes=VOLUMES))
        entries = [report("lines"), report("hours", granularity="HOUR"), report("all", "ACCOUNT")]
        before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        output = sync(emulator.config(day(2), reports=entries))
        for name in ("lines", "hours", "all"):
            assert max(row["start_time"] for row in output.records[name]) <= max(
                before, output.records[name][0]["date"]
            )
            assert bookmarks(output, name)["1a"] >= before

    def test_given_an_end_date_in_the_past_when_synced_twice_then_nothing_lies_behind_it(self, begin: Start) -> None:
        emulator = begin(account("1a", volumes=VOLUMES))
        config = emulator.config("2026-01-10", end_date="2026-02-20", reports=[report("lines")])
        first = sync(config)
        second = sync(config, state=first.state)
        assert max(row["date"] for row in first.records["lines"]) == "2026-02-20"
        assert {row["date"] for row in second.records["lines"]} <= {r["date"] for r in first.records["lines"]}
        assert bookmarks(second, "lines") == {"1a": "2026-02-21T00:00:00Z"}


@pytest.mark.usefixtures("quick")
class TestMetricsAndSegments:
    def test_given_a_metric_that_nobody_knows_when_read_then_it_reaches_the_record(
        self, begin: Start, caplog: pytest.LogCaptureFixture
    ) -> None:
        emulator = begin(account("1a", volumes=VOLUMES), future_metrics=True)
        entry = report("lines", metric_groups=["ENGAGEMENT", "WEB_CONVERSION"])
        output = sync(emulator.config("2026-05-08", end_date="2026-05-10", reports=[entry]))
        wanted = truth(emulator, entry, "1a", "2026-05-08", "2026-05-11", future_metrics=True)
        assert any("brand_new_metric_2027" in metrics for metrics in wanted.values())
        assert differences(wanted, held([output], "lines", "1a")) == []
        (line,) = [text for text in caplog.messages if "the schema lacks" in text]
        assert line.startswith("lines: the schema lacks brand_new_metric_2027, conversion_brand_new_metric, which")

    @pytest.mark.parametrize("shape", ["flat", "objects"])
    def test_given_auto_created_conversions_of_a_shape_when_read_then_their_numbers(
        self, begin: Start, shape: str
    ) -> None:
        emulator = begin(account("1a", volumes=VOLUMES), auto_created_shape=shape)
        entry = report("lines", metric_groups=["WEB_CONVERSION"])
        output = sync(emulator.config("2026-05-08", end_date="2026-05-10", reports=[entry]))
        wanted = truth(emulator, entry, "1a", "2026-05-08", "2026-05-11", auto_created_shape=shape)
        assert any(name.startswith("auto_created_") for metrics in wanted.values() for name in metrics)
        assert differences(wanted, held([output], "lines", "1a")) == []

    def test_given_the_retired_placement_when_not_named_then_no_job_asks_for_it(self, begin: Start) -> None:
        emulator = begin(account("1a", volumes=VOLUMES, publisher_network=True))
        entries = [report("lines"), report("all", "ACCOUNT")]
        output = sync(emulator.config("2026-05-08", end_date="2026-05-10", reports=entries))
        assert {job["placement"] for job in jobs(emulator)} == {"ALL_ON_TWITTER", "SPOTLIGHT", "TREND"}
        served = {**entries[0], "placements": ["ALL_ON_TWITTER", "SPOTLIGHT", "TREND"]}
        assert (
            differences(truth(emulator, served, "1a", "2026-05-08", "2026-05-11"), held([output], "lines", "1a")) == []
        )

    def test_given_the_retired_placement_when_named_then_its_old_numbers_come(self, begin: Start) -> None:
        emulator = begin(account("1a", volumes=VOLUMES, publisher_network=True))
        entry = report("lines", placements=["PUBLISHER_NETWORK"])
        output = sync(emulator.config("2026-06-16", end_date="2026-06-20", reports=[entry]))
        wanted = truth(emulator, entry, "1a", "2026-06-16", "2026-06-21")
        assert {key[3] for key in wanted} == {"2026-06-16", "2026-06-17"}
        assert differences(wanted, held([output], "lines", "1a")) == []

    def test_given_a_retired_segment_when_x_accepts_it_then_rows_and_a_warning_come(
        self, begin: Start, caplog: pytest.LogCaptureFixture
    ) -> None:
        emulator = begin(account("1a", volumes=VOLUMES))
        entry = report("lines", segment="INTERESTS")
        output = sync(emulator.config("2026-05-08", end_date="2026-05-10", reports=[entry]))
        assert output.exit_code == 0
        assert (
            differences(truth(emulator, entry, "1a", "2026-05-08", "2026-05-11"), held([output], "lines", "1a")) == []
        )
        assert 'Report "lines": X\'s documents have retired segment INTERESTS in May 2026' in caplog.text

    def test_given_a_retired_segment_when_x_refuses_it_then_that_stream_alone_fails(self, begin: Start) -> None:
        emulator = begin(account("1a", volumes=VOLUMES), retired_refused=True)
        entries = [report("lines", segment="INTERESTS"), report("others", segment="AGE")]
        output = sync(emulator.config("2026-05-08", end_date="2026-05-10", reports=entries))
        assert (output.exit_code, bookmarks(output, "lines")) == (1, {})
        assert output.statuses["lines"][-1] == "INCOMPLETE"
        assert output.statuses["others"][-1] == "COMPLETE"
        wanted = truth(emulator, entries[1], "1a", "2026-05-08", "2026-05-11")
        assert differences(wanted, held([output], "others", "1a")) == []
        (text,) = {e["message"] for e in output.errors if not e["message"].startswith("Not all of")}
        assert text.endswith("X has retired segment INTERESTS in May 2026: take it out of the report.")
        assert "stream lines, account 1a, window 2026-05-08 to 2026-05-11" in text


def test_given_an_account_that_x_hides_when_read_then_the_others_are_complete(begin: Start, quick: None) -> None:
    emulator = begin(account("1a", volumes=VOLUMES))
    entry = report("lines")
    config = emulator.config("2026-05-08", end_date="2026-05-10", reports=[entry], account_ids=["1a", "9gone"])
    output = sync(config)
    assert (output.exit_code, set(bookmarks(output, "lines"))) == (1, {"1a"})
    assert differences(truth(emulator, entry, "1a", "2026-05-08", "2026-05-11"), held([output], "lines", "1a")) == []
    assert any("account 9gone" in error["message"] for error in output.errors)


@pytest.mark.slow
def test_given_6000_line_items_when_read_then_open_jobs_and_memory_stay_bounded(
    begin: Start,
) -> None:
    ended = {"from": "2026-10-01", "to": "2026-11-10"}
    # Jobs take time here: jobs that end at once would never be open together.
    emulator = begin(account("1big", volumes={"line_items": 6000}, activity=ended), job_seconds=3.0)
    config = emulator.config("2026-10-28", end_date="2026-10-30", reports=[report("lines")])
    exit_code, rows, megabytes = _measured(config)
    counters = described(emulator)
    wanted = {
        key[1] for key in truth(emulator, report("lines", granularity="TOTAL"), "1big", "2026-10-28", "2026-10-31")
    }
    assert (exit_code, rows) == (0, wanted)
    assert len(jobs(emulator)) > 100
    assert 50 < counters["peak_in_flight"]["1big"] <= 100
    assert (counters["too_many_jobs_responses"], refused(emulator)) == (0, [])
    assert megabytes < 300


def _measured(config: Mapping[str, Any]) -> tuple[int, set[str], float]:
    """Read a report in another process; return its exit code, the entities in its rows, and its peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "source_twitter_ads.run", "read"]
        for name, content in (("config", config), ("catalog", catalog(["lines"]))):
            path = Path(folder) / f"{name}.json"
            path.write_text(json.dumps(content), encoding="utf-8")
            words += [f"--{name}", str(path)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT)
        timer = threading.Timer(100, process.kill)
        timer.start()
        peak, entities = 0.0, set[str]()
        assert process.stdout is not None
        for number, line in enumerate(process.stdout):
            if number % 200 == 0:
                peak = max(peak, _peak_megabytes(process.pid))
            if line.startswith(b'{"type":"RECORD"'):
                entities.add(json.loads(line)["record"]["data"]["entity_id"])
        timer.cancel()
        return process.wait(10), entities, peak


def _peak_megabytes(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) / 1024 if found else 0.0

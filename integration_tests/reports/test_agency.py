# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Many accounts at once: threads, jobs, requests, memory, bytes of state."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import ROOT
from integration_tests.reports.harness import account, catalog, day, described, jobs, refused, report, sync, truth
from integration_tests.truth import differences, rows_by_key
from x_ads_emulator.client import Emulator

Start = Callable[..., Emulator]
VOLUMES = {"campaigns": 3, "line_items": 4, "funding_instruments": 1, "promoted_tweets": 5, "promoted_accounts": 1}
PREBUILT = {
    "accounts_daily_report": "ACCOUNT",
    "funding_instruments_daily_report": "FUNDING_INSTRUMENT",
    "campaigns_daily_report": "CAMPAIGN",
    "line_items_daily_report": "LINE_ITEM",
    "promoted_tweets_daily_report": "PROMOTED_TWEET",
    "promoted_accounts_daily_report": "PROMOTED_ACCOUNT",
}
WORKERS = 8


class Peak:
    """Counts the threads of this process while something runs."""

    def __init__(self) -> None:
        self.before = threading.active_count()
        self.most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._ended.wait(0.01):
            self.most = max(self.most, threading.active_count())

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


@pytest.mark.usefixtures("quick")
def test_given_forty_accounts_when_read_then_threads_jobs_and_states_stay_few(begin: Start) -> None:
    names = [f"1account{n:02}" for n in range(40)]
    dormant = [account(name, volumes=VOLUMES, activity=None) for name in names[10:]]
    emulator = begin(*(account(name, volumes=VOLUMES) for name in names[:10]), *dormant, job_seconds=1.0, latency_ms=5)
    config = emulator.config(day(30), num_workers=WORKERS)
    with Peak() as threads:
        output = sync(config, list(PREBUILT))
    counters = described(emulator)
    assert (output.exit_code, output.errors, refused(emulator)) == (0, [], [])
    # One of them is this test's own watch.
    assert threads.most - threads.before - 1 <= WORKERS + len(PREBUILT) + 10
    # 30 days and today are one window: one activity request per entity type, and a dormant account gets no job.
    assert counters["active_entities_requests"] == 5 * len(names)
    assert {job["account_id"] for job in jobs(emulator)} == set(names[:10])
    asked = Counter(
        (job["account_id"], job["entity"], job["placement"], tuple(job["entity_ids"])) for job in jobs(emulator)
    )
    assert set(asked.values()) == {1}
    assert len({key[:3] for key in asked}) == len(asked), "fewer jobs would do: no kind has more than 20 entities"
    for name, entity in PREBUILT.items():
        entry = {"entity": entity, "granularity": "DAY", "metric_groups": ["ENGAGEMENT"]}
        for one in (names[0], names[7], names[39]):
            rows = rows_by_key(row for row in output.records.get(name, []) if row["account_id"] == one)
            wanted = truth(emulator, entry, one, day(30), day(0))
            kept = {key: _only(metrics, wanted.get(key, {})) for key, metrics in rows.items() if key[3] < day(0)}
            assert differences(wanted, kept) == []
    states = [len(line) for line in output.lines if line.startswith(b'{"type":"STATE"')]
    records = [len(line) for line in output.lines if line.startswith(b'{"type":"RECORD"')]
    assert sum(states) <= 0.1 * sum(records)


def _only(metrics: Any, wanted: Any) -> Any:
    """The metrics of the truth."""
    return {name: value for name, value in metrics.items() if name in wanted}


@pytest.mark.usefixtures("quick")
def test_given_an_account_whose_jobs_hang_when_read_then_each_report_has_one_error(begin: Start) -> None:
    emulator = begin(*(account(name, volumes={"line_items": 10, "campaigns": 4}) for name in ("1a", "2hangs")))
    emulator.set_settings(job_faults=[{"match": {"account_id": "2hangs"}, "status": "HANG", "times": None}])
    reports = [report("lines"), report("spend", "CAMPAIGN")]
    output = sync(emulator.config("2026-01-01", end_date="2026-10-20", reports=reports))
    texts = sorted(error["message"] for error in output.errors if not error["message"].startswith("Not all of"))
    assert output.exit_code == 1
    assert [re.findall(r"stream \w+, account \w+", text) for text in texts] == [
        ["stream lines, account 2hangs"],
        ["stream spend, account 2hangs"],
    ]
    assert all("analytics jobs has ended within" in text for text in texts)
    assert described(emulator)["in_flight"] == {"1a": 0, "2hangs": 0}
    rows = rows_by_key(output.records["lines"])
    assert differences(truth(emulator, reports[0], "1a", "2026-01-01", "2026-10-21"), rows) == []


@pytest.mark.slow
def test_given_metros_with_all_conversions_when_read_then_memory_stays_small(begin: Start, tmp_path: Path) -> None:
    """The emulator has fewer metros than X; unit_tests/reports/test_result_file.py reads a file of 210."""
    emulator = begin(account("1a", volumes={"line_items": 60}, conversions="all"))
    entry = {"name": "metros", "entity": "LINE_ITEM", "segment": "METROS"}
    config = emulator.config(day(28), reports=[entry])
    for name, content in (("config", config), ("catalog", catalog(["metros"]))):
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    words = [sys.executable, "-c", _READ_AND_TELL, str(tmp_path / "config.json"), str(tmp_path / "catalog.json")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, timeout=200)
    rows = done.stdout.count(b'{"type":"RECORD"')
    largest = max(entry["bytes"] for entry in emulator.requests() if entry["endpoint"] == "result_file")
    assert rows > 15_000
    assert largest > 1_000_000
    megabytes = int(done.stderr.split()[-1]) / 1024
    assert megabytes < 300


#: Reads as the command line does, and prints its peak memory at the end (VmHWM: other figures inherit the parent's).
_READ_AND_TELL = """
import re, sys
from source_twitter_ads.run import run
run(["read", "--config", sys.argv[1], "--catalog", sys.argv[2]])
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read()).group(1), file=sys.stderr)
"""

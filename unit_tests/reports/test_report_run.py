# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Lines of the log that tell how far the reports are: a window counts when all of its rows are out."""

from __future__ import annotations

from typing import Any

import pytest

from source_twitter_ads.reports.account_jobs import AccountJobs
from source_twitter_ads.reports.report_run import ReportRun, progress_lines
from unit_tests.reports.builders import report
from unit_tests.reports.fakes import job, request, window_jobs
from unit_tests.reports.simulation import a_sync, campaigns


def run(
    name: str = "spend", planned: int = 10, closed: int = 0, accounts: int = 5, unplanned: int = 0, open_: int = 5
) -> ReportRun:
    unused: Any = None
    one = ReportRun(report(name=name), unused, unused, accounts=accounts, unplanned=unplanned)
    one.planned_windows = one.windows_with_jobs = planned
    one.windows_over = one.windows_with_jobs_over = closed
    one.open_windows.update({f"a{number}": 1 for number in range(open_)})
    return one


def account(report_name: str, running: int, waiting: int) -> AccountJobs:
    one = AccountJobs("1a", 3600)
    window = window_jobs(*[request()] * waiting, report_name=report_name)
    one.windows.add(window)
    for number in range(running):
        one.watch(window, job(f"{report_name}{number}"))
    return one


class TestLine:
    def test_given_a_report_amid_its_windows_when_told_then_all_that_an_operator_asks(self) -> None:
        accounts = [account("spend", running=100, waiting=20), account("spend", running=18, waiting=20)]
        amid = run(planned=1040, closed=212, accounts=50, open_=19)
        ((told, line),) = progress_lines([amid], accounts, seconds=60)
        assert told is amid
        assert line == (
            "spend: 212 of 1,040 windows, 31 of 50 accounts, 118 jobs running, 40 waiting; about 4 min left."
        )

    def test_given_jobs_of_two_reports_when_told_then_each_has_its_own(self) -> None:
        jobs = account("other", running=3, waiting=1)
        lines = [line for _, line in progress_lines([run(), run("other")], [jobs], seconds=60)]
        assert "0 jobs running, 0 waiting" in lines[0]
        assert "3 jobs running, 1 waiting" in lines[1]

    def test_given_a_report_that_is_read_when_told_then_it_has_no_line(self) -> None:
        assert progress_lines([run(open_=0)], [], seconds=60) == []

    @pytest.mark.parametrize(("unplanned", "closed"), [(3, 5), (0, 0)], ids=["plans are missing", "nothing closed"])
    def test_given_no_pace_yet_when_told_then_no_time_is_promised(self, unplanned: int, closed: int) -> None:
        ((_, line),) = progress_lines([run(unplanned=unplanned, closed=closed)], [], seconds=60)
        assert "left" not in line

    def test_given_little_left_when_told_then_in_seconds(self) -> None:
        ((_, line),) = progress_lines([run(planned=10, closed=9)], [], seconds=90)
        assert line.endswith("; about 10 s left.")


class TestPace:
    def test_given_a_sync_of_minutes_when_read_then_a_line_every_ten_seconds(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(5)})
        sync.x.job_seconds = lambda _: 95.0
        sync.run()
        lines = [one for one in sync.reader.lines if one.startswith("spend: 0 of 1 windows")]
        assert 9 <= len(lines) <= 11

    def test_given_a_reader_that_is_held_up_when_lines_are_due_then_only_one_waits(self) -> None:
        """Whoever reads standard output slowly must not hold up the requests of all reports."""
        sync = a_sync(accounts={"1a": campaigns(400)})
        sync.reader.seconds_per_file = 60.0
        sync.start()
        sync.run_for(110)
        assert len(sync.reader.files) == 1
        assert len(sync.reader.lines) <= 2

    def test_given_windows_without_jobs_when_told_then_time_left_is_that_of_the_others(self) -> None:
        one = run(planned=10, closed=9)
        one.windows_with_jobs, one.windows_with_jobs_over = 2, 1
        ((_, line),) = progress_lines([one], [], seconds=300)
        assert line.endswith("; about 5 min left.")

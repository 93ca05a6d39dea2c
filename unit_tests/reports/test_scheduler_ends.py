# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""From rows to bookmarks, and how a sync ends: complete, abandoned, closed early, never begun."""

from __future__ import annotations

from queue import SimpleQueue
from typing import Any

import pytest

from source_twitter_ads.reports.downloads import MAX_HELD_BYTES
from source_twitter_ads.reports.report_run import Ended, FileReady
from source_twitter_ads.reports.scheduler import Scheduler
from unit_tests.reports.builders import NOW, report
from unit_tests.reports.simulated_x import EMPTY_FILE, Account
from unit_tests.reports.simulation import SimulatedSync, a_sync, campaigns

REPORTS = (report(), report(name="other"))


def padded(size: int) -> bytes:
    """A result file of so many bytes."""
    return b'{"data": "' + b"x" * size + b'"}'


class TestWindows:
    def test_given_a_window_of_many_files_when_some_are_not_read_then_it_is_not_closed(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(200)})
        sync.reader.seconds_per_file = 20.0
        sync.start()
        sync.run_for(150)
        assert 0 < len(sync.reader.files) < 10
        assert sync.reader.closed == []

    def test_given_a_window_when_all_rows_are_out_then_it_closes_and_the_bookmark_moves(self) -> None:
        sync = a_sync().run()
        assert sync.reader.closed == [("1a", 0)]
        assert sync.reader.cursor.bookmark("1a") == NOW

    def test_given_an_account_without_activity_when_read_then_the_bookmark_moves(self) -> None:
        sync = a_sync(accounts={"1a": Account()}).run()
        assert (sync.reader.closed, sync.x.jobs) == ([("1a", 0)], {})
        assert sync.reader.cursor.bookmark("1a") == NOW

    def test_given_windows_out_of_order_when_closed_then_the_bookmark_has_no_gap(self) -> None:
        sync = a_sync(start_date="2026-01-01")
        sync.x.job_seconds = lambda job: 500.0 if job.asked["start_time"] == "2026-03-02" else 10.0
        sync.start()
        sync.run_for(300)
        bookmark = sync.reader.cursor.bookmark("1a")
        assert bookmark is not None
        assert bookmark.date().isoformat() == "2026-03-02"
        assert len(sync.reader.closed) == sync.runs["spend"].planned_windows - 1

    def test_given_a_state_when_emitted_then_all_its_rows_were_read_before(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(100)}, start_date="2026-01-01")
        read: dict[str, int] = {}

        def count(_: Any, event: FileReady) -> None:
            start = event.job.request.window.request_start
            read[start] = read.get(start, 0) + len(event.job.request.entity_ids)

        sync.read_pages = count
        original = sync.reader.cursor.close_window
        seen: list[int] = []

        def closed(account_id: str, position: int) -> None:
            seen.append(sorted(read.items())[position][1])
            original(account_id, position)

        sync.reader.cursor.close_window = closed  # type: ignore[method-assign]
        sync.x.job_seconds = lambda job: 10.0
        sync.run()
        assert set(seen) == {100}


class TestBackPressure:
    def test_given_a_reader_that_is_slow_when_files_are_ready_then_few_bytes_are_held(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(2000)})
        size = MAX_HELD_BYTES // 10
        sync.x.file = lambda _: padded(size)
        sync.reader.seconds_per_file = 30.0
        sync.start()
        most = 0
        for _ in range(40):
            sync.run_for(5)
            most = max(most, sync.x.asked["file"] - len(sync.reader.files))
        assert 5 <= most <= 10

    def test_given_a_slow_reader_when_files_wait_then_jobs_are_created_all_the_same(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(2000)})
        sync.x.file = lambda _: padded(MAX_HELD_BYTES // 4)
        sync.reader.seconds_per_file = 100.0
        sync.start()
        sync.run_for(60)
        assert len(sync.x.jobs) == 100

    def test_given_a_report_without_a_file_so_far_when_the_first_is_fetched_then_alone(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(200)})
        sync.x.latency = lambda request: 5.0 if request.result else 0.1
        sync.run()
        first, second, *_ = [at for at, kind, _ in sync.x.requests if kind == "file"]
        assert second - first >= 5


class TestLeaving:
    """A reader that ends before its report does, as after an error of its own."""

    def left(self, **settings: Any) -> SimulatedSync:
        """A sync of two reports; the reader of the first has left it after 15 s."""
        active = {"CAMPAIGN": [f"c{number}" for number in range(4000)], "LINE_ITEM": ["l1"]}
        sync = a_sync(report(), report(name="other", entity="LINE_ITEM"), accounts={"1a": Account(active)}, **settings)
        sync.x.job_seconds = lambda job: 10.0 if job.asked["entity"] == "CAMPAIGN" else 60.0
        sync.start()
        sync.run_for(15)
        sync.readers["spend"].leave()
        sync.run_for(0.2)
        return sync

    def test_given_a_reader_that_left_when_others_read_then_they_end_as_they_would(self) -> None:
        sync = self.left()
        sync.loop.run(lambda: sync.readers["other"].ended is not None)
        assert sync.readers["other"].ended_at - sync.began < 75

    def test_given_a_reader_that_left_when_its_files_are_unread_then_others_are_read(self) -> None:
        active = {kind: [f"{kind}{number}" for number in range(800)] for kind in ("CAMPAIGN", "LINE_ITEM")}
        lines = report(name="other", entity="LINE_ITEM")
        sync = a_sync(report(), lines, accounts={"1a": Account(active)}, num_workers=20)
        sync.x.job_seconds = lambda job: 10.0 if job.asked["entity"] == "CAMPAIGN" else 120.0
        sync.x.file = lambda _: padded(MAX_HELD_BYTES // 8)
        sync.x.latency = lambda request: 5.0 if request.result else 0.1
        sync.readers["spend"].seconds_per_file = 10_000.0
        sync.start()
        sync.run_for(100)
        sync.readers["spend"].leave()
        sync.loop.run(lambda: sync.readers["other"].ended is not None)
        # Forty files, several at a time, of five seconds each.
        assert sync.readers["other"].ended_at - sync.began < 120 + 100

    def test_given_a_reader_that_left_when_its_jobs_run_then_they_stay_at_x(self) -> None:
        sync = self.left()
        named = {one["job_id"] for one in sync.readers["spend"].cursor.state["jobs"]}
        sync.loop.run(lambda: sync.readers["other"].ended is not None)
        assert not named & set(sync.x.cancelled)

    def test_given_a_reader_that_left_when_its_requests_wait_then_no_job_is_created(self) -> None:
        sync = self.left()
        jobs = len(sync.x.jobs)
        sync.loop.run(lambda: sync.readers["other"].ended is not None)
        assert len(sync.x.jobs) == jobs

    def test_given_a_reader_that_left_when_x_is_polled_then_not_for_its_jobs(self) -> None:
        sync = self.left()
        sync.loop.run(lambda: sync.readers["other"].ended is not None)
        last = sync.x.status_requests[-1][2]
        assert {sync.x.jobs[one].asked["entity"] for one in last} == {"LINE_ITEM"}

    def test_given_a_reader_that_left_when_its_status_request_waits_then_it_is_not_sent(self) -> None:
        sync = a_sync(*REPORTS, accounts={"1a": campaigns(20), "2b": campaigns(20)})
        sync.x.status_limit = 1
        sync.scheduler.start()
        sync.begin("spend", account_ids=["1a"])
        sync.begin("other", account_ids=["2b"])
        sync.run_for(60)
        sync.readers["spend"].leave()
        sync.x.status_limit = 10
        sync.run_for(1000)
        assert (sync.readers["other"].failures, sync.readers["other"].closed) == ([], [("2b", 0)])
        asked = [account_id for at, account_id, _ in sync.x.status_requests if at > sync.began + 60]
        assert set(asked) == {"2b"}

    def test_given_a_reader_that_left_when_it_leaves_again_then_nothing_happens(self) -> None:
        sync = self.left()
        sync.readers["spend"].leave()
        sync.loop.run(lambda: sync.readers["other"].ended is not None)

    def test_given_a_reader_that_left_when_an_account_is_planned_then_no_job(self) -> None:
        sync = a_sync()
        sync.start()
        sync.run_for(0.05)
        sync.reader.leave()
        sync.run_for(10)
        assert sync.x.jobs == {}


class TestClosing:
    def test_given_a_sync_that_was_abandoned_when_closed_then_its_readers_are_told(self) -> None:
        sync = a_sync(*REPORTS)
        sync.start()
        sync.run_for(3)
        sync.scheduler.close()
        sync.loop.ended = False
        sync.loop.run(lambda: all(reader.ended for reader in sync.readers.values()))
        ends = [reader.ended.failure for reader in sync.readers.values() if reader.ended]
        assert [str(one) for one in ends] == ["The sync has ended."] * 2

    def test_given_a_sync_that_was_abandoned_when_closed_then_the_loop_ends_at_once(self) -> None:
        sync = a_sync(*REPORTS, accounts={"1a": campaigns(4000)})
        sync.start()
        sync.run_for(3)
        jobs, began = len(sync.x.jobs), sync.loop.now()
        sync.scheduler.close()
        assert sync.loop.ended
        assert (len(sync.x.jobs), sync.loop.now() - began) == (jobs, 0)

    def test_given_a_sync_that_is_complete_when_closed_then_the_loop_ends_at_once(self) -> None:
        sync = a_sync().run()
        began = sync.loop.now()
        sync.scheduler.close()
        assert (sync.loop.ended, sync.loop.now() - began) == (True, 0)

    def test_given_a_scheduler_that_never_began_when_closed_then_it_ends(self) -> None:
        sync = a_sync()
        sync.scheduler.close()
        assert sync.loop.ended

    def test_given_a_scheduler_that_closes_when_a_report_begins_then_it_ends(self) -> None:
        sync = a_sync()
        sync.start()
        sync.scheduler._closing = True
        sync.loop.run(lambda: sync.reader.ended is not None)
        assert isinstance(sync.reader.ended and sync.reader.ended.failure, InterruptedError)

    def test_given_no_accounts_when_read_then_it_ends_with_a_state(self) -> None:
        sync = a_sync()
        sync.services.accounts._records.clear()
        sync.run()
        assert sync.reader.ended is not None
        assert len(sync.repository.states) == 1


class TestOnce:
    def test_given_a_sync_when_it_ends_then_every_window_was_told_of_once(self) -> None:
        sync = a_sync(*REPORTS, accounts={"1a": campaigns(50), "2b": campaigns(50)}, start_date="2026-01-01").run()
        for name, reader in sync.readers.items():
            assert len(reader.closed) == len(set(reader.closed)) == sync.runs[name].planned_windows

    def test_given_a_sync_when_it_ends_then_each_entity_s_file_was_read_once_per_window(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(50)}, start_date="2026-01-01").run()
        assert len(sync.reader.entities) == 50 * sync.runs["spend"].planned_windows
        assert sync.x.asked["file"] == sync.x.asked["create"] == len(sync.x.jobs)


@pytest.mark.parametrize("workers", [1, 2, 50])
def test_given_any_number_of_workers_when_read_then_no_more_requests_at_once(workers: int) -> None:
    sync = a_sync(accounts={"1a": campaigns(3000), "2b": campaigns(500)}, num_workers=workers)
    sync.x.file = lambda _: EMPTY_FILE
    sync.run()
    assert sync.loop.busy == workers


@pytest.mark.timeout(30)
def test_given_a_scheduler_that_has_ended_when_a_report_begins_then_it_is_told() -> None:
    """In threads, as in a library whose sync is closed while a reader still lists its accounts."""
    sync = a_sync()
    scheduler = Scheduler(sync.services, ["spend"])
    scheduler.start()
    scheduler.close()
    run = sync.runs["spend"]
    run.events = SimpleQueue()
    scheduler.read(run, ["1a"])
    assert isinstance(run.events.get(timeout=5), Ended)


class TestStartThatMovesBack:
    """A start_date that is earlier than the one that the state was made with."""

    def synced(self, **settings: Any) -> dict[str, Any]:
        """The state of a sync from 2026-10-24 on."""
        sync = a_sync(**settings).run()
        return {"spend": sync.reader.cursor.state}

    def windows(self, sync: SimulatedSync) -> list[tuple[str, str]]:
        """What the jobs asked for."""
        return sorted({(job.asked["start_time"], job.asked["end_time"]) for job in sync.x.jobs.values()})

    def test_given_an_earlier_start_when_read_then_what_is_between_is_read(self) -> None:
        sync = a_sync(states=self.synced(), start_date="2026-09-10").run()
        first, second, last = self.windows(sync)
        assert (first[0], first[1], second[1]) == ("2026-09-10", second[0], "2026-10-24")
        assert last[0] > "2026-11-01"

    def test_given_an_earlier_start_when_all_is_read_then_the_state_has_it(self) -> None:
        state = a_sync(states=self.synced(), start_date="2026-09-10").run().reader.cursor.state
        assert [entry["start_date"] for entry in state["states"]] == ["2026-09-10T00:00:00Z"]
        assert self.windows(a_sync(states={"spend": state}, start_date="2026-09-10").run())[0][0] > "2026-11-01"

    def test_given_an_earlier_start_when_a_window_fails_then_the_next_sync_reads_it(self) -> None:
        sync = a_sync(states=self.synced(), start_date="2026-09-10")
        sync.x.tell = lambda job, _: {"status": "FAILED"} if job.asked["start_time"] == "2026-09-10" else None
        state = sync.run().reader.cursor.state
        assert [entry["start_date"] for entry in state["states"]] == ["2026-10-24T00:00:00Z"]

    def test_given_a_later_start_when_read_then_the_state_keeps_the_earlier_one(self) -> None:
        state = a_sync(states=self.synced(), start_date="2026-11-01").run().reader.cursor.state
        assert [entry["start_date"] for entry in state["states"]] == ["2026-10-24T00:00:00Z"]

    def test_given_an_earlier_start_when_read_then_a_warning_says_so(self, caplog: pytest.LogCaptureFixture) -> None:
        a_sync(states=self.synced(), start_date="2026-09-10")
        assert "start_date moved back to 2026-09-10T00:00:00Z, and spend was read from 2026-10-24" in caplog.text

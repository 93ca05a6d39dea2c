# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Jobs that fail, hang, get lost or come late, in a whole sync: no row is missing without a word.

Source: docs/x-ads-api.md §9 J1–J6.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from source_twitter_ads.api.request import ApiRequest
from unit_tests.reports.builders import report
from unit_tests.reports.simulated_x import Account, XJob, refused_with
from unit_tests.reports.simulation import SimulatedSync, a_sync, campaigns

HOUR = 3600.0
IDS = [f"c{number:04}" for number in range(20)]


def sizes(sync: SimulatedSync) -> list[int]:
    """How many entities each job asked for."""
    return [len(job.entity_ids) for job in sync.x.jobs.values()]


def failing(entity_id: str, times: float = math.inf) -> SimulatedSync:
    """A sync in which the jobs of an entity fail, so often."""
    sync, failed = a_sync(), set[str]()

    def tell(job: XJob, _: float) -> dict[str, Any] | None:
        if entity_id in job.entity_ids and (job.job_id in failed or len(failed) < times):
            failed.add(job.job_id)
            return {"status": "FAILED"}
        return None

    sync.x.tell = tell
    return sync.run()


def hanging(*entity_ids: str, count: int = 20, **settings: int) -> SimulatedSync:
    """A sync in which jobs of some entities never end."""
    sync = a_sync(accounts={"1a": campaigns(count)}, **settings)
    sync.x.job_seconds = lambda job: math.inf if {*entity_ids} & {*job.entity_ids} else 10.0
    return sync.run()


class TestFailed:
    def test_given_a_job_that_fails_once_when_read_then_its_halves_bring_all_rows(self) -> None:
        sync = failing("c0003", times=1)
        assert sizes(sync) == [20, 10, 10]
        assert sync.reader.entities == IDS

    def test_given_a_job_that_fails_twice_when_read_then_quarters_bring_all_rows(self) -> None:
        sync = failing("c0003", times=2)
        assert sizes(sync) == [20, 10, 10, 5, 5]
        assert sync.reader.entities == IDS

    def test_given_an_entity_whose_jobs_fail_when_read_then_all_others_have_their_rows(self) -> None:
        sync = failing("c0003")
        assert sync.reader.entities == [one for one in IDS if one != "c0003"]
        assert len(sync.x.jobs) == 11

    def test_given_an_entity_whose_jobs_fail_when_given_up_then_one_error_names_it(self) -> None:
        (text,) = failing("c0003").reader.messages
        assert "for CAMPAIGN c0003 gave no result, 3 times: X ended it as FAILED" in text
        assert "stream spend, account 1a, window 2026-10-24 to 2026-11-23" in text

    def test_given_a_window_with_a_lost_entity_when_given_up_then_the_bookmark_stays(self) -> None:
        sync = failing("c0003")
        assert sync.reader.closed == []
        assert sync.reader.cursor.bookmark("1a") is None

    def test_given_jobs_that_all_fail_when_read_then_the_window_is_given_up_early(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(2000)})
        sync.x.tell = lambda *_: {"status": "FAILED"}
        sync.run()
        assert "like nearly all jobs of the window" in sync.reader.messages[0]
        assert len(sync.x.jobs) < 250

    def test_given_a_window_given_up_when_others_of_its_jobs_run_then_they_are_cancelled(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(2000)})
        sync.x.job_seconds = lambda job: 500.0 if int(job.job_id[1:]) % 2 else 10.0
        sync.x.tell = lambda job, _: None if int(job.job_id[1:]) % 2 else {"status": "FAILED"}
        sync.run()
        sync.scheduler.close()
        assert sync.x.cancelled

    def test_given_a_window_that_fails_when_others_are_read_then_theirs_close(self) -> None:
        sync = a_sync(start_date="2026-08-01")
        oldest = "2026-08-01"
        sync.x.tell = lambda job, _: {"status": "FAILED"} if job.asked["start_time"] == oldest else None
        sync.run()
        windows = sync.runs["spend"].planned_windows
        assert sorted(sync.reader.closed) == [("1a", position) for position in range(1, windows)]


class TestLate:
    def test_given_success_without_a_url_when_told_then_the_job_is_waited_for(self) -> None:
        sync = a_sync()
        sync.x.tell = lambda _, age: {"status": "SUCCESS", "url": None} if age < 100 else None
        sync.run()
        assert (sizes(sync), sync.reader.entities) == ([20], IDS)

    def test_given_a_job_that_x_lists_late_when_told_then_it_is_not_lost(self) -> None:
        sync = a_sync()
        sync.x.tell = lambda _, age: {} if age < 250 else {"status": "PROCESSING"} if age < 600 else None
        sync.run()
        assert (sizes(sync), sync.reader.entities) == ([20], IDS)

    def test_given_a_job_that_x_loses_when_five_minutes_are_over_then_halves_are_asked(self) -> None:
        sync = a_sync()
        sync.x.tell = lambda job, _: {} if job.job_id == "j1" else None
        sync.run()
        assert sizes(sync) == [20, 10, 10]
        assert 300 < list(sync.x.jobs.values())[1].began - sync.began < 320

    def test_given_one_response_without_jobs_when_the_next_lists_them_then_none_is_lost(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(2000)}, num_workers=50)
        sync.x.job_seconds = lambda _: 1000.0
        blind: list[float] = []

        def tell(*_: Any) -> dict[str, Any] | None:
            now = sync.loop.now()
            if not blind and now - sync.began > 500:
                blind.append(now)
            return {} if now in blind else None

        sync.x.tell = tell
        sync.run()
        assert blind
        assert len(sync.x.jobs) == 100


class TestHanging:
    def test_given_a_job_that_hangs_when_its_time_is_over_then_cancelled_and_retried(self) -> None:
        sync = a_sync(job_timeout=10)
        sync.x.job_seconds = lambda job: math.inf if job.job_id == "j1" else 10.0
        sync.run()
        sync.run_for(1)
        assert sync.x.cancelled == ["j1"]
        assert sync.reader.entities == IDS
        assert 600 <= sync.seconds < 660

    def test_given_a_window_given_up_when_its_jobs_time_out_then_all_are_cancelled(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(2000)}, job_timeout=10)
        sync.x.job_seconds = lambda job: math.inf if job.job_id != "j1" else 10.0
        sync.run()
        sync.run_for(60)
        assert sorted(sync.x.cancelled) == sorted(job_id for job_id in sync.x.jobs if job_id != "j1")

    def test_given_a_window_given_up_when_jobs_are_cancelled_then_no_slot_is_free_yet(self) -> None:
        """X counts a job until it has been cancelled."""
        active = {kind: [f"{kind[0]}{number:04}" for number in range(2000)] for kind in ("CAMPAIGN", "LINE_ITEM")}
        sync = a_sync(report(), report(name="lines", entity="LINE_ITEM"), accounts={"1a": Account(active)})
        sync.x.latency = lambda request: 5.0 if request.method == "DELETE" else 0.1
        sync.x.job_seconds = lambda _: 200.0
        sync.x.tell = lambda job, _: {"status": "FAILED"} if job.asked["entity_ids"] < "C0700" else None
        sync.run()
        assert sync.x.cancelled
        assert sync.x.asked["create"] == len(sync.x.jobs)

    def test_given_an_entity_that_always_hangs_when_read_then_three_job_timeouts(self) -> None:
        sync = hanging("c0003", job_timeout=60)
        assert 3 * HOUR <= sync.seconds <= 3 * HOUR + 120
        assert sync.reader.entities == [one for one in IDS if one != "c0003"]

    def test_given_two_entities_that_always_hang_when_read_then_it_takes_no_longer(self) -> None:
        sync = hanging("c0003", "c0017", job_timeout=60)
        assert sync.seconds <= 3 * HOUR + 120
        assert len(sync.reader.entities) == 18

    def test_given_an_entity_that_always_hangs_when_given_up_then_one_error(
        self,
    ) -> None:
        (text,) = hanging("c0003", job_timeout=60).reader.messages
        assert "for CAMPAIGN c0003 gave no result, 3 times: it was not ready after 36" in text

    def test_given_an_entity_that_always_hangs_when_others_are_read_then_no_delay(self) -> None:
        sync = a_sync(start_date="2026-01-01")
        sync.x.job_seconds = lambda job: math.inf if job.asked["start_time"] == "2026-01-01" else 10.0
        sync.run()
        assert sync.reader.account_ended_at["1a"] - sync.began < 60
        assert len(sync.reader.closed) == sync.runs["spend"].planned_windows - 1


class TestFiles:
    def test_given_a_file_that_is_no_answer_when_read_then_the_job_is_made_again(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(1)})
        sync.reader.damaged = 1
        sync.run()
        assert (sizes(sync), sync.reader.entities) == ([1, 1], ["c0000"])

    def test_given_damaged_files_when_read_then_the_window_fails_with_the_reason(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(1)})
        sync.reader.damaged = 99
        sync.run()
        assert "gave no result, 3 times: it is damaged" in sync.reader.messages[0]

    def test_given_files_that_are_not_understood_when_read_then_none_is_asked_for_again(self) -> None:
        sync = a_sync()
        sync.reader.understands = False
        sync.run()
        assert len(sync.x.jobs) == 1
        assert "for 20 of CAMPAIGN is not understood: It has no data." in sync.reader.messages[0]
        assert sync.reader.cursor.bookmark("1a") is None

    def test_given_a_file_that_cannot_be_fetched_when_read_then_asked_again_whole(self) -> None:
        sync = a_sync()
        sync.x.refuse = lambda request: refused_with(503, "OVER_CAPACITY", request) if request.result else None
        sync.run()
        assert "gave no result, 3 times: X refused GET" in sync.reader.messages[0]
        assert sizes(sync) == [20, 20, 20]

    def test_given_a_file_at_an_unknown_place_when_named_then_its_window_fails(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(1)})
        sync.x.tell = lambda *_: {"status": "SUCCESS", "url": "https://evil.example/x"}
        sync.run()
        assert "unknown host" in sync.reader.messages[0]
        assert sync.x.asked["file"] == 0


class TestRefusedPlacement:
    def refusing(self, parameter: str = "placement") -> SimulatedSync:
        """A sync in which X lists activity under a placement whose jobs it refuses."""
        sync = a_sync(accounts={"1a": campaigns(500, placements=["ALL_ON_TWITTER", "TREND"])})

        def refuse(request: ApiRequest) -> Exception | None:
            if (request.form or {}).get("placement") != "TREND":
                return None
            return refused_with(400, "INVALID_PARAMETER", request, parameter)

        sync.x.refuse = refuse
        return sync.run()

    def test_given_a_placement_only_x_named_when_refused_then_the_rest_is_read(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        sync = self.refusing()
        assert (len(sync.reader.entities), sync.reader.failures) == (500, [])
        assert sync.reader.closed == [("1a", 0)]
        (line,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        assert all(part in line for part in ('"spend"', "TREND", "`placements`"))

    def test_given_a_refusal_of_something_else_when_read_then_the_window_fails_once(self) -> None:
        sync = self.refusing(parameter="entity_ids")
        assert len(sync.reader.failures) == 1
        assert "X refused POST" in sync.reader.messages[0]

    def test_given_an_account_without_the_feature_when_read_then_its_window_is_held(self) -> None:
        sync = a_sync(accounts={"1a": campaigns(5), "2b": campaigns(5)})
        first = "POST", "1a"
        sync.x.refuse = lambda request: (
            refused_with(400, "FEATURE_NOT_AVAILABLE", request)
            if (request.method, request.account_id) == first
            else None
        )
        sync.run()
        assert sync.reader.failures == []
        assert (sync.reader.held, sorted(sync.reader.closed)) == ([("1a", 0)], [("1a", 0), ("2b", 0)])
        assert sync.reader.cursor.bookmark("1a") is None
        assert sync.reader.cursor.bookmark("2b") is not None

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One job, by what X says of it: ready, ended, lost, late (docs/x-ads-api.md §7.2, §9 J1–J6)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from source_twitter_ads.reports.calendar import iso
from source_twitter_ads.reports.job import job_id_of, result_url, seconds_taken
from unit_tests.reports.fakes import DONE, job

UTC_NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
TIMEOUT, LOST = 3600.0, 300.0


def expiring(hours: float) -> dict[str, Any]:
    return {**DONE, "expires_at": iso(UTC_NOW + timedelta(hours=hours))}


class TestStatus:
    @pytest.mark.parametrize("status", ["QUEUED", "UPLOADING", "PROCESSING", "SOMETHING_NEW", None])
    def test_given_a_job_at_work_when_told_then_it_has_not_ended(self, status: str | None) -> None:
        one = job()
        one.apply_status({"status": status}, 1010.0, UTC_NOW)
        assert not one.ended

    def test_given_a_job_that_is_ready_when_told_then_its_file_is_known(self) -> None:
        one = job()
        one.apply_status(DONE, 1010.0, UTC_NOW)
        assert (one.url, one.broken) == (DONE["url"], None)

    @pytest.mark.parametrize("url", [None, ""])
    def test_given_success_without_a_url_when_told_then_it_is_waited_for(self, url: str | None) -> None:
        one = job()
        one.apply_status({"status": "SUCCESS", "url": url}, 1010.0, UTC_NOW)
        assert not one.ended

    @pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
    def test_given_a_job_that_x_ended_when_told_then_it_is_broken(self, status: str) -> None:
        one = job()
        one.apply_status({"status": status}, 1010.0, UTC_NOW)
        assert one.broken == f"X ended it as {status}"

    @pytest.mark.parametrize(("hours", "ready"), [(-1, False), (0, False), (1, True)])
    def test_given_an_inherited_job_when_its_result_has_expired_then_it_is_broken(
        self, hours: float, ready: bool
    ) -> None:
        one = job(adopted=True)
        one.apply_status(expiring(hours), 1010.0, UTC_NOW)
        assert (one.url is not None) is ready
        assert (one.broken is None) is ready

    def test_given_a_job_of_this_sync_when_x_says_it_has_expired_then_its_file_is_tried(self) -> None:
        one = job()
        one.apply_status(expiring(-1), 1010.0, UTC_NOW)
        assert one.url == DONE["url"]


class TestGivingUp:
    def test_given_a_job_that_takes_too_long_when_its_time_is_over_then_it_has_timed_out(self) -> None:
        one = job()
        one.apply_status({"status": "PROCESSING"}, 1000 + TIMEOUT, UTC_NOW)
        assert one.give_up(1000 + TIMEOUT, TIMEOUT, LOST)
        assert one.timed_out
        assert one.given_up
        assert one.broken == "it was not ready after 3600 s"

    def test_given_a_job_at_work_when_there_is_time_left_then_it_is_not_given_up(self) -> None:
        one = job()
        one.apply_status({"status": "PROCESSING"}, 4500.0, UTC_NOW)
        assert not one.give_up(4500.0, TIMEOUT, LOST)

    def test_given_a_job_that_x_never_lists_when_five_minutes_are_over_then_it_is_lost(self) -> None:
        one = job()
        one.apply_status(None, 1260.0, UTC_NOW)
        one.apply_status(None, 1300.0, UTC_NOW)
        assert one.give_up(1300.0, TIMEOUT, LOST)
        assert one.broken == "X does not list it any more"
        assert not one.timed_out

    def test_given_one_late_response_without_the_job_when_the_first_then_it_is_not_lost(self) -> None:
        one = job()
        one.apply_status(None, 1700.0, UTC_NOW)
        assert not one.give_up(1700.0, TIMEOUT, LOST)

    def test_given_a_job_that_x_lists_late_when_told_then_it_is_not_lost(self) -> None:
        one = job()
        one.apply_status(None, 1010.0, UTC_NOW)
        one.apply_status({"status": "QUEUED"}, 1250.0, UTC_NOW)
        one.apply_status(None, 1400.0, UTC_NOW)
        one.apply_status(None, 1440.0, UTC_NOW)
        assert not one.give_up(1440.0, TIMEOUT, LOST)

    def test_given_an_inherited_job_when_x_does_not_know_it_then_it_is_not_waited_for(self) -> None:
        one = job(adopted=True)
        one.apply_status(None, 1001.0, UTC_NOW)
        assert one.give_up(1001.0, TIMEOUT, LOST)
        assert one.broken == "X does not know it any more"


class TestTimeTaken:
    def test_given_a_finished_job_when_asked_then_the_seconds_between_x_s_own_times(self) -> None:
        entry = {**DONE, "created_at": "2026-11-22T12:00:00Z", "updated_at": "2026-11-22T12:00:41Z"}
        assert seconds_taken(entry) == 41

    @pytest.mark.parametrize(
        "changes",
        [{"status": "PROCESSING"}, {"created_at": None}, {"updated_at": "soon"}, {"updated_at": 7}],
        ids=str,
    )
    def test_given_an_entry_that_does_not_tell_when_asked_then_nothing(self, changes: dict[str, Any]) -> None:
        times = {"created_at": "2026-11-22T12:00:00Z", "updated_at": "2026-11-22T12:00:41Z"}
        assert seconds_taken({**DONE, **times, **changes}) is None

    def test_given_times_in_the_wrong_order_when_asked_then_no_negative_seconds(self) -> None:
        entry = {**DONE, "created_at": "2026-11-22T12:00:01Z", "updated_at": "2026-11-22T12:00:00Z"}
        assert seconds_taken(entry) == 0


@pytest.mark.parametrize(
    "entry", [{"id": 1120829647711653888}, {"id": "1120829647711653888"}, {"id": 1, "id_str": "1120829647711653888"}]
)
def test_given_any_style_of_ids_when_read_then_the_text(entry: dict[str, Any]) -> None:
    assert job_id_of(entry) == "1120829647711653888"


@pytest.mark.parametrize("entry", [{}, {"id": None}, {"id": True}, {"id": ""}], ids=str)
def test_given_an_entry_without_an_id_when_read_then_it_is_a_bad_answer(entry: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError)):
        job_id_of(entry)


def test_given_a_url_glued_to_another_when_read_then_the_last_one() -> None:
    assert result_url("https://a.example/1https://ton.twimg.com/2") == "https://ton.twimg.com/2"

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Jobs: how they are created, polled, cancelled, and fail (docs/x-ads-api.md §7.2, §3, §4)."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from integration_tests.emulator_tests.analytics.builders import Bench, bench
from x_ads_emulator.analytics.service import Analytics
from x_ads_emulator.errors import ApiError
from x_ads_emulator.settings import Settings


def _status(at: Bench, job: dict[str, Any]) -> str:
    return str(at.poll(job["id_str"])[0]["status"])


def test_given_a_new_job_when_posted_then_it_has_no_url_and_is_not_finished() -> None:
    job = bench().create()
    assert (job["status"], job["url"], job["expires_at"]) == ("PROCESSING", None, None)


def test_given_time_when_it_passes_then_a_job_is_queued_processing_and_successful() -> None:
    at = bench(job_seconds=1000)
    job = at.create()
    seen = [job["status"]]
    for _ in range(2):
        at.world.clock.advance(505)
        seen.append(_status(at, job))
    assert seen == ["QUEUED", "PROCESSING", "SUCCESS"]


def test_given_several_jobs_when_they_are_nearly_done_then_some_are_uploading() -> None:
    at = bench(job_seconds=1000)
    jobs = [at.create() for _ in range(5)]
    at.world.clock.advance(900)
    assert sorted({_status(at, job) for job in jobs}) == ["PROCESSING", "UPLOADING"]


def test_given_a_finished_job_when_listed_then_it_expires_48_hours_after_its_end() -> None:
    at = bench(job_seconds=60)
    job = at.create()
    at.world.clock.advance(61)
    (done,) = at.poll(job["id_str"])
    assert (done["updated_at"], done["expires_at"]) == ("2026-11-22T12:01:00Z", "2026-11-24T12:01:00Z")


def test_given_empty_polls_when_asked_for_then_the_job_appears_afterwards() -> None:
    at = bench(job_empty_polls=2)
    job = at.create()
    assert [len(at.poll(job["id_str"])) for _ in range(3)] == [0, 0, 1]


def test_given_late_urls_when_polled_then_success_has_no_url_at_first() -> None:
    at = bench(job_url_late_polls=2)
    job = at.create()
    seen = [at.poll(job["id_str"])[0] for _ in range(3)]
    assert [one["status"] for one in seen] == ["SUCCESS"] * 3
    assert [one["url"] is None for one in seen] == [True, True, False]


@pytest.mark.parametrize(("style", "keys"), [("both", {"id", "id_str"}), ("string", {"id"}), ("number", {"id"})])
def test_given_an_id_style_when_posted_then_ids_are_printed_so(style: str, keys: set[str]) -> None:
    job = bench(job_id_style=style).create()
    assert {name for name in job if name.startswith("id")} == keys
    assert type(job["id"]) is (str if style == "string" else int)
    assert int(job["id"]) > 2**53


def test_given_the_string_style_when_polled_then_the_echo_has_strings() -> None:
    at = bench(job_id_style="string")
    job = at.create()
    payload = at.service.list_jobs(at.account_id, {"job_ids": job["id"]})
    assert payload.params == {"job_ids": [job["id"]]}


def test_given_a_full_account_when_a_job_is_posted_then_refused_until_one_ends() -> None:
    at = bench(job_seconds=1000, job_limit=3)
    jobs = [at.create() for _ in range(3)]
    with pytest.raises(ApiError, match="A maximum of 3 jobs can be in processing state") as caught:
        at.create()
    assert (caught.value.status, caught.value.code) == (400, "TOO_MANY_JOBS")
    at.service.delete_job(at.account_id, jobs[0]["id_str"])
    assert at.create()["status"] == "QUEUED"
    at.world.clock.advance(1001)
    assert at.create()["status"] == "QUEUED"
    assert at.service.describe()["peak_in_flight"] == {at.account_id: 3}


def test_given_jobs_in_flight_when_posted_or_polled_then_headers_tell_the_slots() -> None:
    at = bench(job_seconds=1000)
    posted = at.service.create_job(at.account_id, at.params())
    polled = at.service.list_jobs(at.account_id, {"job_ids": posted.data["id_str"]})
    expected = {"X-Concurrent-Job-Limit": "100", "X-Concurrent-Job-Limit-Remaining": "99"}
    assert (posted.headers, polled.headers) == (expected, expected)


def test_given_201_job_ids_when_polled_then_they_are_too_many() -> None:
    at = bench()
    assert at.poll(*(str(n) for n in range(200))) == []
    with pytest.raises(ApiError) as caught:
        at.poll(*(str(n) for n in range(201)))
    assert (caught.value.code, caught.value.parameter) == ("INVALID_PARAMETER", "job_ids")


def test_given_unknown_job_ids_when_polled_then_they_are_absent() -> None:
    at = bench()
    job = at.create()
    assert [one["id_str"] for one in at.poll("12345", job["id_str"])] == [job["id_str"]]


def test_given_the_typo_job_id_when_polled_then_all_jobs_come_back_newest_first() -> None:
    at = bench()
    jobs = [at.create()["id_str"] for _ in range(3)]
    payload = at.service.list_jobs(at.account_id, {"job_id": jobs[0]})
    assert [one["id_str"] for one in payload.data] == jobs[::-1]


def test_given_many_jobs_when_listed_then_they_are_paged() -> None:
    at = bench()
    jobs = [at.create()["id_str"] for _ in range(5)]
    seen: list[str] = []
    params = {"count": "2"}
    for _ in range(3):
        payload = at.service.list_jobs(at.account_id, params)
        seen += [one["id_str"] for one in payload.data]
        params = {"count": "2", "cursor": str(payload.next_cursor)}
    assert (seen, payload.next_cursor) == (jobs[::-1], None)


@pytest.mark.parametrize("count", ["0", "1001", "many"])
def test_given_a_count_when_out_of_range_then_it_is_invalid(count: str) -> None:
    with pytest.raises(ApiError) as caught:
        bench().service.list_jobs("an4lytic5ac", {"count": count})
    assert (caught.value.status, caught.value.parameter) == (400, "count")


def test_given_the_cursor_quirk_when_polled_by_ids_then_a_cursor_leads_nowhere() -> None:
    at = bench(job_next_cursor_quirk=True)
    job = at.create()
    assert isinstance(at.service.list_jobs(at.account_id, {"job_ids": job["id_str"]}).next_cursor, str)


def test_given_a_running_job_when_deleted_then_it_is_cancelled() -> None:
    at = bench(job_seconds=1000)
    job = at.create()
    payload = at.service.delete_job(at.account_id, job["id_str"])
    assert (payload.data["status"], payload.data["url"], payload.extra) == ("CANCELLED", None, {"data_type": "job"})
    assert _status(at, job) == "CANCELLED"


@pytest.mark.parametrize("job_id", ["finished", "17", "abc"])
def test_given_a_job_when_it_is_finished_or_unknown_then_it_cannot_be_deleted(job_id: str) -> None:
    at = bench()
    finished = at.create()["id_str"]
    with pytest.raises(ApiError) as caught:
        at.service.delete_job(at.account_id, finished if job_id == "finished" else job_id)
    assert (caught.value.status, caught.value.code) == (404, "NOT_FOUND")


def test_given_a_fault_when_a_job_fails_or_is_cancelled_then_its_status_says_so() -> None:
    for status in ("FAILED", "CANCELLED"):
        at = bench(job_faults=[{"match": {"entity": "LINE_ITEM"}, "status": status}])
        job = at.create()
        assert (_status(at, job), at.poll(job["id_str"])[0]["url"]) == (status, None)
        assert _status(at, at.create()) == "SUCCESS"


def test_given_a_hanging_job_when_time_passes_then_it_processes_and_holds_its_slot() -> None:
    at = bench(job_faults=[{"match": {}, "status": "HANG"}])
    job = at.create()
    at.world.clock.advance(100_000)
    assert _status(at, job) == "PROCESSING"
    assert at.service.describe()["in_flight"] == {at.account_id: 1}


def test_given_an_empty_fault_when_polled_then_the_job_stays_unknown() -> None:
    at = bench(job_faults=[{"match": {}, "status": "EMPTY"}, {"match": {}, "status": "EMPTY", "polls": 3, "times": 2}])
    for_ever, for_a_while = at.create(), at.create()
    assert [len(at.poll(for_ever["id_str"])) for _ in range(5)] == [0, 0, 0, 0, 0]
    assert [len(at.poll(for_a_while["id_str"])) for _ in range(5)] == [0, 0, 0, 1, 1]


def test_given_a_rule_with_nth_and_times_when_jobs_match_then_those_are_taken() -> None:
    rule = {"match": {"granularity": "DAY", "nth": 2}, "status": "FAILED", "times": 2}
    at = bench(job_faults=[rule])
    at.create(granularity="TOTAL")
    jobs = [at.create() for _ in range(4)]
    assert [_status(at, job) for job in jobs] == ["SUCCESS", "FAILED", "FAILED", "SUCCESS"]


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({"placement": "ALL_ON_TWITTER"}, True),
        ({"placement": "TREND"}, False),
        ({"metric_group": "ENGAGEMENT"}, True),
        ({"metric_group": "VIDEO"}, False),
        ({"segmentation_type": None}, True),
        ({"segmentation_type": "AGE"}, False),
        ({"start_time": "2026-10-01T07:00:00Z"}, True),
        ({"account_id": "other"}, False),
    ],
    ids=str,
)
def test_given_a_match_when_compared_then_every_named_field_counts(match: dict[str, str], hit: bool) -> None:
    at = bench(job_faults=[{"match": match, "status": "FAILED"}])
    assert (_status(at, at.create()) == "FAILED") == hit


@pytest.mark.parametrize(
    "rule", [{"match": {"entty": "LINE_ITEM"}, "status": "FAILED"}, {"status": "LOST"}, {"status": "HANG", "often": 2}]
)
def test_given_a_rule_when_it_is_misspelt_then_the_next_post_says_so(rule: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="job_faults"):
        bench(job_faults=[rule]).create()


def test_given_one_entity_id_when_matched_then_jobs_with_it_are_taken() -> None:
    at = bench()
    first, second = at.ids()[:2]
    at.switches.job_faults = [{"match": {"entity_id": second}, "status": "FAILED", "times": None}]
    assert _status(at, at.create(entity_ids=first)) == "SUCCESS"
    assert _status(at, at.create(entity_ids=second)) == "FAILED"
    assert _status(at, at.create(entity_ids=f"{first},{second}")) == "FAILED"


def test_given_many_threads_when_they_post_then_no_slot_is_given_twice() -> None:
    at = bench(job_seconds=1000, job_limit=10)
    created: list[str] = []

    def post() -> None:
        for _ in range(5):
            try:
                created.append(at.create()["id_str"])
            except ApiError:
                continue

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(created), len(set(created))) == (10, 10)
    assert at.service.describe()["too_many_jobs_responses"] == 30


def test_given_the_emulators_own_settings_when_they_change_then_the_service_follows() -> None:
    at = bench()
    settings = Settings(base_url="http://127.0.0.1:9")
    service = Analytics(at.world, settings)
    settings.update({"job_limit": 1, "job_seconds": 1000.0})
    service.create_job(at.account_id, at.params())
    with pytest.raises(ApiError, match="A maximum of 1 jobs"):
        service.create_job(at.account_id, at.params())


def test_given_work_when_described_then_it_is_counted_and_every_job_is_listed() -> None:
    at = bench()
    at.document()
    told = at.service.describe()
    assert (told["jobs_created"], told["status_requests"], told["files_served"]) == (1, 1, 1)
    assert told["jobs_by_status"] == {"SUCCESS": 1}
    assert told["jobs"][0]["entity_ids"] == at.ids()

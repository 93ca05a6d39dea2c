# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Jobs that go wrong (docs/x-ads-api.md §9 J1–J4, J8): nothing is lost, or an error names it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from integration_tests.reports.harness import account, bookmarks, described, held, jobs, report, sync, truth
from integration_tests.truth import differences, rows_by_key
from x_ads_emulator.client import Emulator

Start = Callable[..., Emulator]
LINES = report("lines", placements=["ALL_ON_TWITTER"])
TWENTY_JOBS = {"line_items": 640}
REPORTS = (LINES, report("spend", "CAMPAIGN"))
# Windows have 30 days.
SECOND_WINDOW = {"account_id": "1a", "entity": "LINE_ITEM", "start_time": "2026-01-31T00:00:00Z"}

pytestmark = pytest.mark.usefixtures("quick")


def twenty_jobs(begin: Start, **settings: Any) -> Emulator:
    """An account whose report of two days takes about twenty jobs."""
    return begin(account("1a", volumes=TWENTY_JOBS), **{"job_seconds": 0.3, **settings})


def read(emulator: Emulator, **config: Any) -> Any:
    return sync(emulator.config("2026-11-01", end_date="2026-11-02", reports=[LINES], **config))


def complete(emulator: Emulator, output: Any) -> list[str]:
    """The differences between the rows and the truth; keys must not repeat."""
    rows = rows_by_key(output.records["lines"], overwrite=False)
    return differences(truth(emulator, LINES, "1a", "2026-11-01", "2026-11-03"), rows)


class TestOneOfTwentyJobs:
    @pytest.mark.parametrize("fault", ["FAILED", "CANCELLED", "HANG", "EMPTY", "EXPIRED"])
    def test_given_one_job_that_goes_wrong_when_read_then_its_halves_bring_the_rows(
        self, begin: Start, fault: str
    ) -> None:
        emulator = twenty_jobs(begin, job_faults=[{"match": {"nth": 3}, "status": fault}])
        output = read(emulator)
        assert (output.exit_code, output.errors, complete(emulator, output)) == (0, [], [])
        made = jobs(emulator)
        (bad,) = (job for job in made if job["fault"])
        again = [job for job in made if set(job["entity_ids"]) < set(bad["entity_ids"])]
        assert len(made) >= 20
        assert sorted(len(job["entity_ids"]) for job in again) == [10, 10]

    def test_given_failed_hanging_and_empty_jobs_when_read_then_every_row_is_there(self, begin: Start) -> None:
        faults = [{"match": {"nth": n}, "status": status} for n, status in ((3, "FAILED"), (7, "HANG"), (12, "EMPTY"))]
        emulator = twenty_jobs(begin, job_faults=faults)
        output = read(emulator)
        assert (output.exit_code, output.errors, complete(emulator, output)) == (0, [], [])
        assert sorted(job["fault"] for job in jobs(emulator) if job["fault"]) == ["EMPTY", "FAILED", "HANG"]

    @pytest.mark.parametrize("fault", ["HANG", "EMPTY"])
    def test_given_a_job_that_x_still_works_on_when_it_is_given_up_then_it_is_deleted(
        self, begin: Start, fault: str
    ) -> None:
        emulator = twenty_jobs(begin, job_faults=[{"match": {"nth": 3}, "status": fault}])
        read(emulator)
        counters = described(emulator)
        assert counters["in_flight"] == {"1a": 0}
        assert counters["jobs_deleted"] == (1 if fault == "HANG" else 0)

    @pytest.mark.parametrize(
        "oddity",
        [
            {"job_empty_polls": 2},
            {"job_url_late_polls": 3},
            {"file_late_fetches": 1},
            {"file_426_first": True},
            {"double_url": True},
            {"job_id_style": "string"},
            {"job_id_style": "number"},
            {"job_next_cursor_quirk": True},
            {"drop_metric_keys": False, "link_clicks_drift": True},
        ],
        ids=lambda oddity: next(iter(oddity)) + "-" + str(next(iter(oddity.values()))),
    )
    def test_given_an_oddity_of_x_when_read_then_every_row_comes_from_the_first_jobs(
        self, begin: Start, oddity: dict[str, Any]
    ) -> None:
        emulator = begin(account("1a", volumes={"line_items": 60}), **oddity)
        output = read(emulator)
        assert (output.exit_code, output.errors, complete(emulator, output)) == (0, [], [])
        asked = Counter(entity_id for job in jobs(emulator) for entity_id in job["entity_ids"])
        assert set(asked.values()) == {1}

    @pytest.mark.parametrize("fault", ["cut_gzip", "reset_during_body", "wrong_content_length"])
    def test_given_a_file_that_arrives_in_pieces_when_read_then_it_is_fetched_again(
        self, begin: Start, fault: str
    ) -> None:
        emulator = begin(account("1a", volumes={"line_items": 60}))
        match = {"path_regex": "^/advertiser-api-async-analytics/"}
        emulator.set_faults([{"name": fault, "match": match, "times": 1, "fault": fault}])
        output = read(emulator)
        assert (output.exit_code, complete(emulator, output), emulator.faults()[0]["struck"]) == (0, [], 1)


class TestOddFile:
    """Result files of other parameters than asked, and values that are not numbers (docs/x-ads-api.md §7.3)."""

    @pytest.mark.parametrize(
        "file",
        [
            {"segmentation_type": "AGE"},
            {"segmentation_type": None},
            {"country": "06ef846bfc783874"},
            {"platform": "1"},
            {"metric_groups": ["BILLING"]},
            {"placement": "TREND"},
        ],
        ids=str,
    )
    def test_given_the_file_of_another_job_when_read_then_the_job_is_asked_for_again(
        self, begin: Start, file: dict[str, Any]
    ) -> None:
        volumes = {"line_items": 5}
        emulator = begin(account("1a", volumes=volumes), job_faults=[{"status": "OTHER_FILE", "file": file}])
        entry = report("lines", segment="GENDER", placements=["ALL_ON_TWITTER"])
        output = sync(emulator.config("2026-11-01", end_date="2026-11-02", reports=[entry]))
        assert (output.exit_code, [job["fault"] for job in jobs(emulator)][:2]) == (0, ["OTHER_FILE", None])
        rows = rows_by_key(output.records["lines"], overwrite=False)
        wanted = truth(emulator, entry, "1a", "2026-11-01", "2026-11-03")
        assert differences(wanted, rows) == []

    @pytest.mark.parametrize("value", ["12", 1.5, [1], {"a": 1}, True, 2**64 + 1], ids=str)
    def test_given_a_value_that_is_no_integer_when_read_then_it_is_named_and_comes_later(
        self, begin: Start, value: Any
    ) -> None:
        odd = {"status": "ODD_VALUE", "value": value, "times": None}
        emulator = begin(account("1a", volumes={"line_items": 3}), job_faults=[odd])
        first = read(emulator)
        (message,) = {
            error["message"] for error in first.errors if "Metric 'impressions' of entity" in error["message"]
        }
        assert (first.exit_code, bookmarks(first, "lines")) == (1, {})
        assert "stream lines, account 1a, window 2026-11-01 to 2026-11-03" in message
        assert len(jobs(emulator)) == 1
        emulator.set_settings(job_faults=[])
        second = sync(emulator.config("2026-11-01", end_date="2026-11-02", reports=[LINES]), state=first.state)
        assert (second.exit_code, complete(emulator, second)) == (0, [])


class TestFailedWindow:
    def test_given_a_window_whose_jobs_always_fail_when_read_then_the_next_sync_has_it(self, begin: Start) -> None:
        volumes = {"line_items": 50, "campaigns": 5}
        emulator = begin(account("1a", volumes=volumes), account("2b", volumes=volumes))
        emulator.set_settings(job_faults=[{"match": SECOND_WINDOW, "status": "FAILED", "times": None}])
        config = emulator.config("2026-01-01", end_date="2026-03-20", reports=list(REPORTS))
        first = sync(config)
        sizes = sorted({len(job["entity_ids"]) for job in jobs(emulator) if job["fault"]}, reverse=True)
        assert (first.exit_code, sizes[0], sizes[-1] <= 5) == (1, 20, True)
        self.assert_one_error(emulator, first)
        assert bookmarks(first, "lines") == {"1a": "2026-01-31T00:00:00Z", "2b": "2026-03-21T00:00:00Z"}
        assert set(bookmarks(first, "spend").values()) == {"2026-03-21T00:00:00Z"}
        for entry, name, start, end in (
            (REPORTS[0], "2b", "2026-01-01", "2026-03-21"),
            (REPORTS[1], "1a", "2026-01-01", "2026-03-21"),
            (REPORTS[1], "2b", "2026-01-01", "2026-03-21"),
            (REPORTS[0], "1a", "2026-01-01", "2026-01-31"),
        ):
            wanted = truth(emulator, entry, name, start, end)
            assert differences(wanted, held([first], entry["name"], name, end)) == []
        after = {k: v for k, v in held([first], "lines", "1a").items() if k[3] >= "2026-03-02"}
        assert differences(truth(emulator, LINES, "1a", "2026-03-02", "2026-03-21"), after) == []
        emulator.set_settings(job_faults=[])
        second = sync(config, state=first.state)
        assert (second.exit_code, set(bookmarks(second, "lines").values())) == (0, {"2026-03-21T00:00:00Z"})
        wanted = truth(emulator, LINES, "1a", "2026-01-01", "2026-03-21")
        assert differences(wanted, held([first, second], "lines", "1a")) == []

    def test_given_an_entity_whose_jobs_fail_when_read_then_only_its_rows_come_later(self, begin: Start) -> None:
        emulator = begin(account("1a", volumes={"line_items": 100}))
        wanted = truth(emulator, LINES, "1a", "2026-11-01", "2026-11-03")
        hopeless = sorted({key[1] for key in wanted})[23]
        emulator.set_settings(job_faults=[{"match": {"entity_id": hopeless}, "status": "FAILED", "times": None}])
        first = read(emulator)
        assert (first.exit_code, bookmarks(first, "lines")) == (1, {})
        assert any(f"for LINE_ITEM {hopeless} gave no result, 3 times" in error["message"] for error in first.errors)
        others = {key: row for key, row in wanted.items() if key[1] != hopeless}
        assert differences(others, held([first], "lines", "1a")) == []
        assert described(emulator)["jobs_deleted"] == 0
        emulator.set_settings(job_faults=[])
        config = emulator.config("2026-11-01", end_date="2026-11-02", reports=[LINES])
        second = sync(config, state=first.state)
        assert (second.exit_code, differences(wanted, held([first, second], "lines", "1a"))) == (0, [])

    @staticmethod
    def assert_one_error(emulator: Emulator, output: Any) -> None:
        failing = [error for error in output.errors if error.get("stream_descriptor", {}).get("name") == "lines"]
        texts = {error["message"] for error in failing if "analytics job" in error["message"]}
        (text,) = texts
        failed = {job["id"] for job in jobs(emulator) if job["fault"]}
        for name in (
            "stream lines",
            "account 1a",
            "window 2026-01-31 to 2026-03-02",
            "FAILED",
            "times in ever smaller parts",
        ):
            assert name in text
        assert any(job_id in text for job_id in failed)

    def test_given_status_requests_that_fail_when_read_then_windows_fail_and_jobs_stay(self, begin: Start) -> None:
        emulator = begin(account("1a", volumes={"line_items": 100}), job_seconds=60)
        match = {"path_regex": "^/12/stats/jobs/accounts/1a(/.*)?$", "method": "GET"}
        gone = {"fault": "status", "status": 403, "code": "ACCOUNT_NOT_FOUND", "message": "gone"}
        emulator.set_faults([{"name": "gone", "match": match, **gone}])
        output = sync(emulator.config("2026-01-01", end_date="2026-03-20", reports=[LINES]))
        assert (output.exit_code, output.records, bookmarks(output, "lines")) == (1, {}, {})
        assert described(emulator)["in_flight"] == {"1a": 0}
        # The windows share one status request and fail with it.
        assert emulator.faults()[0]["struck"] <= 2
        texts = [error["message"] for error in output.errors]
        for window in ("2026-01-01 to 2026-01-31", "2026-01-31 to 2026-03-02", "2026-03-02 to 2026-03-21"):
            assert any(f"stream lines, account 1a, window {window})" in text for text in texts)

    @pytest.mark.parametrize("method", ["POST", "GET"])
    def test_given_an_account_whose_jobs_stay_down_when_read_then_its_windows_fail_soon(
        self, begin: Start, method: str
    ) -> None:
        emulator = begin(*(account(name, volumes={"line_items": 10}) for name in ("1a", "2b")))
        match = {"path_regex": "^/12/stats/jobs/accounts/1a$", "method": method}
        emulator.set_faults([{"name": "down", "match": match, "times": None, "fault": "status", "status": 503}])
        config = emulator.config("2024-08-01", end_date="2026-11-10", reports=[LINES], outage_timeout=4)
        began = time.monotonic()
        output = sync(config)
        assert time.monotonic() - began < 12
        assert (output.exit_code, list(bookmarks(output, "lines"))) == (1, ["2b"])
        failed = {
            error["message"].rpartition("window ")[2][:24] for error in output.errors if "503" in error["message"]
        }
        assert len(failed) == 28
        wanted = truth(emulator, LINES, "2b", "2024-08-01", "2026-11-11")
        assert differences(wanted, held([output], "lines", "2b")) == []

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How long jobs take, how often their status may be asked for, how long their files live.

Source: docs/x-ads-api.md §4, §7.2.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from requests_oauthlib import OAuth1

from integration_tests.emulator_tests.analytics.builders import ACTIVE, Bench, bench
from integration_tests.emulator_tests.core.builders import ACCOUNT, Caller, signed
from x_ads_emulator import settings as constants
from x_ads_emulator.client import Emulator
from x_ads_emulator.clock import parse_instant
from x_ads_emulator.errors import ApiError
from x_ads_emulator.settings import Settings
from x_ads_emulator.world.spec import AccountSpec, WorldSpec

JOBS = f"stats/jobs/accounts/{ACCOUNT}"
OTHERS_JOBS = "stats/jobs/accounts/2tokyo8n9q"
RATE_LIMITS: list[Any] = [None, "off", {"requests": 50, "seconds": 5}, {"requests": 50, "seconds": 5, "scope": "user"}]


def times(at: Bench, jobs: int = 40) -> list[float]:
    """How long each of some jobs takes."""
    for _ in range(jobs):
        at.create()
    return [job["seconds"] for job in at.service.describe()["jobs"]]


def user_headers(headers: dict[str, str]) -> tuple[str, str]:
    return headers["x-rate-limit-limit"], headers["x-rate-limit-remaining"]


def account_headers(headers: dict[str, str]) -> tuple[str, str]:
    return headers["x-account-rate-limit-limit"], headers["x-account-rate-limit-remaining"]


class TestJobSeconds:
    def test_given_a_range_when_jobs_are_made_then_times_lie_within_and_repeat(self) -> None:
        first, second = times(bench(job_seconds=[20, 60])), times(bench(job_seconds=[20, 60]))
        assert first == second
        assert all(20 <= one <= 60 for one in first)
        assert min(first) < 25
        assert max(first) > 55

    def test_given_a_number_when_jobs_are_made_then_all_take_so_long(self) -> None:
        assert set(times(bench(job_seconds=7))) == {7}

    def test_given_a_pair_when_time_passes_then_a_job_is_done_at_its_own_time(self) -> None:
        at = bench(job_seconds=[1000, 5000])
        job = at.create()
        (seconds,) = (one["seconds"] for one in at.service.describe()["jobs"])
        at.world.clock.advance(seconds - 60)
        before = at.poll(job["id_str"])[0]["status"]
        at.world.clock.advance(61)
        assert (before, at.poll(job["id_str"])[0]["status"]) in {("PROCESSING", "SUCCESS"), ("UPLOADING", "SUCCESS")}

    @pytest.mark.parametrize("value", [-1, [3, 2], [-1, 2], [1, 2, 3], [1]], ids=str)
    def test_given_a_mistake_when_set_then_it_is_refused(self, value: Any) -> None:
        with pytest.raises(ValueError, match=r"job_seconds|unpack"):
            Settings.from_dict({"job_seconds": value})


class TestStatusLimit:
    @pytest.mark.parametrize("rate_limit", RATE_LIMITS, ids=str)
    def test_given_a_limit_of_each_account_when_one_is_over_then_another_is_not(self, rate_limit: Any) -> None:
        limit = {"scope": "account", "requests": 2, "seconds": 5}
        caller = Caller(settings={"status_limit": limit, "rate_limit": rate_limit})
        assert [caller.get(JOBS).status for _ in range(3)] == [200, 200, 429]
        assert account_headers(caller.get(JOBS).headers) == ("2", "0")
        assert caller.get(OTHERS_JOBS).status == 200

    @pytest.mark.parametrize("rate_limit", RATE_LIMITS, ids=str)
    def test_given_a_limit_of_the_user_when_one_account_is_over_then_all_are(self, rate_limit: Any) -> None:
        limit = {"scope": "user", "requests": 2, "seconds": 5}
        caller = Caller(settings={"status_limit": limit, "rate_limit": rate_limit})
        assert [caller.get(JOBS).status for _ in range(2)] == [200, 200]
        refused = caller.get(OTHERS_JOBS)
        assert (refused.status, user_headers(refused.headers)) == (429, ("2", "0"))
        assert "x-account-rate-limit-limit" not in refused.headers
        assert caller.log()[-1]["user_level"] is True

    @pytest.mark.parametrize("scope", ["account", "user"])
    def test_given_a_limit_when_its_window_ends_then_it_works_again(self, scope: str) -> None:
        caller = Caller(settings={"status_limit": {"scope": scope, "requests": 1, "seconds": 1}})
        assert [caller.get(JOBS).status for _ in range(2)] == [200, 429]
        time.sleep(max(0.0, caller.log()[-1]["not_before"] - time.time()))
        assert caller.get(JOBS).status == 200

    def test_given_the_documented_limits_when_asked_then_there_are_2000_for_15_minutes(self) -> None:
        of_account = Caller(settings={"status_limit": "account"}).get(JOBS).headers
        of_user = Caller(settings={"status_limit": "user"}).get(JOBS).headers
        assert account_headers(of_account) == user_headers(of_user) == ("2000", "1999")
        assert "x-account-rate-limit-limit" not in of_user
        assert 895 <= int(of_user["x-rate-limit-reset"]) - time.time() <= 901

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_given_a_limit_when_jobs_are_made_or_cancelled_then_it_does_not_count(self, method: str) -> None:
        caller = Caller(settings={"status_limit": {"scope": "user", "requests": 1, "seconds": 60}})
        path = f"/12/{JOBS}" if method == "POST" else f"/12/{JOBS}/1"
        for _ in range(2):
            assert caller.send(signed(path, method=method)).status in (400, 404)
        assert caller.get(JOBS).status == 200

    @pytest.mark.parametrize("rate_limit", [None, "off"])
    def test_given_no_limit_of_its_own_when_asked_then_the_rate_limit_decides(self, rate_limit: Any) -> None:
        headers = Caller(settings={"rate_limit": rate_limit}).get(JOBS).headers
        assert headers["x-rate-limit-limit"] == ("2000" if rate_limit is None else "1000000")

    @pytest.mark.parametrize("limit", ["app", {"requests": 1, "seconds": 1}, {"scope": "user"}, {"scope": "app"}])
    def test_given_a_mistake_when_set_then_it_is_refused(self, limit: Any) -> None:
        with pytest.raises(ValueError, match="status_limit must be null"):
            Settings.from_dict({"status_limit": limit})


class TestResultsExpire:
    @pytest.mark.parametrize("seconds", [1, 3600, 172_800])
    def test_given_a_finished_job_when_its_expiry_comes_then_the_file_is_gone(self, seconds: int) -> None:
        at = bench(result_expires_seconds=seconds, job_seconds=600)
        job = at.create()
        at.world.clock.advance(600)
        (done,) = at.poll(job["id_str"])
        left = (parse_instant(done["expires_at"]) - at.world.now()).total_seconds()
        assert left == seconds
        at.world.clock.advance(left - 0.5)
        assert at.fetch(done)
        at.world.clock.advance(0.5)
        with pytest.raises(ApiError) as caught:
            at.fetch(done)
        assert caught.value.status == 404

    def test_given_real_time_when_the_shown_second_comes_then_the_file_is_gone(self) -> None:
        account = AccountSpec(ACCOUNT, activity=ACTIVE, volumes={"line_items": 1}, examples=False)
        settings = {"result_expires_seconds": 2, "rate_limit": "off"}
        with Emulator.start(WorldSpec(accounts=[account]), settings=settings) as emulator:
            (line_item,) = emulator.world.records("line_items", ACCOUNT)
            what = {"entity": "LINE_ITEM", "entity_ids": line_item["id"], "granularity": "DAY"}
            when = {"start_time": "2026-10-01", "end_time": "2026-10-02"}
            query = {**what, **when, "placement": "ALL_ON_TWITTER", "metric_groups": "ENGAGEMENT"}
            made = _call(emulator, "POST", query)["data"]
            (done,) = _call(emulator, "GET", {"job_ids": made["id_str"]})["data"]
            expiry = parse_instant(done["expires_at"]).timestamp()
            before = requests.get(done["url"], timeout=10).status_code
            time.sleep(max(0.0, expiry - time.time() + 0.05))
            assert (before, requests.get(done["url"], timeout=10).status_code) == (200, 404)


def _call(emulator: Emulator, method: str, query: dict[str, str]) -> Any:
    keys = (constants.CONSUMER_KEY, constants.CONSUMER_SECRET, constants.ACCESS_TOKEN, constants.ACCESS_TOKEN_SECRET)
    url = f"{emulator.base_url}/12/{JOBS}"
    return requests.request(method, url, params=query, auth=OAuth1(*keys), timeout=10).json()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How entities are divided into jobs, and jobs without a result into smaller ones (docs/x-ads-api.md §7.2)."""

from __future__ import annotations

from source_twitter_ads.reports.job import JobRequest, job_requests
from unit_tests.reports.builders import report, window
from unit_tests.reports.fakes import request

IDS = [f"c{n:02}" for n in range(45)]


def sizes(requests: list[JobRequest]) -> list[int]:
    return [len(one.entity_ids) for one in requests]


class TestDivision:
    def test_given_entities_of_a_window_when_divided_then_as_few_jobs_as_x_allows(self) -> None:
        requests = list(job_requests(report(), window(), {"ALL_ON_TWITTER": IDS}))
        assert sizes(requests) == [20, 20, 5]
        assert [one for each in requests for one in each.entity_ids] == IDS

    def test_given_the_same_entities_in_another_order_when_divided_then_the_same_jobs(self) -> None:
        requests = (job_requests(report(), window(), {"TREND": ids}) for ids in (IDS, set(IDS)))
        assert len({tuple(one.entity_ids for one in each) for each in requests}) == 1

    def test_given_placements_when_divided_then_each_has_jobs_of_its_own(self) -> None:
        requests = job_requests(report(), window(), {"ALL_ON_TWITTER": IDS[:3], "TREND": IDS[:1]})
        assert [(one.placement, len(one.entity_ids)) for one in requests] == [("ALL_ON_TWITTER", 3), ("TREND", 1)]

    def test_given_countries_and_platforms_when_divided_then_each_pair_has_a_job(self) -> None:
        requests = list(job_requests(report(), window(), {"TREND": IDS[:1]}, ("us", "de"), ("ios", "web")))
        assert [(one.country, one.platform) for one in requests] == [
            ("us", "ios"),
            ("us", "web"),
            ("de", "ios"),
            ("de", "web"),
        ]

    def test_given_nothing_active_when_divided_then_no_job(self) -> None:
        assert list(job_requests(report(), window(), {})) == []


class TestParameters:
    def test_given_a_request_when_sent_then_all_that_x_needs_and_no_more(self) -> None:
        assert request("c1", "c2").parameters() == {
            "entity": "CAMPAIGN",
            "entity_ids": "c1,c2",
            "start_time": "2026-03-01",
            "end_time": "2026-03-03",
            "granularity": "DAY",
            "placement": "ALL_ON_TWITTER",
            "metric_groups": ",".join(report().metric_groups),
        }

    def test_given_a_segment_by_country_when_sent_then_segment_and_country_are_named(self) -> None:
        one = JobRequest(report(segment="METROS"), window(), "TREND", ("c1",), country="us")
        sent = one.parameters()
        assert (sent["segmentation_type"], sent["country"]) == ("METROS", "us")
        assert "platform" not in sent


class TestParts:
    def test_given_a_failure_when_asked_again_then_halves(self) -> None:
        parts = request(*IDS[:20]).parts()
        assert sizes(parts) == [10, 10]
        assert [one for part in parts for one in part.entity_ids] == IDS[:20]

    def test_given_an_odd_number_when_asked_again_then_no_entity_is_lost(self) -> None:
        assert sizes(request(*IDS[:5]).parts()) == [3, 2]

    def test_given_a_single_entity_when_asked_again_then_the_same_once_more(self) -> None:
        (part,) = request("c1").parts()
        assert (part.entity_ids, part.tries, part.tries_alone) == (("c1",), 1, 1)

    def test_given_a_first_timeout_when_asked_again_then_halves(self) -> None:
        assert sizes(request(*IDS[:20]).parts(timed_out=True)) == [10, 10]

    def test_given_a_second_timeout_in_a_row_when_asked_again_then_entity_by_entity(self) -> None:
        half = request(*IDS[:20]).parts(timed_out=True)[0]
        parts = half.parts(timed_out=True)
        assert sizes(parts) == [1] * 10
        assert {one.timeouts for one in parts} == {2}

    def test_given_a_failure_after_a_timeout_when_asked_again_then_halves(self) -> None:
        half = request(*IDS[:20]).parts(timed_out=True)[0]
        assert sizes(half.parts()) == [5, 5]

    def test_given_parts_of_parts_when_counted_then_all_failures_before_them_count(self) -> None:
        quarter = request(*IDS[:20]).parts()[0].parts()[0]
        assert (quarter.tries, quarter.tries_alone, quarter.timeouts) == (2, 0, 0)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What a refused job means for its report, and what the failure of one request means for others.

Source: docs/x-ads-api.md §7.1.
"""

from __future__ import annotations

from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from source_twitter_ads.api.errors import ApiFailure, RequestContext, Skipped, rule_for
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.job import JobRequest
from source_twitter_ads.reports.refusals import CREATION, PlacementRefusals, hopeless, shared
from unit_tests.reports.builders import report, window
from unit_tests.reports.fakes import OTHER, refusal

WORDS: dict[str, Any] = {"code": "INVALID_PARAMETER"}


def asked(placement: str = "PUBLISHER_NETWORK", definition: ReportDefinition | None = None) -> JobRequest:
    return JobRequest(definition or report(), window(), placement, ("c1",))


def skipped() -> Skipped:
    refused = refusal(400, "FEATURE_NOT_AVAILABLE")
    assert refused.refusal is not None
    return Skipped(rule_for(refused.refusal), refused.context, "X refused it", refused.refusal)


class TestLeftOut:
    @pytest.mark.parametrize(
        "words", [{"parameter": "placement"}, {"message": "no such Placement"}, {"code": "INVALID_PLACEMENT"}], ids=str
    )
    def test_given_a_placement_that_only_x_named_when_refused_then_it_is_left_out(self, words: dict[str, str]) -> None:
        assert PlacementRefusals(report()).leaves_out(asked(), refusal(400, **{**WORDS, **words}))

    @pytest.mark.parametrize(
        ("placement", "words"),
        [
            ("ALL_ON_TWITTER", {"parameter": "placement"}),
            ("PUBLISHER_NETWORK", {"message": "segmentation_type is not valid"}),
            ("PUBLISHER_NETWORK", {"parameter": "entity_ids"}),
            ("PUBLISHER_NETWORK", {"code": "INVALID_TIME_WINDOW"}),
            ("PUBLISHER_NETWORK", {"code": "FEATURE_NOT_AVAILABLE", "parameter": "placement"}),
            ("PUBLISHER_NETWORK", {"code": ""}),
        ],
        ids=["all on twitter", "segment", "entities", "period", "feature", "unknown"],
    )
    def test_given_a_refusal_of_something_else_when_judged_then_it_is_a_failure(
        self, placement: str, words: dict[str, Any]
    ) -> None:
        assert not PlacementRefusals(report()).leaves_out(asked(placement), refusal(400, **{**WORDS, **words}))

    @pytest.mark.parametrize("status", [403, 404, 500])
    def test_given_another_status_when_judged_then_it_is_a_failure(self, status: int) -> None:
        assert not PlacementRefusals(report()).leaves_out(asked(), refusal(status, parameter="placement"))

    def test_given_a_placement_that_the_user_named_when_refused_then_it_is_a_failure(self) -> None:
        definition = report(placements=["ALL_ON_TWITTER", "PUBLISHER_NETWORK"])
        refused = refusal(400, **WORDS, parameter="placement")
        assert not PlacementRefusals(definition).leaves_out(asked(definition=definition), refused)

    def test_given_many_refusals_when_left_out_then_one_warning_per_placement(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        refusals = PlacementRefusals(report())
        for placement in ("PUBLISHER_NETWORK", "TREND", "PUBLISHER_NETWORK", "TREND"):
            refusals.leaves_out(asked(placement), refusal(400, **WORDS, parameter="placement"))
        assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
        for part in ('"spend"', "PUBLISHER_NETWORK", "HTTP 400 INVALID_P", "`placements`"):
            assert part in caplog.messages[0]


class TestRetired:
    def explained(self, failure: ApiFailure, placement: str = "ALL_ON_TWITTER", **entry: Any) -> str:
        definition = report(**entry)
        return str(PlacementRefusals(definition).explained(asked(placement, definition), failure, OTHER).message)

    def test_given_a_retired_segment_when_refused_then_the_error_says_what_to_take_out(self) -> None:
        text = self.explained(refusal(400, **WORDS), entity="LINE_ITEM", segment="LANGUAGES")
        assert text.endswith("X has retired segment LANGUAGES in May 2026: take it out of the report.")
        assert str(OTHER) in text

    def test_given_a_retired_placement_when_refused_then_the_error_names_it(self) -> None:
        text = self.explained(refusal(400, **WORDS), "PUBLISHER_NETWORK", placements=["PUBLISHER_NETWORK"])
        assert "X has retired placement PUBLISHER_NETWORK in June 2026: take it out" in text

    def test_given_a_retired_placement_when_another_is_refused_then_it_is_not_blamed(self) -> None:
        both = ["ALL_ON_TWITTER", "PUBLISHER_NETWORK"]
        assert "retired" not in self.explained(refusal(400, **WORDS), "ALL_ON_TWITTER", placements=both)

    def test_given_nothing_retired_when_refused_then_the_failure_stays(self) -> None:
        assert "retired" not in self.explained(refusal(400, **WORDS))

    def test_given_a_failing_server_when_something_is_retired_then_it_is_not_blamed(self) -> None:
        assert "retired" not in self.explained(refusal(503), entity="LINE_ITEM", segment="LANGUAGES")

    def test_given_an_account_without_the_feature_when_explained_then_it_stays_a_skip(self) -> None:
        definition, failure = report(entity="LINE_ITEM", segment="LANGUAGES"), skipped()
        assert PlacementRefusals(definition).explained(asked(definition=definition), failure, OTHER) is failure


class TestShared:
    def test_given_a_failure_when_it_concerns_another_window_then_it_says_what_follows(self) -> None:
        text = str(shared(refusal(503, "OVER_CAPACITY"), OTHER, CREATION).message)
        assert text.startswith("Its jobs were not asked for. X refused with HTTP 503 OVER_CAPACITY")
        assert str(OTHER) in text

    @pytest.mark.parametrize("status", [403, 503])
    def test_given_a_failure_when_shared_then_it_can_be_mended_by_the_same_people(self, status: int) -> None:
        failure = refusal(status)
        assert shared(failure, OTHER, CREATION).failure_type is failure.failure_type
        assert shared(failure, OTHER, CREATION).refusal is failure.refusal

    def test_given_a_cause_when_told_for_another_window_then_it_is_the_same_one(self) -> None:
        failure = refusal(402, "PAYMENT_REQUIRED")
        assert shared(failure, OTHER, CREATION).cause == failure.cause != ""

    def test_given_nothing_to_read_when_shared_then_it_stays_a_skip(self) -> None:
        failure = skipped()
        assert shared(failure, OTHER, CREATION) is failure

    def test_given_a_hopeless_account_when_told_then_what_happened_where_and_what_to_do(self) -> None:
        failure = hopeless(RequestContext("spend", "1a"), jobs=37, seconds=3600)
        assert failure.failure_type is FailureType.transient_error
        text = str(failure.message)
        assert text.startswith("None of its first 37 analytics jobs has ended within 60 min (job_timeout)")
        assert "(stream spend, account 1a)" in text
        assert "asked for again by the next sync" in text

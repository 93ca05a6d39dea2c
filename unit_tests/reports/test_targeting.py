# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Countries and platforms that jobs must name: what X does not know is told, never passed over (x-ads-api.md §7.6)."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.message import NoopMessageRepository
from source_twitter_ads.api.answers import ApiResponse
from source_twitter_ads.reports.pending import PendingJobs
from source_twitter_ads.reports.shared import SharedReports

from source_twitter_ads.api.errors import ApiFailure, RequestContext
from unit_tests.reports.builders import report
from unit_tests.reports.fakes import Read, settings

METROS = report(segment="METROS")


class FakeX:
    """X, which knows the targeting values of some countries.

    Attributes:
        asked: the codes that it was asked for.
        began, asking: set once it is asked; it answers when it may.
    """

    def __init__(self, codes: str, known: str) -> None:
        self.settings = settings(country_codes=tuple(codes.split()))
        self.client = self
        self.asked: list[str] = []
        self._known = known.split()
        self.began, self.asking = threading.Event(), threading.Event()
        self.asking.set()

    def get(self, path: str, params: Mapping[str, str], context: RequestContext, read: Read) -> ApiResponse:
        """The places of a country; no platforms."""
        self.began.set()
        self.asking.wait(5)
        self.asked.append(params.get("country_code", ""))
        places = [{"targeting_value": f"value of {code}"} for code in self._known if code == self.asked[-1]]
        return ApiResponse(200, {}, {"data": [read(place) for place in places], "next_cursor": None})


def countries(shared: SharedReports) -> list[str | None]:
    """The countries that jobs of a report by metro name."""
    retriever: Any = shared.retriever(METROS, PendingJobs((), lambda: True))
    return list(retriever._countries)


def shared_of(x: Any) -> SharedReports:
    return SharedReports(x, NoopMessageRepository())


def test_given_a_code_that_x_does_not_know_when_reports_need_countries_then_one_warning_says_what_to_do(
    caplog: pytest.LogCaptureFixture,
) -> None:
    x = FakeX("US AQ", known="US")
    shared = shared_of(x)
    assert [countries(shared) for _ in range(2)] == [["value of US"]] * 2
    (text,) = (record.getMessage() for record in caplog.records)
    assert "country code AQ" in text
    assert text.endswith("Take it out of country_codes, or correct it.")
    assert x.asked == ["US", "AQ"]


def test_given_codes_that_x_does_not_know_when_reports_need_countries_then_each_fails_instead_of_being_empty() -> None:
    shared = shared_of(FakeX("AQ BV", known=""))
    for _ in range(2):
        with pytest.raises(ApiFailure, match="X lists no targeting value for AQ, BV, and METROS needs one") as caught:
            countries(shared)
        assert caught.value.failure_type is FailureType.config_error
        assert "country_codes" in str(caught.value.message)


def test_given_no_platform_in_xs_list_when_a_report_needs_them_then_it_fails_instead_of_being_empty() -> None:
    shared = shared_of(FakeX("US", known=""))
    for _ in range(2):
        with pytest.raises(ApiFailure, match="X lists no platform") as caught:
            shared.retriever(report(segment="DEVICES"), PendingJobs((), lambda: True))
        assert caught.value.failure_type is FailureType.transient_error


def test_given_a_list_that_takes_long_when_asked_for_then_nothing_else_waits_for_it() -> None:
    x = FakeX("US", known="US")
    shared = shared_of(x)
    x.asking = threading.Event()
    slow = threading.Thread(target=countries, args=(shared,))
    slow.start()
    x.began.wait(5)
    assert shared.board("1a") is shared.board("1a")
    x.asking.set()
    slow.join(5)
    assert not slow.is_alive()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""When the failure of one request to an account's job endpoints is that of all."""

from __future__ import annotations

import pytest

from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.reports.downtime import CREATION, STATUS, Downtime
from unit_tests.reports.fakes import OTHER, refusal

DOWN = refusal(503, "SERVICE_UNAVAILABLE")


def test_given_a_request_that_failed_for_long_when_none_was_answered_then_others_are_not_sent_for_a_while() -> None:
    downtime = Downtime(300)
    assert downtime.failed(CREATION, DOWN, now=1000)
    with pytest.raises(ApiFailure, match="Its jobs were not asked for") as caught:
        downtime.check(CREATION, OTHER, now=1200)
    assert "window 2026-04-01" in str(caught.value.message)
    downtime.check(STATUS, OTHER, now=1200)
    downtime.check(CREATION, OTHER, now=1301)


def test_given_a_request_that_failed_for_long_when_others_were_answered_meanwhile_then_it_alone_has_failed() -> None:
    downtime = Downtime(300)
    downtime.answered(CREATION, now=900)
    assert not downtime.failed(CREATION, DOWN, now=1000)
    downtime.check(CREATION, OTHER, now=1001)


def test_given_a_failure_that_is_known_when_a_request_is_answered_then_it_is_over() -> None:
    downtime = Downtime(300)
    downtime.failed(CREATION, DOWN, now=1000)
    downtime.answered(CREATION, now=1010)
    downtime.check(CREATION, OTHER, now=1020)


def test_given_a_refusal_when_it_will_not_pass_then_it_says_nothing_of_others() -> None:
    assert not Downtime(300).failed(CREATION, refusal(400, "INVALID_PARAMETER"), now=1000)

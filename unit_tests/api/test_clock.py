# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How far the clock of this machine is from X's (docs/x-ads-api.md §4)."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import formatdate

import pytest

from source_twitter_ads.api.clock import SAME, Clock


class TestClock:
    NOW = 1_790_000_000.0

    def at(self, epoch: float) -> dict[str, str]:
        return {"date": formatdate(epoch, usegmt=True)}

    @pytest.mark.parametrize("seconds", [4, -4])
    def test_given_clocks_a_few_seconds_apart_when_compared_then_the_difference_counts(self, seconds: int) -> None:
        assert Clock().ahead(self.at(self.NOW - seconds), self.NOW) == seconds

    def test_given_slow_responses_when_compared_then_the_smallest_difference_counts(self) -> None:
        clock = Clock()
        assert [clock.ahead(self.at(self.NOW - late), self.NOW) for late in (600, 601, 599, 603)] == [
            600,
            600,
            599,
            599,
        ]

    def test_given_a_clock_that_is_set_wrong_then_the_new_difference_counts(self) -> None:
        clock = Clock()
        assert [clock.ahead(self.at(self.NOW - late), self.NOW) for late in (1, 600)] == [1, 600]

    def test_given_a_moment_when_told_by_xs_clock_then_it_is_a_little_early(self) -> None:
        clock = Clock()
        clock.ahead(self.at(self.NOW - 600), self.NOW)
        assert clock.at_least(self.NOW) == (
            datetime.fromtimestamp(self.NOW - 600 - SAME, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        )

    def test_given_a_clock_that_was_set_right_when_compared_then_the_difference_is_gone(self) -> None:
        clock = Clock()
        clock.ahead(self.at(self.NOW - 600), self.NOW)
        assert clock.ahead(self.at(self.NOW), self.NOW) == 0.0

    def test_given_a_response_without_a_date_then_the_last_difference_holds(self) -> None:
        clock = Clock()
        clock.ahead(self.at(self.NOW - 600), self.NOW)
        assert clock.ahead({}, self.NOW) == 600.0

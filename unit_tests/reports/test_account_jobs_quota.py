# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How many jobs an account may still create, by X's own words (docs/x-ads-api.md §7.2)."""

from __future__ import annotations

import pytest

from source_twitter_ads.reports.account_jobs import MOST_JOBS, REMAINING, JobQuota


def left(number: int) -> dict[str, str]:
    return {REMAINING: str(number)}


def known(remaining: int | None = None) -> JobQuota:
    """A quota after one job was created, as X answered it."""
    quota = JobQuota()
    quota.note_created(1, {} if remaining is None else left(remaining))
    return quota


class TestSlots:
    def test_given_nothing_known_when_asked_then_one_job_goes_alone(self) -> None:
        quota = JobQuota()
        assert quota.has_slot(0)
        quota.being_created = 1
        assert not quota.has_slot(0)

    def test_given_no_word_of_slots_when_asked_then_a_hundred_and_no_more(self) -> None:
        quota = known()
        assert quota.has_slot(MOST_JOBS - 1)
        assert not quota.has_slot(MOST_JOBS)

    def test_given_jobs_that_are_being_created_when_asked_then_they_count(self) -> None:
        quota = known()
        quota.being_created = 10
        assert not quota.has_slot(MOST_JOBS - 10)

    def test_given_two_slots_left_by_other_tools_when_asked_then_two(self) -> None:
        quota = known(remaining=2)
        assert quota.has_slot(2)
        assert not quota.has_slot(3)

    def test_given_a_later_response_with_more_slots_when_created_then_the_lower_holds(self) -> None:
        quota = known(remaining=2)
        quota.note_created(2, left(50))
        assert not quota.has_slot(3)

    def test_given_jobs_on_their_way_when_x_tells_of_slots_then_they_may_be_uncounted(self) -> None:
        quota = JobQuota()
        quota.being_created = 4
        quota.note_created(1, left(10))
        assert quota.has_slot(10)
        assert not quota.has_slot(11)

    def test_given_too_many_jobs_when_x_says_so_then_none_before_the_next_status(self) -> None:
        quota = known()
        quota.note_refused(running=30, now=1000)
        assert not quota.has_slot(30)
        quota.update(30, left(5))
        assert quota.has_slot(34)
        assert not quota.has_slot(35)

    def test_given_a_status_response_of_fewer_slots_when_learnt_then_no_more_than_that(self) -> None:
        quota = known()
        quota.update(own_jobs=50, headers=left(10))
        assert quota.has_slot(59)
        assert not quota.has_slot(60)

    def test_given_a_status_response_without_slots_when_learnt_then_a_hundred_again(self) -> None:
        quota = known(remaining=2)
        quota.update(own_jobs=3, headers={})
        assert quota.has_slot(99)

    @pytest.mark.parametrize("remaining", [97, 500])
    def test_given_more_slots_than_x_has_when_learnt_then_a_hundred(self, remaining: int) -> None:
        quota = known()
        quota.update(own_jobs=50, headers=left(remaining))
        assert not quota.has_slot(MOST_JOBS)


class TestStarving:
    def starving(self) -> JobQuota:
        """A quota without a slot, by a status response at 1000 s."""
        quota = known()
        quota.update(0, left(0))
        quota.note_starving(waiting=True, now=1000)
        return quota

    def test_given_no_slot_when_requests_wait_then_time_counts_from_the_first_response(self) -> None:
        quota = self.starving()
        quota.note_starving(waiting=True, now=1015)
        assert quota.starved(1100) == 100

    def test_given_a_slot_that_is_shown_but_refused_when_asked_again_then_time_goes_on(self) -> None:
        """TOO_MANY_JOBS of an X that shows no slots, or more than it has."""
        quota = known()
        quota.note_refused(running=0, now=1000)
        quota.update(0, {})
        quota.note_starving(waiting=True, now=1015)
        quota.note_refused(running=0, now=1016)
        assert quota.starved(1100) == 100

    def test_given_a_job_that_was_created_when_told_then_nobody_starves(self) -> None:
        quota = self.starving()
        quota.note_created(1, left(0))
        assert quota.starved(1100) == 0

    def test_given_nothing_that_waits_when_told_then_nobody_starves(self) -> None:
        quota = self.starving()
        quota.note_starving(waiting=False, now=1015)
        assert quota.starved(1100) == 0

    def test_given_no_slot_but_a_job_on_its_way_when_told_then_nobody_starves(self) -> None:
        quota = known()
        quota.being_created = 1
        quota.update(0, left(0))
        quota.note_starving(waiting=True, now=1015)
        assert quota.starved(1100) == 0

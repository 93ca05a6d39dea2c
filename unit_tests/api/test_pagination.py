# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reading a collection: only a null `next_cursor` ends it (docs/x-ads-api.md §2.1, §2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from source_twitter_ads.api.bodies import ApiResponse
from source_twitter_ads.api.errors import ApiFailure, RequestContext
from source_twitter_ads.api.pagination import pages


class Listing:
    """Responds with given envelopes, one after the other, and remembers the requests."""

    def __init__(self, *envelopes: dict[str, Any]) -> None:
        self._envelopes = list(envelopes)
        self.asked: list[Mapping[str, str]] = []

    def get(self, path: str, params: Mapping[str, str], context: RequestContext, *_: Any) -> ApiResponse:
        self.asked.append(params)
        return ApiResponse(200, {}, self._envelopes.pop(0))

    def read(self, count: int | None = 2) -> list[list[dict[str, Any]]]:
        params = {"sort_by": "updated_at-desc"}
        return list(pages(self, "accounts/a/campaigns", params, RequestContext("campaigns", "a"), count=count))  # type: ignore[arg-type]


def envelope(*ids: int, cursor: str | None = None) -> dict[str, Any]:
    return {"data": [{"id": i} for i in ids], "next_cursor": cursor}


def test_given_two_pages_when_read_then_the_cursor_follows_with_the_same_filters() -> None:
    listing = Listing(envelope(1, 2, cursor="c1"), envelope(3))
    assert listing.read() == [[{"id": 1}, {"id": 2}], [{"id": 3}]]
    filters = {"sort_by": "updated_at-desc", "count": "2"}
    assert listing.asked == [filters, {**filters, "cursor": "c1"}]


def test_given_a_short_page_with_a_cursor_when_read_then_the_next_page_is_read() -> None:
    assert len(Listing(envelope(1, cursor="c1"), envelope(cursor="c2"), envelope(2)).read()) == 3


def test_given_a_full_page_without_a_cursor_when_read_then_it_ends() -> None:
    assert len(Listing(envelope(1, 2)).read()) == 1


@pytest.mark.parametrize("last", [{"data": []}, {"data": [], "next_cursor": ""}, {"data": [], "next_cursor": None}])
def test_given_no_cursor_in_any_form_when_read_then_it_ends(last: dict[str, Any]) -> None:
    assert Listing(last).read() == [[]]


def test_given_an_object_instead_of_a_list_when_read_then_it_is_one_record() -> None:
    assert Listing({"data": {"id": 1}, "next_cursor": None}).read() == [[{"id": 1}]]


def test_given_an_endpoint_that_takes_no_count_when_read_then_none_is_sent() -> None:
    listing = Listing(envelope(1))
    assert listing.read(count=None) == [[{"id": 1}]]
    assert listing.asked == [{"sort_by": "updated_at-desc"}]


def test_given_a_cursor_of_an_endpoint_without_count_when_read_then_it_is_followed() -> None:
    listing = Listing(envelope(1, cursor="c1"), envelope(2))
    assert listing.read(count=None) == [[{"id": 1}], [{"id": 2}]]
    assert listing.asked[1] == {"sort_by": "updated_at-desc", "cursor": "c1"}


def test_given_the_same_cursor_twice_when_read_then_it_fails() -> None:
    with pytest.raises(ApiFailure, match=r"same next_cursor twice.*stream campaigns, account a"):
        Listing(envelope(1, cursor="c1"), envelope(2, cursor="c1"), envelope(3)).read()


def test_given_cursors_in_a_circle_when_read_then_it_fails() -> None:
    with pytest.raises(ApiFailure, match="same next_cursor twice"):
        Listing(envelope(1, cursor="c1"), envelope(2, cursor="c2"), envelope(3, cursor="c1"), envelope(4)).read()


def test_given_the_number_0_as_cursor_when_read_then_the_next_page_is_read() -> None:
    listing = Listing(envelope(1) | {"next_cursor": 0}, envelope(2))
    assert listing.read() == [[{"id": 1}], [{"id": 2}]]
    assert listing.asked[1]["cursor"] == "0"


@pytest.mark.parametrize("cursor", [False, True, 1.5, [], {}, ["c1"]], ids=repr)
def test_given_a_cursor_that_is_no_text_when_read_then_it_fails(cursor: Any) -> None:
    with pytest.raises(ApiFailure, match=r"next_cursor that is not text.*stream campaigns, account a"):
        Listing(envelope(1) | {"next_cursor": cursor}).read()

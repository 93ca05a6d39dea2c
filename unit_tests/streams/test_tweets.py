# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A Tweet's ids are X's text, and its date is ISO 8601."""

from __future__ import annotations

from typing import Any

import pytest

from source_twitter_ads.streams.tweets import comparable

NUMBER, TEXT = 1166476031668015104, "1166476031668015104"


@pytest.mark.parametrize(
    "ids",
    [
        {"id": NUMBER, "id_str": TEXT, "tweet_id": TEXT},
        {"id": 1166476031668015000, "id_str": TEXT, "tweet_id": TEXT},
        {"id": 1.166476031668015e18, "tweet_id": TEXT},
        {"id": NUMBER},
        {"id": NUMBER, "id_str": None, "tweet_id": ""},
        {"id": TEXT},
        {"id_str": TEXT},
        {"tweet_id": TEXT},
    ],
)
def test_given_an_id_in_any_form_when_prepared_then_it_is_the_text_of_x(ids: dict[str, Any]) -> None:
    tweet = comparable(dict(ids))
    assert tweet["id"] == TEXT
    assert {name: tweet[name] for name in ids if name != "id"} == {name: ids[name] for name in ids if name != "id"}


@pytest.mark.parametrize("name", ["in_reply_to_status_id", "in_reply_to_user_id", "quoted_status_id"])
class TestReferences:
    def test_given_a_rounded_number_beside_a_text_when_prepared_then_the_text_counts(self, name: str) -> None:
        tweet = comparable({"id": TEXT, name: 1166476031668015000, f"{name}_str": TEXT})
        assert (tweet[name], tweet[f"{name}_str"]) == (TEXT, TEXT)

    def test_given_a_number_alone_when_prepared_then_it_becomes_text(self, name: str) -> None:
        assert comparable({"id": TEXT, name: NUMBER}) == {"id": TEXT, name: TEXT}

    def test_given_no_reference_when_prepared_then_none_is_made(self, name: str) -> None:
        assert comparable({"id": TEXT, name: None, f"{name}_str": None}) == {
            "id": TEXT,
            name: None,
            f"{name}_str": None,
        }
        assert comparable({"id": TEXT}) == {"id": TEXT}


@pytest.mark.parametrize(
    "written",
    ["Tue Aug 27 22:22:12 +0000 2019", "2019-08-27T22:22:12Z", "2019-08-28T00:22:12+02:00", "2019-08-27T22:22:12.5Z"],
)
def test_given_a_date_in_any_form_when_prepared_then_it_is_iso_in_utc(written: str) -> None:
    assert comparable({"created_at": written})["created_at"] == "2019-08-27T22:22:12Z"


@pytest.mark.parametrize("odd", [None, "", "yesterday", 1566944532])
def test_given_a_date_that_cannot_be_read_when_prepared_then_it_stays_as_it_is(odd: Any) -> None:
    assert comparable({"created_at": odd}) == {"created_at": odd}

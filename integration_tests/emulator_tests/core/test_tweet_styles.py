# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Ids and dates of Tweets in the styles that X's documents and clients show.

Source: docs/x-ads-api.md §2.5 rule 3, §2.6 rule 3.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from integration_tests.emulator_tests.core.builders import ACCOUNT, Caller
from x_ads_emulator.clock import parse_instant

TWEETS = f"accounts/{ACCOUNT}/tweets"
PUBLISHED = {"tweet_type": "PUBLISHED", "timeline_type": "ALL", "count": 1000}


def rows(**settings: str) -> list[dict[str, Any]]:
    return Caller(settings=settings).rows(TWEETS, **PUBLISHED)


@pytest.mark.parametrize("name", ["id", "in_reply_to_status_id", "in_reply_to_user_id"])
def test_given_ids_as_texts_when_read_then_they_are_the_twins_of_the_numbers(name: str) -> None:
    numbers, texts = rows(), rows(tweet_id_style="string")
    assert [row[f"{name}_str"] for row in numbers] == [row[name] for row in texts]
    assert not any(key.endswith("_str") for row in texts for key in (*row, *row["user"]))
    assert [row["tweet_id"] for row in numbers] == [row["tweet_id"] for row in texts]
    assert {type(row["user"]["id"]) for row in texts} == {str}


def test_given_iso_dates_when_read_then_they_are_the_same_instants() -> None:
    written = [datetime.strptime(row["created_at"], "%a %b %d %H:%M:%S %z %Y") for row in rows()]
    assert [parse_instant(row["created_at"]) for row in rows(tweet_dates="iso")] == written


def test_given_both_styles_when_read_then_all_other_fields_stay() -> None:
    changed = {"id", "in_reply_to_status_id", "in_reply_to_user_id", "user", "created_at"}
    plain, styled = rows(), rows(tweet_id_style="string", tweet_dates="iso")
    assert [{k: v for k, v in row.items() if k not in changed} for row in styled] == [
        {k: v for k, v in row.items() if k not in changed and not k.endswith("_str")} for row in plain
    ]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""States that another connector made, and bookmarks in the future."""

from __future__ import annotations

from typing import Any

import pytest

from source_twitter_ads.configuration import ConfigProblem
from source_twitter_ads.states import checked_state


def entry(account_id: str, **cursor: Any) -> dict[str, Any]:
    return {"partition": {"account_id": account_id}, "cursor": cursor}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"updated_time": "2026-06-01"}, "it holds updated_time, which this connector does not write"),
        ({"cdc": {}, "version": 2}, "it holds cdc, version, which this connector does not write"),
        ({"states": [entry("1a", updated_time="2026-06-01")]}, "a cursor holds updated_time, which this connector"),
        ({"states": [{**entry("1a", updated_at="2026-06-01"), "start_date": "soon"}]}, "start_date is 'soon'"),
    ],
)
def test_given_another_connectors_state_when_checked_then_one_sentence_refuses_it(
    state: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigProblem) as caught:
        checked_state("campaigns", state)
    assert str(caught.value).startswith("The state of stream campaigns cannot be read: ")
    assert words in str(caught.value)
    assert "Reset the stream, or give the state that an earlier sync printed." in str(caught.value)


@pytest.mark.parametrize(
    "state",
    [
        {"__ab_no_cursor_state_message": True},
        {"__ab_full_refresh_sync_complete": True},
        {"use_global_cursor": False, "states": []},
        {"updated_at": "2026-06-01"},
    ],
)
def test_given_a_state_of_the_cdk_when_checked_then_it_is_kept(state: dict[str, Any]) -> None:
    assert checked_state("campaigns", state) == state


@pytest.mark.parametrize(
    ("state", "account"),
    [
        ({"states": [entry("1a", updated_at="2036-01-01T00:00:00Z"), entry("2b", updated_at="2026-01-01")]}, "1a"),
        ({"updated_at": "2036-01-01T00:00:00Z"}, "all"),
        ({"state": {"updated_at": "2036-01-01T00:00:00Z"}, "use_global_cursor": True}, "all"),
    ],
)
def test_given_a_bookmark_in_the_future_when_checked_then_a_warning_says_what_to_do(
    caplog: pytest.LogCaptureFixture, state: dict[str, Any], account: str
) -> None:
    checked_state("campaigns", state)
    assert caplog.messages == [
        f"The bookmark of stream campaigns, account {account}, is 2036-01-01T00:00:00Z, which lies in the future: "
        "nothing older is read. Reset the stream, or take the account's entry out of its state."
    ]


def test_given_a_bookmark_of_today_when_checked_then_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    checked_state("campaigns", {"states": [entry("1a", updated_at="2026-06-01T00:00:00Z")]})
    assert caplog.messages == []

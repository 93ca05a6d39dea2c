# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A state file may hold what Airbyte keeps, or simply what an earlier sync printed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from source_twitter_ads.engine.state_file import states_of

RECORD = {"type": "RECORD", "record": {"stream": "campaigns", "data": {"id": "1"}, "emitted_at": 1}}
LOG = {"type": "LOG", "log": {"level": "INFO", "message": "Starting syncing"}}


def state(stream: str, day: int) -> dict[str, Any]:
    content = {"updated_at": f"2026-06-{day:02d}T00:00:00Z"}
    return {"type": "STREAM", "stream": {"stream_descriptor": {"name": stream}, "stream_state": content}}


def message(stream: str, day: int) -> dict[str, Any]:
    return {"type": "STATE", "state": state(stream, day)}


def lines(*messages: dict[str, Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in messages)


def read(text: str) -> list[tuple[str, str]]:
    """(stream, bookmark) of each state."""
    found = states_of(text)
    return [(one.stream.stream_descriptor.name, one.stream.stream_state.updated_at[8:10]) for one in found]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([state("campaigns", 3)]),
        json.dumps([message("campaigns", 3)], indent=2),
        json.dumps(state("campaigns", 3)),
        json.dumps(message("campaigns", 3)),
        lines(message("campaigns", 3)),
        lines(LOG, RECORD, message("campaigns", 3), LOG),
        lines(LOG, message("campaigns", 3)) + json.dumps(message("campaigns", 4))[:-9],
        lines(message("campaigns", 3)) + json.dumps(message("campaigns", 4))[:-9] + "\n",
    ],
    ids=[
        "list",
        "list of messages",
        "one state",
        "one message",
        "one line",
        "all lines",
        "lines of a killed sync",
        "those lines from grep",
    ],
)
def test_given_a_state_in_any_form_when_read_then_it_is_the_same(text: str) -> None:
    assert read(text) == [("campaigns", "03")]


def test_given_lines_without_an_end_when_read_then_the_last_one_counts_if_it_is_whole() -> None:
    assert read(lines(message("campaigns", 3), message("campaigns", 4)).rstrip()) == [
        ("campaigns", "03"),
        ("campaigns", "04"),
    ]


@pytest.mark.parametrize("text", ["", " \n", "[]", "{}", lines(LOG, RECORD)])
def test_given_nothing_when_read_then_there_is_no_state(text: str) -> None:
    assert states_of(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{not json", "it is not valid JSON: Expecting property name"),
        (json.dumps([state("campaigns", 3)], indent=2)[:-3], "it is not valid JSON: Expecting"),
        (lines(LOG) + "campaigns\n" + lines(LOG), "line 2 is not valid JSON"),
        ('{"campaigns": {}}', '{"campaigns": {}} is an Airbyte state of no stream'),
        ('[{"type": "STREAM"}]', '{"type": "STREAM"} is an Airbyte state of no stream'),
        ('["text"]', '"text" is no Airbyte state'),
        ('[{"type": "STATE"}]', "is no Airbyte state"),
    ],
)
def test_given_something_else_when_read_then_one_line_says_what_it_is(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        states_of(text)
    assert "\n" not in str(caught.value)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The files of a command: what they may hold, and one sentence for one that cannot be used."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from source_twitter_ads.engine.inputs import InputProblem, read_catalog, read_config, read_states, states_of

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


def test_given_no_line_end_when_read_then_the_last_line_counts_if_it_is_complete() -> None:
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
        ('["text"]', '"text" is not an Airbyte state'),
        ('[{"type": "STATE"}]', "is not an Airbyte state"),
        ('{"type": "GLOBAL", "global": {"stream_states": []}}', "is a GLOBAL state, which other connectors write"),
        ('[{"type": "LEGACY", "data": {"campaigns": {}}}]', "is a LEGACY state, which other connectors write"),
        ('{"bookmarks": {"campaigns": {}}}', "is the state of a Singer tap, which is not understood"),
        ('{"type": "STATE", "value": {"bookmarks": {}}}', "is the state of a Singer tap, which is not understood"),
    ],
)
def test_given_something_else_when_read_then_one_line_says_what_it_is(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        states_of(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\xff", "is not text in UTF-8"),
        (b"{not json", "is not valid JSON"),
        (b"[1, 2]", "must hold a JSON object"),
        (b"", "is empty: it must hold a JSON object"),
        (b"\xef\xbb\xbf \n", "is empty: it must hold a JSON object"),
        (b"# mine\n---\nstart_date: 2026-01-01\n", "It looks like YAML: write it as JSON."),
        ("{}".encode("utf-16"), "save it as UTF-8"),
    ],
)
def test_given_a_bad_config_file_when_read_then_one_sentence_names_it(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "config.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputProblem, match=re.escape(words)) as caught:
        read_config(str(path))
    assert f"The config file {path}" in str(caught.value.message)


def test_given_a_byte_order_mark_when_read_then_it_is_no_part_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"start_date": "2026-01-01"}', encoding="utf-8-sig")
    assert read_config(str(path)) == {"start_date": "2026-01-01"}


STREAM = {"name": "campaigns", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty: it must hold a JSON object"),
        (lines(LOG, {"type": "CATALOG", "catalog": {"streams": [STREAM]}}), "is the output of discover: make a config"),
        (lines({"type": "CATALOG", "catalog": {"streams": [STREAM]}}), "is the output of discover: make a configured"),
        (json.dumps({"streams": [STREAM]}), "is not configured: make a configured catalog of what discover prints"),
        ('{"streams": []}', "names no stream, so that nothing would be read"),
        ('{"streams": [{"tap_stream_id": "campaigns", "schema": {}}]}', "is a Singer catalog: run discover"),
        ('{"streams": [{"stream": "campaigns", "tap_stream_id": "campaigns"}]}', "is a Singer catalog: run discover"),
        ('{"streams": [7]}', "is not a configured Airbyte catalog"),
        ("{}", "is not a configured Airbyte catalog"),
    ],
)
def test_given_another_kind_of_catalog_when_read_then_one_line_says_what_to_do(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "catalog.json"
    path.write_text(text)
    with pytest.raises(InputProblem, match=re.escape(words)) as caught:
        read_catalog(str(path))
    assert f"The catalog file {path}" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not text or '"destination_sync_mode"' in str(caught.value)


def test_given_a_bad_catalog_file_when_read_then_one_sentence_names_it(tmp_path: Path) -> None:
    path = tmp_path / "catalog.json"
    path.write_text('{"streams": [{"stream": "campaigns"}]}')
    with pytest.raises(InputProblem, match="is not a configured Airbyte catalog") as caught:
        read_catalog(str(path))
    assert f"The catalog file {path}" in str(caught.value.message)


@pytest.mark.parametrize("text", ["{not json", '{"campaigns": {}}', '[{"type": "STREAM"}]', '["text"]'])
def test_given_a_bad_state_file_when_read_then_one_sentence_names_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(InputProblem, match="Give the STATE lines that an earlier sync printed") as caught:
        read_states(str(path))
    assert f"The state file {path} cannot be used" in str(caught.value.message)


def test_given_no_state_file_when_read_then_one_sentence_says_so(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with pytest.raises(InputProblem) as caught:
        read_states(str(path))
    assert caught.value.message == f"The state file {path} cannot be read: No such file or directory."

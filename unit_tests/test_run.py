# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The command line: exit codes, one TRACE for each failure, and nothing but messages on stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from unit_tests.conftest import valid_config

ROOT = Path(__file__).parent.parent
CAMPAIGNS = {
    "stream": {"name": "campaigns", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
    "sync_mode": "full_refresh",
    "destination_sync_mode": "append",
}
CATALOG: dict[str, Any] = {"streams": [CAMPAIGNS]}


class Ended:
    """A command that ran to its end in a process of its own."""

    def __init__(self, *words: str) -> None:
        command = [sys.executable, "-m", "source_twitter_ads.run", *words]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, timeout=60, cwd=ROOT, env=environment, check=False)
        self.code, self.stderr = done.returncode, done.stderr.decode()
        self.stdout = done.stdout.decode()
        self.messages = [json.loads(line) for line in self.stdout.split("\n") if line]

    @property
    def error(self) -> dict[str, Any]:
        """The one TRACE error."""
        (error,) = [m["trace"]["error"] for m in self.messages if m["type"] == "TRACE"]
        found: dict[str, Any] = error
        return found


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(name: str, content: Any) -> str:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    return write


def test_given_a_closed_pipe_when_a_command_writes_then_it_ends_with_status_one() -> None:
    command = [sys.executable, "-m", "source_twitter_ads.run", "spec"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=environment
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        _, said = running.communicate(timeout=60)
    assert running.returncode == 1
    assert b"Traceback" not in said


def test_given_no_command_when_run_then_the_commands_are_named() -> None:
    ended = Ended()
    assert (ended.code, ended.stdout) == (1, "")
    assert "name a command: spec, check, discover or read" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_given_an_unknown_command_when_run_then_the_usage_is_shown() -> None:
    ended = Ended("sync")
    assert (ended.code, ended.stdout) == (2, "")
    assert "invalid choice: 'sync'" in ended.stderr


def test_given_a_bad_file_when_run_then_stdout_has_one_trace(file: Any) -> None:
    ended = Ended("check", "--config", file("config.json", "{not json"))
    assert (ended.code, ended.stderr) == (1, "")
    assert "is not valid JSON" in ended.error["message"]
    assert ended.error["failure_type"] == "config_error"


def test_given_a_stream_twice_in_the_catalog_when_read_then_one_sentence_names_it(file: Any) -> None:
    catalog = {"streams": [CAMPAIGNS, CAMPAIGNS]}
    ended = Ended("read", "--config", file("config.json", valid_config()), "--catalog", file("catalog.json", catalog))
    assert (ended.code, ended.error["failure_type"]) == (1, "config_error")
    assert ended.error["message"] == "The catalog names campaigns more than once: leave one entry of each."


def test_given_bad_values_when_read_then_there_is_a_sentence_for_each(file: Any) -> None:
    config = file("config.json", valid_config(num_workers=0, page_size="abc"))
    ended = Ended("read", "--config", config, "--catalog", file("catalog.json", CATALOG))
    assert ended.code == 1
    assert "num_workers is 0: it must be a whole number from 1 to 50." in ended.error["message"]
    assert "page_size is 'abc': it must be a whole number from 1 to 1000." in ended.error["message"]
    assert ended.error["failure_type"] == "config_error"


def test_given_keys_of_one_letter_when_one_is_missing_then_its_name_is_readable(file: Any) -> None:
    keys = {"access_token": "e", "access_token_secret": "s", "consumer_secret": "c", "consumer_key": None}
    config = file("config.json", valid_config(**keys))
    ended = Ended("read", "--config", config, "--catalog", file("catalog.json", CATALOG))
    assert "consumer_key is missing" in ended.error["message"]


def test_given_an_empty_catalog_when_read_then_one_sentence_says_so(file: Any) -> None:
    catalog = file("catalog.json", {"streams": []})
    ended = Ended("read", "--config", file("config.json", valid_config()), "--catalog", catalog)
    assert (ended.code, ended.error["failure_type"]) == (1, "config_error")
    assert "names no stream, so that nothing would be read" in ended.error["message"]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Commands: what is counted while pages are written, and the last line of a failure.

unit_tests/test_run.py runs them in processes of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from airbyte_cdk.utils.memory_monitor import MemoryMonitor

from source_twitter_ads.engine import command_line
from source_twitter_ads.engine.bookmarks import StateWriter
from source_twitter_ads.engine.command_line import Entrypoint, failure_line
from source_twitter_ads.engine.inputs import InputProblem
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.source import PagedSource
from unit_tests.engine import bookshop
from unit_tests.engine.endless import CATALOG, CONFIG


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """A `read` with files that can be used."""
    found = ["read"]
    for name, content in (("config", CONFIG), ("catalog", CATALOG)):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(content))
        found += [f"--{name}", str(path)]
    return found


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> PagedSource:
    """A source that yields a page of seven records and a state."""
    monkeypatch.setattr(command_line, "tune_gc_and_malloc", lambda: None)
    made = bookshop.source(config=CONFIG, lines=True)
    repository = Mock()
    StateWriter("orders", repository).emit(lambda: {"states": []})
    (state,) = repository.emit_message.call_args.args
    page = Page("orders", [{"id": number} for number in range(7)], None)
    monkeypatch.setattr(made, "read", lambda *_: iter([page, state]))
    return made


def test_given_a_page_when_written_then_its_records_are_counted(source: PagedSource, words: list[str]) -> None:
    output = Mock()
    (line,) = Entrypoint(source, output).run(Entrypoint.parse_args(words))
    (lines,) = output.write_lines.call_args.args
    assert lines.count(b"\n") == 7
    assert json.loads(line)["state"]["sourceStats"] == {"recordCount": 7.0}


@pytest.mark.parametrize(("short", "expected"), [(False, 12_345 // 5000), (True, 12_345 // 100)])
def test_given_pages_when_written_then_the_memory_is_looked_at_as_by_the_cdk(
    source: PagedSource, words: list[str], monkeypatch: pytest.MonkeyPatch, short: bool, expected: int
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(MemoryMonitor, "_read_memory", lambda _: looked.append(1))
    pages = [Page("orders", [{"id": 1}] * 15, None) for _ in range(12_345 // 15)]
    monkeypatch.setattr(source, "read", lambda *_: iter(pages))
    entrypoint = Entrypoint(source, Mock())
    monitor = entrypoint._memory_monitor
    monitor._probed, monitor._cgroup_version, monitor._high_pressure_mode = True, 2, short
    list(entrypoint.run(Entrypoint.parse_args(words)))
    assert len(looked) == expected


def test_given_a_source_that_refuses_a_config_when_read_then_its_sentence_is_raised(
    source: PagedSource, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(config: Any) -> None:
        assert config == CONFIG
        raise InputProblem("token is stale: make a new one.")

    monkeypatch.setattr(source, "require_valid", refuse)
    with pytest.raises(InputProblem, match="make a new one"):
        list(Entrypoint(source, Mock()).run(Entrypoint.parse_args(words)))


class TestFailureLine:
    def test_given_a_problem_of_the_user_when_described_then_its_sentence_is_the_message(self) -> None:
        error = json.loads(failure_line(InputProblem("page_size is 0.")))["trace"]["error"]
        assert (error["message"], error["failure_type"]) == ("page_size is 0.", "config_error")

    def test_given_an_unforeseen_error_when_described_then_the_user_reads_no_traceback(self) -> None:
        error = json.loads(failure_line(KeyError("data")))["trace"]["error"]
        assert "failed unexpectedly with KeyError" in error["message"]
        assert "Traceback" not in error["message"]

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (RuntimeError("can't start new thread"), "raise its limit (ulimit -u, or the pids limit of the container)"),
            (MemoryError(), "The memory of this process is used up"),
        ],
    )
    def test_given_too_small_a_machine_when_described_then_the_cause_is_named(
        self, error: Exception, words: str
    ) -> None:
        message = json.loads(failure_line(error))["trace"]["error"]["message"]
        assert words in message
        assert "please report it" not in message


@pytest.mark.timeout(60)
@pytest.mark.parametrize("command", ["check", "discover"])
def test_given_a_config_in_a_pipe_and_no_temporary_folder_when_run_then_it_is_read(
    tmp_path: Path, command: str
) -> None:
    program = (
        "import sys, tempfile\n"
        "from source_twitter_ads.engine.command_line import run_command\n"
        "from unit_tests.engine.bookshop import source\n"
        "tempfile.tempdir = '/nowhere'\n"
        f"run_command('source-bookshop', source, ['{command}', '--config', '/dev/stdin'])\n"
    )
    given = json.dumps(CONFIG).encode()
    done = subprocess.run([sys.executable, "-c", program], input=given, capture_output=True, timeout=60, check=False)
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["type"] in ("CONNECTION_STATUS", "CATALOG")
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])

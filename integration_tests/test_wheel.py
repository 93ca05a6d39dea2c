# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The connector's wheel works alone: a fresh environment with the hashed main requirements, nothing else.

It is tried on the oldest and the newest Python that pyproject.toml promises.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests import wheels
from integration_tests.conftest import small_world
from integration_tests.connector import ROOT, Message, Output, configured_catalog
from x_ads_emulator.client import Emulator

PROMISED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["poetry"]["dependencies"]["python"]
OLDEST, BEHIND_NEWEST = (int(minor) for minor in re.findall(r"3\.(\d+)", PROMISED))
PYTHONS = (f"3.{OLDEST}", f"3.{BEHIND_NEWEST - 1}")
#: Streams of a manifest's routers, retrievers and cursors, and of both kinds of Python streams.
STREAMS = ("accounts", "campaigns", "targeting_criteria", "targeting_locations", "targeting_tv_shows", "tweets")
REPORT = "campaigns_daily_report"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheels.build(ROOT, tmp_path_factory.mktemp("wheel"))


def test_given_the_wheel_when_opened_then_it_holds_code_and_data_and_no_test(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops - {"source_twitter_ads"} == {top for top in tops if top.endswith(".dist-info")}
    wanted = {path.relative_to(ROOT).as_posix() for path in (ROOT / "source_twitter_ads").rglob("*.*")}
    wanted = {name for name in wanted if name.endswith((".py", ".yaml", ".json"))}
    assert wanted <= set(names)


@pytest.fixture(scope="module", params=PYTHONS)
def installed(wheel: Path, request: pytest.FixtureRequest) -> Path:
    """The bin folder of a fresh environment of each Python."""
    found = subprocess.run([ROOT / "tools" / "find_python.sh", request.param], capture_output=True, text=True)
    if found.returncode:
        pytest.skip(f"no Python {request.param} here")
    programs = wheels.install(wheel, ROOT / "requirements" / "main.txt", found.stdout.strip())
    assert f"Python {request.param}." in wheels.run(programs / "python", "--version", folder=programs)
    return programs


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator.start(small_world("1first")) as emulator:
        yield emulator


def output(programs: Path, command: str, **inputs: Message) -> Output:
    """What a command of the installed connector prints; it ends with success."""
    words: list[str | Path] = []
    for name, content in inputs.items():
        path = programs.parent / f"{name}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        words += [f"--{name}", path]
    printed = wheels.run(programs / "source-twitter-ads", command, *words, folder=programs)
    return Output(0, [line.encode() for line in printed.split("\n") if line], "")


@pytest.mark.slow
@pytest.mark.timeout(600)
class TestInstalled:
    def test_given_only_the_wheel_when_asked_for_the_spec_then_it_is_the_one_message(self, installed: Path) -> None:
        printed = output(installed, "spec")
        assert [message["type"] for message in printed.messages if message["type"] != "LOG"] == ["SPEC"]

    def test_given_only_the_wheel_when_discovered_and_read_then_records_arrive(
        self, installed: Path, emulator: Emulator
    ) -> None:
        config = emulator.config(start_date="2026-06-01")
        (catalog,) = output(installed, "discover", config=config).of_type("CATALOG")
        offered = {stream["name"]: stream for stream in catalog["catalog"]["streams"]}
        assert {*STREAMS, REPORT} <= offered.keys()
        configured = configured_catalog(STREAMS)
        report = {"stream": offered[REPORT], "sync_mode": "incremental", "destination_sync_mode": "append"}
        configured["streams"].append(report)
        synced = output(installed, "read", config=config, catalog=configured)
        assert {stream: statuses[-1] for stream, statuses in synced.statuses.items()} == dict.fromkeys(
            (*STREAMS, REPORT), "COMPLETE"
        )
        assert set(STREAMS) - synced.records.keys() == set()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The connector's wheel works alone: a fresh environment with the hashed main requirements, nothing else."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from integration_tests import wheels
from integration_tests.connector import ROOT


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


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_given_a_fresh_environment_when_only_the_wheel_is_installed_then_spec_runs(wheel: Path) -> None:
    programs = wheels.install(wheel, ROOT / "requirements" / "main.txt")
    printed = wheels.run(programs / "source-twitter-ads", "spec", folder=wheel.parent)
    messages = [json.loads(line) for line in printed.split("\n") if line]
    assert [message["type"] for message in messages if message["type"] != "LOG"] == ["SPEC"]

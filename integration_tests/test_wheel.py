# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What is released works alone: a fresh environment with the wheel and the hashed main requirements, nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from integration_tests.connector import ROOT

SECONDS = 240
QUIET = ("--quiet", "--no-input", "--disable-pip-version-check")


def run(*command: str | Path, folder: Path) -> str:
    """Run a program outside of the repository, so that only what is installed is found."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "pip", "wheel", *QUIET, "--no-deps", "--no-build-isolation", "--no-index")
    run(*build, "--wheel-dir", folder, ROOT, folder=folder)
    (found,) = folder.glob("*.whl")
    return found


def test_given_the_wheel_when_opened_then_it_holds_the_package_and_its_data_and_no_test(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops - {"source_twitter_ads"} == {top for top in tops if top.endswith(".dist-info")}
    wanted = {path.relative_to(ROOT).as_posix() for path in (ROOT / "source_twitter_ads").rglob("*.*")}
    wanted = {name for name in wanted if name.endswith((".py", ".yaml", ".json"))}
    assert wanted <= set(names)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_given_a_fresh_environment_when_only_the_wheel_is_installed_then_spec_runs(wheel: Path) -> None:
    folder = wheel.parent
    run(sys.executable, "-m", "venv", "fresh", folder=folder)
    run(ROOT / "tools" / "install.sh", folder / "fresh", ROOT / "requirements" / "main.txt", folder=folder)
    install = (folder / "fresh" / "bin" / "python", "-m", "pip", "install", *QUIET)
    run(*install, "--no-deps", "--no-index", wheel, folder=folder)
    printed = run(folder / "fresh" / "bin" / "source-twitter-ads", "spec", folder=folder)
    messages = [json.loads(line) for line in printed.split("\n") if line]
    assert [message["type"] for message in messages if message["type"] != "LOG"] == ["SPEC"]

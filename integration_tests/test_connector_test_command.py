# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""`airbyte-cdk connector test`, Airbyte's command for the standard tests, works on this repository.

It needs a folder named source-twitter-ads, and makes the source without a configuration (docs/x-ads-api.md
§10.1).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from integration_tests.acceptance import world
from integration_tests.connector import ROOT

SECONDS = 180
LINKED = ("source_twitter_ads", "metadata.yaml", "pyproject.toml", "acceptance-test-config.yml")


def repository(folder: Path, base_url: str) -> Path:
    """A folder with the right name and this tree's files; its configurations point at the emulator."""
    root = folder / "source-twitter-ads"
    tests = root / "integration_tests"
    tests.mkdir(parents=True)
    for name in LINKED:
        (root / name).symlink_to(ROOT / name)
    for name in ("sample_config.json", "invalid_config.json"):
        content = {**world.config(name=name), "base_url": base_url}
        (tests / name).write_text(json.dumps(content), encoding="utf-8")
    return root


@pytest.mark.slow
def test_given_the_right_folder_name_when_the_command_runs_then_standard_tests_pass(tmp_path: Path) -> None:
    with world.start() as emulator:
        root = repository(tmp_path, emulator.base_url)
        command = [str(Path(sys.executable).with_name("airbyte-cdk")), "connector", "test"]
        command += ["--pytest-arg=-m", "--pytest-arg=not image_tests"]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        result = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
    (suite,) = ElementTree.parse(root / "build/test-results/standard-tests-junit.xml").getroot()
    counts = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": 11, "failures": 0, "errors": 0, "skipped": 3}

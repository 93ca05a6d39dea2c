# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Builds a wheel of this repository and installs it alone, for the tests of what is released."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from integration_tests.connector import ROOT

SECONDS = 240
_QUIET = ("--quiet", "--no-input", "--disable-pip-version-check")


def run(*command: str | Path, folder: Path) -> str:
    """Run a program outside of the repository, so that it finds only what is installed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    return result.stdout


def build(project: Path, folder: Path) -> Path:
    """Build the wheel of a project into an empty folder, without a network."""
    command = (sys.executable, "-m", "pip", "wheel", *_QUIET, "--no-deps", "--no-build-isolation", "--no-index")
    run(*command, "--wheel-dir", folder, project, folder=folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, requirements: Path, python: str = sys.executable) -> Path:
    """Install a wheel and hashed requirements into a fresh environment; return its bin folder.

    The environment lies beside the wheel, and is of the Python with the path `python`.
    """
    folder = Path(tempfile.mkdtemp(prefix="fresh-", dir=wheel.parent))
    run(python, "-m", "venv", folder, folder=folder)
    run(ROOT / "tools" / "install.sh", folder, requirements, folder=folder)
    programs = folder / "bin"
    run(programs / "python", "-m", "pip", "install", *_QUIET, "--no-deps", "--no-index", wheel, folder=folder)
    return programs

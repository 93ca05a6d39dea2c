# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The emulator's wheel works alone: a fresh environment with the three packages that it declares, nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from integration_tests import wheels
from integration_tests.connector import ROOT

PACKAGE = ROOT / "x_ads_emulator"
DEPENDENCIES = ("numpy", "orjson", "tzdata")
#: A client's use of the package: it starts an emulator, asks it for its world, and stops it.
CLIENT = """
from x_ads_emulator.client import Emulator

with Emulator.start(settings={"latency_ms": 1}) as emulator:
    print(len(emulator.world.visible("campaigns", "18ce54d4x5t")), repr(emulator.stderr()))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheels.build(PACKAGE, tmp_path_factory.mktemp("emulator"))


@pytest.fixture(scope="module")
def programs(wheel: Path) -> Path:
    """The programs of a fresh environment with the wheel, and the releases that the repository pins."""
    pins = re.findall(
        rf"^(?:{'|'.join(DEPENDENCIES)})==.*?(?=^\S|\Z)",
        (ROOT / "requirements" / "dev.txt").read_text(),
        flags=re.MULTILINE | re.DOTALL,
    )
    requirements = wheel.parent / "requirements.txt"
    requirements.write_text("".join(pins))
    return wheels.install(wheel, requirements)


def test_given_the_wheel_when_opened_then_it_holds_the_emulators_modules_alone(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == modules
    assert {name.split("/")[0] for name in names} == {"x_ads_emulator", "x_ads_emulator-0.1.0.dist-info"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_given_only_the_wheel_when_the_program_starts_then_it_prints_its_address(programs: Path) -> None:
    command = [programs / "x-ads-emulator", "--port", "0"]
    with subprocess.Popen(command, cwd=programs, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(20) == 0
    assert line == {"base_url": line["base_url"], "pid": process.pid}
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", line["base_url"])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_given_only_the_wheel_when_a_client_starts_an_emulator_then_it_serves(programs: Path) -> None:
    printed = wheels.run(programs / "python", "-c", CLIENT, folder=programs)
    rows, errors = printed.split()
    assert int(rows) > 0
    assert errors == "''"

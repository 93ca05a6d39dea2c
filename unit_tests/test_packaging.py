# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The exported requirements are those of the locks, complete, hashed, and free of any index's address."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from poetry.core.factory import Factory
from poetry.core.masonry.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements"
LOCKS = {
    "main": (ROOT / "poetry.lock", {"main"}),
    "build": (ROOT / "poetry.lock", {"build"}),
    "dev": (ROOT / "poetry.lock", {"main", "build", "dev"}),
    "demo": (REQUIREMENTS / "demo" / "poetry.lock", {"main"}),
    "qa": (REQUIREMENTS / "qa" / "poetry.lock", {"main"}),
}
PIN = re.compile(
    r"^(?P<name>[a-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==(?P<version>\S+)(?: ;.*?)?(?P<hashes>(?: \\\n    --hash=\S+)+)$"
)


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


def exported(name: str) -> dict[tuple[str, str], set[str]]:
    """Every pin of a requirements file: (package, version) → hashes; fails on a line other than a hashed pin."""
    pins: dict[tuple[str, str], set[str]] = {}
    text = re.sub(r"^#.*\n", "", (REQUIREMENTS / f"{name}.txt").read_text(), flags=re.MULTILINE)
    for entry in re.split(r"\n(?! )", text.strip()):
        match = PIN.match(entry)
        assert match, f"not a hashed pin: {entry[:200]}"
        pins[match["name"], match["version"]] = set(re.findall(r"--hash=(\S+)", match["hashes"]))
    return pins


def locked(lock: Path, groups: set[str]) -> dict[tuple[str, str], set[str]]:
    return {
        (package["name"], package["version"]): {file["hash"] for file in package["files"]}
        for package in toml(lock)["package"]
        if groups & set(package["groups"])
    }


@pytest.mark.parametrize("name", LOCKS)
def test_given_a_lock_when_exported_then_the_requirements_hold_its_pins_and_hashes(name: str) -> None:
    lock, groups = LOCKS[name]

    assert exported(name) == locked(lock, groups), "run 'make lock'"


@pytest.mark.parametrize("name", LOCKS)
def test_given_an_extra_in_a_lock_when_exported_then_the_pin_names_it(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    lock, groups = LOCKS[name]
    wanted = {
        (dependency, extra)
        for package in toml(lock)["package"]
        if groups & set(package["groups"])
        for dependency, constraint in package.get("dependencies", {}).items()
        for extra in (constraint.get("extras", []) if isinstance(constraint, dict) else [])
    }

    named = {
        (pin, extra)
        for pin, extras in re.findall(r"^([a-z0-9._-]+)\[([^\]]+)\]==", text, re.MULTILINE)
        for extra in extras.split(",")
    }

    assert wanted <= named


def test_given_every_file_of_the_lock_when_searched_then_no_index_is_named() -> None:
    files = [*REQUIREMENTS.glob("*.txt"), *(lock for lock, _ in LOCKS.values())]

    offenders = {
        file.name for file in files if re.search(r"index-url|find-links|^url = |\[package\.source\]", file.read_text())
    }

    assert not offenders


def test_given_the_connectors_dependencies_when_compared_then_the_demo_has_the_same() -> None:
    wanted = toml(ROOT / "pyproject.toml")["tool"]["poetry"]["dependencies"]
    demo = toml(REQUIREMENTS / "demo" / "pyproject.toml")["tool"]["poetry"]["dependencies"]

    assert {name: demo.get(name) for name in wanted if name != "python"} == {
        name: constraint for name, constraint in wanted.items() if name != "python"
    }


@pytest.mark.parametrize("project", [".", "requirements/demo", "requirements/qa"])
def test_given_a_project_when_locked_then_each_direct_dependency_is_in_its_lock(project: str) -> None:
    poetry = toml(ROOT / project / "pyproject.toml")["tool"]["poetry"]
    groups = [poetry["dependencies"], *(group["dependencies"] for group in poetry.get("group", {}).values())]
    wanted = {name.lower().replace("_", "-") for group in groups for name in group} - {"python"}

    assert wanted <= {package["name"] for package in toml(ROOT / project / "poetry.lock")["package"]}


def imported_distributions(package: str) -> set[str]:
    """The top-level names that a package imports, without its own and the standard library's, with dashes."""
    imported: set[str] = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(str(node.module).split(".")[0])
    return {name.replace("_", "-") for name in imported - set(sys.stdlib_module_names) - {package}}


def test_given_an_import_of_the_package_when_looked_up_then_pyproject_declares_it() -> None:
    declared = toml(ROOT / "pyproject.toml")["tool"]["poetry"]["dependencies"]
    assert imported_distributions("source_twitter_ads") <= set(declared)


def test_given_an_import_of_the_emulator_when_looked_up_then_pyproject_declares_it() -> None:
    declared = toml(ROOT / "x_ads_emulator" / "pyproject.toml")["project"]["dependencies"]
    assert imported_distributions("x_ads_emulator") <= {re.split(r"[<>=]", entry)[0] for entry in declared}


def test_given_the_connectors_wheel_when_opened_then_no_file_is_of_the_emulator() -> None:
    files = WheelBuilder(Factory().create_poetry(ROOT)).find_files_to_add()
    folders = {file.relative_to_project_root().parts[0] for file in files}
    assert folders == {"source_twitter_ads"}


def test_given_the_installer_when_read_then_it_is_one_hashed_pin() -> None:
    assert [name for name, _ in exported("installer")] == ["uv"]

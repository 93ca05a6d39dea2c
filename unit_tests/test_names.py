# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Names of tests fit into one line of pytest's reports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
LONGEST = 80


def names() -> Iterator[tuple[str, str]]:
    """(file, name) of each test in the repository."""
    for folder in ("unit_tests", "integration_tests"):
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            for name in re.findall(r"^\s*(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
                yield str(path.relative_to(ROOT)), name


def test_given_the_tests_when_collected_then_there_are_many() -> None:
    assert len(list(names())) > 500


def test_given_the_name_of_a_test_when_measured_then_it_has_80_characters_at_most() -> None:
    assert [f"{file}: {name}" for file, name in names() if len(name) > LONGEST] == []

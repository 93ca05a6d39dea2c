# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Every citation has its target: the section in docs/x-ads-api.md, the file in the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
API = (ROOT / "docs/x-ads-api.md").read_text(encoding="utf-8")
FOLDERS = (
    "source_twitter_ads",
    "x_ads_emulator",
    "unit_tests",
    "integration_tests",
    "benchmarks",
    "demo",
    "tools",
    "docs",
)
FILES = [
    *(
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".md", ".yaml"} and "/out/" not in str(path) and path != Path(__file__)
    ),
    ROOT / "AGENTS.md",
    ROOT / "README.md",
]
#: A citation's part after the name of the document: "§7.1, §7.2", "§7.2 rule 10", "§5.22 to §5.33", "§9 J1–J4, R12".
CITED = re.compile(r"docs/x-ads-api\.md((?:[\s#]*(?:,|and|to|–|rule \d+|§[\d.]*\d|[A-Z]\d+))+)")
#: In the emulator a bare § means the same document, as its README says; a § of an RFC does not.
BARE = re.compile(r"(?<!RFC \d{4} )§([\d.]*\d)")
DOCUMENT = re.compile(r"(?<![\w/.-])([\w-]+\.md)(?= §| \"|[,;] |\))")
ELSEWHERE = {"README.md", "AGENTS.md", "CHANGELOG.md", "CLAUDE.md", "results.md"}


def citations() -> Iterator[tuple[Path, str]]:
    """Each section that is cited, and each row of §9."""
    for path in FILES:
        for found in CITED.finditer(path.read_text(encoding="utf-8")):
            for section in re.findall(r"§([\d.]*\d)", found[1]):
                yield path, f"§{section}"
            for row in re.findall(r"(?<![§\w.])([A-Z]\d+)", found[1]):
                yield path, row
        if path.is_relative_to(ROOT / "x_ads_emulator"):
            for section in BARE.findall(path.read_text(encoding="utf-8")):
                yield path, f"§{section}"


def has(target: str) -> bool:
    """Whether the document has a section, a row of a table or a rule of that name."""
    if target.startswith("§"):
        number = re.escape(target[1:])
        return bool(re.search(rf"(?m)^#+ §?{number}\b|§{number}(?![\d.]*\d)", API))
    return bool(re.search(rf"(?m)^\|? *\**{target}\**\b", API))


def test_given_the_citations_when_counted_then_there_are_many() -> None:
    assert len(list(citations())) > 150


def test_given_each_citation_of_the_api_when_looked_up_then_it_has_a_target() -> None:
    lost = {f"{path.relative_to(ROOT)}: {target}" for path, target in citations() if not has(target)}
    assert lost == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_given_a_file_when_it_cites_a_document_then_that_is_in_the_repository(path: Path) -> None:
    names = set(DOCUMENT.findall(path.read_text(encoding="utf-8"))) - ELSEWHERE
    known = {
        one.name for folder in ("docs", "integration_tests", "benchmarks") for one in (ROOT / folder).rglob("*.md")
    }
    assert names <= known

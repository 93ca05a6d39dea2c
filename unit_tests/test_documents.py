# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The documents match the code: error codes, settings, streams, gotchas."""

from __future__ import annotations

import re
from typing import Any

import pytest

from source_twitter_ads.api.errors import BY_CODE
from source_twitter_ads.reports.options import METRIC_GROUPS, PLACEMENTS, SEGMENTS
from tools.discovered import REPOSITORY, sample_config, spec, streams

PAGE = (REPOSITORY / "docs" / "integrations" / "sources" / "twitter-ads.md").read_text(encoding="utf-8")
AGENTS = (REPOSITORY / "AGENTS.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def discovered() -> list[dict[str, Any]]:
    return streams({**sample_config(), "reports": []})


def rows(text: str, heading: str) -> dict[str, list[str]]:
    """First cell → cells, of the first table behind a heading."""
    table = text.split(heading, 1)[1].split("\n\n|", 1)[1].split("\n\n", 1)[0]
    cells = [[cell.strip() for cell in line.strip("|").split(" |")] for line in table.split("\n")[2:]]
    return {row[0].strip("`| "): row for row in cells}


class TestPage:
    @pytest.mark.parametrize("code", BY_CODE)
    def test_given_a_code_of_x_when_looked_up_then_the_troubleshooting_has_it(self, code: str) -> None:
        assert f"`{code}`" in PAGE.split("## Limitations & Troubleshooting")[1]

    def test_given_a_setting_when_looked_up_then_the_page_has_it_with_its_default(self) -> None:
        table = PAGE.split("## Configuration", 1)[1].split("## Supported sync modes")[0]
        for name, setting in spec()["properties"].items():
            assert f"`{name}`" in table, name
            if setting["type"] == "integer":
                assert re.search(rf"^\| `{name}` \| {setting['default']}\b", table, re.MULTILINE), name

    def test_given_a_stream_when_looked_up_then_its_key_and_cursor_are_the_catalogs(
        self, discovered: list[dict[str, Any]]
    ) -> None:
        table = rows(PAGE, "## Supported Streams")
        for stream in [stream for stream in discovered if not stream["name"].endswith("_daily_report")]:
            _, _, key, modes, cursor = table[stream["name"]]
            assert re.findall(r"\w+", key) == [path[0] for path in stream["source_defined_primary_key"]]
            assert ("Incremental" in modes) == ("incremental" in stream["supported_sync_modes"])
            assert re.findall(r"\w+", cursor) == (stream.get("default_cursor_field") or [])

    def test_given_what_reports_allow_when_looked_up_then_the_page_names_it(self) -> None:
        section = PAGE.split("## Reports", 1)[1].split("\n## ", 1)[0]
        assert [word for word in (*METRIC_GROUPS, *SEGMENTS, *PLACEMENTS) if word not in section] == []


class TestAgents:
    def test_given_the_second_name_when_opened_then_it_is_the_same_file(self) -> None:
        assert (REPOSITORY / "CLAUDE.md").is_symlink()
        assert (REPOSITORY / "CLAUDE.md").resolve() == REPOSITORY / "AGENTS.md"

    def test_given_the_gotchas_when_counted_then_they_are_numbered_and_each_says_why(self) -> None:
        section = AGENTS.split("## Gotchas", 1)[1].split("## Incremental streams", 1)[0]
        gotchas = re.split(r"^(\d+)\. ", section, flags=re.MULTILINE)[1:]
        assert [int(number) for number in gotchas[::2]] == list(range(1, len(gotchas) // 2 + 1))
        assert [
            number
            for number, text in zip(gotchas[::2], gotchas[1::2], strict=True)
            if text.count("**Why this matters:**") != 1
        ] == []

    def test_given_a_file_that_a_gotcha_names_when_looked_up_then_it_exists(self) -> None:
        named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.(?:py|yaml|md))`", AGENTS))
        roots = (REPOSITORY, REPOSITORY / "source_twitter_ads")
        assert [name for name in sorted(named) if not any((root / name).exists() for root in roots)] == []

    def test_given_the_incremental_streams_table_when_compared_then_the_catalog_agrees(
        self, discovered: list[dict[str, Any]]
    ) -> None:
        table = AGENTS.split("## Incremental streams", 1)[1]
        listed = {
            name: re.findall(r"\w+", cells[3])
            for cells in (line.split("|") for line in table.split("\n") if line.startswith("| `"))
            for name in re.findall(r"`(\w+)`", cells[1])
            if "none: full refresh" not in cells[3]
        }
        wanted = {
            stream["name"]: stream["default_cursor_field"]
            for stream in discovered
            if "incremental" in stream["supported_sync_modes"] and not stream["name"].endswith("_daily_report")
        }
        assert listed == wanted

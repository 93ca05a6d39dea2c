# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The tables of settings in the connector's page are those of the spec."""

from __future__ import annotations

from source_twitter_ads.configuration.spec import REPORT_SETTINGS, SETTINGS
from tools.settings_tables import HEAD, PAGE, page

TEXT = PAGE.read_text(encoding="utf-8")


def test_given_the_page_when_its_tables_are_made_again_then_it_is_the_same() -> None:
    assert page(TEXT) == TEXT, "run 'python -m tools.settings_tables'"


def test_given_the_page_when_read_then_each_setting_has_one_row() -> None:
    assert TEXT.count(HEAD) == 2
    tables = [part.split("\n\n", 1)[0] for part in TEXT.split(HEAD)[1:]]
    for table, settings in zip(tables, (SETTINGS, REPORT_SETTINGS), strict=True):
        assert sorted(row.split("`")[1] for row in table.splitlines()) == sorted(settings)


def test_given_a_range_and_a_default_when_read_then_the_row_has_both() -> None:
    assert "\n| `attribution_window` | 14 | 0 to 90 | " in TEXT
    assert "\n| `segment` | `NO_SEGMENT` | NO_SEGMENT, AGE, GENDER, METROS, REGIONS, PLATFORMS, " in TEXT

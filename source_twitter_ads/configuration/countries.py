# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The ISO 3166-1 alpha-2 country codes, from the table that ships with the time zone database."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """Return every ISO 3166-1 alpha-2 code, for instance "US"."""
    table = resources.files("tzdata").joinpath("zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line.split("\t", 1)[0] for line in table.splitlines() if line and not line.startswith("#"))

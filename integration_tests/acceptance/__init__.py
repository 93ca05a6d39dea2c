# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The assertions of Airbyte's retired acceptance tests, kept alive: one file per command (docs/x-ads-api.md §10.2)."""

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""`make demo`: every stream of an emulated X Ads API into a DuckDB file, through PyAirbyte."""

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Tools of this repository: what is generated, and what is checked beyond the tests."""

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Tools of this repository: generators of files, and checks beyond the tests."""

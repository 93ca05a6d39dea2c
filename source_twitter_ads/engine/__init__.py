# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads the streams of a low-code connector as pages; README.md says how. Nothing here knows the API that is read."""

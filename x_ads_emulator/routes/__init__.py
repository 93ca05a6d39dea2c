# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""From paths to the data of their responses."""

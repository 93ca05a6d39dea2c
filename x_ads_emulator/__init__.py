# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A strict local X Ads API v12, written from the API reference alone."""

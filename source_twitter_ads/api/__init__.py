# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The client of X's Ads API: signatures, rate limits, retries, errors, pages, and the ad accounts of a token."""

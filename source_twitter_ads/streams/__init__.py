# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The streams that are Python classes: Tweets and reports."""

from source_twitter_ads.streams.tweets import Tweets

__all__ = ["Tweets"]

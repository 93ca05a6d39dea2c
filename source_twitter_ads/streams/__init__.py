# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The streams that are Python classes: Tweets and reports."""

from source_twitter_ads.streams.report import Report
from source_twitter_ads.streams.tweets import Tweets
from source_twitter_ads.streams.wiring import report_definitions, report_streams

__all__ = ["Report", "Tweets", "report_definitions", "report_streams"]

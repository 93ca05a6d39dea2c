# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The streams that are Python classes: Tweets and reports."""

from source_twitter_ads.streams.report import Report, report_definitions, report_streams
from source_twitter_ads.streams.tweets import Tweets

__all__ = ["Report", "Tweets", "report_definitions", "report_streams"]

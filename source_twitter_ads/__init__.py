# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Airbyte source connector for the X (Twitter) Ads API v12."""

from source_twitter_ads.source import SourceTwitterAds

__all__ = ["SourceTwitterAds"]

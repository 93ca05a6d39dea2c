# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""From what a user typed to settings that the rest of the connector can trust."""

from source_twitter_ads.configuration.normalise import normalise
from source_twitter_ads.configuration.spec import Settings
from source_twitter_ads.configuration.validate import ConfigProblem, require_valid

__all__ = ["ConfigProblem", "Settings", "normalise", "require_valid"]

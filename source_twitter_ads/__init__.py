# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Airbyte source connector for the X (Twitter) Ads API v12."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from source_twitter_ads.source import SourceTwitterAds

__all__ = ["SourceTwitterAds"]


def __getattr__(name: str) -> Any:
    """Import the source when it is first asked for: `spec` does without it."""
    if name != "SourceTwitterAds":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from source_twitter_ads.source import SourceTwitterAds

    return SourceTwitterAds

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The classes that manifest.yaml names."""

from source_twitter_ads.components.retriever import AccountsRetriever, PageRetriever
from source_twitter_ads.components.routers import AccountsRouter, LineItemBatchesRouter, TvMarketsRouter
from source_twitter_ads.configuration.normalise import NormaliseConfig

__all__ = [
    "AccountsRetriever",
    "AccountsRouter",
    "LineItemBatchesRouter",
    "NormaliseConfig",
    "PageRetriever",
    "TvMarketsRouter",
]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The emulator's keys in the form that requests-oauthlib takes."""

from __future__ import annotations

from requests_oauthlib import OAuth1

from x_ads_emulator import settings


def oauth1() -> OAuth1:
    """A signer for the emulator."""
    return OAuth1(settings.CONSUMER_KEY, settings.CONSUMER_SECRET, settings.ACCESS_TOKEN, settings.ACCESS_TOKEN_SECRET)

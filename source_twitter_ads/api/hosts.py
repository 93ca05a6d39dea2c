# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Where requests may go, and where the keys may go with them (x-ads-api.md §1)."""

from __future__ import annotations

from urllib.parse import urlsplit

from source_twitter_ads.configuration import Settings
from source_twitter_ads.configuration.settings import API_VERSION, RESULT_HOSTS, X_HOSTS


class Hosts:
    """Judges urls that X names: redirects and result files.

    Args:
        settings: names the API's own address.
    """

    def __init__(self, settings: Settings) -> None:
        own = urlsplit(settings.base_url)
        self._own = (own.scheme, own.netloc)

    def signed(self, url: str, result: bool) -> bool | None:
        """Tell whether a request to a url is signed; None when it must not be sent at all.

        Args:
            url: an absolute url.
            result: whether a result file is fetched: further hosts serve those, and the API's own host serves them
                unsigned outside of its versioned path.
        """
        try:
            parts = urlsplit(url)
            standard_port = parts.port in (None, 443)
        except ValueError:
            return None
        secure = parts.scheme == "https" and standard_port and "@" not in parts.netloc
        if secure and parts.hostname in X_HOSTS:
            return True
        if (parts.scheme, parts.netloc) == self._own:
            return not result or parts.path.startswith(f"/{API_VERSION}/")
        return False if secure and result and parts.hostname in RESULT_HOSTS else None

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Keeps keys and signatures out of every text that the connector prints."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets, update_secrets

# X's keys have 25 characters and more. A text as short as a word would be masked in the middle of other words.
SHORTEST = 8
_MASK = "****"
# A header, or what was signed (docs/x-ads-api.md §1): the values follow the first name. The signature is among them.
_OAUTH = re.compile(
    r"(?:authorization\W+)?(?:OAuth(?:\s|\+|%(?:25)*20)+)?oauth_.*",
    re.IGNORECASE | re.DOTALL,
)
_hidden: set[str] = set()


def hide(secrets: Iterable[str]) -> None:
    """Have Airbyte's filter, which all output passes, mask every form of some secrets from now on.

    It replaces the list of secrets that the CDK takes from the configuration, which has short ones too.
    """
    _hidden.update(form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret))
    # The longest first, since one form may be part of another.
    update_secrets(sorted(_hidden, key=len, reverse=True))


def masked(text: str) -> str:
    """Return a text from outside without secrets, and without anything that follows `oauth_`."""
    return filter_secrets(_OAUTH.sub(_MASK, text))


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as it is, percent-encoded once and twice, and as it looks within a text in base64."""
    yield secret
    encoded = secret
    for _ in range(2):
        encoded = quote(encoded, safe="")
        yield encoded
        yield re.sub("%(?:25)*[0-9A-F]{2}", lambda escape: escape[0].lower(), encoded)
    for before in range(3):
        text = base64.b64encode(b"\0" * before + secret.encode()).decode()
        # The first and the last characters depend on what surrounds the secret.
        inner = text[-(-before * 8 // 6) : (before + len(secret.encode())) * 8 // 6]
        yield inner
        yield inner.replace("+", "-").replace("/", "_")

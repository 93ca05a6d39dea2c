# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Says which keys of a configuration have no effect: a misspelt `account_ids` would read every account."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from source_twitter_ads.configuration.showing import shown

logger = logging.getLogger("airbyte")

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def warn_of_unknown_keys(config: Mapping[str, Any], known: Iterable[str]) -> None:
    """Log one warning for each key that the connector does not know, without its value.

    They stay allowed, since platforms add keys of their own; those begin with `_` and are not warned of.

    Args:
        config: the configuration.
        known: the keys of the spec.
    """
    names = list(known)
    for key in config:
        if key in names or key.startswith("_"):
            continue
        nearest = get_close_matches(key.lower(), names, n=1)
        guess = f": did you mean {nearest[0]}?" if nearest else "."
        name = key if _NAME.fullmatch(key) else shown(key)
        logger.warning(f"The configuration has {name}, which is no key of this connector and is ignored{guess}")

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which entities have conversions at all; X answers null for the whole metric where there are none.

Source: X's own sample of a result file (shared/seeds/001, "Asynchronous Analytics") prints null for every metric that
an entity has no numbers of, and docs/x-ads-api.md §7.9 says that a metric which does not apply to an entity is null.
Mobile
conversions need a conversion tracking partner for apps (§7.5: "MACT accounts"), web conversions a website tag (§7.5).
"""

from __future__ import annotations

from typing import Final

from x_ads_emulator.analytics.numbers import key_of

MOBILE_GROUPS: Final = frozenset({"MOBILE_CONVERSION", "LIFE_TIME_VALUE_MOBILE_CONVERSION"})
WEB_GROUPS: Final = frozenset({"WEB_CONVERSION"})
CONVERSION_GROUPS: Final = MOBILE_GROUPS | WEB_GROUPS

#: One account in so many has mobile conversions, one entity in so many a conversion tag.
_MOBILE_ACCOUNTS: Final = 5
_TAGGED_ENTITIES: Final = 3


def missing_groups(seed: int, how: str, account_id: str, entity: str, entity_id: str) -> frozenset[str]:
    """The metric groups that an entity has no numbers of, whatever was asked.

    Args:
        seed: the world's seed.
        how: `AccountSpec.conversions`: `likely`, `all` or `none`.
        account_id, entity, entity_id: whose numbers.
    """
    if how == "all":
        return frozenset()
    if how == "none":
        return CONVERSION_GROUPS
    missing = frozenset() if _has_mobile(seed, account_id) else MOBILE_GROUPS
    return missing if _is_tagged(seed, account_id, entity, entity_id) else missing | WEB_GROUPS


def _has_mobile(seed: int, account_id: str) -> bool:
    return key_of(seed, account_id, "mobile conversions") % _MOBILE_ACCOUNTS == 0


def _is_tagged(seed: int, account_id: str, entity: str, entity_id: str) -> bool:
    """An account's web conversions, to be had by tag alone (§7.4), are those of all its campaigns."""
    tagged = key_of(seed, account_id, entity, entity_id, "conversion tag") % _TAGGED_ENTITIES == 0
    return entity == "ACCOUNT" or tagged

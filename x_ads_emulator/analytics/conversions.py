# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which entities have conversions; a result file has null for a conversion metric of the others.

X's sample of a result file prints null for every metric that an entity has no numbers of, and so do all metrics that do
not apply to an entity (docs/x-ads-api.md §7.3, §7.9). Mobile conversions need a tracking partner for apps, web
conversions a tag on a website (§7.5).
"""

from __future__ import annotations

from typing import Final

from x_ads_emulator.analytics.numbers import key_of

MOBILE_GROUPS: Final = frozenset({"MOBILE_CONVERSION", "LIFE_TIME_VALUE_MOBILE_CONVERSION"})
WEB_GROUPS: Final = frozenset({"WEB_CONVERSION"})
CONVERSION_GROUPS: Final = MOBILE_GROUPS | WEB_GROUPS

#: One in five accounts has mobile conversions, one in three entities a conversion tag.
_MOBILE_ACCOUNTS: Final = 5
_TAGGED_ENTITIES: Final = 3


def missing_groups(seed: int, how: str, account_id: str, entity: str, entity_id: str) -> frozenset[str]:
    """The metric groups without numbers for an entity.

    Args:
        seed: the world's seed.
        how: `AccountSpec.conversions`: `likely`, `all` or `none`.
        account_id, entity, entity_id: the entity.
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
    """An account has the tags of all its campaigns; it has web conversions by tag only (§7.4)."""
    tagged = key_of(seed, account_id, entity, entity_id, "conversion tag") % _TAGGED_ENTITIES == 0
    return entity == "ACCOUNT" or tagged

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The spec of a world, from and to JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from typing import Any, Final

from x_ads_emulator.clock import parse_instant, print_instant

DOCUMENTED_ACCOUNT: Final = "18ce54d4x5t"
CONVERSION_KINDS: Final = ("likely", "all", "none")
ACCESS_KINDS: Final = ("ok", "suspended", "user_suspended", "locked_out", "revoked", "forbidden", "service_level")

#: Generated rows per account and stream of the demo world, on top of the documented records.
DEFAULT_VOLUMES: Final[dict[str, int]] = {
    "account_media": 40,
    "tracking_tags": 30,
    "campaigns": 60,
    "cards": 250,
    "cards_poll": 40,
    "cards_image_conversation": 30,
    "cards_video_conversation": 30,
    "funding_instruments": 12,
    "targeting_criteria": 420,
    "line_items": 230,
    "media_creatives": 60,
    "preroll_call_to_actions": 25,
    "promoted_accounts": 20,
    "promoted_tweets": 300,
    "promotable_users": 6,
    "scheduled_promoted_tweets": 30,
    "tailored_audiences": 45,
    "tweets": 320,
}

#: Rows of the global lists; targeting_tv_shows counts per market, en-US has five times as many.
DEFAULT_GLOBALS: Final[dict[str, int]] = {
    "iab_categories": 392,
    "targeting_app_store_categories": 84,
    "targeting_conversations": 400,
    "targeting_devices": 355,
    "targeting_events": 120,
    "targeting_interests": 361,
    "targeting_languages": 21,
    "targeting_locations": 450,
    "targeting_network_operators": 161,
    "targeting_platform_versions": 38,
    "targeting_tv_shows": 24,
}


@dataclass(frozen=True)
class AccountSpec:
    """One ad account.

    Attributes:
        id: base36 account id.
        name: display name.
        timezone: IANA zone.
        timezone_switch_at: `…Z` instant or None (docs/x-ads-api.md §2.5).
        access: the rights of the token, one of ACCESS_KINDS.
        service_level_streams: streams that get 400 INVALID_ACCOUNT_SERVICE_LEVEL if access is `service_level`;
            empty means every stream of the account.
        volumes: generated rows per stream; a stream not named has none, `"*"` stands for all not named.
            None means DEFAULT_VOLUMES.
        examples: whether the documented records are part of it; None means: only for 18ce54d4x5t.
        undated: the number of generated rows per stream without `updated_at`.
        deleted: whether the account itself is deleted.
        activity: passed on to analytics, `{"from", "to", "share"}` or None.
        publisher_network: some entities were served under PUBLISHER_NETWORK too, as in the samples of
            active_entities (docs/x-ads-api.md §7.7).
        conversions: which entities have conversions, the others' metrics are null as a whole: `likely` (one account in
            five has mobile ones, one entity in three web ones, see analytics/conversions.py), `all` or `none`.
    """

    id: str
    name: str = "Account"
    timezone: str = "America/Los_Angeles"
    timezone_switch_at: str | None = None
    access: str = "ok"
    service_level_streams: list[str] = field(default_factory=list)
    volumes: dict[str, int] | None = None
    examples: bool | None = None
    undated: int = 0
    deleted: bool = False
    activity: dict[str, Any] | None = None
    publisher_network: bool = False
    conversions: str = "likely"

    def __post_init__(self) -> None:
        if self.conversions not in CONVERSION_KINDS:
            raise ValueError(f"conversions must be one of {', '.join(CONVERSION_KINDS)}, got {self.conversions!r}")
        if self.access not in ACCESS_KINDS:
            raise ValueError(f"access must be one of {', '.join(ACCESS_KINDS)}, got {self.access!r}")

    def volume(self, stream: str) -> int:
        """The number of generated rows of a stream."""
        volumes = DEFAULT_VOLUMES if self.volumes is None else self.volumes
        return volumes.get(stream, volumes.get("*", 0))

    @property
    def has_examples(self) -> bool:
        """Whether the documented records belong to this account."""
        return self.id == DOCUMENTED_ACCOUNT if self.examples is None else self.examples


@dataclass(frozen=True)
class WorldSpec:
    """A whole world. Equal specs build equal worlds.

    Attributes:
        seed: seed of all generated values.
        now: fixed `…Z` instant of the world's clock, None for real time.
        data_now: generated dates are relative to this instant; None means `now`, else the time of building.
        accounts: the ad accounts.
        globals: rows of the lists without an account; a list without an entry keeps DEFAULT_GLOBALS.
        shared_audience: whether the second account is granted one audience of the first (same id in both).
    """

    seed: int = 1
    now: str | None = None
    data_now: str | None = None
    accounts: list[AccountSpec] = field(default_factory=list)
    globals: dict[str, int] = field(default_factory=dict)
    shared_audience: bool = True

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> WorldSpec:
        """A spec from a JSON object. Raises ValueError for an unknown key."""
        unknown = set(values) - {f.name for f in fields(cls)}
        if unknown:
            raise ValueError(f"unknown world keys: {', '.join(sorted(unknown))}")
        given = dict(values)
        given["accounts"] = [_account_from(a) for a in values.get("accounts", [])]
        return cls(**given)

    def to_dict(self) -> dict[str, Any]:
        """The spec as a JSON object, readable by `from_dict`."""
        return asdict(self)

    def pinned(self) -> WorldSpec:
        """The same spec with `data_now` filled in, so that two processes build the same rows."""
        if self.data_now is not None:
            return self
        instant = self.now or print_instant(datetime.now(timezone.utc))
        return WorldSpec.from_dict({**self.to_dict(), "data_now": instant})

    def data_instant(self) -> datetime:
        """Generated dates are relative to this instant."""
        return parse_instant(self.pinned().data_now or "")

    def global_volume(self, stream: str) -> int:
        """The number of rows of a global list."""
        return self.globals.get(stream, DEFAULT_GLOBALS.get(stream, 0))

    @classmethod
    def demo(cls, now: str | None = None) -> WorldSpec:
        """The default world: three accounts in three time zones, every stream filled."""
        accounts = [
            AccountSpec(
                DOCUMENTED_ACCOUNT,
                "API McTestface",
                timezone_switch_at="2016-07-21T07:00:00Z",
                activity={"from": "2026-01-01", "to": "2026-12-31", "share": 1.0},
            ),
            AccountSpec("2tokyo8n9q", "東京広告 🗼", "Asia/Tokyo", "2024-03-31T15:00:00Z"),
            AccountSpec("3berlin5km", "Müller & Söhne", "Europe/Berlin"),
        ]
        return cls(now=now, accounts=accounts)


def _account_from(values: Mapping[str, Any]) -> AccountSpec:
    unknown = set(values) - {f.name for f in fields(AccountSpec)}
    if unknown:
        raise ValueError(f"unknown account keys: {', '.join(sorted(unknown))}")
    return AccountSpec(**values)

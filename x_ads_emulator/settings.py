# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Switches of the emulator and its test credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

CONSUMER_KEY: Final = "emulator-consumer-key"
CONSUMER_SECRET: Final = "emulator-consumer-secret-not-real"
ACCESS_TOKEN: Final = "756201191646691328-emulator-token"
ACCESS_TOKEN_SECRET: Final = "emulator-token-secret-not-real"

API_VERSION: Final = "12"
#: Whose requests a limit counts.
SCOPES: Final = ("account", "user")


@dataclass
class Settings:
    """Everything that can be switched while the emulator runs (`POST /__emulator__/settings`).

    Attributes:
        base_url: own address, set once the port is known.
        latency_ms: pause before each answer.
        rate_limit: None for the documented limits (docs/x-ads-api.md §4), `"off"` for a quota that never ends,
            or `{"requests": 20, "seconds": 3}` for every endpoint (and account, on account endpoints); with
            `"scope": "user"` the accounts share it, and the headers speak of the user alone.
        status_limit: how X's 2,000 requests per 15 minutes for the status of jobs are counted, which §4 leaves open:
            `"account"` (headers of the account), `"user"` (of the user alone), or the same with other figures, as
            `{"scope": "user", "requests": 20, "seconds": 3}`. It holds beside any `rate_limit`, also `"off"`; None
            leaves status requests to `rate_limit`.
        early_grace_seconds: a request this soon after a demanded wait was announced may have been on its way and
            is not marked `early` in the log.
        app_approved: False makes every request 403 UNAUTHORIZED_CLIENT_APPLICATION (§3).
        token_predates_approval: True makes every request 403 INSUFFICIENT_USER_AUTHORIZED_PERMISSION (§3).
        paging: `keyset` continues behind the last row served, `offset` at a row number, both over the live order.
        cursor_after_full_page: True gives a full last page a cursor, which leads to an empty page (§2.2 allows it).
        prebuild: page bodies are made once and served from memory (up to 512 MB).
        clock_ahead_seconds: how far the server's clock is ahead of this machine's, or behind when negative: its Date
            header and reset times (§4) go by it, and signatures more than 300 s away are refused (§1).
        skew_named: False refuses such a signature in the words of any other 401 (§3), True with a message of its own.
        chunked: bodies come with `transfer-encoding: chunked` instead of a `content-length`.
        gzip: JSON and HTML come with `content-encoding: gzip` where the request accepts it; result files are packed
            already.
        result_host_signed: result files want a signature; otherwise they refuse one (§1).
        job_seconds: time from POST to SUCCESS of an analytics job, or `[low, high]`: each job takes a time between them
            that depends on the world's seed and the job's number alone. This and all further switches are read by the
            analytics service alone and described at `Switches` in analytics/seam.py.
    """

    base_url: str = ""
    latency_ms: int = 0
    rate_limit: dict[str, Any] | str | None = None
    status_limit: dict[str, Any] | str | None = None
    early_grace_seconds: float = 0.05
    app_approved: bool = True
    token_predates_approval: bool = False
    paging: str = "keyset"
    cursor_after_full_page: bool = False
    prebuild: bool = False
    clock_ahead_seconds: float = 0.0
    skew_named: bool = True
    chunked: bool = False
    gzip: bool = False
    job_seconds: float | list[float] = 0.0
    job_empty_polls: int = 0
    job_url_late_polls: int = 0
    file_late_fetches: int = 0
    file_426_first: bool = False
    double_url: bool = False
    job_limit: int = 100
    job_id_style: str = "both"
    dst_reading: str = "that_day"
    result_host_signed: bool = False
    result_expires_seconds: float = 172_800
    drop_metric_keys: bool = True
    link_clicks_drift: bool = True
    retired_refused: bool = False
    future_metrics: bool = False
    job_next_cursor_quirk: bool = False
    job_faults: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """Settings from a JSON object. Raises ValueError for a name that does not exist."""
        settings = cls()
        settings.update(values)
        return settings

    def update(self, values: Mapping[str, Any]) -> None:
        """Changes the named switches in place. Raises ValueError, and changes nothing, for an unknown name."""
        unknown = set(values) - {f.name for f in fields(self)}
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        checked = replace(self, **values)
        checked.validate()
        for name in values:
            setattr(self, name, getattr(checked, name))

    def validate(self) -> None:
        """Raises ValueError for values outside of their choices."""
        choices = {
            "paging": ("keyset", "offset"),
            "job_id_style": ("both", "string", "number"),
            "dst_reading": ("that_day", "today"),
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} is one of {', '.join(allowed)}")
        _check_limit("rate_limit", self.rate_limit, ("off",), {"requests", "seconds"})
        _check_limit("status_limit", self.status_limit, SCOPES, {"requests", "seconds", "scope"})
        low, high = times_of(self.job_seconds)
        if not 0 <= low <= high:
            raise ValueError(f"job_seconds is a number or [low, high], not {self.job_seconds!r}")

    def to_dict(self) -> dict[str, Any]:
        """The settings as a JSON object."""
        return asdict(self)


def times_of(job_seconds: float | Sequence[float]) -> tuple[float, float]:
    """The shortest and the longest time that a job takes. Raises ValueError for what is neither a number nor a pair."""
    if isinstance(job_seconds, (int, float)):
        return float(job_seconds), float(job_seconds)
    low, high = job_seconds
    return float(low), float(high)


def _check_limit(name: str, limit: dict[str, Any] | str | None, words: Sequence[str], required: set[str]) -> None:
    if limit is None or limit in words:
        return
    given = limit if isinstance(limit, dict) else {}
    if not required <= set(given) <= {"requests", "seconds", "scope"} or given.get("scope", SCOPES[0]) not in SCOPES:
        known = ", ".join(f'"{word}"' for word in words)
        raise ValueError(f'{name} is null, {known} or {{"requests": n, "seconds": s, "scope": "account" or "user"}}')

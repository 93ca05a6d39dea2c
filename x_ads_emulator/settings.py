# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Switches of the emulator and its test credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, Final

CONSUMER_KEY: Final = "emulator-consumer-key"
CONSUMER_SECRET: Final = "emulator-consumer-secret-not-real"
ACCESS_TOKEN: Final = "756201191646691328-emulator-token"
ACCESS_TOKEN_SECRET: Final = "emulator-token-secret-not-real"

API_VERSION: Final = "12"
#: A rate limit counts the requests of an ad account or of the user.
SCOPES: Final = ("account", "user")


@dataclass
class Settings:
    """Everything that can be changed while the emulator runs (`POST /__emulator__/settings`).

    Attributes:
        base_url: own address, set once the port is known.
        latency_ms: pause before each response.
        rate_limit: None for the documented limits (docs/x-ads-api.md §4), `"off"` for no limit, or
            `{"requests": 20, "seconds": 3}` for every endpoint (and account, on account endpoints). With
            `"scope": "user"` all accounts share it, and the headers are the user's alone.
        status_limit: how the 2,000 job status requests per 15 minutes are counted, which §4 leaves open:
            `"account"` (with headers of the account), `"user"` (with headers of the user alone), or with other figures
            `{"scope": "user", "requests": 20, "seconds": 3}`. It holds beside any `rate_limit`, also `"off"`. None
            counts status requests by `rate_limit`.
        early_grace_seconds: so long after the first response with a wait, a request may have been on its way already;
            it is not marked `early` in the log.
        app_approved: False makes every request 403 UNAUTHORIZED_CLIENT_APPLICATION (§3).
        token_predates_approval: True makes every request 403 INSUFFICIENT_USER_AUTHORIZED_PERMISSION (§3).
        paging: `keyset` continues behind the last row served, `offset` at a row number, both over the live order.
        cursor_after_full_page: True gives a full last page a cursor, which leads to an empty page (§2.2 allows it).
        cursor_style: `opaque` texts, or `number`: the cursors of a collection are the JSON numbers 0, 1, 2, …, so that
            the first one is false in most languages. Only null ends a collection (§2.2 rule 2).
        active_page_size: active_entities has pages of so many entities and a `next_cursor`. None is as documented: the
            period is the page (§2.2).
        api_warn: endpoint key (or `*` for all) -> text of the `x-api-warn` header of its responses (§0 rule 3).
        version_off_status: every request gets this HTTP status and `Version 12.0 is not available.` (§0 rule 4). The
            status at X is unknown; 400, 403, 404 and 410 are likely. None serves the version.
        tweet_id_style: Tweets print their ids as numbers beside texts (`both`), or as texts alone without the `…_str`
            twins (`string`); §2.6 rule 3 has evidence of either.
        tweet_dates: `created_at` of Tweets is `text` such as `Tue Aug 27 22:22:12 +0000 2019`, or `iso` as in scheduled
            and draft Tweets (§2.5 rule 3).
        prebuild: page bodies are made once and served from memory (up to 512 MB).
        clock_ahead_seconds: how far the server's clock is ahead of this machine's, negative for behind. Its Date header
            and reset times (§4) follow it. Signatures more than 300 s away are refused (§1 rule 8).
        skew_named: True refuses such a signature with `Timestamp out of bounds`, False with the message of any other
            401 (§3).
        chunked: bodies come with `transfer-encoding: chunked` instead of a `content-length`.
        gzip: JSON and HTML come with `content-encoding: gzip` if the request accepts it; result files are gzip files.
        result_host_signed: True makes result files need a signature, False refuses one (§1).
        job_seconds: seconds from POST to SUCCESS of an analytics job, or `[low, high]`: each job takes a time between
            the two, by the world's seed and the job's number. The analytics service reads this and all further
            switches; they are described at `Switches` in analytics/switches.py.
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
    cursor_style: str = "opaque"
    active_page_size: int | None = None
    api_warn: dict[str, str] = field(default_factory=dict)
    version_off_status: int | None = None
    tweet_id_style: str = "both"
    tweet_dates: str = "text"
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
    auto_created_shape: str = "flat"
    publisher_network_end: str | None = "2026-06-18"
    future_metrics: bool = False
    job_next_cursor_quirk: bool = False
    job_faults: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """Settings from a JSON object. Raises ValueError for an unknown name."""
        settings = cls()
        settings.update(values)
        return settings

    def update(self, values: Mapping[str, Any]) -> None:
        """Changes the named switches. Raises ValueError for an unknown name or value, and then changes nothing."""
        unknown = set(values) - {f.name for f in fields(self)}
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        checked = replace(self, **values)
        checked.validate()
        for name in values:
            setattr(self, name, getattr(checked, name))

    def validate(self) -> None:
        """Raises ValueError for an illegal value."""
        choices = {
            "paging": ("keyset", "offset"),
            "cursor_style": ("opaque", "number"),
            "tweet_id_style": ("both", "string"),
            "tweet_dates": ("text", "iso"),
            "job_id_style": ("both", "string", "number"),
            "dst_reading": ("that_day", "today"),
            "auto_created_shape": ("flat", "objects"),
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {getattr(self, name)!r}")
        _check_limit("rate_limit", self.rate_limit, ("off",), {"requests", "seconds"})
        _check_limit("status_limit", self.status_limit, SCOPES, {"requests", "seconds", "scope"})
        if self.active_page_size is not None and self.active_page_size < 1:
            raise ValueError(f"active_page_size must be null or at least 1, got {self.active_page_size!r}")
        if self.publisher_network_end is not None:
            date.fromisoformat(self.publisher_network_end)
        if self.version_off_status is not None and not 400 <= self.version_off_status <= 499:
            raise ValueError(f"version_off_status must be null or 400 to 499, got {self.version_off_status!r}")
        low, high = times_of(self.job_seconds)
        if not 0 <= low <= high:
            raise ValueError(f"job_seconds must be a number or [low, high], got {self.job_seconds!r}")

    def to_dict(self) -> dict[str, Any]:
        """The settings as a JSON object."""
        return asdict(self)


def times_of(job_seconds: float | Sequence[float]) -> tuple[float, float]:
    """The shortest and the longest time that a job takes. Raises ValueError for anything else."""
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
        raise ValueError(
            f'{name} must be null, {known} or {{"requests": n, "seconds": s, "scope": "account" or "user"}}'
        )

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How an endpoint is described, and the parameters that many share (docs/x-ads-api.md §2.2, §2.3, §5.0)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from x_ads_emulator.http import params as p
from x_ads_emulator.http.params import Param

BASE_SORT: Final = ("created_at", "updated_at", "deleted")
NAME_PREFIX: Final = Param("q", p.text(0, 255))


@dataclass(frozen=True)
class Endpoint:
    """One collection.

    Attributes:
        key: name in the request log and of the rate-limit bucket.
        stream: the world's stream behind it.
        path: under `/12/` for global lists, under `/12/accounts/:account_id/` otherwise.
        of_account: whether the path has an account.
        params: documented parameters.
        default_count: page size without `count`; None where the endpoint has no pages and returns everything.
        has_cursor: whether `cursor` is documented.
        limit: requests per 15 minutes (§4).
        limit_scope: `endpoint`, `account` (per endpoint and account) or a category that several endpoints share.
        id_filters: parameter -> the record field that it is compared with.
        not_found: code of the single GET's 404 (§3).
        echo_extra, envelope: members that this endpoint adds to the echo, to the envelope.
        prints_cursor: whether the envelope has `next_cursor`.
        single: whether `GET …/:id` exists.
    """

    key: str
    stream: str
    path: str
    of_account: bool = True
    params: tuple[Param, ...] = ()
    default_count: int | None = 200
    has_cursor: bool = True
    limit: int = 2_000
    limit_scope: str = "endpoint"
    id_filters: dict[str, str] = field(default_factory=dict)
    not_found: str = "NOT_FOUND"
    echo_extra: dict[str, Any] = field(default_factory=dict)
    envelope: dict[str, Any] = field(default_factory=dict)
    prints_cursor: bool = True
    single: bool = True


def page(maximum: int = 1000) -> tuple[Param, ...]:
    return (Param("count", p.integer(1, maximum)), Param("cursor", p.text(1, 2000)))


def std(*more_sort: str, total: bool = True) -> tuple[Param, ...]:
    """The STD parameters of §5.0."""
    extra = (Param("with_total_count", p.boolean),) if total else ()
    sort = Param("sort_by", p.sorting((*BASE_SORT, *more_sort)))
    return (*page(), sort, Param("with_deleted", p.boolean), *extra)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which accounts are read, and which failures only mean that there is nothing to read in one."""

from __future__ import annotations

from typing import Any

import pytest

from source_twitter_ads.api.accounts import Accounts
from source_twitter_ads.api.bodies import ApiResponse
from source_twitter_ads.api.errors import ApiFailure, Refusal, RequestContext, Skipped, rule_for
from source_twitter_ads.configuration import ConfigProblem
from unit_tests.conftest import settings_of


class Listing:
    """A client that sees two accounts, one of which is deleted, or others."""

    def __init__(self, **deleted: bool) -> None:
        self._deleted = deleted or {"alive": False, "gone": True}

    def get(self, path: str, params: Any, context: RequestContext, read: Any = None) -> ApiResponse:
        records = [{"id": id_, "deleted": deleted} for id_, deleted in self._deleted.items()]
        return ApiResponse(200, {}, {"data": [read(record) for record in records], "next_cursor": None})


def failure(account_id: str, refusal: Refusal, kind: type[ApiFailure] = ApiFailure) -> ApiFailure:
    return kind(rule_for(refusal), RequestContext("campaigns", account_id), "X refused it", refusal)


@pytest.fixture
def accounts() -> Accounts:
    return Accounts(Listing(), settings_of())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("account_id", "refusal", "skipped"),
    [
        ("gone", Refusal(403, "ACCOUNT_NOT_FOUND", "No"), True),
        ("gone", Refusal(404, "NOT_FOUND", "No"), True),
        ("gone", Refusal(200, "ACCOUNT_NOT_FOUND", "No"), True),
        ("gone", Refusal(404, "INVALID", "Version 12.0 is not available."), False),
        ("gone", Refusal(401, "UNAUTHORIZED_ACCESS", "No"), False),
        ("gone", Refusal(403, "", "<html>Blocked</html>", foreign=True), False),
        ("alive", Refusal(403, "ACCOUNT_NOT_FOUND", "No"), False),
    ],
)
def test_given_a_refusal_of_x_when_its_account_is_deleted_then_it_is_skipped(
    accounts: Accounts, account_id: str, refusal: Refusal, skipped: bool
) -> None:
    assert accounts.skips(failure(account_id, refusal)) is skipped


def test_given_a_feature_that_an_account_lacks_when_refused_then_it_is_skipped(
    accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = Refusal(400, "INVALID_ACCOUNT_SERVICE_LEVEL", "No")
    assert accounts.skips(failure("alive", refusal, Skipped))
    assert "X refused it (stream campaigns, account alive)" in caplog.text


class TestIds:
    def ids(self, listing: Listing, **more: Any) -> list[str]:
        return Accounts(listing, settings_of(**more)).ids()  # type: ignore[arg-type]

    @pytest.mark.parametrize(("with_deleted", "found"), [(True, ["alive", "gone"]), (False, ["alive"])])
    def test_given_a_deleted_account_when_listed_then_it_is_there_if_the_user_wants_it(
        self, with_deleted: bool, found: list[str]
    ) -> None:
        assert self.ids(Listing(), with_deleted=with_deleted) == found

    def test_given_deleted_accounts_alone_when_the_user_wants_none_then_it_fails(self) -> None:
        with pytest.raises(ConfigProblem, match="X lists a, b as deleted, and shows no other account: set "):
            self.ids(Listing(a=True, b=True), with_deleted=False)

    def test_given_named_accounts_when_all_others_are_deleted_then_they_are_read(self) -> None:
        assert self.ids(Listing(a=True), with_deleted=False, account_ids=["a"]) == ["a"]

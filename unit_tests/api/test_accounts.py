# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Which failures only mean that there is nothing to read in an account."""

from __future__ import annotations

from typing import Any

import pytest

from source_twitter_ads.api.accounts import Accounts
from source_twitter_ads.api.answers import Answer
from source_twitter_ads.api.errors import ApiFailure, Refusal, Skipped, Where, rule_for
from unit_tests.conftest import settings_of


class Listing:
    """A transport that knows two accounts, one of which is deleted."""

    def get(self, path: str, params: Any, where: Where, read: Any = None) -> Answer:
        records = [{"id": "alive", "deleted": False}, {"id": "gone", "deleted": True}]
        return Answer(200, {}, {"data": [read(record) for record in records], "next_cursor": None})


def failure(account_id: str, refusal: Refusal, kind: type[ApiFailure] = ApiFailure) -> ApiFailure:
    return kind(rule_for(refusal), Where("campaigns", account_id), "X refused it", refusal)


@pytest.fixture
def accounts() -> Accounts:
    return Accounts(Listing(), settings_of())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("account_id", "refusal", "skipped"),
    [
        ("gone", Refusal(403, "ACCOUNT_NOT_FOUND", "No"), True),
        ("gone", Refusal(404, "NOT_FOUND", "No"), True),
        ("gone", Refusal(401, "UNAUTHORIZED_ACCESS", "No"), False),
        ("gone", Refusal(403, "", "<html>Blocked</html>", foreign=True), False),
        ("alive", Refusal(403, "ACCOUNT_NOT_FOUND", "No"), False),
    ],
)
def test_given_a_refusal_when_its_account_is_deleted_then_it_is_skipped_if_x_itself_said_so(
    accounts: Accounts, account_id: str, refusal: Refusal, skipped: bool
) -> None:
    assert accounts.skips(failure(account_id, refusal)) is skipped


def test_given_a_feature_that_an_account_lacks_when_refused_then_it_is_skipped(
    accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = Refusal(400, "INVALID_ACCOUNT_SERVICE_LEVEL", "No")
    assert accounts.skips(failure("alive", refusal, Skipped))
    assert "X refused it (stream campaigns, account alive)" in caplog.text

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The services of a sync end with it, and `check` accepts exactly the accounts that a sync reads."""

from __future__ import annotations

from typing import Any

import pytest

from source_twitter_ads.api.services import Services, check_connection
from source_twitter_ads.configuration import ConfigProblem, normalise
from unit_tests.api.tiny_server import Reply, Server
from unit_tests.conftest import valid_config

CONFIG = normalise(valid_config())
ALIVE = b'{"id": "a", "deleted": false}'
DELETED = b'{"id": "b", "deleted": true}'


class TestSharing:
    def test_given_a_sync_when_its_parts_ask_for_services_then_they_share_them(self) -> None:
        services = Services.renew(CONFIG)
        assert Services.of(CONFIG) is services

    def test_given_a_sync_that_has_ended_when_services_are_asked_for_then_they_are_new(self) -> None:
        ended = Services.renew(CONFIG)
        ended.close()
        assert Services.of(CONFIG) is not ended

    def test_given_two_syncs_of_a_configuration_when_the_older_ends_then_one_goes_on(self) -> None:
        older, newer = Services.renew(CONFIG), Services.renew(CONFIG)
        older.close()
        assert Services.of(CONFIG) is newer


class TestCheck:
    @pytest.mark.parametrize(
        ("records", "settings", "problem"),
        [
            ([ALIVE, DELETED], {}, ""),
            ([], {}, "has no ad account"),
            ([DELETED], {"with_deleted": True}, ""),
            ([DELETED], {"with_deleted": False}, "X lists b as deleted, and shows no other account: set with_deleted"),
            ([DELETED], {"with_deleted": False, "account_ids": ["b"]}, ""),
            ([ALIVE], {"account_ids": ["a", "c"]}, "account_ids holds c, which X does not show"),
        ],
    )
    def test_given_accounts_when_checked_then_those_that_are_read_pass(
        self, server: Server, records: list[bytes], settings: dict[str, Any], problem: str
    ) -> None:
        server.replies(Reply(200, b'{"data": [%b], "next_cursor": null}' % b", ".join(records)))
        services = Services.renew(normalise(valid_config(base_url=server.url, **settings)))
        if problem:
            with pytest.raises(ConfigProblem, match=problem):
                check_connection(services)
        else:
            check_connection(services)
            assert services.accounts.ids()

    @pytest.mark.parametrize(
        ("written", "told"),
        [
            ("18CE54D4X5T", "account_ids holds 18CE54D4X5T (you mean 18ce54d4x5t), which"),
            ("4503599658438113", "account_ids holds 4503599658438113 (you mean 18ce54d4x5t), which"),
            ("0", "account_ids holds 0, which"),
            ("mybrand", "account_ids holds mybrand, which"),
        ],
    )
    def test_given_an_id_in_another_form_when_checked_then_all_accounts_are_named(
        self, server: Server, written: str, told: str
    ) -> None:
        shown = b'{"data": [{"id": "18ce54d4x5t"}, {"id": "b"}]}'
        server.replies(Reply(200, b'{"data": []}'), Reply(200, shown))
        services = Services.renew(normalise(valid_config(base_url=server.url, account_ids=[written])))
        with pytest.raises(ConfigProblem) as caught:
            check_connection(services)
        assert told in str(caught.value)
        assert "X shows 18ce54d4x5t, b." in str(caught.value)
        assert "account_ids" not in server.seen[1]["path"]


class TestClosing:
    def test_given_services_when_they_end_then_what_asked_for_it_is_closed_once(self) -> None:
        services, closed = Services.renew(CONFIG), []
        services.on_close(lambda: closed.append("a"))
        services.close()
        assert closed == ["a"]

    def test_given_services_that_have_ended_when_something_begins_then_closed_at_once(self) -> None:
        services, closed = Services.renew(CONFIG), []
        services.close()
        services.on_close(lambda: closed.append("late"))
        assert closed == ["late"]

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""`check` proves keys and accounts, and says what to do about each failure."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from airbyte_cdk.models import Status

from integration_tests.conftest import small_world
from integration_tests.connector import check_here, run
from integration_tests.test_protocol import assert_protocol
from x_ads_emulator.client import Emulator
from x_ads_emulator.world.spec import AccountSpec, WorldSpec


def failure(config: Mapping[str, Any]) -> str:
    """The message of a check that fails as it should."""
    result = check_here(config)
    assert result.status is Status.FAILED
    return _readable(str(result.message))


def _readable(message: str) -> str:
    """The message, after checking that it consists of sentences without Python."""
    assert "Traceback" not in message
    assert "Error(" not in message
    assert message.endswith(".")
    return message


class TestSuccess:
    def test_given_right_keys_when_checked_then_it_succeeds(self, demo: Emulator) -> None:
        output = run("check", demo.config())
        assert_protocol(output)
        assert (output.exit_code, output.connection_status["status"]) == (0, "SUCCEEDED")

    def test_given_accounts_that_the_token_sees_when_checked_then_one_request_proves_it(self, demo: Emulator) -> None:
        demo.reset_log()
        result = check_here(demo.config(account_ids=["18ce54d4x5t", "3berlin5km"]))
        assert result.status is Status.SUCCEEDED
        assert [e["path"] for e in demo.requests()] == ["/12/accounts"]


class TestFailure:
    @pytest.mark.parametrize("key", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"])
    def test_given_a_wrong_key_when_checked_then_the_message_asks_for_the_four_keys(
        self, demo: Emulator, key: str
    ) -> None:
        message = failure(demo.config(**{key: "wrong-value-of-mine"}))
        assert "does not accept the four keys" in message
        assert "UNAUTHORIZED_ACCESS" in message
        assert "wrong-value-of-mine" not in message

    def test_given_an_app_without_approval_when_checked_then_it_says_where_to_apply(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(small_world("1first"), app_approved=False)
        message = failure(emulator.config())
        assert "not approved for the Ads API" in message
        assert "Apply" in message

    def test_given_tokens_older_than_the_approval_when_checked_then_it_asks_for_new_ones(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(small_world("1first"), token_predates_approval=True)
        message = failure(emulator.config())
        assert "older than the app's approval" in message
        assert "generate the access token and its secret again" in message

    def test_given_an_unknown_account_when_checked_then_it_and_the_visible_are_named(self, demo: Emulator) -> None:
        message = failure(demo.config(account_ids="18ce54d4x5t, 9nobody"))
        assert message.startswith("account_ids holds 9nobody, which X does not show to the owner of the access token: ")
        assert message.endswith("X shows 18ce54d4x5t, 2tokyo8n9q, 3berlin5km.")

    @pytest.mark.parametrize(
        "written",
        [
            "18CE54D4X5T",
            str(int("18ce54d4x5t", 36)),
            "https://ads.x.com/campaign_manager/18ce54d4x5t/campaigns",
        ],
    )
    def test_given_an_account_in_another_form_when_checked_then_its_id_is_named(
        self, demo: Emulator, written: str
    ) -> None:
        message = failure(demo.config(account_ids=["2tokyo8n9q", written]))
        assert written in message
        assert "you mean 18ce54d4x5t" in message

    def test_given_camel_case_keys_when_checked_then_it_says_rename(self, demo: Emulator) -> None:
        config = demo.config()
        config["consumerKey"] = config.pop("consumer_key")
        assert "consumer_key is missing: rename consumerKey" in failure(config)

    def test_given_a_wrapped_configuration_when_checked_then_it_says_unwrap(self, demo: Emulator) -> None:
        output = run("check", {"connectionConfiguration": demo.config()})
        message = _readable(output.connection_status["message"])
        assert message.endswith(
            "start_date are inside of connectionConfiguration: move them out of it, to the top level "
            "of the configuration."
        )

    def test_given_a_token_without_accounts_when_checked_then_it_says_who_can_add_one(
        self, start: Callable[..., Emulator]
    ) -> None:
        emulator = start(WorldSpec(accounts=[AccountSpec("1hidden", access="forbidden", volumes={}, examples=False)]))
        assert "has no ad account" in failure(emulator.config())

    def test_given_a_dead_network_when_checked_then_it_ends_soon_and_names_the_host(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{closed.getsockname()[1]}"
        output = run("check", _config(base_url=f"http://{host}", outage_timeout=1), seconds=30)
        assert_protocol(output)
        assert (output.exit_code, output.connection_status["status"]) == (0, "FAILED")
        message = _readable(output.connection_status["message"])
        assert host in message
        assert "Check the network" in message

    def test_given_a_server_that_never_answers_when_checked_then_it_ends_soon(self) -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            config = _config(base_url=url, request_timeout=1, outage_timeout=1)
            message = failure(config)
        assert "timed out" in message.lower()

    def test_given_several_invalid_values_when_checked_then_one_status_explains_each(self) -> None:
        output = run("check", _config(num_workers="many", page_size=1001, country_codes={"US": 1}))
        assert output.exit_code == 0
        message = _readable(output.connection_status["message"])
        for words in (
            "num_workers is 'many': it must be a whole number from 1 to 50.",
            "page_size is 1001: it must be a whole number from 1 to 1000.",
            "country_codes is {'US': 1}: it must be a list",
        ):
            assert words in message

    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_given_airbyte_cloud_when_a_private_address_is_checked_then_nothing_is_sent(
        self, demo: Emulator, monkeypatch: pytest.MonkeyPatch, scheme: str
    ) -> None:
        monkeypatch.setenv("DEPLOYMENT_MODE", "cloud")
        demo.reset_log()
        config = demo.config(outage_timeout=1)
        output = run("check", {**config, "base_url": config["base_url"].replace("http:", f"{scheme}:")})
        assert_protocol(output)
        assert output.connection_status["status"] == "FAILED"
        words = "Invalid Protocol Scheme" if scheme == "http" else "belongs to a private network"
        assert words in output.connection_status["message"]
        assert demo.requests() == []


def _config(**changes: Any) -> dict[str, Any]:
    keys = {name: f"{name}-x" for name in ("consumer_key", "consumer_secret", "access_token", "access_token_secret")}
    return {**keys, "start_date": "2026-01-01", **changes}

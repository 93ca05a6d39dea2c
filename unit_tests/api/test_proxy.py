# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A proxy, a firewall or a login page in front of X is named as what it is."""

from __future__ import annotations

import socket

import pytest
from airbyte_cdk.models import FailureType

from source_twitter_ads.api.client import ApiClient
from source_twitter_ads.api.errors import ApiFailure
from unit_tests.api.tiny_server import CONTEXT, PATH, Reply, Server, client, failure
from unit_tests.api.virtual_time import VirtualTime
from unit_tests.conftest import settings_of

PORTAL = b"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Hotel Wi-Fi: log in</title></head></html>"


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch, server: Server) -> str:
    """The address of the tiny server as a proxy, which has a password."""
    address = server.url.removeprefix("http://")
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cretpass@{address}")
    monkeypatch.setenv("NO_PROXY", "")
    return address


def failed(time: VirtualTime) -> ApiFailure:
    with pytest.raises(ApiFailure) as caught:
        ApiClient(settings_of(base_url="https://ads-api.x.com", outage_timeout=10), time).get(PATH, {}, CONTEXT)
    return caught.value


@pytest.mark.parametrize("status", [403, 407])
def test_given_a_proxy_that_refuses_when_asked_then_it_is_named_at_once(
    server: Server, time: VirtualTime, behind: str, status: int
) -> None:
    server.replies(Reply(status, b""))
    error = failed(time)
    text = str(error.message)
    assert f"GET /12/{PATH} got no complete response from ads-api.x.com through the proxy {behind}" in text
    assert f"Tunnel connection failed: {status}" in text
    assert "The proxy refused the connection: check HTTPS_PROXY" in text
    assert "s3cretpass" not in text
    assert error.failure_type is FailureType.config_error
    assert len(server.seen) == 1


def test_given_a_proxy_that_fails_when_asked_then_it_is_named_after_some_tries(
    server: Server, time: VirtualTime, behind: str
) -> None:
    server.replies(Reply(502, b""))
    error = failed(time)
    assert f"through the proxy {behind}" in str(error.message)
    assert "The proxy does not connect" in str(error.message)
    assert error.failure_type is FailureType.transient_error
    assert len(server.seen) > 1


def test_given_a_closed_port_of_a_proxy_when_asked_then_the_proxy_is_blamed(
    time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        monkeypatch.setenv("NO_PROXY", "")
        text = str(failed(time).message)
    assert f"through the proxy {address}" in text
    assert "Connection refused" in text
    assert "The proxy does not connect" in text


@pytest.mark.parametrize("status", [407, 511])
def test_given_a_status_that_is_of_proxies_alone_when_asked_then_the_proxy_is_blamed(
    server: Server, status: int
) -> None:
    server.replies(Reply(status, b""))
    text = str(failure(server).message)
    assert "The response is not X's: a proxy, a firewall" in text
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [200, 403])
def test_given_a_login_page_when_asked_then_it_is_called_a_web_page(server: Server, status: int) -> None:
    server.replies(Reply(status, PORTAL))
    text = str(failure(server).message)
    assert "a web page ('Hotel Wi-Fi: log in')" in text
    assert "the login page of a network" in text
    assert "status page" not in text
    assert "stream campaigns, account a" in text


def test_given_a_login_page_when_somebody_logs_in_then_the_request_is_made_again(server: Server) -> None:
    server.replies(Reply(200, PORTAL), Reply())
    assert client(server).get(PATH, {}, CONTEXT).document["data"] == [{"id": "1"}]

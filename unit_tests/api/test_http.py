# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""OAuth 1.0a as X wants it, TLS certificates, redirects, and the hosts that may see a signature (docs/x-ads-api.md §1).

The signatures are proven with vectors that were not made by this code. Users who have a certificate authority of their
own name it by REQUESTS_CA_BUNDLE, as usual.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.tcp_keepalive import TcpKeepaliveHTTPAdapter
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from oauthlib.oauth1.rfc5849 import Client as OAuthClient
from pytest_mock import MockerFixture

from source_twitter_ads.api import client as module
from source_twitter_ads.api.errors import ApiFailure
from source_twitter_ads.api.http import Access, Hosts, Signer, new_session, unsigned
from unit_tests.api.tiny_server import CONTEXT, GOOD, PATH, Reply, Server, client, failure
from unit_tests.conftest import settings_of, valid_config

URL = "https://ads-api.x.com/12/accounts/18ce54d4x5t/campaigns"


def signed(method: str = "GET", url: str = URL, **parts: Any) -> requests.PreparedRequest:
    return requests.Request(method, url, auth=Signer(settings_of()), **parts).prepare()


def header(request: requests.PreparedRequest) -> dict[str, str]:
    value = request.headers["Authorization"]
    assert value.startswith("OAuth ")
    return {name: unquote(text) for name, text in re.findall(r'(\w+)="([^"]*)"', value)}


def signature_by_hand(request: requests.PreparedRequest) -> str:
    """RFC 5849 §3.4, written down anew: method, address and all sorted parameters, keyed with the two secrets."""
    parts = urlsplit(str(request.url))
    given = header(request)
    pairs = [(k, v) for k, v in given.items() if k.startswith("oauth_") and k != "oauth_signature"]
    pairs += parse_qsl(parts.query, keep_blank_values=True)
    if request.body:
        body = request.body if isinstance(request.body, str) else request.body.decode()
        pairs += parse_qsl(body, keep_blank_values=True)
    sorted_pairs = sorted((_escape(k), _escape(v)) for k, v in pairs)
    joined = "&".join(f"{k}={v}" for k, v in sorted_pairs)
    base = "&".join(map(_escape, (str(request.method), f"{parts.scheme}://{parts.netloc}{parts.path}", joined)))
    config = valid_config()
    key = "&".join(_escape(config[name]) for name in ("consumer_secret", "access_token_secret"))
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def _escape(text: str) -> str:
    return quote(text, safe="-._~")


def test_given_the_example_of_xs_documents_when_signed_then_it_is_the_published_one(
    mocker: MockerFixture,
) -> None:
    """ "Creating a signature" of X's developer documents: nonce, time and keys are fixed there."""
    nonce = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"
    mocker.patch("oauthlib.oauth1.rfc5849.generate_nonce", return_value=nonce)
    mocker.patch("oauthlib.oauth1.rfc5849.generate_timestamp", return_value="1318622958")
    request = signed(
        "POST",
        "https://api.twitter.com/1.1/statuses/update.json?include_entities=true",
        data={"status": "Hello Ladies + Gentlemen, a signed OAuth request!"},
    )
    assert header(request)["oauth_signature"] == "hCtSmYh+iHYCEqBWrE7C7hYmtUk="


@pytest.mark.parametrize(
    "parts",
    [
        {"params": {"sort_by": "updated_at-desc", "with_deleted": "true", "count": "1000"}},
        {"params": {"line_item_ids": "8v7jo,8u94t", "start_time": "2026-01-01T00:00:00Z"}},
        {"params": {"q": "ünï code & = + % ~ *'()"}},
        {"params": {"cursor": ""}},
        {"method": "POST", "data": {"entity_ids": "8u94t,8v7jo", "start_time": "2026-01-01T08:00:00Z"}},
        {"method": "POST", "params": {"a": "1"}, "data": {"a": "2", "b": "ü"}},
        {"method": "DELETE"},
    ],
)
def test_given_query_and_form_when_signed_then_all_parameters_are_signed(parts: dict[str, Any]) -> None:
    request = signed(**parts)
    assert header(request)["oauth_signature"] == signature_by_hand(request)


def test_given_times_and_lists_when_prepared_then_they_are_percent_encoded() -> None:
    request = signed(params={"line_item_ids": "8v7jo,8u94t", "start_time": "2026-01-01T00:00:00Z"})
    query = urlsplit(str(request.url)).query
    assert "%3A" in query
    assert "%2C" in query
    assert not set(query) & set(":,")


def test_given_a_form_when_prepared_then_its_times_and_lists_are_percent_encoded_too() -> None:
    body = str(signed("POST", data={"entity_ids": "a,b", "start_time": "2026-01-01T00:00:00Z"}).body)
    assert not set(body) & set(":,")


def test_given_a_request_when_signed_then_the_header_is_text_with_the_seven_values() -> None:
    request = signed()
    assert isinstance(request.headers["Authorization"], str)
    values = header(request)
    assert values["oauth_signature_method"] == "HMAC-SHA1"
    assert values["oauth_version"] == "1.0"
    assert set(values) == {
        "oauth_consumer_key",
        "oauth_nonce",
        "oauth_signature",
        "oauth_signature_method",
        "oauth_timestamp",
        "oauth_token",
        "oauth_version",
    }


def test_given_a_hundred_attempts_when_signed_then_no_nonce_repeats() -> None:
    assert len({header(signed())["oauth_nonce"] for _ in range(100)}) == 100


def test_given_a_signer_when_shown_or_logged_then_no_secret_is_in_it(caplog: pytest.LogCaptureFixture) -> None:
    config = valid_config()
    with caplog.at_level(logging.DEBUG):
        shown = repr(Signer(settings_of())) + str(Signer(settings_of()))
        signed(params={"a": "b"})
    for key in ("consumer_key", "consumer_secret", "access_token", "access_token_secret"):
        assert config[key] not in shown + caplog.text
    assert "oauth_signature" not in caplog.text


def test_given_the_oauth_library_when_it_logs_then_its_debug_lines_are_off() -> None:
    """Guards the test above: without the package's own setting the library does log it."""
    assert OAuthClient.__module__.startswith("oauthlib")
    assert logging.getLogger("oauthlib").getEffectiveLevel() >= logging.WARNING
    assert logging.getLogger("requests_oauthlib").getEffectiveLevel() >= logging.WARNING


def test_given_a_result_file_when_prepared_unsigned_then_no_credential_is_sent() -> None:
    request = requests.Request("GET", "https://ton.twimg.com/x.json.gz", auth=unsigned).prepare()
    assert "Authorization" not in request.headers


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, signed by nobody, and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tiny server")])
    now = datetime.now(timezone.utc)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain) + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def guarded(certificate: Path) -> Iterator[Server]:
    """A server that speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Server(tls=context)
    yield server
    server.close()


def test_given_an_unknown_certificate_when_asked_then_nothing_is_sent_and_it_is_said(
    guarded: Server,
) -> None:
    error = failure(guarded)
    assert guarded.seen == []
    assert error.failure_type is FailureType.config_error
    assert guarded.url.removeprefix("https://") in str(error.message)
    assert "certificate verify failed" in str(error.message)


def test_given_an_authority_of_ones_own_when_named_then_its_certificates_are_trusted(
    guarded: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    client(guarded).get(PATH, {}, CONTEXT)
    assert len(guarded.seen) == 1


def test_given_a_missing_ca_bundle_when_asked_then_the_message_is_about_ca_settings(
    guarded: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/authority.pem")
    error = failure(guarded)
    assert error.failure_type is FailureType.config_error
    assert "/nowhere/authority.pem" in str(error.message)
    assert "CA settings of the machine" in str(error.message)


@pytest.mark.parametrize(
    "proxy", ["ftp://127.0.0.1:9", "https://:9", "http://me:s3cret@:99999", "http://me:s3cret@.bad:80"]
)
def test_given_an_invalid_proxy_when_asked_then_the_message_is_about_proxy_settings(
    guarded: Server, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", "")
    error = failure(guarded)
    assert error.failure_type is FailureType.config_error
    assert "proxy settings of the machine" in str(error.message)
    assert "s3cret" not in str(error.message)


def test_given_a_session_when_opened_then_its_connections_are_kept_alive() -> None:
    """Firewalls drop connections that rest while a limit is waited for."""
    adapter = new_session(settings_of(num_workers=7)).get_adapter("https://ads-api.x.com")
    assert isinstance(adapter, TcpKeepaliveHTTPAdapter)


class TestCookies:
    def test_given_a_cookie_when_x_sets_it_then_it_is_not_sent_back(self, server: Server) -> None:
        server.replies(Reply(200, GOOD, {"Set-Cookie": "guest=1; Path=/"}))
        asked = client(server)
        asked.get(PATH, {}, CONTEXT)
        asked.get(PATH, {}, CONTEXT)
        assert "cookie" not in server.seen[1]["headers"]


class TestHosts:
    """Which urls may be requested, and which of them with a signature (docs/x-ads-api.md §1, §7.2)."""

    @pytest.mark.parametrize(
        ("url", "page", "file"),
        [
            ("https://ads-api.x.com/12/accounts", Access.SIGNED, Access.SIGNED),
            ("https://ads-api.twitter.com/12/accounts", Access.SIGNED, Access.SIGNED),
            ("https://ton.twimg.com/x.json.gz", Access.FORBIDDEN, Access.UNSIGNED),
            ("https://own.example/12/accounts", Access.SIGNED, Access.SIGNED),
            ("https://own.example/files/x.json.gz", Access.SIGNED, Access.UNSIGNED),
            ("http://ads-api.x.com/12/accounts", Access.FORBIDDEN, Access.FORBIDDEN),
            ("https://ads-api.x.com:8443/12/accounts", Access.FORBIDDEN, Access.FORBIDDEN),
            ("https://me@ads-api.x.com/12/accounts", Access.FORBIDDEN, Access.FORBIDDEN),
            ("https://ads-api.x.com.evil.example/12", Access.FORBIDDEN, Access.FORBIDDEN),
            ("https://ads-api.x.com:port/12", Access.FORBIDDEN, Access.FORBIDDEN),
        ],
    )
    def test_given_a_url_when_judged_then_only_known_hosts_see_signatures(
        self, url: str, page: Access, file: Access
    ) -> None:
        hosts = Hosts(settings_of(base_url="https://own.example"))
        assert (hosts.access(url, result=False), hosts.access(url, result=True)) == (page, file)


class TestRedirect:
    def test_given_a_redirect_on_the_same_host_when_followed_then_it_is_signed_anew(self, server: Server) -> None:
        server.replies(Reply(302, b"", {"Location": "/12/accounts/a/campaigns2"}), Reply())
        client(server).get(PATH, {"count": "5"}, CONTEXT)
        assert server.seen[1]["path"].startswith("/12/accounts/a/campaigns2")
        assert server.seen[0]["headers"]["authorization"] != server.seen[1]["headers"]["authorization"]

    def test_given_a_redirect_to_another_host_when_it_is_unknown_then_the_keys_stay_here(self, server: Server) -> None:
        other = Server()
        server.replies(Reply(302, b"", {"Location": f"{other.url}/12/steal"}))
        text = str(failure(server).message)
        other.close()
        assert other.seen == []
        assert other.url in text

    def test_given_redirects_in_a_circle_when_followed_then_it_ends(self, server: Server) -> None:
        server.replies(Reply(302, b"", {"Location": "/12/again"}))
        failure(server)
        assert len(server.seen) <= module.MAX_REDIRECTS + 1

    def test_given_a_post_when_it_is_redirected_then_it_is_not_sent_twice(self, server: Server) -> None:
        server.replies(Reply(307, b"", {"Location": "/12/elsewhere"}))
        asked = client(server)
        with pytest.raises(ApiFailure):
            asked.send(asked.request("POST", "stats/jobs/accounts/a", CONTEXT, {"a": "b"}))
        assert len(server.seen) == 1

    def test_given_a_filter_around_session_send_when_asked_then_every_request_passes_it(
        self, server: Server, mocker: MockerFixture
    ) -> None:
        """The CDK wraps it in Airbyte Cloud, to keep connectors out of private networks."""
        send = mocker.spy(requests.Session, "send")
        server.replies(Reply(302, b"", {"Location": "/12/elsewhere"}), Reply())
        client(server).get(PATH, {}, CONTEXT)
        passed = [call.args[1].url for call in send.call_args_list]
        assert passed == [f"{server.url}/12/accounts/a/campaigns", f"{server.url}/12/elsewhere"]

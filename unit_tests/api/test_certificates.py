# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""TLS certificates are verified; who has an authority of their own names it by REQUESTS_CA_BUNDLE, as usual."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

import pytest
from airbyte_cdk.models import FailureType
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from unit_tests.api.tiny_server import CONTEXT, PATH, Server, client, failure


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
    server = Server(context)
    yield server
    server.close()


def test_given_a_certificate_that_nobody_signed_when_asked_then_nothing_is_sent_and_the_message_names_host_and_cause(
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


def test_given_a_bundle_that_is_not_there_when_asked_then_the_message_is_about_the_settings_of_the_machine(
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
def test_given_a_proxy_that_is_none_when_asked_then_the_message_is_about_the_proxy_settings(
    guarded: Server, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", "")
    error = failure(guarded)
    assert error.failure_type is FailureType.config_error
    assert "proxy settings of the machine" in str(error.message)
    assert "s3cret" not in str(error.message)

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How answers are written to the wire: dates, chunks and packing, as `requests` reads them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from integration_tests.emulator_tests.core.builders import ACCOUNT, NOW
from x_ads_emulator.client import Emulator
from x_ads_emulator.world.spec import WorldSpec

PLAIN = {"chunked": False, "gzip": False, "clock_ahead_seconds": 0}
BOTH = {"chunked": True, "gzip": True}


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator.start(WorldSpec.demo(NOW), settings={"rate_limit": "off"}) as emulator:
        yield emulator
        assert emulator.stderr() == ""


@pytest.fixture
def emulator(running: Emulator) -> Iterator[Emulator]:
    yield running
    running.set_settings(**PLAIN)
    running.set_faults([])


def get(emulator: Emulator, session: requests.Session, **headers: str) -> requests.Response:
    """The campaigns of the documented account, nearly a hundred kilobytes."""
    url = f"{emulator.base_url}/12/accounts/{ACCOUNT}/campaigns"
    return session.get(url, params={"count": "1000"}, headers=headers, timeout=10)


@pytest.mark.parametrize("rule", [None, {"fault": "status", "status": 503}, {"fault": "html"}, {"fault": "clock_skew"}])
def test_given_any_answer_when_read_then_its_date_is_the_time(
    emulator: Emulator, session: requests.Session, rule: dict[str, Any] | None
) -> None:
    emulator.set_faults([rule] if rule else [])
    date = parsedate_to_datetime(get(emulator, session).headers["date"])
    assert date.timestamp() == pytest.approx(time.time(), abs=3)


def test_given_a_server_clock_that_is_ahead_when_asked_then_the_date_says_so(
    emulator: Emulator, session: requests.Session
) -> None:
    emulator.set_settings(clock_ahead_seconds=400)
    got = get(emulator, session)
    assert got.status_code == 401
    assert parsedate_to_datetime(got.headers["date"]).timestamp() == pytest.approx(time.time() + 400, abs=3)


def test_given_chunked_when_asked_then_no_length_and_the_same_rows(
    emulator: Emulator, session: requests.Session
) -> None:
    rows = get(emulator, session).json()
    emulator.set_settings(chunked=True)
    got = get(emulator, session)
    assert got.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in got.headers
    assert got.json() == rows


def test_given_gzip_when_accepted_then_packed_and_otherwise_not(emulator: Emulator, session: requests.Session) -> None:
    emulator.set_settings(gzip=True)
    packed, plain = get(emulator, session), get(emulator, session, **{"Accept-Encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "accept-encoding")
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


@pytest.mark.parametrize("settings", [{"chunked": True}, {"gzip": True}, BOTH], ids=lambda value: "+".join(value))
@pytest.mark.parametrize("fault", ["reset_during_body", "wrong_content_length"])
def test_given_a_cut_body_when_read_then_the_client_notices_with_any_framing(
    emulator: Emulator, session: requests.Session, settings: dict[str, Any], fault: str
) -> None:
    emulator.set_settings(**settings)
    emulator.set_faults([{"fault": fault, "times": 1}])
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        get(emulator, session)
    assert get(emulator, session).status_code == 200


def test_given_both_when_many_are_asked_then_the_connection_is_kept(
    emulator: Emulator, session: requests.Session
) -> None:
    emulator.set_settings(**BOTH)
    before = emulator.stats()["connections"]
    assert [get(emulator, session).status_code for _ in range(3)] == [200] * 3
    assert emulator.stats()["connections"] == before + 1

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The emulator as a process: sockets, keep-alive, faults on the wire, control plane, life and death."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from integration_tests.emulator_tests.core.builders import ACCOUNT, NOW, oauth
from x_ads_emulator.client import Emulator
from x_ads_emulator.world.spec import WorldSpec

CAMPAIGNS = f"accounts/{ACCOUNT}/campaigns"


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator.start(WorldSpec.demo(NOW)) as emulator:
        yield emulator
        assert emulator.stderr() == ""


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    running.set_faults([])
    running.set_settings(rate_limit="off", latency_ms=0)
    running.reset_log()
    return running


def get(emulator: Emulator, session: requests.Session, path: str = CAMPAIGNS, **params: Any) -> requests.Response:
    return session.get(f"{emulator.base_url}/12/{path}", params=params, timeout=10)


def test_given_requests_oauthlib_when_asked_then_200_and_the_worlds_rows(
    emulator: Emulator, session: requests.Session
) -> None:
    got = get(emulator, session, count=1000, with_deleted="true", campaign_ids="8wku2,f4z6x")
    assert sorted(row["id"] for row in got.json()["data"]) == ["8wku2", "f4z6x"]


def test_given_one_session_when_many_requests_then_one_connection(
    emulator: Emulator, session: requests.Session
) -> None:
    before = emulator.stats()["connections"]
    for _ in range(5):
        get(emulator, session)
    assert emulator.stats()["connections"] == before + 1
    assert len({entry["connection"] for entry in emulator.requests()}) == 1


def test_given_the_two_processes_when_compared_then_equal_worlds(emulator: Emulator, session: requests.Session) -> None:
    rows = get(emulator, session, "accounts/2tokyo8n9q/funding_instruments", with_deleted="true").json()["data"]
    assert rows == list(emulator.world.records("funding_instruments", "2tokyo8n9q"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"fault": "reset_before"}, requests.ConnectionError),
        ({"fault": "reset_during_body"}, (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)),
        ({"fault": "wrong_content_length"}, (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)),
        ({"fault": "cut_json"}, requests.exceptions.JSONDecodeError),
    ],
    ids=lambda value: value.get("fault") if isinstance(value, dict) else "",
)
def test_given_a_fault_on_the_wire_when_asked_then_the_client_sees_it_once(
    emulator: Emulator, session: requests.Session, fault: dict[str, Any], error: Any
) -> None:
    emulator.set_faults([{**fault, "times": 1}])
    with pytest.raises(error):
        get(emulator, session, count=1000).json()
    assert get(emulator, session).status_code == 200


def test_given_a_hang_when_the_client_gives_up_then_others_are_served(
    emulator: Emulator, session: requests.Session
) -> None:
    emulator.set_faults([{"fault": "hang", "seconds": 2, "times": 1}])
    with pytest.raises(requests.exceptions.ReadTimeout):
        session.get(f"{emulator.base_url}/12/accounts", timeout=0.3)
    assert get(emulator, session).status_code == 200


def test_given_a_slow_body_when_read_then_it_takes_its_time_and_is_whole(
    emulator: Emulator, session: requests.Session
) -> None:
    size = len(get(emulator, session, count=1).content)
    emulator.set_faults([{"fault": "slow_body", "bytes_per_second": size * 2}])
    started = time.monotonic()
    assert get(emulator, session, count=1).json()["data"]
    assert time.monotonic() - started > 0.4


def test_given_a_change_that_waits_when_its_request_is_served_then_it_follows(
    emulator: Emulator, session: requests.Session
) -> None:
    path = f"accounts/{ACCOUNT}/promotable_users"
    change = {"op": "touch", "stream": "promotable_users", "account_id": ACCOUNT, "id": "l310s"}
    emulator.mutate({**change, "fields": {"extra": 1}, "after": {"path_regex": "promotable_users$", "nth": 2}})
    seen = [next(row for row in get(emulator, session, path).json()["data"] if row["id"] == "l310s") for _ in range(3)]
    assert ["extra" in row for row in seen] == [False, False, True]
    assert emulator.world.get("promotable_users", ACCOUNT, "l310s") == seen[2]


def test_given_a_new_row_when_listed_then_it_is_there_and_in_the_local_world(
    emulator: Emulator, session: requests.Session
) -> None:
    record = {"id": "newtag", "updated_at": NOW, "created_at": NOW, "deleted": False, "x_new_field": {"a": 1}}
    emulator.mutate({"op": "upsert", "stream": "tracking_tags", "account_id": ACCOUNT, "record": record})
    assert record in get(emulator, session, f"accounts/{ACCOUNT}/tracking_tags").json()["data"]
    assert record in emulator.world.records("tracking_tags", ACCOUNT)


def test_given_advance_when_asked_then_both_clocks_move(emulator: Emulator) -> None:
    before = emulator.world.now()
    emulator.advance(3600)
    assert (emulator.world.now() - before).total_seconds() == 3600


def test_given_a_mistake_in_a_control_request_when_sent_then_a_sentence(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="unknown settings: speed"):
        emulator.set_settings(speed=1)
    with pytest.raises(ValueError, match="KeyError"):
        emulator.mutate({"op": "touch", "stream": "campaigns", "account_id": ACCOUNT, "id": "nobody"})


def test_given_latency_when_asked_in_parallel_then_the_peak_is_counted(emulator: Emulator) -> None:
    emulator.set_settings(latency_ms=200)
    command = [sys.executable, "-c", _PARALLEL, emulator.base_url]
    subprocess.run(command, check=True, timeout=30)
    assert emulator.stats()["peak_concurrent"] == 4


_PARALLEL = """
import sys, threading, urllib.request, urllib.error
def ask():
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(sys.argv[1] + "/12/accounts")
    except urllib.error.HTTPError:
        pass
threads = [threading.Thread(target=ask) for _ in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
"""


def test_given_a_signed_request_for_a_result_file_when_asked_then_403(
    emulator: Emulator, session: requests.Session
) -> None:
    assert session.get(f"{emulator.base_url}/advertiser-api-async-analytics/x.json.gz", timeout=10).status_code == 403


def test_given_http_1_0_when_a_result_file_is_asked_then_426(emulator: Emulator) -> None:
    host, port = emulator.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"GET /advertiser-api-async-analytics/x.json.gz HTTP/1.0\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 426


def test_given_sigterm_when_sent_then_the_process_ends_at_once() -> None:
    with Emulator.start({"now": NOW, "accounts": []}) as emulator:
        os.kill(emulator.pid, signal.SIGTERM)
        emulator.stop()
        with pytest.raises(requests.ConnectionError):
            requests.get(emulator.base_url, timeout=2)


def test_given_a_parent_that_is_gone_when_half_a_second_passed_then_the_process_ends() -> None:
    parent = subprocess.Popen([sys.executable, "-c", "pass"])
    parent.wait()
    command = [sys.executable, "-m", "x_ads_emulator", "--parent-pid", str(parent.pid)]
    orphan = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert orphan.wait(15) == 0
    finally:
        orphan.kill()
        orphan.communicate()


def test_given_a_world_with_a_mistake_when_started_then_an_error_with_its_stderr() -> None:
    with pytest.raises(RuntimeError, match="unknown settings: speed"):
        Emulator.start({"accounts": []}, settings={"speed": 1})


def raw(emulator: Emulator, text: bytes) -> bytes:
    """What the server sends before it closes the connection, or within a second."""
    port = int(emulator.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(text)
        received = b""
        try:
            while part := connection.recv(65_536):
                received += part
        except (TimeoutError, ConnectionResetError):
            pass
        return received


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nlong: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"h%d: x\r\n" % n for n in range(101)) + b"\r\n", 431),
        (b"BREW / HTTP/1.1\r\n\r\n", 501),
    ],
    ids=["no-request-line", "other-version", "no-colon", "long-header", "many-headers", "unknown-method"],
)
def test_given_text_that_is_no_request_when_sent_then_it_is_refused(
    emulator: Emulator, text: bytes, status: int
) -> None:
    assert raw(emulator, text).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize(
    ("version", "wish", "answers"),
    [("1.1", "", 2), ("1.1", "close", 1), ("1.0", "", 1), ("1.0", "Keep-Alive", 2)],
)
def test_given_two_requests_on_one_connection_when_sent_then_keep_alive_is_followed(
    emulator: Emulator, version: str, wish: str, answers: int
) -> None:
    header = f"Connection: {wish}\r\n" if wish else ""
    request = f"GET /nowhere HTTP/{version}\r\nHOST: x\r\n{header}\r\n".encode()
    assert raw(emulator, request * 2).count(b"HTTP/1.1 401 ") == answers


def test_given_a_client_that_expects_100_when_asked_then_it_gets_100_continue(emulator: Emulator) -> None:
    head = b"POST /nowhere HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
    assert raw(emulator, head + b"{}").startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 ")


def test_given_an_interim_response_when_read_then_the_real_one_follows(
    emulator: Emulator,
) -> None:
    emulator.set_faults([{"fault": "interim", "status": 103, "seconds": 0.3, "match": {"path_regex": "/12/nowhere$"}}])
    host, port = emulator.base_url.removeprefix("http://").split(":")  # ignore-https-check
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        began = time.monotonic()
        _, headers, _ = oauth().sign(f"{emulator.base_url}/12/nowhere", "GET", None, {})
        head = f"GET /12/nowhere HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: {headers['Authorization']}\r\n\r\n"
        connection.sendall(head.encode())
        first = connection.recv(65_536)
        paused = time.monotonic()
        second = connection.recv(65_536)
    assert first.startswith(b"HTTP/1.1 103 Early Hints\r\n")
    assert first.endswith(b"\r\n\r\n")
    assert second.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert paused - began < 0.3 <= time.monotonic() - began

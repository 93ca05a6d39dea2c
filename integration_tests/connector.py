# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Runs the connector's command line in its own process and parses its output line by line."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteMessageSerializer,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalogSerializer,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_twitter_ads.source import SourceTwitterAds

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = ROOT / "source_twitter_ads" / "schemas"
STREAMS = tuple(sorted(path.stem for path in SCHEMAS.glob("*.json")))
SECONDS = 120

#: stream -> primary key; incremental streams. Written here from the design, not taken from the connector.
GLOBAL_LISTS = frozenset(
    name
    for name in STREAMS
    if name in ("advertiser_business_categories", "content_categories", "iab_categories")
    or (name.startswith("targeting_") and name != "targeting_criteria")
)
INCREMENTAL = tuple(name for name in STREAMS if name not in GLOBAL_LISTS and name != "targeting_criteria")

Message = dict[str, Any]
Record = dict[str, Any]
State = list[dict[str, Any]]


@dataclass
class Output:
    """The output of a run.

    Attributes:
        lines: raw lines of stdout, split at line feeds only (names may hold U+2028 and the like).
        messages: the lines as JSON, in order.
    """

    exit_code: int
    lines: list[bytes]
    stderr: str
    messages: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.messages = [json.loads(line) for line in self.lines]

    def of_type(self, kind: str) -> list[Message]:
        """Messages of one type."""
        return [message for message in self.messages if message["type"] == kind]

    @property
    def records(self) -> dict[str, list[Record]]:
        """Records by stream, in order."""
        found: defaultdict[str, list[Record]] = defaultdict(list)
        for message in self.of_type("RECORD"):
            found[message["record"]["stream"]].append(message["record"]["data"])
        return dict(found)

    @property
    def state_messages(self) -> dict[str, list[Message]]:
        """STATE messages by stream, in order."""
        found: defaultdict[str, list[Message]] = defaultdict(list)
        for message in self.of_type("STATE"):
            found[message["state"]["stream"]["stream_descriptor"]["name"]].append(message["state"])
        return dict(found)

    @property
    def state(self) -> State:
        """The last state of each stream, as the platform would hand it back."""
        return [{k: v for k, v in states[-1].items() if k != "sourceStats"} for states in self.state_messages.values()]

    def stream_state(self, stream: str) -> dict[str, Any]:
        """The last state of one stream."""
        state: dict[str, Any] = self.state_messages[stream][-1]["stream"]["stream_state"]
        return state

    @property
    def errors(self) -> list[dict[str, Any]]:
        """TRACE errors."""
        return [m["trace"]["error"] for m in self.of_type("TRACE") if m["trace"]["type"] == "ERROR"]

    @property
    def statuses(self) -> dict[str, list[str]]:
        """Stream statuses by stream, in order."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for message in self.of_type("TRACE"):
            if message["trace"]["type"] == "STREAM_STATUS":
                status = message["trace"]["stream_status"]
                found[status["stream_descriptor"]["name"]].append(status["status"])
        return dict(found)

    @property
    def logs(self) -> list[str]:
        """Texts of LOG messages."""
        return [message["log"]["message"] for message in self.of_type("LOG")]

    @property
    def connection_status(self) -> dict[str, Any]:
        """The one CONNECTION_STATUS of a check."""
        (message,) = self.of_type("CONNECTION_STATUS")
        status: dict[str, Any] = message["connectionStatus"]
        return status


def configured_catalog(streams: Sequence[str] = STREAMS, sync_mode: str = "incremental") -> dict[str, Any]:
    """A configured catalog of entity streams with the package's own schemas.

    Args:
        streams: their names.
        sync_mode: for streams that support it; the others are full refresh.
    """
    return {
        "streams": [
            {
                "stream": {
                    "name": name,
                    "json_schema": json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")),
                    "supported_sync_modes": ["full_refresh", *(["incremental"] if name in INCREMENTAL else [])],
                },
                "sync_mode": sync_mode if name in INCREMENTAL else "full_refresh",
                "destination_sync_mode": "append",
            }
            for name in streams
        ]
    }


def run(
    command: str,
    config: Mapping[str, Any] | None = None,
    streams: Sequence[str] | None = None,
    state: State | None = None,
    *,
    catalog: Mapping[str, Any] | None = None,
    extra: Sequence[str] = (),
    seconds: float = SECONDS,
    kill_when: Callable[[bytes], bool] | None = None,
) -> Output:
    """Run one command.

    Args:
        command: spec, check, discover or read; empty for none.
        config: written to a file and passed with --config.
        streams: for read: the streams of the catalog; all 34 when neither this nor catalog is given.
        state: passed with --state.
        catalog: a whole configured catalog instead of streams.
        extra: further words of the command line.
        seconds: the process is killed after this time, and the test fails.
        kill_when: called with each line as it arrives; when it returns true, the process gets SIGKILL.

    Raises:
        subprocess.TimeoutExpired: when the run took too long.
        AssertionError: when the output ends within a line although the process was not killed.
    """
    with tempfile.TemporaryDirectory(prefix="x-ads-connector-") as directory:
        words = [sys.executable, "-m", "source_twitter_ads.run", *([command] if command else []), *extra]
        if command == "read" and catalog is None:
            catalog = configured_catalog(STREAMS if streams is None else streams)
        for name, content in (("config", config), ("catalog", catalog), ("state", state)):
            if content is not None:
                path = Path(directory) / f"{name}.json"
                path.write_text(json.dumps(content), encoding="utf-8")
                words += [f"--{name}", str(path)]
        return _collect(words, Path(directory) / "stderr.txt", seconds, kill_when)


def _collect(words: list[str], errors: Path, seconds: float, kill_when: Callable[[bytes], bool] | None) -> Output:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "AIRBYTE_ENABLE_ANALYTICS": "false"}
    with open(errors, "wb") as stderr:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=stderr, cwd=ROOT, env=environment)
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    started = time.monotonic()
    lines: list[bytes] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if kill_when is not None and kill_when(line):
                process.send_signal(signal.SIGKILL)
                kill_when = None
        process.wait(seconds)
    finally:
        timer.cancel()
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
    if time.monotonic() - started >= seconds:
        raise subprocess.TimeoutExpired(words, seconds)
    if process.returncode == -signal.SIGKILL and lines and not lines[-1].endswith(b"\n"):
        # The platform drops the line that a killed process was writing.
        lines.pop()
    assert not lines or lines[-1].endswith(b"\n"), f"the output ends within a line: {lines[-1][:200]!r}"
    return Output(process.returncode, [line[:-1] for line in lines], errors.read_text(encoding="utf-8"))


def run_here(config: Mapping[str, Any], streams: Sequence[str], state: State | None = None) -> Output:
    """Read in this process, through the source class, as a library user does; much faster than `run`.

    The exit code is 1 when the read raised; its message is the last of `errors`.
    """
    configured = ConfiguredAirbyteCatalogSerializer.load(configured_catalog(streams))
    states = [AirbyteStateMessageSerializer.load(entry) for entry in state or []]
    source = SourceTwitterAds(configured, config, states)
    lines: list[bytes] = []
    code = 0
    try:
        for message in source.read(logging.getLogger("airbyte"), config, configured, states):
            lines.append(orjson.dumps(_plain(message)))
    except AirbyteTracedException as error:
        lines.append(orjson.dumps(_plain(error.as_sanitized_airbyte_message())))
        code = 1
    return Output(code, lines, "")


def check_here(config: Mapping[str, Any]) -> AirbyteConnectionStatus:
    """Check in this process, through the source class."""
    return SourceTwitterAds(None, config, None).check(logging.getLogger("airbyte"), config)


def _plain(message: AirbyteMessage) -> Message:
    """As a JSON object; the CDK's serialiser would drop a record's fields that are null."""
    plain: Message = AirbyteMessageSerializer.dump(message)
    if message.record is not None:
        plain["record"]["data"] = message.record.data
    return plain

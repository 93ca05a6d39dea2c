# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Run spec, check, discover and read of a connector image against the emulator, and judge what they print.

Usage: python tools/image_check.py --share FOLDER -- COMMAND…
COMMAND runs a program in the image, with FOLDER mounted at /share and the host's network.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NoReturn

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from x_ads_emulator.client import Emulator  # noqa: E402

ENTRYPOINT = "/opt/connector/bin/source-twitter-ads"
FORBIDDEN_PROGRAMS = ("gcc", "cc", "make", "pip")
# Half a million rows at X, long in the emulator too; one more stream proves nothing about an image.
SKIPPED_STREAMS = frozenset({"targeting_tv_shows"})
# A command that takes longer hangs; coreutils' timeout then ends it inside the image, with exit code 124.
COMMAND_SECONDS = 300
# Two windows of each report; more would only take longer.
DAYS = 40


class Image:
    """An image, by the command that runs a program in it."""

    def __init__(self, command: list[str]) -> None:
        self._command = command

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the image and return its exit code and output."""
        command = [*self._command, "timeout", str(COMMAND_SECONDS), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def connector(self, *arguments: str) -> list[dict[str, Any]]:
        """Run the connector and return its messages.

        Raises:
            SystemExit: it failed, or printed a line other than an Airbyte message.
        """
        result = self.run(ENTRYPOINT, *arguments)
        if result.returncode != 0:
            fail(f"'{' '.join(arguments)}' exited {result.returncode}", result.stdout[-3000:] + result.stderr[-3000:])
        try:
            # Not splitlines(): it would also split at U+2028 and other characters that records may hold.
            return [json.loads(line) for line in result.stdout.split("\n") if line]
        except ValueError as error:
            fail(f"'{arguments[0]}' printed a line that is not a message ({error})", result.stdout[:2000])


def fail(sentence: str, detail: str = "") -> NoReturn:
    """End with a sentence and what was printed."""
    raise SystemExit(f"image-check: {sentence}\n{detail}".rstrip())


def payloads(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Return the payloads of one kind of message, e.g. RECORD."""
    key = {"CONNECTION_STATUS": "connectionStatus"}.get(kind, kind.lower())
    return [message[key] for message in messages if message["type"] == kind]


def only(messages: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return the single payload of a kind."""
    found = payloads(messages, kind)
    if len(found) != 1:
        fail(f"expected one {kind} message, got {len(found)}", json.dumps(messages)[:2000])
    return found[0]


def check_system(image: Image) -> None:
    """The image runs as a plain user and holds neither compiler nor installer nor test code of ours."""
    user = image.run("id", "-u").stdout.strip()
    if user in ("", "0"):
        fail(f"the image runs as user {user or '?'}, not as airbyte")
    for program in FORBIDDEN_PROGRAMS:
        if found := image.run("sh", "-c", f"command -v {program} || true").stdout.strip():
            fail(f"the image holds {found}")
    tests = image.run("find", "/opt/connector", "/airbyte", "-name", "unit_tests", "-o", "-name", "integration_tests")
    if tests.stdout.strip():
        fail("the image holds tests", tests.stdout)


def configured_catalog(catalog: dict[str, Any]) -> dict[str, Any]:
    """Select every stream but the longest, full refresh."""
    return {
        "streams": [
            {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
            for stream in catalog["streams"]
            if stream["name"] not in SKIPPED_STREAMS
        ]
    }


def check_connector(image: Image, share: Path) -> None:
    """The four commands work, the read gives records of entity streams and ends every stream as complete."""
    spec = only(image.connector("spec"), "SPEC")
    print(f"spec      {len(spec['connectionSpecification']['properties'])} settings")
    with Emulator.start(settings={"rate_limit": "off"}) as emulator:
        start_date = (date.today() - timedelta(days=DAYS)).isoformat()
        (share / "config.json").write_text(json.dumps(emulator.config(start_date=start_date)))
        status = only(image.connector("check", "--config", "/share/config.json"), "CONNECTION_STATUS")
        if status["status"] != "SUCCEEDED":
            fail("check did not succeed", json.dumps(status))
        print("check     SUCCEEDED")
        catalog = only(image.connector("discover", "--config", "/share/config.json"), "CATALOG")
        print(f"discover  {len(catalog['streams'])} streams")
        selected = configured_catalog(catalog)
        (share / "catalog.json").write_text(json.dumps(selected))
        messages = image.connector("read", "--config", "/share/config.json", "--catalog", "/share/catalog.json")
    records = Counter(record["stream"] for record in payloads(messages, "RECORD"))
    print(f"read      {records.total()} records of {len(records)} streams")
    complete = {
        trace["stream_status"]["stream_descriptor"]["name"]
        for trace in payloads(messages, "TRACE")
        if trace["type"] == "STREAM_STATUS" and trace["stream_status"]["status"] == "COMPLETE"
    }
    if unfinished := {stream["stream"]["name"] for stream in selected["streams"]} - complete:
        fail(f"streams that did not complete: {sorted(unfinished)}")
    for name in ("campaigns", "accounts_daily_report"):
        if not records[name]:
            fail(f"no record of {name} was read")


def main() -> None:
    """Check the image behind the command line's COMMAND."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", required=True, type=Path)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    arguments.share.chmod(0o755)
    image = Image(arguments.command)
    check_system(image)
    check_connector(image, arguments.share)


if __name__ == "__main__":
    main()

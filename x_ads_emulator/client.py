# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Starts an emulator process, controls it, and stops it."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from x_ads_emulator import settings as constants
from x_ads_emulator.clock import print_instant
from x_ads_emulator.world.spec import WorldSpec
from x_ads_emulator.world.world import World

_ROOT = Path(__file__).resolve().parents[1]
_READY_SECONDS = 30.0


class Emulator:
    """A running emulator process. Use `Emulator.start(...)` as a context manager.

    Attributes:
        base_url: its address on loopback, with the port.
        world: the same world, built in this process; `mutate` and `advance` are applied to both.
        pid: process id.
        stderr_path: file with the process's stderr while it runs; use `stderr()` after `stop`.
    """

    def __init__(self, process: subprocess.Popen[str], base_url: str, world: World, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._opener = build_opener(ProxyHandler({}))
        self.base_url = base_url
        self.world = world
        self.pid = process.pid
        self.stderr_path = folder / "stderr.txt"
        self._last_stderr = ""

    @classmethod
    def start(
        cls,
        world: WorldSpec | Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        faults: Sequence[Mapping[str, Any]] = (),
        port: int = 0,
        ready_seconds: float = _READY_SECONDS,
    ) -> Emulator:
        """Starts a process and waits until it serves.

        Args:
            world: spec or its JSON object; None for the demo world.
            settings: switches, see settings.py.
            faults: a fault plan, see http/faults.py.
            port: 0 takes a free one.
            ready_seconds: how long to wait for the process, in seconds.

        Raises:
            RuntimeError: the process did not start in time; the message ends with its stderr.
        """
        spec = world if isinstance(world, WorldSpec) else WorldSpec.from_dict(world) if world else WorldSpec.demo()
        spec = spec.pinned()
        folder = Path(tempfile.mkdtemp(prefix="x-ads-emulator-"))
        command = [sys.executable, "-m", "x_ads_emulator", "--port", str(port)]
        for name, content in (("world", spec.to_dict()), ("settings", dict(settings or {})), ("faults", list(faults))):
            path = folder / f"{name}.json"
            path.write_text(json.dumps(content), encoding="utf-8")
            command += [f"--{name}", str(path)]
        command += ["--parent-pid", str(os.getpid())]
        with open(folder / "stderr.txt", "w", encoding="utf-8") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=_ROOT)
        ready = _ready_line(process, folder, ready_seconds)
        return cls(process, ready["base_url"], World.build(spec), folder)

    def __enter__(self) -> Emulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the process and removes its files; safe to call twice."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()
        if self._folder.exists():
            self._last_stderr = self.stderr()
            shutil.rmtree(self._folder)

    def stderr(self) -> str:
        """The stderr of the process; it is empty unless the emulator itself failed."""
        return self.stderr_path.read_text(encoding="utf-8") if self.stderr_path.exists() else self._last_stderr

    def config(self, start_date: str = "2010-01-01T00:00:00Z", **overrides: Any) -> dict[str, Any]:
        """A configuration of this repository's connector; keyword arguments add keys or replace them."""
        return {
            "consumer_key": constants.CONSUMER_KEY,
            "consumer_secret": constants.CONSUMER_SECRET,
            "access_token": constants.ACCESS_TOKEN,
            "access_token_secret": constants.ACCESS_TOKEN_SECRET,
            "start_date": start_date,
            "base_url": self.base_url,
            **overrides,
        }

    def requests(self) -> list[dict[str, Any]]:
        """The request log, oldest first; keys as in http/requestlog.py `Entry`."""
        entries: list[dict[str, Any]] = self._control("requests")
        return entries

    def reset_log(self) -> None:
        """Forgets logged requests and waits."""
        self._control("reset-log", {})

    def stats(self) -> dict[str, Any]:
        """Counters: connections, requests, by_endpoint, by_status, refused, faults, early, peak_concurrent, …"""
        stats: dict[str, Any] = self._control("stats")
        return stats

    def mutate(self, change: Mapping[str, Any]) -> None:
        """Changes a row in the process and in `world`, see `World.mutate`.

        With `"after"` the process applies the change after a request, see routes/changes.py; `world` changes at once.
        """
        dated = dict(change)
        if dated["op"] != "upsert" and not dated.get("updated_at"):
            dated["updated_at"] = print_instant(self.world.now())
        self._control("mutate", dated)
        self.world.mutate(dated)

    def correct(self, correction: Mapping[str, Any]) -> None:
        """Corrects analytics numbers, see analytics/corrections.py."""
        self._control("correction", correction)

    def advance(self, seconds: float) -> None:
        """Moves the clock of the process and of `world`."""
        self._control("clock", {"advance": seconds})
        self.world.clock.advance(seconds)

    def set_settings(self, **changes: Any) -> None:
        """Changes settings; a change of a rate limit starts new windows."""
        self._control("settings", changes)

    def set_faults(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Replaces the fault plan, with new counters."""
        self._control("faults", list(rules))

    def faults(self) -> list[dict[str, Any]]:
        """The number of matches and hits of each rule."""
        described: list[dict[str, Any]] = self._control("faults")
        return described

    def _control(self, name: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.base_url}/__emulator__/{name}", data, {"content-type": "application/json"})
        try:
            with self._opener.open(request, timeout=60) as response:
                return json.loads(response.read())
        except HTTPError as error:
            raise ValueError(json.loads(error.read())["error"]) from error


def _ready_line(process: subprocess.Popen[str], folder: Path, seconds: float) -> dict[str, Any]:
    assert process.stdout is not None
    deadline = time.monotonic() + seconds
    readable: list[Any] = []
    while not readable and process.poll() is None and time.monotonic() < deadline:
        readable, _, _ = select.select([process.stdout], [], [], 0.2)
    line = process.stdout.readline() if readable else ""
    if not line:
        process.kill()
        process.wait(10)
        errors = (folder / "stderr.txt").read_text(encoding="utf-8")
        shutil.rmtree(folder)
        raise RuntimeError(f"the emulator did not start within {seconds:g} s: {errors[-2000:]}")
    ready: dict[str, Any] = json.loads(line)
    return ready

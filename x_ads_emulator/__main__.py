# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""`python -m x_ads_emulator`: starts the emulator and prints one JSON line when it is ready."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any

from x_ads_emulator.http.app import App
from x_ads_emulator.http.faults import FaultPlan
from x_ads_emulator.http.server import Server
from x_ads_emulator.settings import Settings
from x_ads_emulator.world.spec import WorldSpec
from x_ads_emulator.world.world import World


def main() -> None:
    """Runs until SIGTERM, SIGINT, or the end of the parent process."""
    arguments = _arguments()
    world = _read(arguments.world)
    spec = WorldSpec.from_dict(world) if world is not None else WorldSpec.demo()
    settings = Settings.from_dict(_read(arguments.settings) or {})
    app = App(World.build(spec), settings, FaultPlan(_read(arguments.faults) or []))
    # Requests are short: with the default switch interval one thread delays the others.
    sys.setswitchinterval(0.001)
    server = Server(arguments.port, app)
    settings.base_url = f"http://127.0.0.1:{server.server_address[1]}"  # ignore-https-check: on loopback

    def stop(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if arguments.parent_pid:
        threading.Thread(target=_end_with_parent, args=(arguments.parent_pid, server), daemon=True).start()
    print(json.dumps({"base_url": settings.base_url, "pid": os.getpid()}), flush=True)
    server.serve_forever(poll_interval=0.05)
    server.server_close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="x-ads-emulator", description="A strict local X Ads API v12.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--world", help="JSON file with a world spec; default: the demo world")
    parser.add_argument("--faults", help="JSON file with a fault plan")
    parser.add_argument("--settings", help="JSON file with settings")
    parser.add_argument("--parent-pid", type=int, help="end when this process is gone")
    return parser.parse_args()


def _read(path: str | None) -> Any:
    if path is None:
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def _end_with_parent(pid: int, server: Server) -> None:
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            server.shutdown()
            return
        except PermissionError:
            pass
        time.sleep(0.5)


if __name__ == "__main__":
    main()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""`python -m demo`: syncs an emulated X Ads API into DuckDB through PyAirbyte and shows the tables."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
from types import FrameType

import duckdb
from rich.console import Console

from demo import files, queries, show
from demo.sync import StreamResult, sync
from demo.world import Pin, work_in_the_ads_manager
from x_ads_emulator.client import Emulator


def main() -> int:
    """Run the demo, or print the rows of one query on its database."""
    arguments = _arguments()
    # Bound to the real stdout before PyAirbyte's own prints are sent to a file.
    console = Console(file=sys.stdout)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if arguments.sql:
            console.print(show.answer_table(*queries.ask(arguments.sql)))
            return 0
        _run(console, fresh=arguments.fresh)
    except KeyboardInterrupt:
        console.print("Stopped. What had arrived is in the database; the next run goes on from there.")
        return 130
    except duckdb.Error as error:
        return _fail(console, f"The database refused: {error}")
    except Exception as error:
        return _fail(console, f"{type(error).__name__}: {error}\nThe log of the sync is {files.LOG}.")
    return 0


def _run(console: Console, fresh: bool) -> None:
    queries.require_free()
    pin = None if fresh else Pin.load(files.WORLD)
    if pin is None:
        # Rows of another world would mix with those of this one.
        files.DATABASE.unlink(missing_ok=True)
        shutil.rmtree(files.WORKSPACE, ignore_errors=True)
        pin = Pin.new()
        pin.save(files.WORLD)
    elif not files.DATABASE.exists():
        pin = Pin(pin.instant)
    started = time.monotonic()
    results = _sync(console, pin)
    seconds = time.monotonic() - started
    pin.next().save(files.WORLD)
    show.report(console, results, seconds)
    python, database = (os.path.relpath(path) for path in (sys.executable, files.DATABASE))
    console.print(f"The data is in {database}. Any DuckDB client opens it, and so does:", highlight=False)
    console.print(f'  {python} -m demo --sql "FROM accounts"', markup=False, highlight=False, soft_wrap=True)


def _sync(console: Console, pin: Pin) -> list[StreamResult]:
    console.print("Starting a local X Ads API and PyAirbyte; this takes about a minute.")
    with Emulator.start(world=pin.spec()) as emulator, console.status("starting") as status:
        work_in_the_ads_manager(emulator, pin)
        return sync(emulator.config(start_date=pin.first_report_day()), status.update)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="forget earlier runs and start with an empty database")
    parser.add_argument("--sql", metavar="QUERY", help="run a query on the database of the last run, without a sync")
    return parser.parse_args()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _fail(console: Console, text: str) -> int:
    console.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The cases: each has a server, contenders, and the ratios that must be met."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import contenders, singer_tap, worlds
from benchmarks.chain import longest_chain
from benchmarks.contenders import BARE, OURS, SERVER, SINGER, STOCK
from benchmarks.exact import REPORTS
from benchmarks.measure import OUT, ROOT, run
from benchmarks.result import Options, Result
from benchmarks.rounds import rounds, same
from integration_tests.connector import STREAMS, configured_catalog
from x_ads_emulator.world.world import World

ROWS, MANY_ACCOUNTS, REPORT_ENTITIES, LARGER = 200_000, 10, 215, 10


def case_a(options: Options) -> Result:
    """Line items of one account."""
    rows = options.size(ROWS)
    result = Result(f"(a) {rows:,} line items of one account")
    return _line_items(result, options, rows, 1)


def case_b(options: Options) -> Result:
    """The same over ten accounts."""
    rows = options.size(ROWS)
    result = Result(f"(b) {rows:,} line items over {MANY_ACCOUNTS} accounts")
    return _line_items(result, options, rows, MANY_ACCOUNTS)


def _line_items(result: Result, options: Options, rows: int, accounts: int) -> Result:
    ids = worlds.account_ids(accounts)
    with worlds.line_items(rows, accounts) as emulator, _folder() as folder:
        config = emulator.config()
        server, bare = contenders.server(emulator, ids), contenders.bare(emulator, ids)
        field_ = [contenders.ours(folder, config), bare, server]
        field_.append(contenders.stock(folder, config, ids, options.slow_repeats))
        if options.singer:
            one = {"streams": {"line_items"}, "repeats": options.slow_repeats}
            field_.append(singer_tap.tap(options.singer, folder, config, ids, **one))  # type: ignore[arg-type]
        run(server, emulator)
        same(result, field_[0], bare, rows)
        rounds(result, emulator, field_, options.repeats, rows)
        _tell_drafts(result, emulator.world, rows)
    result.compare(BARE, 0.8)
    result.compare(SINGER, 25)
    result.compare(STOCK, 15)
    pages, loop = result.middle(SERVER, lambda s: s.seconds), result.middle(BARE, lambda s: s.seconds)
    if pages and loop:
        result.at_most(
            "time of the downloads alone / of the bare loop: the server is not the bottleneck", pages / loop, 0.6
        )
    return result


def _tell_drafts(result: Result, world: World, rows: int) -> None:
    """Note why the Singer tap wrote fewer line items, where it lacks drafts and nothing else."""
    records = {sample.records for sample in result.samples.get(SINGER, ())}
    # Rows are compared only then: there are many.
    if min(records, default=rows) < rows and records == {worlds.line_items_without_drafts(world)}:
        result.notes.append(f"{SINGER} does not ask for drafts (`with_draft`), and X lists none then.")


def case_c(options: Options) -> Result:
    """A report of many rows, beside a bare loop over the same files."""
    result = Result("(c) a report by LINE_ITEM, METROS and DAY")
    what = {"entity": "LINE_ITEM", "segment": "METROS", "granularity": "DAY"}
    entry = {"name": "bench_report", **what, "metric_groups": ["ENGAGEMENT", "BILLING"]}
    catalog = {"streams": contenders.report_catalog("bench_report")}
    with worlds.report(options.size(REPORT_ENTITIES)) as emulator, _folder() as folder:
        config = emulator.config(worlds.first_report_day(), reports=[entry], attribution_window=0)
        ours = contenders.ours(folder, config, catalog)
        first = run(ours, emulator)
        urls = [emulator.base_url + e["path"] for e in emulator.requests() if e["endpoint"] == "result_file"]
        result.title += f": {first.records:,} rows, {len(urls)} files"
        bare = contenders.bare_report(folder, worlds.account_ids(1)[0], urls)
        same(result, ours, bare, first.records)
        rounds(result, emulator, [ours, bare], options.repeats, first.records)
    result.compare(BARE, 0.7)
    ours_mb, bare_mb = (result.middle(name, lambda s: s.record_bytes / 1e6) for name in (OURS, BARE))
    if ours_mb and bare_mb:
        result.at_most("MB of records written, ours / bare loop", ours_mb / bare_mb, 1.0)
    result.notes.append("The files are made in a run that does not count; jobs are ready at once.")
    return result


def case_d(options: Options) -> Result:
    """Every stream and six reports of three accounts on a slow server."""
    result = Result(
        f"(d) {len(STREAMS)} streams and {len(REPORTS)} reports of 3 accounts, {worlds.LATENCY_MS} ms added to every "
        f"response, jobs of {worlds.JOB_SECONDS:g} s"
    )
    catalog = configured_catalog()
    catalog["streams"] += contenders.report_catalog(*REPORTS)
    with worlds.everything() as emulator, _folder() as folder:
        config = emulator.config(worlds.first_report_day())
        ours = contenders.ours(folder, config, catalog)
        run(ours, emulator)
        chain = longest_chain(emulator.requests(), worlds.LATENCY_MS / 1000, worlds.JOB_SECONDS)
        field_ = [ours]
        if options.singer:
            reports = [
                {
                    "name": name,
                    "entity": entity,
                    "segment": "NO_SEGMENT",
                    "granularity": "DAY",
                }
                for name, entity in REPORTS.items()
            ]
            ids = emulator.world.account_ids()
            repeats = options.slow_repeats
            field_.append(singer_tap.tap(options.singer, folder, config, ids, reports=reports, repeats=repeats))
        rounds(result, emulator, field_, options.repeats)
    seconds = result.middle(OURS, lambda s: s.reading_seconds)
    theirs = result.middle(SINGER, lambda s: s.reading_seconds)
    if seconds:
        result.at_most("time from the first request on / longest chain", seconds / chain, 1.3)
    if seconds and theirs:
        result.at_least(f"{SINGER}'s time / ours", theirs / seconds, 10)
    result.notes.append(f"The longest chain of dependent requests takes {chain:.1f} s (benchmarks/chain.py).")
    return result


def case_e(options: Options) -> Result:
    """Peak memory of (a), and of ten times (a)."""
    rows = options.size(ROWS)
    result = Result(f"(e) peak memory with {rows:,} and {rows * LARGER:,} line items of one account")
    for times in (1, LARGER):
        with worlds.line_items(rows * times, 1) as emulator, _folder() as folder:
            ours = contenders.ours(folder, emulator.config())
            name, runs = f"{OURS}, {times}×", 1 if times > 1 else 3
            result.samples[name] = [run(ours, emulator) for _ in range(runs)]
        result.all_ran(name, runs, rows * times)
    small, large = (median(s.peak_mb for s in samples) for samples in result.samples.values())
    result.at_most("larger peak / smaller peak", max(small, large) / min(small, large), 1.2)
    result.at_most("peak memory", max(small, large), 300, " MB")
    return result


def case_f(options: Options) -> Result:
    """A second, incremental sync of (b)."""
    rows, ids = options.size(ROWS), worlds.account_ids(MANY_ACCOUNTS)
    result = Result(f"(f) a second sync of (b): {MANY_ACCOUNTS} accounts")
    with worlds.line_items(rows, MANY_ACCOUNTS) as emulator, _folder() as folder:
        config = emulator.config()
        states = folder / "states.txt"
        result.samples[f"{OURS}, first"] = [run(contenders.ours(folder, config), emulator, states=states)]
        last = [json.loads(line) for line in states.read_bytes().splitlines()][-1]["state"]
        again = contenders.ours(folder, config, state=[last])
        result.samples[f"{OURS}, second"] = [run(again, emulator) for _ in range(options.repeats)]
        asked = [entry for entry in emulator.requests() if entry["endpoint"] != "accounts"]
        per_account = {sum(e["account_id"] == i for e in asked) for i in ids}
        newest = sum(worlds.newest_line_items(emulator.world, account_id) for account_id in ids)
    result.is_so("requests per stream and account: 1", sorted(per_account), per_account == {1})
    others = len(asked) - MANY_ACCOUNTS
    result.is_so("requests that are neither, but the list of accounts: 0", others, others == 0)
    result.all_ran(f"{OURS}, first", 1, rows)
    records = {sample.records for sample in result.samples[f"{OURS}, second"]}
    result.is_so(
        f"records, as many as have their account's newest `updated_at`: {newest}", sorted(records), records == {newest}
    )
    return result


def case_g(options: Options) -> Result:
    """What starting a command costs."""
    result = Result("(g) start-up: what `spec` adds to `import airbyte_cdk`")
    commands = {
        "import airbyte_cdk": [sys.executable, "-c", "import airbyte_cdk"],
        "spec": [sys.executable, "-m", "source_twitter_ads.run", "spec"],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(max(options.repeats, 3) * 2):
        for name, command in commands.items():
            began = time.monotonic()
            subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True, timeout=120)
            seconds[name].append(time.monotonic() - began)
    added = median(seconds["spec"]) - median(seconds["import airbyte_cdk"])
    result.at_most("seconds that `spec` adds", added, 0.3, " s")
    result.notes += [f"{name}: {median(every):.2f} s, of {len(every)} runs." for name, every in seconds.items()]
    return result


CASES: Mapping[str, Callable[[Options], Result]] = {
    "a": case_a,
    "b": case_b,
    "c": case_c,
    "d": case_d,
    "e": case_e,
    "f": case_f,
    "g": case_g,
}


@contextmanager
def _folder() -> Iterator[Path]:
    """Where the files of a case go."""
    folder: Any = OUT / "run"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder

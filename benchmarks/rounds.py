# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Runs contenders in turn, and checks that each did the work it was timed for."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.contenders import SERVER, SINGER, STOCK
from benchmarks.measure import Contender, RunFailed, run
from benchmarks.result import Result
from benchmarks.same import written
from x_ads_emulator.client import Emulator

#: Peers: a failure of theirs is noted and not judged.
PEERS = frozenset({SINGER, STOCK})


def rounds(
    result: Result, emulator: Emulator, field: Sequence[Contender], repeats: int, records: int | None = None
) -> None:
    """Run all contenders in turn, so that a machine that slows down slows all of them; slow ones fewer times.

    Args:
        result: takes the runs and the judgements.
        emulator: the server that they read from.
        field: the contenders.
        repeats: runs of each contender that sets no number itself.
        records: how many records the server has, None if unknown; all but peers must write exactly so many in each run.
    """
    for number in range(repeats):
        for contender in field if number % 2 == 0 else [*reversed(field)]:
            if contender.repeats is None or number < contender.repeats:
                _round(result, emulator, contender)
    for contender in field:
        # The server's records are pages.
        known = None if contender.name == SERVER else records
        if contender.name not in PEERS:
            result.all_ran(contender.name, repeats, known)
        _tell_missing(result, contender.name, known)


def _round(result: Result, emulator: Emulator, contender: Contender) -> None:
    try:
        sample = run(contender, emulator)
    except RunFailed as failure:
        result.notes.append(str(failure).replace("\n", " ")[:300])
        return
    result.samples.setdefault(contender.name, []).append(sample)
    print(
        f"  {contender.name}: {sample.records:,} records in {sample.seconds:.1f} s, {sample.speed:,.0f} per second, "
        f"{sample.cpu_seconds:.1f} CPU s, {sample.peak_mb:.0f} MB, {sample.requests} requests",
        flush=True,
    )


def _tell_missing(result: Result, name: str, records: int | None) -> None:
    numbers = {sample.records for sample in result.samples.get(name, ())}
    wrong = sorted(numbers - {records}) if records is not None else []
    result.notes += [f"{name} wrote {number:,} of {records:,} records." for number in wrong]


def same(result: Result, ours: Contender, bare: Contender, records: int) -> None:
    """Prove, in a run that is not timed, that both write all records and the same ones."""
    first, second = written(ours), written(bare)
    met = first == second and first[0] == records
    result.is_so("the same records as the bare loop, all of them", f"{first[0]:,}, {second[0]:,} of {records:,}", met)

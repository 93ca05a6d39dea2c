# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Runs contenders beside each other, and judges whether they did what they were timed for."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.contenders import SERVER, SINGER, STOCK
from benchmarks.measure import Contender, RunFailed, run
from benchmarks.result import Result
from benchmarks.same import written
from x_ads_emulator.client import Emulator

#: What they fail at is no fault of ours: it is noted, and the rest is judged.
PEERS = frozenset({SINGER, STOCK})


def rounds(
    result: Result, emulator: Emulator, field: Sequence[Contender], repeats: int, records: int | None = None
) -> None:
    """Run all contenders in turn, so that a machine that slows down slows all of them; slow ones fewer times.

    Args:
        result: takes the runs and the judgements.
        emulator: what they read from.
        field: who runs.
        repeats: runs of each, where it has no number of its own.
        records: how many there are, where that is known; whoever is no peer must write exactly so many in each run.
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
    """Prove that both write the same records, as many as there are, in a run that is not timed."""
    first, second = written(ours), written(bare)
    met = first == second and first[0] == records
    result.is_so("the same records as the bare loop, all of them", f"{first[0]:,}, {second[0]:,} of {records:,}", met)

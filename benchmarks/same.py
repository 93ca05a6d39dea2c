# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Compares the records of two contenders: a fast program that loses some proves nothing."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable
from hashlib import blake2b

import orjson

from benchmarks.measure import ROOT, Contender, RunFailed, environment

_DIGEST_BYTES = 16


def fingerprint(lines: Iterable[bytes]) -> tuple[int, int]:
    """Return (records, fingerprint); the order of records and of columns does not change it."""
    count = total = 0
    for line in lines:
        if line.startswith(b'{"type":"RECORD"'):
            data = orjson.dumps(orjson.loads(line)["record"]["data"], option=orjson.OPT_SORT_KEYS)
            total += int.from_bytes(blake2b(data, digest_size=_DIGEST_BYTES).digest(), "big")
            count += 1
    return count, total % (1 << 8 * _DIGEST_BYTES)


def written(contender: Contender) -> tuple[int, int]:
    """Run a contender without a time limit and return the fingerprint of its records.

    Raises:
        RunFailed: when it failed.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        done = subprocess.run(
            contender.command,
            stdout=output,
            stderr=errors,
            cwd=ROOT,
            env=environment(contender),
            timeout=3600,
            check=False,
        )
        if done.returncode:
            errors.seek(0)
            raise RunFailed(f"{contender.name} did not finish: {errors.read().decode('utf-8', 'replace')[-1500:]}")
        output.seek(0)
        return fingerprint(output)

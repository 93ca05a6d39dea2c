# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A result file of METROS with all conversion columns filled: written, and read with a count of its memory.

    python -m unit_tests.reports.large_file write PATH
    python -m unit_tests.reports.large_file read PATH

Both print a JSON object with the file's rows and a sum over all of their numbers. Each is a process of its own, since
the memory of a process never shrinks.
"""

import gzip
import json
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from source_twitter_ads.reports.job import JobRequest
from source_twitter_ads.reports.result_file import read_rows
from source_twitter_ads.reports.schema import FIXED_COLUMNS
from unit_tests.reports.builders import NOW, report, window

ENTITIES, METROS, DAYS, FLAT, OBJECTS, SUBS = 20, 210, 29, 25, 24, 5
HIGHEST = 90_000_000
PERIOD = window("2026-03-01", f"2026-03-{DAYS}")


def sum_of(entity_id: str, metro: str, day: str, numbers: list[int]) -> int:
    """A number that changes with every digit of a row, its key and the order of its columns."""
    return zlib.crc32(orjson.dumps([entity_id, metro, day, numbers]))


def write(path: Path) -> dict[str, int]:
    generator = np.random.default_rng(1)
    days = [f"2026-03-{day:02}" for day in range(1, DAYS + 1)]
    total = 0
    with gzip.open(path, "wb", 1) as file:
        file.write(b'{"data_type":"stats","time_series_length":%d,"data":[' % DAYS)
        for entity in range(ENTITIES):
            file.write(b'%s{"id":"c%d","id_data":[' % (b"," if entity else b"", entity))
            for metro in range(METROS):
                numbers = generator.integers(0, HIGHEST, (FLAT + OBJECTS * SUBS, DAYS))
                for day, row in zip(days, numbers.T.tolist(), strict=True):
                    total += sum_of(f"c{entity}", str(metro), day, row)
                file.write(b"%s%s" % (b"," if metro else b"", orjson.dumps(series(str(metro), numbers.tolist()))))
            file.write(b"]}")
        file.write(b'],"request":{"params":{"entity":"CAMPAIGN","placement":"ALL_ON_TWITTER"}}}')
    return {"rows": ENTITIES * METROS * DAYS, "sum": total}


def series(metro: str, numbers: list[list[int]]) -> dict[str, Any]:
    metrics: dict[str, Any] = {f"metric_{index}": numbers[index] for index in range(FLAT)}
    for first in range(FLAT, len(numbers), SUBS):
        metrics[f"conversion_{first}"] = {f"sub_{index}": numbers[first + index] for index in range(SUBS)}
    return {"segment": {"segment_name": f'Metro "{metro}", [US]', "segment_value": metro}, "metrics": metrics}


def read(path: Path) -> dict[str, int]:
    packed = path.read_bytes()
    before = peak()
    entities = tuple(f"c{entity}" for entity in range(ENTITIES))
    request = JobRequest(report(segment="METROS"), PERIOD, "ALL_ON_TWITTER", entities, "96683cc9126741d1")
    blocks = read_rows(packed, request, "a1", NOW)
    count = total = 0
    for block in blocks:
        for row in block:
            numbers = list(row.values())[len(FIXED_COLUMNS) :]
            total += sum_of(row["entity_id"], row["segment_value"], row["date"], numbers)
            count += 1
    return {"rows": count, "sum": total, "bytes": peak() - before}


def peak() -> int:
    """The most memory that this process has had so far."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"write": write, "read": read}[sys.argv[1]](Path(sys.argv[2]))))

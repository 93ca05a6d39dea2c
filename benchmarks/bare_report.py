# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A minimal client of result files, in one thread: the yardstick of case (c).

Download, gunzip, parse with orjson, make rows by zip over the metric arrays, serialise each as an Airbyte RECORD line,
write. It does not create the jobs: the benchmark hands it the urls of the files.

    python -m benchmarks.bare_report ACCOUNT_ID FILE_WITH_ONE_URL_PER_LINE
"""

from __future__ import annotations

import gzip
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import repeat
from pathlib import Path
from typing import Any

import orjson
import requests

_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


def columns_of(metrics: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (column, numbers) of each metric that is not null, as the connector's rows have them.

    A metric is null as a whole or has a number at each point (docs/x-ads-api.md §7.1).
    """
    for name, value in metrics.items():
        if isinstance(value, dict):
            yield from columns_of(value, f"{prefix}{name}_")
        elif value is not None:
            yield prefix + name, value


def rows(account_id: str, document: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of one file, one list per entity and segment."""
    request = document["request"]["params"]
    first = datetime.strptime(request["start_time"], _INSTANT)
    starts = [first + timedelta(days=day) for day in range(document["time_series_length"] + 1)]
    days = [start.date().isoformat() for start in starts[:-1]]
    instants = [start.strftime(_INSTANT) for start in starts]
    fixed = [request[name] for name in ("entity", "placement", "granularity", "segmentation_type", "country")]
    fixed.append(None)
    head = ["account_id", "entity_id", "segment_name", "segment_value", "entity", "placement", "granularity"]
    keys = [*head, "segment_type", "country", "platform", "date", "start_time", "end_time"]
    for item in document["data"]:
        for one in item["id_data"]:
            columns = dict(columns_of(one["metrics"]))
            segment = one["segment"] or {"segment_name": None, "segment_value": ""}
            same = (account_id, item["id"], segment["segment_name"], segment["segment_value"], *fixed)
            lines = zip(*map(repeat, same), days, instants, instants[1:], *columns.values(), strict=False)
            all_keys = (*keys, *columns)
            yield [dict(zip(all_keys, line, strict=False)) for line in lines]


def main() -> None:
    """Read each file."""
    urls = Path(sys.argv[2]).read_text(encoding="utf-8").split()
    write, dumps = sys.stdout.buffer.write, orjson.dumps
    with requests.Session() as session:
        for url in urls:
            document = orjson.loads(gzip.decompress(session.get(url, timeout=60).content))
            emitted_at = int(time.time() * 1000)
            for series in rows(sys.argv[1], document):
                for row in series:
                    message = {"stream": "bench_report", "data": row, "emitted_at": emitted_at}
                    write(dumps({"type": "RECORD", "record": message}, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.flush()


if __name__ == "__main__":
    main()

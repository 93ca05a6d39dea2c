# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Runs one command, drains its standard output and prints its measurements as one JSON line.

A process of its own, and a small one: Linux counts the parent's memory at the moment of the start as the child's peak,
so a large parent would hide a small child. Standard library only, for the same reason.

    python -I -S watch.py OPTIONS COMMAND [ARGUMENT ...]

OPTIONS is a JSON object:
    seconds: the command is killed after this time.
    mark: text that each record line holds once.
    states: file for the STATE lines, or null.
    rows: file for the record lines that hold one of `texts`, or null.
    texts: see `rows`; the output has the time of the last line with each text.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import IO

_CHUNK = 1 << 20
_BETWEEN_SAMPLES = 0.05
#: Prefixes of lines that are not records.
_STATE = b'{"type":"STATE"'
_OTHERS = (_STATE, b'{"type":"LOG"', b'{"type":"TRACE"')


class Drain:
    """Counts what a command writes.

    Args:
        mark: text that each record line holds once.
        states: takes the STATE lines.
        rows: takes the record lines that hold one of the texts.
        texts: see `rows`; without texts no line is kept.
    """

    def __init__(self, mark: str, states: IO[bytes], rows: IO[bytes], texts: Sequence[str]) -> None:
        self._mark = mark.encode()
        self._states = states
        self._rows = rows
        self._texts = {text: text.encode() for text in texts}
        self.counts = dict.fromkeys(("records", "bytes", "state_bytes", "record_bytes"), 0)
        self.last_seen: dict[str, float] = {}

    def read(self, pipe: int) -> None:
        """Read to the end."""
        rest = b""
        while chunk := os.read(pipe, _CHUNK):
            chunk = rest + chunk
            end = chunk.rfind(b"\n") + 1
            rest = chunk[end:]
            self._count(chunk[:end])

    def _count(self, lines: bytes) -> None:
        counts = self.counts
        counts["records"] += lines.count(self._mark)
        counts["bytes"] += len(lines)
        counts["record_bytes"] += len(lines)
        for begin in _OTHERS:
            for line in _beginning_with(lines, begin):
                counts["record_bytes"] -= len(line)
                if begin == _STATE:
                    counts["state_bytes"] += len(line)
                    self._states.write(line)
        if self._texts:
            self._keep(lines)

    def _keep(self, lines: bytes) -> None:
        now = time.time()
        for line in lines.split(b"\n"):
            if self._mark in line:
                found = next((name for name, text in self._texts.items() if text in line), None)
                if found is not None:
                    self.last_seen[found] = now
                    self._rows.write(line + b"\n")


def _beginning_with(lines: bytes, begin: bytes) -> Iterator[bytes]:
    """Yield the lines with this prefix; searching for these few costs less than splitting all."""
    at = lines.find(begin)
    while at >= 0:
        end = lines.index(b"\n", at) + 1
        if at == 0 or lines[at - 1] == 10:
            yield lines[at:end]
        at = lines.find(begin, end)


class Threads:
    """Samples the number of threads of a process and keeps the peak."""

    def __init__(self, pid: int) -> None:
        self._path = f"/proc/{pid}/status"
        self.peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the sampling."""
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(_BETWEEN_SAMPLES):
            try:
                with open(self._path, "rb") as file:
                    text = file.read()
            except OSError:
                return
            number = text.partition(b"\nThreads:")[2].partition(b"\n")[0]
            # The status of an ended process lacks this line.
            self.peak = max(self.peak, int(number or 0))


def main() -> None:
    """Run the command."""
    options = json.loads(sys.argv[1])
    command = sys.argv[2:]
    reader, writer = os.pipe()
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.dup2(writer, 1)
        os.close(reader)
        os.close(writer)
        os.execvp(command[0], command)
    os.close(writer)
    timed_out: list[int] = []

    def stop(*_: object) -> None:
        timed_out.append(1)
        os.killpg(pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, stop)
    signal.signal(signal.SIGTERM, stop)
    signal.alarm(int(float(options["seconds"])))
    threads = Threads(pid)
    with open(options["states"] or os.devnull, "wb") as states, open(options["rows"] or os.devnull, "wb") as rows:
        drain = Drain(options["mark"], states, rows, options["texts"])
        drain.read(reader)
    _, status, usage = os.wait4(pid, 0)
    signal.alarm(0)
    threads.stop()
    figures = {
        "exit_code": os.waitstatus_to_exitcode(status),
        "timed_out": bool(timed_out),
        "seconds": time.monotonic() - began,
        "ended": time.time(),
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "threads": threads.peak,
        "last_seen": drain.last_seen,
        **drain.counts,
    }
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()

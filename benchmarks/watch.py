# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Runs one command, drains its standard output and prints what it took, as one JSON line.

A process of its own, and a small one: Linux counts the parent's memory at the moment of the start as the child's peak,
so a large parent would hide a small child. Standard library only, for the same reason.

    python -I -S watch.py SECONDS RECORD_MARK STATES_FILE COMMAND [ARGUMENT ...]
"""

import json
import os
import signal
import sys
import time

_CHUNK = 1 << 20


def drain(pipe: int, mark: bytes, states: str) -> tuple[int, int]:
    """Read to the end; return (records, bytes), and keep the lines of states where a file is named."""
    count = size = 0
    rest = b""
    kept: list[bytes] = []
    while chunk := os.read(pipe, _CHUNK):
        size += len(chunk)
        chunk = rest + chunk
        end = chunk.rfind(b"\n") + 1
        rest = chunk[end:]
        count += chunk.count(mark, 0, end)
        if states:
            kept += [line for line in chunk[:end].splitlines() if b'"STATE"' in line[:32]]
    if states:
        with open(states, "wb") as file:
            file.write(b"\n".join(kept))
    return count, size


def main() -> None:
    """Run the command."""
    seconds, mark, states, *command = sys.argv[1:]
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
    signal.alarm(int(float(seconds)))
    records, size = drain(reader, mark.encode(), states)
    _, status, usage = os.wait4(pid, 0)
    signal.alarm(0)
    figures = {
        "exit_code": os.waitstatus_to_exitcode(status),
        "timed_out": bool(timed_out),
        "seconds": time.monotonic() - began,
        "ended": time.time(),
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "records": records,
        "bytes": size,
    }
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()

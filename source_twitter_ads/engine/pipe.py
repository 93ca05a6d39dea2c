# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Writes whole lines to a pipe, also when the process may end at any moment and the reader is slow."""

from __future__ import annotations

import contextlib
import os
import stat
import struct
import threading
from collections.abc import Callable

# Bytes that a pipe is asked to hold: Linux lets every user have as much.
CAPACITY = 1 << 20
# Linux keeps a pipe's bytes in pieces of this size, and two neighbours together fill more than one.
_PIECE = 4096
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.0002, 0.02


class Pipe:
    """Tells how much may be written without waiting: a write that waits leaves half a line when the process ends."""

    def __init__(self, capacity: int, unread: Callable[[], int], reader_left: Callable[[], bool]) -> None:
        self._capacity = capacity
        self._unread = unread
        self._reader_left = reader_left

    def end_of_lines(self, lines: bytes | bytearray, start: int, stopped: threading.Event) -> int:
        """Wait until the pipe has room, and return up to where the lines from `start` on fit into it.

        A line that never fits is written all the same, once the pipe is empty. When stopped, return `start`.
        """
        wanted = min(len(lines) - start, self._capacity // 2)
        pause = _SHORTEST_PAUSE
        while not self._reader_left():
            unread = self._unread()
            room = self._capacity - 2 * unread - 3 * _PIECE
            end = lines.rfind(b"\n", start, start + room) + 1 if room >= wanted or not unread else 0
            if end > start:
                return end
            if not unread:
                break
            if stopped.wait(pause):
                return start
            pause = min(2 * pause, _LONGEST_PAUSE)
        return lines.find(b"\n", start) + 1 or len(lines)


def pipe_of(file: int) -> Pipe | None:
    """Return the pipe behind a file descriptor, enlarged; None for other files and systems other than Linux."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl
        import select
        import termios

        if stat.S_ISFIFO(os.fstat(file).st_mode):
            with contextlib.suppress(OSError):
                fcntl.fcntl(file, fcntl.F_SETPIPE_SZ, CAPACITY)
            polled = select.poll()
            polled.register(file, 0)

            def unread() -> int:
                (count,) = struct.unpack("i", fcntl.ioctl(file, termios.FIONREAD, bytes(4)))
                return int(count)

            return Pipe(fcntl.fcntl(file, fcntl.F_GETPIPE_SZ), unread, lambda: bool(polled.poll(0)))
    return None

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Standard output as the Airbyte protocol wants it: one message per line, and nothing else."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import io
import logging
import os
import sys
import threading
from typing import NoReturn, TextIO, cast

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.models import AirbyteLogMessage, AirbyteMessage, Level, Type
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from source_twitter_ads.engine.pipe import Pipe, pipe_of

GOOD_STATE = "the last whole STATE line of each stream is good, and the next sync goes on from there."


class ProtocolOutput(io.TextIOBase):
    """Takes over standard output while a command runs.

    Log lines, records and states of all threads go through one lock to one file, so that no line is torn and the order
    in which the threads wrote is kept. What other code prints goes to standard error. When the reader has left, or
    nothing can be written, the process ends with status 1.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._file = sys.stdout.fileno()
        self._pipe: Pipe | None = pipe_of(self._file)
        self._stopped = threading.Event()
        self._before: list[tuple[logging.StreamHandler[TextIO], TextIO, logging.Formatter | None]] = []

    def __enter__(self) -> ProtocolOutput:
        """Redirect `print` and the log."""
        self._stdout = sys.stdout
        sys.stdout = sys.stderr
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler):
                self._before.append((handler, handler.stream, handler.formatter))
                try:
                    # What was logged before goes out now.
                    handler.setStream(cast(TextIO, self))
                except OSError as error:
                    _give_up(error)
                handler.setFormatter(ProtocolLogFormatter())
        return self

    def __exit__(self, *_: object) -> None:
        """Give standard output back."""
        sys.stdout = self._stdout
        for handler, stream, formatter in self._before:
            handler.setStream(stream)
            handler.setFormatter(formatter)

    def write(self, text: str) -> int:
        """Write whole lines of text."""
        self.write_lines(text.encode())
        return len(text)

    def write_lines(self, lines: bytes | bytearray) -> None:
        """Write whole lines; once the output is stopped, wait for the end of the process."""
        with self._lock:
            try:
                self._write(lines)
            except OSError as error:
                _give_up(error)
        if self._stopped.is_set():
            threading.Event().wait()

    def _write(self, lines: bytes | bytearray) -> None:
        start = 0
        with memoryview(lines) as view:
            while start < len(view) and not self._stopped.is_set():
                end = self._pipe.end_of_lines(lines, start, self._stopped) if self._pipe else len(view)
                while start < end:
                    start += os.write(self._file, view[start:end])

    def stop(self, signal_name: str) -> None:
        """Write nothing more but one line, after the line that is being written."""
        self._stopped.set()
        with self._lock:
            text = f"Stopped by {signal_name}: {GOOD_STATE}"
            message = AirbyteMessage(type=Type.LOG, log=AirbyteLogMessage(level=Level.WARN, message=text))
            os.write(self._file, (AirbyteEntrypoint.airbyte_message_to_string(message) + "\n").encode())


def _give_up(error: OSError) -> NoReturn:
    if error.errno != errno.EPIPE:
        with contextlib.suppress(OSError):
            os.write(2, f"Standard output cannot be written ({error.strerror}): {GOOD_STATE}\n".encode())
    os._exit(1)


class ProtocolLogFormatter(AirbyteLogFormatter):
    """Writes debug lines as LOG messages too, and without the extra fields, where the CDK puts request headers."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one protocol line."""
        if record.levelno > logging.DEBUG:
            return super().format(record)
        text = filter_secrets(record.getMessage())
        message = AirbyteMessage(type=Type.LOG, log=AirbyteLogMessage(level=Level.DEBUG, message=text))
        return AirbyteEntrypoint.airbyte_message_to_string(message)


# New containers before the youngest generation is looked at; a page of records is some thousands of them.
_COLLECT_AFTER = 20_000
# From glibc's malloc.h.
_M_ARENA_MAX = -8
_ARENAS = 2


def tune_gc_and_malloc() -> None:
    """Fit the garbage collector and the allocator to pages; to be called before threads start.

    What is in memory before the first record stays until the end, and records hold no cycles: the collector need not
    walk through all of it several times per page. And glibc gives each thread a heap of its own that never shrinks,
    although the interpreter runs one thread at a time: with ten readers two heaps save a third of the memory.
    """
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 20)
    # Other C libraries have no mallopt.
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)

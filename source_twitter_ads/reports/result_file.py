# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One packed result file → rows, in bounded memory whatever its columns.

A small file is parsed whole. Of a larger one the first pass keeps the outline: everything but the elements of `id_data`
(docs/x-ads-api.md §7.3), which are the series, one per entity and segment. It notes where each series stands, and the
second pass parses them one by one. Pure: touches no network.
"""

from __future__ import annotations

import re
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

import orjson

from source_twitter_ads.api.bodies import InvalidBody, inflate
from source_twitter_ads.api.envelope import load
from source_twitter_ads.reports.job import JobRequest
from source_twitter_ads.reports.rows import RowBlock, rows

# Unpacked files up to this size are parsed whole. Parsed numbers take up to eight times their text: 32 MB.
WHOLE_FILE_BYTES = 4 * 1024 * 1024
# 20 entities with 10,000 segments each, indented, have an outline of 4 MB.
MAX_OUTLINE_BYTES = 4 * 1024 * 1024
# A series of 721 hours and 450 columns with 20 digits each has 6.8 MB.
MAX_SERIES_BYTES = 8 * 1024 * 1024
# A name has some hundred bytes. A text that a part of the file cuts off is searched again with the next part.
MAX_TEXT_BYTES = 64 * 1024
_PART_BYTES = 256 * 1024

# A text without escapes; the first quote of any other text; a list of numbers; a bracket.
_TOKEN = re.compile(rb'"[^"\\]*"|(")|\{|\}|\[[^"{}\[\]]*\]|\[|\]')
_END_OR_ESCAPE = re.compile(rb'"|\\.', re.DOTALL)
_QUOTE, _BRACE, _BRACKET = b'"{['
_OPENING = b"{["
# What opens on the way to a series: the document, its `data`, an entity, its `id_data`.
_WAY = ((_BRACE, ""), (_BRACKET, "data"), (_BRACE, ""), (_BRACKET, "id_data"))


def read_rows(packed: bytes, request: JobRequest, account_id: str, now: datetime) -> Iterator[RowBlock]:
    """Yield the rows of a job's result file as `rows` does, from its bytes, packed or plain.

    Memory besides the file's own bytes: up to 40 MB for a small file, about 20 MB for a larger one. A small file
    gives all of its rows or none. Of a larger one some rows may be out before a mistake is found in a later series:
    the caller asks for the job again, and its rows replace these by their key. `now` is the moment of the sync.

    Raises:
        InvalidBody: if the file is cut off, damaged, not JSON, or larger than X's.
        MalformedResult: as `rows`.
    """
    parts = inflate(packed)
    first: list[bytes] = []
    size = 0
    for part in parts:
        first.append(part)
        size += len(part)
        if size > WHOLE_FILE_BYTES:
            outline = _Outline()
            document = outline.read(chain(first, parts))
            first.clear()
            series = len(outline.bounds) // 2, _series(packed, outline.bounds)
            yield from rows(document, request, account_id, now, series)
            return
    found = deque(rows(_parsed(b"".join(first)), request, account_id, now))
    first.clear()
    while found:
        yield found.popleft()


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        # One broken name must not cost the window. Integers beyond 64 bits come as floats, which `rows` refuses.
        return load(text)[0]


def _gathered(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield parts that are large enough for what each of them costs."""
    held: list[bytes] = []
    size = 0
    for part in filter(None, parts):
        held.append(part)
        size += len(part)
        if size >= _PART_BYTES:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


class _Outline:
    """A result file in which each series is replaced by an empty object.

    Outline and series are JSON exactly if the whole file is, so the brackets that are counted here need no check.

    Attributes:
        bounds: where each series begins and ends in the unpacked file, one after the other.
    """

    def __init__(self) -> None:
        self.bounds = array("Q")
        self._kept: list[bytes] = []
        self._size = 0
        # Brackets that are open, and how many of them are the way to a series.
        self._depth = self._level = 0
        # The last text on the way: before a bracket it is the bracket's key.
        self._key = b""
        self._begin: int | None = None

    def read(self, parts: Iterable[bytes]) -> Any:
        """Read a file from its beginning to its end, and return the outline.

        Raises:
            InvalidBody: if it is not JSON, or too large in places where a result file is small.
        """
        offset = 0
        rest = b""
        for part in _gathered(parts):
            text = rest + part
            end = self._search(text, offset)
            rest = text[end:]
            offset += end
            if len(rest) > MAX_TEXT_BYTES:
                raise InvalidBody(f"a result file that holds a text of more than {MAX_TEXT_BYTES} bytes")
        self._keep(rest)
        return _parsed(b"".join(self._kept))

    def _keep(self, text: bytes) -> None:
        self._kept.append(text)
        self._size += len(text)
        if self._size > MAX_OUTLINE_BYTES:
            raise InvalidBody(f"a result file that holds more than {MAX_OUTLINE_BYTES} bytes besides its numbers")

    def _search(self, text: bytes, offset: int) -> int:
        """Go through a text that begins at an offset of the file; return where it cuts a token, or its length."""
        depth, level, begin = self._depth, self._level, self._begin
        kept = 0
        end = len(text)
        for at, stop in _tokens(text):
            if stop > at + 1:
                if depth == level and text[at] == _QUOTE:
                    self._key = text[at:stop]
                continue
            kind = text[at]
            if kind == _QUOTE:
                end = at
                break
            if kind in _OPENING:
                if depth == level:
                    if level < len(_WAY):
                        level += self._is_next(level, kind)
                    elif kind == _BRACE:
                        begin = offset + at
                        self._keep(text[kept:at])
                depth += 1
                continue
            depth -= 1
            if depth < level:
                level = depth
                if depth < 0:
                    raise InvalidBody("a result file that is not JSON: it closes more brackets than it opens")
            elif depth == level and begin is not None:
                self._found(begin, offset + stop)
                begin, kept = None, stop
        if begin is None:
            self._keep(text[kept:end])
        self._depth, self._level, self._begin = depth, level, begin
        return end

    def _is_next(self, level: int, kind: int) -> bool:
        """Whether a bracket on the last level of the way leads on to the next."""
        bracket, key = _WAY[level]
        return kind == bracket and (not key or _parsed(self._key or b'""') == key)

    def _found(self, begin: int, end: int) -> None:
        if end - begin > MAX_SERIES_BYTES:
            raise InvalidBody(f"a result file that holds a series of more than {MAX_SERIES_BYTES} bytes")
        self._keep(b"{}")
        self.bounds.extend((begin, end))


def _tokens(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each token; a text that has no end comes last, as its quote alone."""
    position = 0
    while True:
        for token in _TOKEN.finditer(text, position):
            if token.lastindex:
                break
            yield token.span()
        else:
            return
        begin = position = token.start()
        for mark in _END_OR_ESCAPE.finditer(text, begin + 1):
            if mark.end() == mark.start() + 1:
                position = mark.end()
                break
        if position == begin:
            yield begin, begin + 1
            return
        yield begin, position


def _series(packed: bytes, bounds: array[int]) -> Iterator[Any]:
    """Yield the series of a large file in order; each is parsed when its turn comes."""
    parts = _gathered(inflate(packed))
    text = b""
    offset = 0
    edges = iter(bounds)
    for begin, end in zip(edges, edges, strict=True):
        while offset + len(text) < end:
            passed = min(max(begin - offset, 0), len(text))
            text = text[passed:] + next(parts)
            offset += passed
        yield _parsed(text[begin - offset : end - offset])

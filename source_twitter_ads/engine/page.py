# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A page of records that travels as one item.

The CDK moves records one by one: a queue item, a dataclass and a state check each. Here a worker thread makes the
Airbyte RECORD lines of a whole page in one go, and everything after that handles the page, not the record.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import orjson
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type
from airbyte_cdk.sources.types import Record, StreamSlice

# For messages that are never written as lines: only the pace of states goes by it.
_BYTES_PER_RECORD = 500


class Page(Record):
    """Records of one stream and slice, in the order in which X sent them.

    It is a CDK `Record` only so that the CDK's partition reader lets it pass.

    Args:
        stream_name: the stream of all records.
        records: at least one record.
        stream_slice: the slice they were read for.
        newest: the greatest cursor value among the records as comparable text, None when none has one.
    """

    def __init__(
        self,
        stream_name: str,
        records: Collection[Mapping[str, Any]],
        stream_slice: StreamSlice | None,
        newest: str | None = None,
    ) -> None:
        super().__init__(data={}, stream_name=stream_name, associated_slice=stream_slice)
        self.newest = newest
        self.size = len(records)
        self.emitted_at = time.time_ns() // 1_000_000
        self._records: Collection[Mapping[str, Any]] | None = records
        self._lines: bytearray | None = None

    def __bool__(self) -> bool:
        """A page is something, although it is a mapping without keys: the CDK stops reading at a falsy queue item."""
        return True

    def to_lines(self) -> None:
        """Turn the records into protocol lines and let go of them, in the worker: the queue stays small."""
        if self._records is None:
            return
        head = b'{"type":"RECORD","record":{"stream":%s,"data":' % orjson.dumps(self.stream_name)
        tail = b',"emitted_at":%d}}\n' % self.emitted_at
        between = tail + head
        dumps = orjson.dumps
        # Each record's bytes are let go of at once: to keep a thousand of them for a join takes twice the time.
        lines = bytearray(head)
        for record in self._records:
            lines += dumps(record)
            lines += between
        del lines[-len(head) :]
        self._lines = lines
        self._records = None

    @property
    def lines(self) -> bytearray:
        """The RECORD messages, one per line, as the CDK prints them, but with the nulls that it leaves out."""
        self.to_lines()
        assert self._lines is not None
        return self._lines

    @property
    def bytes(self) -> int:
        """How long its RECORD messages are, about as long where they are no lines."""
        return self.size * _BYTES_PER_RECORD if self._lines is None else len(self._lines)

    def messages(self) -> Iterator[AirbyteMessage]:
        """Yield the records as ordinary messages, for use as a library."""
        for record in self._records or ():
            message = AirbyteRecordMessage(stream=self.stream_name, data=dict(record), emitted_at=self.emitted_at)
            yield AirbyteMessage(type=Type.RECORD, record=message)

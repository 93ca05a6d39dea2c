# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A page of records that travels as one item.

The CDK moves records one by one: a queue item, a dataclass and a state check each. Here a worker thread renders the
Airbyte RECORD lines of a whole page in one go, and everything after that handles the page, not the record.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Mapping, Set
from typing import Any

import orjson
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type
from airbyte_cdk.sources.types import Record, StreamSlice

# Bytes of a record that is not rendered as a line; only the pace of states depends on it.
_BYTES_PER_RECORD = 500


class Page(Record):
    """Records of one stream and slice, at least one, in the order in which the API sent them.

    It is a CDK `Record` only so that the CDK's partition reader lets it pass. `cursor_value` is the greatest one among
    the records as comparable text, None when none has one.
    """

    def __init__(
        self,
        stream_name: str,
        records: Collection[Mapping[str, Any]],
        stream_slice: StreamSlice | None,
        cursor_value: str | None = None,
    ) -> None:
        super().__init__(data={}, stream_name=stream_name, associated_slice=stream_slice)
        self.cursor_value = cursor_value
        self.size = len(records)
        self.emitted_at = time.time_ns() // 1_000_000
        self._records: Collection[Mapping[str, Any]] | None = records
        self._lines: bytearray | None = None

    def __bool__(self) -> bool:
        """Return True: a mapping without keys is falsy, and the CDK stops reading at a falsy queue item."""
        return True

    def render(self) -> None:
        """Turn the records into protocol lines and release them, so that the queue holds bytes only."""
        if self._records is None:
            return
        head = b'{"type":"RECORD","record":{"stream":%s,"data":' % orjson.dumps(self.stream_name)
        tail = b',"emitted_at":%d}}\n' % self.emitted_at
        between = tail + head
        dumps = orjson.dumps
        # Each record's bytes are released at once: keeping a thousand of them for a join takes twice the time.
        lines = bytearray(head)
        for record in self._records:
            try:
                lines += dumps(record)
            except TypeError:
                # Integers beyond 64 bits; the CDK prints them in this way too.
                lines += json.dumps(record).encode()
            lines += between
        del lines[-len(head) :]
        self._lines = lines
        self._records = None

    def undeclared(self, declared: Set[str]) -> set[str]:
        """Return the fields of the first and the last record that are not declared.

        Looking at all records takes as long as rendering them. A collection that makes its records while they are
        rendered has their `field_names`.
        """
        if isinstance(self._records, list):
            return set(self._records[0]) - declared | set(self._records[-1]) - declared
        return set(getattr(self._records, "field_names", ())) - declared

    @property
    def lines(self) -> bytearray:
        """The RECORD messages, one per line, as the CDK prints them, but with the nulls that the CDK drops."""
        self.render()
        assert self._lines is not None
        return self._lines

    @property
    def bytes(self) -> int:
        """Length of the RECORD messages; an estimate while they are not rendered."""
        return self.size * _BYTES_PER_RECORD if self._lines is None else len(self._lines)

    def messages(self) -> Iterator[AirbyteMessage]:
        """Yield the records as ordinary messages, for use as a library; none once the page is rendered."""
        for record in self._records or ():
            message = AirbyteRecordMessage(stream=self.stream_name, data=dict(record), emitted_at=self.emitted_at)
            yield AirbyteMessage(type=Type.RECORD, record=message)

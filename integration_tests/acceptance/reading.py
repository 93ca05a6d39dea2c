# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads of whole catalogs, and helpers that pick messages from them."""

from __future__ import annotations

import copy
import json
import logging
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any
from unittest import mock

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteStateMessageSerializer, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from integration_tests.connector import Message, Output, Record, State
from source_twitter_ads import SourceTwitterAds
from source_twitter_ads.engine import bookmarks
from source_twitter_ads.engine.page import Page
from source_twitter_ads.reports import account_jobs

Stream = dict[str, Any]
FAR_FUTURE = "2999-01-01T00:00:00Z"
# The emulator's jobs are ready at once: waiting two seconds for the first status would only cost time.
_POLL_SECONDS = 0.1


def configured(streams: Sequence[Stream], incremental: bool = True) -> dict[str, Any]:
    """A configured catalog of streams, incremental where wanted and supported."""
    return {
        "streams": [
            {
                "stream": stream,
                "sync_mode": "incremental" if incremental and is_incremental(stream) else "full_refresh",
                "destination_sync_mode": "append",
            }
            for stream in streams
        ]
    }


def is_incremental(stream: Stream) -> bool:
    """Whether a stream of the catalog offers incremental syncs."""
    return "incremental" in stream["supported_sync_modes"]


def read_here(config: Mapping[str, Any], streams: Sequence[Stream], state: State) -> Output:
    """An incremental read in this process, with the lines that the command line writes."""
    catalog = ConfiguredAirbyteCatalogSerializer.load(configured(streams))
    states = [AirbyteStateMessageSerializer.load(entry) for entry in state]
    source = SourceTwitterAds(catalog, config, states, lines=True)
    lines: list[bytes] = []
    code = 0
    # The CDK writes the configuration into the folder. States come often, so that there are many to resume from.
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(account_jobs, "SHORTEST_POLL_INTERVAL", _POLL_SECONDS),
        mock.patch.object(bookmarks, "STATE_BYTES_PER_SECOND", 1e9),
    ):
        try:
            known = source.configure(config, folder)
            for message in source.read(logging.getLogger("airbyte"), known, catalog, states):
                if isinstance(message, Page):
                    lines += message.lines.split(b"\n")[:-1]
                else:
                    lines.append(AirbyteEntrypoint.airbyte_message_to_string(message).encode())
        except AirbyteTracedException as error:
            lines.append(AirbyteEntrypoint.airbyte_message_to_string(error.as_sanitized_airbyte_message()).encode())
            code = 1
    return Output(code, lines, "")


def key_of(stream: Stream, record: Record) -> tuple[Any, ...]:
    """A record's primary key, by the catalog."""
    return tuple(record.get(path[0]) for path in stream["source_defined_primary_key"])


def text_of(record: Record) -> str:
    """A record as text: 1, 1.0 and True are equal in Python, but not the same value."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False)


def of_stream(output: Output, name: str) -> list[Message]:
    """The RECORD and STATE payloads of one stream, in the order in which they came."""
    found: list[Message] = []
    for message in output.messages:
        if message["type"] == "RECORD" and message["record"]["stream"] == name:
            found.append(message["record"])
        elif message["type"] == "STATE" and message["state"]["stream"]["stream_descriptor"]["name"] == name:
            found.append(message["state"])
    return found


def sampled(items: Sequence[Any], most: int = 5) -> list[int]:
    """Positions of at most so many items, spread evenly, the first and the last among them."""
    if len(items) <= most:
        return list(range(len(items)))
    return sorted({round(i * (len(items) - 1) / (most - 1)) for i in range(most)})


def far_future(state: State) -> State:
    """The same state with every bookmark later than all data."""
    result = copy.deepcopy(state)
    for entry in result:
        blob = entry["stream"]["stream_state"]
        for cursor in [partition["cursor"] for partition in blob.get("states", ())] or [blob]:
            cursor.update(dict.fromkeys(cursor, FAR_FUTURE))
    return result

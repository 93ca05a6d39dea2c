# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Faults that change what a successful response says, while HTTP and JSON stay sound (docs/x-ads-api.md §2, §3)."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from datetime import datetime
from itertools import cycle
from typing import Any, Final

from x_ads_emulator.errors import ApiError
from x_ads_emulator.http.faults import ODD_TEXTS, FaultRule
from x_ads_emulator.http.response import Response

_INSTANT: Final = re.compile(rb'"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})Z"')
#: A date as Tweets print it (§2.5 rule 3).
_TWEET_DATE: Final = re.compile(rb'"([A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d{2}:\d{2}:\d{2} \+0000 \d{4})"')
_TWEET_FORM: Final = "%a %b %d %H:%M:%S %z %Y"
_MARK: Final = "\ue000odd\ue000"


def change(rule: FaultRule, response: Response) -> Response:
    """The response with other content; a refusal stays as it is."""
    if not 200 <= response.status <= 299:
        return response
    packed = response.content_type == "application/gzip"
    body = gzip.decompress(response.body) if packed else response.body
    if rule.fault == "time_offset":
        body = _with_offsets(body, rule.arguments.get("offsets", ["-05:00"]))
    else:
        # orjson turns whole numbers beyond 64 bits into floats, and does not write them.
        document = json.loads(body)
        _edit(document, rule)
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        body = body.replace(_MARK.encode(), ODD_TEXTS.get(rule.arguments.get("kind", ""), b""))
    response.body = gzip.compress(body, compresslevel=1, mtime=0) if packed else body
    return response


def _edit(document: dict[str, Any], rule: FaultRule) -> None:
    arguments = rule.arguments
    if rule.fault == "errors_beside_data":
        # §2.1 rule 6: undocumented at X.
        code = arguments.get("code", "INTERNAL_ERROR")
        error = ApiError(200, code, arguments.get("message", "An error occurred"), arguments.get("parameter"))
        document["errors"] = [error.entry()]
        document["data"] = _kept(document["data"], arguments.get("kept"))
    elif rule.fault == "odd_data":
        document["data"] = arguments["value"]
    else:
        rows = document["data"] if isinstance(document["data"], list) else [document["data"]]
        for index in arguments.get("rows", range(len(rows))):
            if index < len(rows):
                rows[index] = _odd(rows[index], rule)
        document["data"] = rows if isinstance(document["data"], list) else rows[0]


def _kept(data: Any, kept: int | None) -> Any:
    """The first records; of an object all, or null if none are kept."""
    if isinstance(data, list):
        return data[:kept]
    return None if kept == 0 else data


def _odd(record: Any, rule: FaultRule) -> Any:
    """A record with an odd text, an odd value or without a field; or something else in its place."""
    arguments = rule.arguments
    if rule.fault == "odd_text":
        name = arguments.get("field", "name")
        return {**record, name: f"{record.get(name) or ''}{_MARK}"}
    if "field" not in arguments:
        return arguments["value"]
    others = {name: value for name, value in record.items() if name != arguments["field"]}
    return {**others, arguments["field"]: arguments["value"]} if "value" in arguments else others


def _with_offsets(body: bytes, offsets: Sequence[str]) -> bytes:
    """The same instants, written with each of the offsets in turn; requests may use them too (§2.5 rule 1)."""
    following = cycle(offsets)

    def rewritten(found: re.Match[bytes]) -> bytes:
        offset = next(following)
        if offset == "Z":
            return found[0]
        zone = datetime.strptime(offset.replace(":", ""), "%z").tzinfo
        if found.re is _TWEET_DATE:
            tweeted = datetime.strptime(found[1].decode(), _TWEET_FORM)
            return f'"{tweeted.astimezone(zone).strftime(_TWEET_FORM)}"'.encode()
        instant = datetime.fromisoformat(f"{found[1].decode()}+00:00")
        return f'"{instant.astimezone(zone):%Y-%m-%dT%H:%M:%S}{offset}"'.encode()

    return _TWEET_DATE.sub(rewritten, _INSTANT.sub(rewritten, body))

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What the connector needs of a record: a primary key, and a time that compares."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from source_twitter_ads.api.errors import SYSTEM, Action, ApiFailure, RequestContext, Rule
from source_twitter_ads.configuration.spec import API_VERSION
from source_twitter_ads.configuration.validate import parse_moment, shown
from source_twitter_ads.engine.listing import Records

logger = logging.getLogger("airbyte")

_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_FORMS = re.compile(rf"{_FORM.pattern}(?:\n{_FORM.pattern})*")
_LENGTH = len("2026-03-01T00:00:00Z")
# docs/x-ads-api.md §2.5.
_TWEET_FORM = "%a %b %d %H:%M:%S %z %Y"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBERS = {name: f"{number:02d}" for number, name in enumerate(_MONTHS, start=1)}
_WITHOUT_KEY = Rule(
    Action.FAIL,
    SYSTEM,
    "All other records are read, and the next sync reads them again. If this happens again, please report it.",
)


def iso_text(value: Any) -> str | None:
    """Write a date or date-time the way X writes times, `YYYY-MM-DDTHH:MM:SSZ`, so that texts compare.

    None for what is neither; fractions of a second are dropped.
    """
    try:
        if isinstance(value, str) and _FORM.fullmatch(value):
            datetime.fromisoformat(value)
            return value
        moment = parse_moment(value)
        return None if moment is None else _printed(moment)
    except (ValueError, OverflowError):
        return None


def instant_text(value: Any) -> str | None:
    """Write a time as `iso_text` does, also one in the form of Tweets, `Tue Aug 27 22:22:12 +0000 2019`."""
    text = iso_text(value)
    if text is not None or not isinstance(value, str):
        return text
    # X's only offset. strptime, which takes any, needs ten times as long.
    if value[19:26] == " +0000 " and value[4:7] in _NUMBERS:
        return iso_text(f"{value[26:]}-{_NUMBERS[value[4:7]]}-{value[8:10]}T{value[11:19]}Z")
    try:
        return _printed(datetime.strptime(value, _TWEET_FORM))
    except (ValueError, OverflowError):
        return None


def _printed(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


class CheckedRecords:
    """Looks through the records of one slice: each needs a primary key, and a time as its cursor value.

    Args:
        path: the collection below the API version.
        context: the place in the sync.
        key: the fields of the primary key that X sends.
        cursor_field: None for a stream without a cursor.
    """

    def __init__(self, path: str, context: RequestContext, key: Sequence[str], cursor_field: str | None) -> None:
        self._request = f"GET /{API_VERSION}/{path}"
        self._context = context
        self._key = key
        self._cursor_field = cursor_field
        self._records = self._without_key = self._without_time = 0
        self._odd_time: Any = None

    def pages(self, listing: Iterable[Records]) -> Iterator[Records]:
        """Yield the records of each page that have a primary key; its fields become text, as all ids are."""
        for records in listing:
            self._records += len(records)
            for name in self._key:
                odd = [record for record in records if type(record.get(name)) is not str or not record[name]]
                if odd:
                    records = self._with_key(records, name, odd)
            yield records

    def _with_key(self, records: Records, name: str, odd: Records) -> Records:
        for record in odd:
            if type(record.get(name)) is int:
                record[name] = str(record[name])
        kept = [record for record in records if isinstance(record.get(name), str) and record[name]]
        self._without_key += len(records) - len(kept)
        return kept

    def cursor_values(self, records: Records) -> Sequence[str | None]:
        """Return the cursor values of a page's records as text that compares, None for one that is not a time."""
        values: list[Any] = [record.get(self._cursor_field or "") for record in records]
        with suppress(TypeError, ValueError):
            # As a rule all have X's form; to look at each takes a tenth of the time that reading a page does.
            text = "\n".join(values)
            if len(text) == (_LENGTH + 1) * len(values) - 1 and _FORMS.fullmatch(text):
                datetime.fromisoformat(min(values)), datetime.fromisoformat(max(values))
                return values
        return [self._cursor_value(value) for value in values]

    def _cursor_value(self, value: object) -> str | None:
        text = instant_text(value)
        if text is None:
            self._without_time += 1
            self._odd_time = self._odd_time or value
        return text

    def close(self) -> None:
        """Tell what was odd, once the slice is read.

        Raises:
            ApiFailure: when a record had no primary key: the bookmark must not pass it.
        """
        if self._without_time:
            logger.warning(
                f"{self._request}: {self._cursor_field} is {shown(self._odd_time)}, which is not a date, in "
                f"{self._without_time} of {self._records} records. They are read, but move no bookmark "
                f"({self._context})."
            )
        if self._without_key:
            raise ApiFailure(
                _WITHOUT_KEY,
                self._context,
                f"{self._request}: {' or '.join(self._key)} is missing in {self._without_key} of {self._records} "
                "records; such records are left out",
            )

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Reads X's success envelope (docs/x-ads-api.md §2.1), leniently where only the text in it is damaged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import orjson

from source_twitter_ads.api.bodies import GZIP, Body, ForeignBody, InvalidBody, excerpt, gunzip, inflate, is_page

Read = Callable[[Mapping[str, Any]], Any]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# Digits and minus signs as 0, everything else as a space: what has 20 of them in a row may exceed 64 bits.
_DIGITS = bytes(ord("0") if chr(byte) in "0123456789-" else ord(" ") for byte in range(256))
_LONG_NUMBER = b"0" * 20
# The key of a list of errors. In a text the quotes would be escaped.
_ERRORS = b'"errors"'
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1


class OtherAccount(InvalidBody):
    """A response that repeats the request of another account, and so was meant for another request."""


class ErrorsInSuccess(Exception):
    """A success that tells of errors, which are to be read as a refusal.

    Attributes:
        errors: X's error objects, at least one.
    """

    def __init__(self, errors: list[Mapping[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors


def load(body: Body) -> tuple[Any, bool]:
    """Parse JSON with exact integers; replace bytes that are not UTF-8 and lone surrogates by U+FFFD.

    Source: docs/x-ads-api.md §2.6.

    Returns:
        The document, and whether something in it was replaced.

    Raises:
        InvalidBody: when it is not JSON, or an integer does not fit into 64 bits.
    """
    try:
        document: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if is_page(body):
            raise ForeignBody(f"{excerpt(body)} instead of JSON") from error
        try:
            return _lenient(body), True
        except (ValueError, RecursionError):
            raise InvalidBody(f"{len(body)} bytes that are not JSON ({excerpt(body)}): {error}") from error
    if _LONG_NUMBER in body.translate(_DIGITS):
        # orjson reads them as floats.
        try:
            json.loads(body, parse_int=_exact)
        except RecursionError as error:
            raise InvalidBody("JSON that is nested too deep") from error
    return document, False


def _lenient(body: Body) -> Any:
    text = body.decode("utf-8-sig", "replace")
    # Python's parser joins the halves of a pair, and keeps a half that stands alone.
    document = json.loads(text, parse_int=_exact, parse_constant=_refuse)
    return orjson.loads(_LONE_SURROGATE.sub("\ufffd", json.dumps(document, ensure_ascii=False)))


def _exact(digits: str) -> int:
    number = int(digits) if len(digits) <= len(_LONG_NUMBER) else None
    if number is None or not _SMALLEST <= number <= _LARGEST:
        raise InvalidBody(f"JSON with {digits[:40]}, an integer beyond 64 bits")
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def errors_in(document: Any) -> list[Mapping[str, Any]]:
    """Return X's error objects in a parsed response."""
    errors = document.get("errors") if isinstance(document, dict) else None
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def without_errors(document: Any) -> Any:
    """Return the document of a successful response, proven to tell of no errors.

    Raises:
        ErrorsInSuccess: when it does (docs/x-ads-api.md §2.1 rule 6).
        InvalidBody: when it does in an unknown form.
    """
    if not isinstance(document, dict) or not document.get("errors"):
        return document
    if errors := errors_in(document):
        raise ErrorsInSuccess(errors)
    raise InvalidBody(f"JSON with errors of an unknown form ({excerpt(orjson.dumps(document['errors']))})")


def check(document: Any, account_id: str | None) -> Mapping[str, Any]:
    """Return a parsed envelope, proven to be the response to a request of an account; None for a global list.

    Raises:
        ErrorsInSuccess: when it tells of errors.
        InvalidBody: when it repeats another account's id, or its `data` is neither an object nor a list of objects.
    """
    document = without_errors(document)
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, (list, dict)):
        raise InvalidBody("JSON without a data member that is a list or an object")
    if isinstance(data, list) and not all(isinstance(record, dict) for record in data):
        raise InvalidBody("JSON whose data holds something else than objects")
    echoed = _echoed_account(document)
    if account_id and echoed and echoed.lower() != account_id.lower():
        raise OtherAccount(f"the one to a request of account {echoed}")
    return document  # type: ignore[no-any-return]  # a dictionary, since it has data


def _echoed_account(document: Mapping[str, Any]) -> str | None:
    """Return the account id that the envelope repeats; some endpoints leave it out (docs/x-ads-api.md §2.1 rule 7)."""
    request = document.get("request")
    params = request.get("params") if isinstance(request, dict) else None
    account_id = params.get("account_id") if isinstance(params, dict) else None
    return account_id if isinstance(account_id, str) else None


def read_records(document: Mapping[str, Any], read: Read, required: bool = False) -> Mapping[str, Any]:
    """Return an envelope whose `data` is the list of what `read` makes of each record.

    Args:
        document: a parsed envelope.
        read: its KeyError, IndexError, TypeError, ValueError and AttributeError mean that the record lacks something.
        required: whether an envelope without any record is an InvalidBody too.

    Raises:
        InvalidBody: when a record lacks something.
    """
    data = document["data"]
    records = data if isinstance(data, list) else [data]
    if required and not records:
        raise InvalidBody("an envelope without the record that was asked for")
    try:
        return {**document, "data": [read(record) for record in records]}
    except KeyError as error:
        raise InvalidBody(f"a record without {error.args[0] if error.args else 'a field'}") from error
    except (IndexError, TypeError, ValueError, AttributeError) as error:
        raise InvalidBody(f"a record of an unknown form ({error})") from error


def result_file(body: Body) -> Body:
    """Return a result file as it is, packed or not, proven to be complete (docs/x-ads-api.md §7.3).

    Raises:
        ErrorsInSuccess: when it tells of errors.
        InvalidBody: when it is damaged, or something else, for instance an HTML page.
    """
    if not body.startswith(GZIP):
        if not isinstance(without_errors(load(body)[0]), dict):
            raise InvalidBody(f"{len(body)} bytes that are not a result file ({excerpt(body)})")
        return body
    # The unpacked bytes are not kept.
    first = last = b""
    has_errors = False
    for part in inflate(body):
        first = first or part.lstrip()[:1]
        last = part.rstrip()[-1:] or last
        has_errors = has_errors or _ERRORS in part
    if (first, last) != (b"{", b"}"):
        raise InvalidBody("a gzip file that does not hold a JSON object, or one that is cut off")
    if has_errors:
        without_errors(load(gunzip(body))[0])
    return body

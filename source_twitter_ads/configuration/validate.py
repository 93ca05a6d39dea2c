# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Refuses a configuration with one sentence per mistake: the key, its value, and what is allowed.

Types, ranges and enums are those of the spec. What a report's values allow of each other is judged with the reports.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import pendulum
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_twitter_ads.configuration.hints import (
    account_in_address,
    countries,
    country_of,
    key_name,
    renamed,
    setting_of,
    unknown_keys,
    wrapped,
)
from source_twitter_ads.configuration.normalise import MISSPELT_ENTITY, RELATIVE_DATE, has_periods
from source_twitter_ads.configuration.spec import (
    API_URL,
    API_VERSION,
    CONFIG,
    DATE_FORM,
    REPORT,
    REPORT_SETTINGS,
    SECRETS,
    SETTINGS,
    Schema,
    choices,
    retired,
)

logger = logging.getLogger("airbyte")

_DATE_FORMS = (
    "a date such as 2026-01-31, a date-time such as 2026-01-31T00:00:00Z, or a number of days, weeks, months or years "
    "such as 90 days ago"
)
_WHERE_KEYS_ARE = "copy it from the Keys and tokens page of your app in the X developer portal"
_SAMPLE_ID = "18ce54d4x5t"
# Calendars end soon behind these; what lies beyond is a placeholder of another tool.
_FIRST_YEAR, _LAST_YEAR = 1900, 9998
# Nothing but numbers, or the version of the API behind the path of a proxy.
_VERSION_PATH = re.compile(rf"^(/+[0-9]+)+/*$|(/+{API_VERSION})+/*$")
# A list may hold any number of mistakes, and more sentences than this do not help.
_MOST_SENTENCES = 20
# Characters of a value that a message shows.
_LONGEST = 200
# Browsers and urllib disagree on what ends the user information of a broken address: all up to the last sign that
# may stand for "@" goes.
_AT = "(?:@|%40|\uff20|\ufe6b)"
_USER_INFO = re.compile(rf"//.*{_AT}", re.DOTALL)
_ADDRESS_USER_INFO = re.compile(rf"([A-Za-z][A-Za-z0-9+.-]*:[/\\]+)?.*{_AT}", re.DOTALL)
_QUERY_OR_FRAGMENT = re.compile(r"([?#]).*", re.DOTALL)


class ConfigProblem(AirbyteTracedException):
    """A configuration that the connector cannot work with: one user-facing sentence per mistake."""

    def __init__(self, *sentences: str) -> None:
        text = " ".join(sentences)
        super().__init__(internal_message=text, message=text, failure_type=FailureType.config_error)


def require_valid(config: Mapping[str, Any], now: datetime | None = None) -> None:
    """Raise unless every value of a normalised configuration can be used at a moment, by default now.

    Raises:
        ConfigProblem: with one sentence per mistake.
    """
    sentences = list(problems(config, now or datetime.now(timezone.utc)))
    more = len(sentences) - _MOST_SENTENCES
    if more > 0:
        sentences[_MOST_SENTENCES:] = [f"Further mistakes: {more}."]
    if sentences:
        raise ConfigProblem(*sentences)


def warn_of_unknown_keys(config: Mapping[str, Any]) -> None:
    """Log one warning for each key that the connector ignores, without its value.

    A misspelt `account_ids` would read every account. Platforms add keys of their own: those that begin with `_` pass
    without a warning.
    """
    for key in unknown_keys(config):
        nearest = setting_of(key)
        guess = f": did you mean {nearest}?" if nearest else "."
        logger.warning(f"The configuration has {key_name(key)}, an unknown key that is ignored{guess}")


def problems(config: Mapping[str, Any], now: datetime) -> Iterator[str]:
    """Yield one sentence for each value that cannot be used."""
    held = wrapped(config)
    absent = [key for key in CONFIG["required"] if config.get(key) is None]
    if held:
        absent = [key for key in absent if key not in held[1]]
        what, them = ("is", "it") if len(held[1]) == 1 else ("are", "them")
        where = "to the top level of the configuration"
        yield f"{', '.join(held[1])} {what} inside of {key_name(held[0])}: move {them} out of it, {where}."
    yield from _missing_problems(absent, renamed(config))
    yield from _secret_problems(config)
    yield from _date_problems(config, now)
    for key, setting in SETTINGS.items():
        if key in config and key not in SECRETS and setting.get("format") != "date-time":
            yield from _value_problems(key, config[key], setting)


def _value_problems(key: str, value: Any, setting: Schema) -> Iterator[str]:
    if key == "reports":
        yield from _report_problems(value)
    elif key == "base_url":
        yield from _base_url_problems(value)
    elif setting["type"] == "array":
        yield from _list_problems(key, value)
    elif setting["type"] == "boolean":
        if not isinstance(value, bool):
            yield f"{key} is {shown(value)}: it must be true or false."
    elif setting["type"] == "integer":
        lowest, highest = setting["minimum"], setting["maximum"]
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            yield f"{key} is {shown(value)}: it must be a whole number from {lowest} to {highest}."
    elif not _is_header_text(value):
        yield f"{key} is {shown(value)}: it must be one line of printable ASCII text."


def _missing_problems(absent: Iterable[str], written: Mapping[str, str]) -> Iterator[str]:
    for key in absent:
        advice = _WHERE_KEYS_ARE if key in SECRETS else f"give {_DATE_FORMS}"
        if key in written:
            advice = f"rename {key_name(written[key])}, which the connector does not know, to {key}"
        yield f"{key} is missing: {advice}."


def _secret_problems(config: Mapping[str, Any]) -> Iterator[str]:
    for key in SECRETS:
        value = config.get(key)
        if value is None or _is_header_text(value):
            continue
        state = "a text with characters that a key cannot have" if isinstance(value, str) else "not a text"
        yield f"{key} is {'empty' if value == '' else state}: {_WHERE_KEYS_ARE}."


def _date_problems(config: Mapping[str, Any], now: datetime) -> Iterator[str]:
    start_date = config.get("start_date")
    if isinstance(start_date, str) and RELATIVE_DATE.fullmatch(start_date) and has_periods(config):
        why = "since a report with granularity TOTAL counts its periods from it"
        yield f"start_date is {shown(start_date)}: it must be a fixed date such as 2026-01-31, {why}."
    elif start_date is not None:
        yield from _form_problems("start_date", start_date, "")
    start, end = (_configured_moment(config.get(key)) for key in ("start_date", "end_date"))
    # A day of grace: a plain date may already have begun east of Greenwich.
    if start and start > now + (timedelta(hours=14) if len(str(config["start_date"])) == 10 else timedelta()):
        yield f"start_date is {shown(config['start_date'])}, which lies in the future: it must not be later than today."
    if "end_date" in config:
        yield from _form_problems("end_date", config["end_date"], "; leave end_date out to read up to now")
    if start and end and end < start:
        first, last = shown(config["start_date"]), shown(config["end_date"])
        yield f"end_date is {last}, before start_date {first}: it must not be earlier."


def _form_problems(key: str, value: Any, otherwise: str) -> Iterator[str]:
    if _configured_moment(value) is None:
        allowed = f"it must be {_DATE_FORMS}"
        if _written_moment(value) is not None:
            allowed = f"its year must be from {_FIRST_YEAR} to {_LAST_YEAR}"
        yield f"{key} is {shown(value)}: {allowed}{otherwise}."


def _configured_moment(value: Any) -> datetime | None:
    moment = _written_moment(value)
    return moment if moment is not None and _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _written_moment(value: Any) -> datetime | None:
    """Read a date in one of the forms of the spec; states may have others."""
    return parse_moment(value) if isinstance(value, str) and DATE_FORM.fullmatch(value) else None


def parse_moment(value: Any) -> datetime | None:
    """Read a date or date-time; a plain date is its midnight in UTC, no offset means UTC; None when it is neither."""
    if not isinstance(value, str) or len(value) < 10 or value[4:5] != "-":
        return None
    try:
        moment: object = pendulum.parse(value, tz="UTC", strict=True)
        # A plain datetime: pendulum's own subclass has other arithmetic.
        return datetime.fromisoformat(moment.isoformat()) if isinstance(moment, datetime) else None
    except (ValueError, TypeError):
        return None


def _list_problems(key: str, value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        yield f"{key} is {shown(value)}: it must be a list of texts, or one text with commas between."
        return
    for part in value:
        if key == "account_ids" and not (part.isascii() and part.isalnum()):
            yield f"account_ids holds {shown(part)}{_what_an_id_is(part)}."
        if key == "country_codes" and part not in countries():
            guess = country_of(part)
            each = f"did you mean {guess}? Each" if guess else "each"
            allowed = "an ISO 3166-1 code of two letters, such as US or DE"
            yield f"country_codes holds {shown(part)}: {each} must be {allowed}."


def _what_an_id_is(text: str) -> str:
    in_address = account_in_address(text)
    if in_address:
        return f": give the id in that address alone; you mean {in_address}"
    if text.startswith("@"):
        return (
            ", the handle of an X user: give the id of an ad account, the letters and digits in the address of the Ads "
            f"Manager, such as {_SAMPLE_ID}; with no account_ids, every account that the token sees is read"
        )
    return f": the id of an ad account has only letters and digits, such as {_SAMPLE_ID}"


def _is_header_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable()


def _base_url_problems(value: Any) -> Iterator[str]:
    if not isinstance(value, str) or not _is_safe_address(value):
        allowed = f"an https address such as {API_URL}; http is only for this machine itself"
        yield f"base_url is {shown_address(value)}: it must be {allowed}."
        return
    parts = urlsplit(value)
    if _VERSION_PATH.search(parts.path):
        where = f"base_url is {shown_address(value)}, which ends in a version"
        right = f"{parts.scheme}://{parts.netloc}{_VERSION_PATH.sub('', parts.path)}"
        yield f"{where}: give the address without the version, {right}."


def _is_safe_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.query or parts.fragment or parts.username is not None or not _is_header_text(url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _report_problems(reports: Any) -> Iterator[str]:
    if not isinstance(reports, list):
        yield f"reports is {shown(reports)}: it must be a list of objects with a name and an entity."
        return
    for position, entry in enumerate(reports, start=1):
        if isinstance(entry, Mapping):
            yield from _entry_problems(f"reports: entry {position}", entry)
        else:
            yield f"reports: entry {position} is {shown(entry)}: it must be an object with a name and an entity."


def _entry_problems(where: str, entry: Mapping[str, Any]) -> Iterator[str]:
    name, allowed = entry.get("name"), REPORT_SETTINGS["name"]["pattern_descriptor"]
    if name in (None, ""):
        yield f"{where} has no name; allowed are {allowed}."
    elif not isinstance(name, str) or not re.fullmatch(REPORT_SETTINGS["name"]["pattern"], name):
        yield f"{where} has the name {shown(name)}; allowed are {allowed}."
    else:
        where = f'Report "{name}"'
    for key in entry:
        if key == MISSPELT_ENTITY:
            given = f"entity is {shown(entry.get('entity'))} but {key} is {shown(entry[key])}"
            yield f"{where}: {given}; allowed is one of them."
        elif key not in REPORT_SETTINGS:
            yield f"{where}: unknown key {shown(key)}; allowed are {', '.join(REPORT_SETTINGS)}."
    for key, setting in REPORT_SETTINGS.items():
        if not choices(key):
            continue
        value = entry.get(key)
        if key in REPORT["required"] and value in (None, ""):
            yield f"{where}: {key} is missing; {allowed_values(choices(key))}."
        elif key in entry and setting["type"] == "array" and not isinstance(value, list):
            yield f"{where}: {key} {shown(value)} is not a list; {allowed_values(choices(key))}."
        elif key in entry:
            for part in value if isinstance(value, list) and setting["type"] == "array" else [value]:
                if part not in choices(key):
                    yield f"{where}: {key} {shown(part)} is unknown; {allowed_values(choices(key))}."


def allowed_values(values: Sequence[str]) -> str:
    """Name values of a report's settings; those that X has retired apart, since they are accepted with a warning."""
    past = {value for key in REPORT_SETTINGS if choices(key) for value in retired(key)}
    text = f"allowed are {', '.join(value for value in values if value not in past)}"
    late = ", ".join(value for value in values if value in past)
    return f"{text}, and with a warning, since X has retired them, {late}" if late else text


def shown(value: Any) -> str:
    """Return a value as Python writes it, its beginning when it is long; user information of addresses is `***`."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):
        return f"a {type(value).__name__} that is too large to be shown"
    return _beginning(_USER_INFO.sub("//***@", text))


def shown_address(value: Any) -> str:
    """Return what should have been an address, such as `'https://***@proxy.example/x?***'`.

    Whatever may be user information, a query or a fragment is `***`, also where nothing can parse the address.
    """
    if not isinstance(value, str):
        return _masked(shown(value))
    return _beginning(repr(_masked(value)))


def _masked(address: str) -> str:
    without_user = _ADDRESS_USER_INFO.sub(lambda found: f"{found[1] or ''}***@", address, count=1)
    return _QUERY_OR_FRAGMENT.sub(r"\1***", without_user)


def _beginning(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The fault plan: which requests go wrong, and how."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from x_ads_emulator.http.request import Request

#: Kinds that respond instead of the API; the request has no effect.
INSTEAD: Final = (
    "status",
    "html",
    "redirect",
    "clock_skew",
    "empty_body",
    "garbage",
    "reset_before",
    "repeat_authorization",
)
#: Kinds that damage the API's own response; the request has its effect.
SPOILING: Final = ("reset_during_body", "hang", "slow_body", "cut_json", "cut_gzip", "wrong_content_length", "interim")
#: Kinds that change what a successful response says (http/content.py); the request has its effect.
CONTENT: Final = ("errors_beside_data", "odd_data", "odd_record", "odd_text", "time_offset")
#: The kind that serves the path of another account.
OTHER_ACCOUNT: Final = "other_account"
#: What `odd_text` puts at the end of a text.
ODD_TEXTS: Final = {"lone_surrogate": b"\\ud83d", "invalid_byte": b"\xff"}
_MATCH_KEYS: Final = frozenset({"path_regex", "method", "account_id", "endpoint", "nth", "probability", "seed"})
_ARGUMENTS: Final[dict[str, frozenset[str]]] = {
    "status": frozenset(
        {"status", "code", "message", "parameter", "headers", "retry_after", "reset_in", "reset_scope", "bare"}
    ),
    "html": frozenset({"status", "body"}),
    "redirect": frozenset({"status", "location", "to_itself"}),
    "clock_skew": frozenset({"wordless"}),
    "empty_body": frozenset({"status"}),
    "garbage": frozenset({"status", "length"}),
    "reset_before": frozenset(),
    "reset_during_body": frozenset({"share"}),
    "hang": frozenset({"seconds"}),
    "slow_body": frozenset({"bytes_per_second"}),
    "cut_json": frozenset({"share"}),
    "cut_gzip": frozenset({"share"}),
    "wrong_content_length": frozenset({"extra"}),
    "interim": frozenset({"status", "seconds"}),
    "errors_beside_data": frozenset({"code", "message", "parameter", "kept"}),
    "odd_data": frozenset({"value"}),
    "odd_record": frozenset({"field", "value", "rows"}),
    "odd_text": frozenset({"kind", "field", "rows"}),
    "time_offset": frozenset({"offsets"}),
    "other_account": frozenset({"account_id"}),
    "repeat_authorization": frozenset({"status", "code"}),
}
#: A rule of these kinds needs one of the arguments.
_NEEDED: Final[dict[str, frozenset[str]]] = {
    "odd_data": frozenset({"value"}),
    "odd_record": frozenset({"field", "value"}),
    "odd_text": frozenset({"kind"}),
    "other_account": frozenset({"account_id"}),
}


@dataclass
class FaultRule:
    """One rule of a plan.

    Attributes:
        name: for the request log; default `<position>-<fault>`.
        match: `path_regex` (searched in the path), `method`, `account_id`, `endpoint` (key). All must hold.
            Then `nth` (list of 1-based numbers among the matching requests) or `probability` with `seed`.
        times: the rule hits so many requests at most, None for all.
        fault: its kind, one of INSTEAD, SPOILING or CONTENT, or OTHER_ACCOUNT.
        arguments: the arguments of its kind.
    """

    name: str
    match: dict[str, Any]
    times: int | None
    fault: str
    arguments: dict[str, Any]
    seen: int = 0
    struck: int = 0
    rng: Random = field(default_factory=Random)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], position: int) -> FaultRule:
        """A rule from a JSON object. Raises ValueError for an unknown kind, argument or match key."""
        fault = values.get("fault", "")
        if fault not in _ARGUMENTS:
            raise ValueError(f"fault is one of {', '.join(_ARGUMENTS)}, not {fault!r}")
        match = dict(values.get("match", {}))
        arguments = {k: v for k, v in values.items() if k not in ("name", "match", "times", "fault")}
        unknown = (set(match) - _MATCH_KEYS) | (set(arguments) - _ARGUMENTS[fault])
        if unknown:
            raise ValueError(f"unknown in a {fault} rule: {', '.join(sorted(unknown))}")
        needed = _NEEDED.get(fault, frozenset())
        if needed and not needed & set(arguments):
            raise ValueError(f"{fault} needs {' or '.join(sorted(needed))}")
        if fault == "odd_text" and arguments["kind"] not in ODD_TEXTS:
            raise ValueError(f"kind is one of {', '.join(ODD_TEXTS)}, not {arguments['kind']!r}")
        name = values.get("name", f"{position}-{fault}")
        rng = Random(match.get("seed", position))
        return cls(name, match, values.get("times"), fault, arguments, rng=rng)

    def strikes(self, request: Request, endpoint: str, account_id: str | None) -> bool:
        """Whether this request goes wrong; counts it."""
        match = self.match
        given = {"method": request.method, "account_id": account_id, "endpoint": endpoint}
        if any(name in match and match[name] != value for name, value in given.items()):
            return False
        if "path_regex" in match and not re.search(match["path_regex"], request.path):
            return False
        self.seen += 1
        if self.times is not None and self.struck >= self.times:
            return False
        if "nth" in match and self.seen not in match["nth"]:
            return False
        if "probability" in match and self.rng.random() >= match["probability"]:
            return False
        self.struck += 1
        return True


class FaultPlan:
    """The rules in force; the first one that strikes wins."""

    def __init__(self, rules: Sequence[Mapping[str, Any]] = ()) -> None:
        self._lock = threading.Lock()
        self._rules: list[FaultRule] = []
        self.replace(rules)

    @classmethod
    def from_file(cls, path: str) -> FaultPlan:
        """A plan from a JSON file holding a list of rules. Raises ValueError."""
        with open(path, encoding="utf-8") as file:
            return cls(json.load(file))

    def replace(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Puts other rules in force, with fresh counters. Raises ValueError and keeps the old ones."""
        parsed = [FaultRule.from_dict(values, n) for n, values in enumerate(rules, 1)]
        with self._lock:
            self._rules = parsed

    def pick(self, request: Request, endpoint: str, account_id: str | None) -> FaultRule | None:
        """The rule that strikes this request."""
        if not self._rules:
            return None
        with self._lock:
            return next((rule for rule in self._rules if rule.strikes(request, endpoint, account_id)), None)

    def describe(self) -> list[dict[str, Any]]:
        """Name, matches and strikes of each rule."""
        with self._lock:
            return [{"name": r.name, "fault": r.fault, "seen": r.seen, "struck": r.struck} for r in self._rules]

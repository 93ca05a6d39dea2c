# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What failed, by reason: one error for each, however many pieces of the sync it concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

# Names that a message lists.
_LISTED = 10
_NO_THREAD = (
    "The machine lets this process start no more threads: raise its limit (ulimit -u, or the pids limit of the "
    "container), or have fewer requests in flight."
)
_NO_MEMORY = "The memory of this process is used up: raise its limit (ulimit -v, or that of the container)."


class Cause(NamedTuple):
    """Why a piece failed; equal for all pieces that failed for the same reason.

    Attributes:
        reason: what makes it equal.
        ends_sync: whether nothing else can be read either.
    """

    reason: Hashable
    ends_sync: bool = False


class SyncEnded(Exception):
    """Nothing more can be read."""

    def __init__(self, error: AirbyteTracedException) -> None:
        super().__init__(str(error))
        self.error = error


def explained(error: BaseException, place: str) -> AirbyteTracedException:
    """Return an error with a sentence for the user; `place` begins the one of an unforeseen error."""
    if isinstance(error, AirbyteTracedException):
        return error
    text = f"{place} failed unexpectedly with {type(error).__name__}: please report it, with the log."
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        text = _NO_THREAD
    elif isinstance(error, MemoryError):
        text = _NO_MEMORY
    return AirbyteTracedException.from_exception(error, message=text)


def partly_failed(failed: Mapping[str, Sequence[Exception]], causes: Counter[Cause], whole: int) -> str:
    """Return the message of a sync that failed in part: `whole` streams were not among those that failed."""
    pieces, reasons = causes.total(), len(causes)
    counted = f" ({pieces} pieces failed, for {reasons} {'reasons' if reasons > 1 else 'reason'})"
    rest = "Everything else is complete, and the" if whole else "The"
    return (
        f"Not all of {listed(sorted(failed), 'streams')} was read{counted if pieces > reasons else ''}: "
        "each reason has an error of its own, which says what happened and what to do. "
        f"{rest} next sync asks for what is missing."
    )


def ended(error: AirbyteTracedException, incomplete: Sequence[str]) -> AirbyteTracedException:
    """Return the error of a sync that it ended, with the streams that are not complete."""
    return AirbyteTracedException(
        message=f"{error} This ended the sync: {listed(incomplete, 'streams')} will be read by the next one.",
        internal_message=error.internal_message,
        failure_type=error.failure_type,
    )


def most_retryable(errors: Iterable[Exception]) -> FailureType:
    """Return the failure type that is the most likely to pass with another try."""
    kinds = {getattr(error, "failure_type", FailureType.system_error) for error in errors}
    order = (FailureType.transient_error, FailureType.system_error, FailureType.config_error)
    return next((kind for kind in order if kind in kinds), FailureType.system_error)


def listed(names: Sequence[str], what: str) -> str:
    """Return names for messages: the first ten, and how many more there are of `what`."""
    shown = ", ".join(names[:_LISTED])
    return shown if len(names) <= _LISTED else f"{shown} and {len(names) - _LISTED} more {what}"

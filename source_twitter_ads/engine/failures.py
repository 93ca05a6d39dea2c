# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What failed, by reason: one error for each, however many pieces of the sync it concerns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

# Names that a message has.
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
        shared: whether it concerns more than one stream, so that the sync's own error tells it.
    """

    reason: Hashable
    shared: bool = False


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


def partly_failed(
    failed: Mapping[str, Sequence[Exception]], cause_of: Callable[[Exception], Cause], whole: int
) -> AirbyteTracedException:
    """Return the error of a sync in which pieces of streams failed, and `whole` other streams are complete.

    It has the failure type that is the most likely to pass with another try.
    """
    errors = [error for errors in failed.values() for error in errors]
    first: dict[Cause, Exception] = {}
    for error in errors:
        first.setdefault(cause_of(error), error)
    text = "".join(f"{error} " for cause, error in first.items() if cause.shared)
    text += f"{'For this reason not' if text else 'Not'} all of {listed(sorted(failed), ' streams')} was read"
    if len(errors) > len(first):
        text += f" ({len(errors)} pieces failed, for {len(first)} {'reasons' if len(first) > 1 else 'reason'})"
    if not all(cause.shared for cause in first):
        text += ": each reason has an error of its own, which says what happened and what to do"
    text += f". {'Everything else is complete, and the' if whole else 'The'} next sync asks for what is missing."
    kinds = {getattr(error, "failure_type", FailureType.system_error) for error in errors}
    order = (FailureType.transient_error, FailureType.system_error, FailureType.config_error)
    return AirbyteTracedException(
        message=text,
        internal_message="Pieces of the sync failed.",
        failure_type=next((kind for kind in order if kind in kinds), FailureType.system_error),
    )


def listed(names: Sequence[str], what: str = "") -> str:
    """Return names for messages: the first ten, and how many more there are of `what`."""
    shown = ", ".join(names[:_LISTED])
    return shown if len(names) <= _LISTED else f"{shown} and {len(names) - _LISTED} more{what}"

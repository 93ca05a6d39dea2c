# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The last words of a command that failed."""

from __future__ import annotations

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets
from airbyte_cdk.utils.traced_exception import AirbyteTracedException


def failure_lines(error: BaseException) -> bytes:
    """Describe why a command failed as one TRACE line, without secrets."""
    if not isinstance(error, AirbyteTracedException):
        text = f"The connector failed unexpectedly with {type(error).__name__}: please report it, with the log."
        error = AirbyteTracedException.from_exception(error, message=text)
    line = AirbyteEntrypoint.airbyte_message_to_string(error.as_sanitized_airbyte_message())
    return (filter_secrets(line) + "\n").encode()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The error that a route raises and the server turns into X's error envelope (docs/x-ads-api.md §3)."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An error response of the API: an HTTP status and one entry of the `errors` list.

    Args:
        status: HTTP status, for instance 400.
        code: X's CAPS_CASE code, for instance `INVALID_PARAMETER`.
        message: the text that X would print.
        parameter: the wrong request parameter, where X names one.
        value: the value that was sent for it.
        details: the short reason that X adds to some errors.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        parameter: str | None = None,
        value: str | None = None,
        details: str | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.parameter = parameter
        self.value = value
        self.details = details

    def entry(self) -> dict[str, Any]:
        """The entry of the `errors` list, without optional fields that are None."""
        optional = {"parameter": self.parameter, "value": self.value, "details": self.details}
        return {"code": self.code, "message": self.message, **{k: v for k, v in optional.items() if v is not None}}

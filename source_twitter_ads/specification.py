# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The spec, read from the manifest alone.

The CDK's source parses and checks the whole manifest, and its own component schema, before it can say the same; that
takes longer than all else that `spec` does. unit_tests/test_start_up.py holds both answers to each other.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, ConnectorSpecification, Type
from airbyte_cdk.utils.yaml_loader import safe_load_yaml


@cache
def specification() -> ConnectorSpecification:
    """Return the spec, parsed once per process; treat it as constant."""
    spec: Mapping[str, Any] = safe_load_yaml(pkgutil.get_data("source_twitter_ads", "manifest.yaml") or b"")["spec"]
    return ConnectorSpecification(
        connectionSpecification=spec["connection_specification"], documentationUrl=spec["documentation_url"]
    )


def specification_line() -> str:
    """Return the SPEC message as one protocol line."""
    message = AirbyteMessage(type=Type.SPEC, spec=specification())
    return AirbyteEntrypoint.airbyte_message_to_string(message) + "\n"

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The spec of the connector in this tree, and the catalog of the sample configuration."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, Type

from source_twitter_ads import SourceTwitterAds

REPOSITORY = Path(__file__).resolve().parents[1]
INTEGRATION_TESTS = REPOSITORY / "integration_tests"

Json = dict[str, Any]


def sample_config() -> Json:
    """`sample_config.json`, as it is."""
    content: Json = json.loads((INTEGRATION_TESTS / "sample_config.json").read_text(encoding="utf-8"))
    return content


def spec() -> Json:
    """The connection specification."""
    return dict(SourceTwitterAds().spec(logging.getLogger("airbyte")).connectionSpecification)


def streams(config: Json | None = None) -> list[Json]:
    """The streams of the catalog, in its order; asks X for nothing."""
    config = sample_config() if config is None else config
    catalog = SourceTwitterAds(config=config).discover(logging.getLogger("airbyte"), config)
    message: Json = AirbyteMessageSerializer.dump(AirbyteMessage(type=Type.CATALOG, catalog=catalog))
    return list(message["catalog"]["streams"])


def write_json(path: Path, content: Any) -> None:
    """Write a file of this repository the way its drift tests expect it."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

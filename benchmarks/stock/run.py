# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The stock connector's command line: `python -m benchmarks.stock.run read --config … --catalog …`."""

from __future__ import annotations

import sys
from pathlib import Path

from airbyte_cdk.entrypoint import AirbyteEntrypoint, launch
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource

MANIFEST = Path(__file__).with_name("manifest.yaml")


def main() -> None:
    """Run one command."""
    arguments = AirbyteEntrypoint.parse_args(sys.argv[1:])
    source = YamlDeclarativeSource(
        str(MANIFEST),
        config=YamlDeclarativeSource.read_config(arguments.config),
        catalog=YamlDeclarativeSource.read_catalog(arguments.catalog),
        state=YamlDeclarativeSource.read_state(arguments.state),
    )
    launch(source, sys.argv[1:])


if __name__ == "__main__":
    main()

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Run the QA checks of the airbyte-internal-ops wheel without a network and without its service's dependencies.

Runs with .venv-qa's Python, in a folder laid out as Airbyte's monorepo (see monorepo.py).

Importing the wheel's packages the ordinary way imports a whole service (BigQuery, MCP, Docker); the checks need none of
it, so the packages above them are replaced by empty ones with the same path. Network look-ups return fixed values: a
base image exists, the connector was never released, master has no older metadata, links are not followed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import io
import json
import sys
import types
from collections import Counter
from pathlib import Path
from typing import Any

_PACKAGES = ["", ".registry", ".regression_tests", ".airbyte_repo", ".connector_ops"]
_NOT_ASKED = "not asked, since the checks run offline: Docker Hub (base image), registry, master's metadata, links"


def stub_packages() -> None:
    """Replace the wheel's packages by empty ones, so that their `__init__` modules do not run."""
    specification = importlib.util.find_spec("airbyte_ops_mcp")
    if specification is None or not specification.submodule_search_locations:
        raise SystemExit("qa: the airbyte-internal-ops wheel is not installed; run 'make qa'")
    root = Path(next(iter(specification.submodule_search_locations)))
    for suffix in _PACKAGES:
        module = types.ModuleType(f"airbyte_ops_mcp{suffix}")
        module.__path__ = [str(root.joinpath(*suffix.split(".")))]
        sys.modules[module.__name__] = module


def answer_offline(connector_class: Any, spec: dict[str, Any]) -> None:
    """Replace network look-ups by fixed values, and the guessed spec by the connector's real one."""
    validator: Any = importlib.import_module("airbyte_ops_mcp.metadata_validator")
    validator.is_image_on_docker_hub = lambda *_, **__: True
    validator.get_latest_version_on_dockerhub = lambda *_, **__: None

    documentation: Any = importlib.import_module("airbyte_ops_mcp.connector_qa.checks.documentation.documentation")
    documentation.CheckDocumentationLinks.validate_links = lambda *_: []

    version: Any = importlib.import_module("airbyte_ops_mcp.connector_qa.checks.version")
    version.CheckVersionIncrement._get_master_metadata = lambda *_: None

    connector_class.is_released = property(lambda _: False)
    # A fresh copy each time: the prerequisites check removes entries from the spec it is given.
    connector_class.connector_spec_file_content = property(lambda _: json.loads(json.dumps(spec)))


def main() -> int:
    """Print one line per check and return 1 when any of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connector", help="technical name, e.g. source-twitter-ads")
    parser.add_argument("--spec", required=True, type=Path, help="JSON file with the connector's spec")
    arguments = parser.parse_args()

    stub_packages()
    connector_class: Any = importlib.import_module("airbyte_ops_mcp.connector_ops.utils").Connector
    checks: Any = importlib.import_module("airbyte_ops_mcp.connector_qa.checks").ENABLED_CHECKS
    answer_offline(connector_class, json.loads(arguments.spec.read_text()))

    outcomes: Counter[str] = Counter()
    for check in checks:
        with contextlib.redirect_stdout(io.StringIO()):  # the metadata validator tells of its progress
            result = check.run(connector_class(arguments.connector))
        outcomes[result.status.name] += 1
        print(f"{result.status.name:8} {type(check).__name__}: {result.message.strip()}")
    print(f"qa: {_NOT_ASKED}")
    print(f"qa: {outcomes['PASSED']} passed, {outcomes['FAILED']} failed, {outcomes['SKIPPED']} skipped")
    return 1 if outcomes["FAILED"] or not outcomes["PASSED"] else 0


if __name__ == "__main__":
    sys.exit(main())

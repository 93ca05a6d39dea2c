# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Start-up: no command imports or builds what it does not need."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

from source_twitter_ads import SourceTwitterAds
from source_twitter_ads.specification import specification

ROOT = Path(__file__).resolve().parents[1]
_MODULES_AFTER = """
import json, sys
import airbyte_cdk.entrypoint
before = set(sys.modules)
from source_twitter_ads.run import run
run({args})
print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)
"""


def modules_of(*args: str) -> list[str]:
    """The modules that a command adds to those of the CDK."""
    script = _MODULES_AFTER.format(args=list(args))
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, timeout=60)
    modules: list[str] = json.loads(done.stderr.splitlines()[-1])
    return modules


def test_given_spec_when_run_then_nothing_that_reads_is_imported() -> None:
    ours = {name.split(".")[1] for name in modules_of("spec") if name.startswith("source_twitter_ads.")}

    assert ours == {"engine", "run", "specification"}


def test_given_spec_when_run_then_nothing_heavy_is_imported_beside_the_cdk() -> None:
    heavy = {
        "source_twitter_ads.engine.source",
        "pendulum",
        "requests_oauthlib",
        "oauthlib",
        "pandas",
        "numpy",
        "tzdata",
    }

    assert not heavy.intersection(modules_of("spec"))


def test_given_the_manifest_when_spec_is_read_from_it_then_it_is_the_cdks() -> None:
    assert specification() == SourceTwitterAds().spec(logging.getLogger("airbyte"))


def test_given_the_package_when_asked_for_the_source_then_it_is_the_source() -> None:
    assert SourceTwitterAds.__module__ == "source_twitter_ads.source"

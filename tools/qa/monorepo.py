# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Lay this repository out as Airbyte's monorepo and run Airbyte's QA checks on it.

The checks expect `airbyte-integrations/connectors/source-twitter-ads/` and `docs/integrations/sources/twitter-ads.md`
in one git repository. Every file that git knows (or would add) is copied there but one: the root Dockerfile.
Upstream generates the image build from metadata.yaml and its check refuses a Dockerfile; this repository needs one.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CONNECTOR = Path("airbyte-integrations/connectors/source-twitter-ads")
LEFT_OUT = {Path("Dockerfile")}
RUN_CHECKS = Path(__file__).with_name("run_checks.py")


def known_files() -> list[Path]:
    """Return the paths, relative to the repository, of all files that git tracks or would track."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [Path(name) for name in listing.split("\0") if name and (REPOSITORY / name).is_file()]


def lay_out(monorepo: Path) -> None:
    """Copy the repository into `monorepo`, its docs folder to the root, everything else into the connector's folder."""
    for file in known_files():
        if file in LEFT_OUT:
            continue
        target = monorepo / file if file.parts[0] == "docs" else monorepo / CONNECTOR / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / file, target, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=master", str(monorepo)], check=True)


def connector_spec() -> dict[str, object]:
    """Return the spec that the installed connector prints, which is what its users see.

    Raises:
        SystemExit: the connector printed no SPEC message.
    """
    executable = Path(sys.executable).with_name("source-twitter-ads")
    result = subprocess.run([executable, "spec"], capture_output=True, text=True, check=False)
    for line in result.stdout.splitlines():
        message = json.loads(line)
        if message["type"] == "SPEC":
            return dict(message["spec"])
    raise SystemExit(f"qa: '{executable} spec' printed no SPEC message:\n{result.stdout}{result.stderr}")


def main() -> int:
    """Run the checks with the interpreter that holds them and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, type=Path, help="interpreter with requirements/qa.txt installed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="airbyte-qa-") as folder:
        monorepo = Path(folder)
        lay_out(monorepo)
        spec_file = monorepo / "spec.json"
        spec_file.write_text(json.dumps(connector_spec()))
        print("==> Airbyte's QA checks, on a copy without the root Dockerfile", flush=True)
        command = [arguments.python.absolute(), RUN_CHECKS, "source-twitter-ads", "--spec", spec_file]
        return subprocess.run(command, cwd=monorepo, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

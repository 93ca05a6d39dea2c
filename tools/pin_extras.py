# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Add the extras that a lock file asks for to the exported requirements.

poetry-plugin-export writes `google-api-core==…` although google-cloud-secret-manager requires `google-api-core[grpc]`.
pip before 23.3 then refuses the file in hash-checking mode, because the requirement with the extra has no pin.

Usage: python tools/pin_extras.py LOCK REQUIREMENTS…
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_EXTRAS = re.compile(r"^(?P<name>[A-Za-z0-9._-]+) = \{.*?extras = \[(?P<extras>[^\]]*)\]")
_PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)==", re.MULTILINE)


def extras_by_package(lock: str) -> dict[str, list[str]]:
    """Return the extras that packages of a lock ask of each other, by normalised package name."""
    wanted: dict[str, set[str]] = {}
    for line in lock.splitlines():
        if match := _EXTRAS.match(line):
            names = wanted.setdefault(match["name"].lower().replace("_", "-"), set())
            names.update(re.findall(r'"([^"]+)"', match["extras"]))
    return {name: sorted(extras) for name, extras in wanted.items()}


def pin_extras(requirements: str, extras: dict[str, list[str]]) -> str:
    """Return the requirements with `name==` turned into `name[extra]==` where the lock asks for extras."""

    def with_extras(match: re.Match[str]) -> str:
        wanted = extras.get(match["name"])
        return f"{match['name']}[{','.join(wanted)}]==" if wanted else match[0]

    return _PIN.sub(with_extras, requirements)


def main(arguments: list[str]) -> None:
    """Rewrite the requirements files named on the command line."""
    lock, *files = map(Path, arguments)
    extras = extras_by_package(lock.read_text())
    for file in files:
        file.write_text(pin_extras(file.read_text(), extras))


if __name__ == "__main__":
    main(sys.argv[1:])

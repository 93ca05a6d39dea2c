# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The README's Python example runs as it stands."""

from __future__ import annotations

import re

from integration_tests.connector import ROOT


def test_given_the_readme_when_its_python_example_runs_then_its_assertions_hold() -> None:
    text = (ROOT / "x_ads_emulator" / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})

# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How the tests read the connector's output: they notice a lost line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from integration_tests.connector import _collect

WHOLE_LINE_AND_A_PART = 'import os; os.write(1, b\'{"type": "LOG"}\\n{"type": \')'


@pytest.mark.parametrize("exit_code", [0, 1])
def test_given_output_that_ends_within_a_line_when_collected_then_it_fails(tmp_path: Path, exit_code: int) -> None:
    words = [sys.executable, "-c", f"{WHOLE_LINE_AND_A_PART}; os._exit({exit_code})"]
    with pytest.raises(AssertionError, match="ends within a line"):
        _collect(words, tmp_path / "stderr.txt", 20, None)


def test_given_a_process_killed_within_a_line_when_collected_then_whole_lines_count(
    tmp_path: Path,
) -> None:
    words = [sys.executable, "-c", f"{WHOLE_LINE_AND_A_PART}; import time; time.sleep(30)"]
    output = _collect(words, tmp_path / "stderr.txt", 20, kill_when=lambda _: True)
    assert (output.exit_code, output.lines) == (-9, [b'{"type": "LOG"}'])

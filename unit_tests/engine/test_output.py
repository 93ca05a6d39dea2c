# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Standard output holds messages alone, and a process is tuned once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_given_a_print_of_other_code_when_run_then_it_does_not_reach_stdout() -> None:
    program = (
        "import logging\n"
        "import airbyte_cdk.entrypoint\n"
        "from source_twitter_ads.engine.output import ProtocolOutput, tune_gc_and_malloc\n"
        "tune_gc_and_malloc()\n"
        "with ProtocolOutput() as output:\n"
        "    print('a stray line')\n"
        "    output.write('{}\\n')\n"
        "    output.write_lines(b'{}\\n')\n"
        "    logging.getLogger('airbyte').info('a log line')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, cwd=ROOT, check=True)
    first, second, log = done.stdout.splitlines()
    assert (first, second) == (b"{}", b"{}")
    assert b'"a log line"' in log
    assert b"a stray line" in done.stderr

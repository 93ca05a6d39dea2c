# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""`python -m benchmarks`: run the cases, print the ratios, write benchmarks/results.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import agency, cases, singer_tap
from benchmarks.measure import OUT, RunFailed
from benchmarks.result import Options, Result
from benchmarks.results import markdown

CASES = {**cases.CASES, **agency.CASES}
RESULTS = Path(__file__).with_name("results.md")


def main() -> int:
    """Run what the command line asks for; 1 when a goal is not met."""
    arguments = _arguments()
    command, singer = _singer(arguments)
    options = Options(arguments.scale, arguments.repeats, arguments.slow_repeats, command)
    results: list[Result] = []
    for name in arguments.cases.split(","):
        print(f"case {name}", flush=True)
        try:
            results.append(CASES[name](options))
        except (RunFailed, singer_tap.NotInstalled) as failure:
            results.append(Result(f"({name})", checks=[("ran", "no", "yes", False)], notes=[str(failure)]))
        for what, value, bound, met in results[-1].checks:
            print(f"  {what}: {value}, goal {bound}: {'met' if met else 'NOT MET'}")
    whole = arguments.scale == 1 and set(arguments.cases.split(",")) == set(CASES)
    path = Path(arguments.output) if arguments.output else RESULTS if whole else OUT / "results.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(markdown(results, options, singer), encoding="utf-8")
    print(f"written: {path}")
    return 0 if all(met for result in results for *_, met in result.checks) else 1


def _singer(arguments: argparse.Namespace) -> tuple[str | None, str]:
    if arguments.no_singer:
        return None, "left out"
    try:
        return singer_tap.install(arguments.singer_python), "from PyPI, in a virtual environment of its own"
    except singer_tap.NotInstalled as reason:
        print(f"tap-twitter-ads is left out: {reason}", flush=True)
        return None, f"left out, since {reason}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--cases", default=",".join(CASES), help="which cases, for instance a,b")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size, for instance 0.1")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each fast contender")
    parser.add_argument("--slow-repeats", type=int, default=1, help="runs of each peer that takes minutes")
    parser.add_argument("--no-singer", action="store_true", help="skip the Singer tap")
    parser.add_argument("--singer-python", help="a Python that the Singer tap's dependencies support (3.7 to 3.9)")
    parser.add_argument("--output", help="where the results go; benchmarks/out/ unless all cases ran in full")
    arguments = parser.parse_args()
    unknown = set(arguments.cases.split(",")) - set(CASES)
    if unknown:
        parser.error(f"unknown case {', '.join(sorted(unknown))}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
